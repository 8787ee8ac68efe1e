"""Gemini CLI's events of ``-o stream-json``."""

from __future__ import annotations

from tests.standins.streams.base import Json, Plan, Stream, Tool


class Gemini(Stream):
    """Gemini CLI: text comes in pieces; an API error's status, cut to eight bits, is the exit code."""

    def started(self) -> None:
        """The run began."""
        self.put({"type": "init", "session_id": self.session, "model": "scripted"})

    def text(self, text: str) -> None:
        """The model said something, in two pieces."""
        for piece in (text[: len(text) // 2], text[len(text) // 2 :]):
            self.put({"type": "message", "role": "assistant", "content": piece, "delta": True})

    def tool_started(self, tool: Tool) -> None:
        """A tool was called."""
        self._use("run_shell_command", tool.id, {"command": tool.command})

    def tool_ended(self, tool: Tool) -> None:
        """A tool came back."""
        status = "error" if tool.code else "success"
        output = f"{tool.output}\nExit Code: {tool.code}" if tool.code else tool.output
        self.put({"type": "tool_result", "tool_id": tool.id, "status": status, "output": output})

    def plan(self, plan: Plan) -> None:
        """The list of steps changed."""
        self._use(
            "write_todos", "todo", {"todos": [{"description": s, "status": state} for s, state in plan]}
        )
        self.put({"type": "tool_result", "tool_id": "todo", "status": "success", "output": "Updated."})

    def retrying(self, attempt: int, status: int) -> None:
        """A request failed and is repeated: only the error output tells."""
        self.warn(
            f"Attempt {attempt} failed with status {status}. Retrying with backoff... ApiError: scripted"
        )

    def limit_reached(self) -> int:
        """The number of turns is used up; the exit code."""
        self._result("error", {"type": "FatalTurnLimitedError", "message": "Reached max session turns"})
        return 53

    def failed(self, status: int, message: str) -> int:
        """The run ended with an error of the model's API; the exit code."""
        self._result("error", {"type": "ApiError", "message": f"[API Error: {message}]"})
        return (status or 1) & 255

    def cut(self) -> int:
        """The model's answer broke off in the middle; the exit code is 0 all the same."""
        self.text("This was going to be a longer ans")
        return self.finished()

    def finished(self) -> int:
        """The run came to its end; the exit code."""
        self._result("success", None)
        return 0

    def _use(self, name: str, call: str, given: Json) -> None:
        self.put({"type": "tool_use", "tool_name": name, "tool_id": call, "parameters": given})

    def _result(self, status: str, error: Json | None) -> None:
        sent, got = self.tokens
        stats = {"total_tokens": sent + got, "input_tokens": sent, "output_tokens": got, "duration_ms": 12}
        more = {"error": error} if error else {}
        self.put(
            {"type": "result", "status": status, **more, "stats": {**stats, "tool_calls": 1, "models": {}}}
        )
