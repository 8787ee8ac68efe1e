"""Kimi Code's messages of ``--output-format stream-json``."""

from __future__ import annotations

import json

from tests.standins.streams.base import Json, Plan, Stream, Tool


class Kimi(Stream):
    """Kimi Code: whole messages of the model's API; the session's id is in the last line alone."""

    def started(self) -> None:
        """The run began."""
        self.put({"role": "meta", "type": "system.version", "version": "2.1.0"})

    def text(self, text: str) -> None:
        """The model said something."""
        self.put({"role": "assistant", "content": text})

    def tool_started(self, tool: Tool) -> None:
        """A tool was called."""
        self._call(tool.id, "Bash", {"command": tool.command})

    def tool_ended(self, tool: Tool) -> None:
        """A tool came back; its output is on the error output too."""
        self.warn(tool.output)
        failed = f"\nCommand failed with exit code: {tool.code}." if tool.code else ""
        self.put({"role": "tool", "tool_call_id": tool.id, "content": tool.output + failed})

    def plan(self, plan: Plan) -> None:
        """The list of steps changed."""
        names = {"completed": "done"}
        todos = [{"title": step, "status": names.get(state, state)} for step, state in plan]
        self._call("todo", "TodoList", {"todos": todos})
        self.put({"role": "tool", "tool_call_id": "todo", "content": "Todo list updated."})

    def retrying(self, attempt: int, status: int) -> None:
        """A request of the model failed and is repeated."""
        more = {"failed_attempt": attempt, "max_attempts": 10, "status_code": status}
        self.put({"role": "meta", "type": "turn.step.retrying", **more})

    def failed(self, status: int, message: str) -> int:
        """The run ended with an error: only the error output tells; the exit code."""
        kind = {401: "auth_error", 429: "rate_limit"}.get(status, "api_error")
        self.warn(f"error: failed to run prompt: provider.{kind}: {status} {message}")
        return 1

    def cut(self) -> int:
        """The model's answer broke off in the middle; the exit code is 0 all the same."""
        self.text("This was going to be a longer ans")
        return self.finished()

    def interrupted(self) -> int | None:
        """SIGINT came; the exit code."""
        return 130

    def finished(self) -> int:
        """The run came to its end; the exit code."""
        hint = f"To resume this session: kimi -r {self.session}"
        self.put({"role": "meta", "type": "session.resume_hint", "session_id": self.session, "content": hint})
        return 0

    def _call(self, call: str, name: str, given: Json) -> None:
        function = {"name": name, "arguments": json.dumps(given)}
        calls = [{"type": "function", "id": call, "function": function}]
        self.put({"role": "assistant", "content": "", "tool_calls": calls})
