"""Codex's events of ``exec --json``."""

from __future__ import annotations

from tests.standins.streams.base import Json, Plan, Stream, Tool


class Codex(Stream):
    """Codex: an item that is an error may be a mere warning; a denied command leaves no trace at all."""

    def started(self) -> None:
        """The run began, with a warning that looks like an error."""
        self.warn("Reading additional input from stdin...")
        self.put({"type": "thread.started", "thread_id": self.session})
        warning = "Model metadata for `scripted` not found. Defaulting to fallback metadata."
        self._item("completed", "item_0", "error", message=warning)
        self.put({"type": "turn.started"})

    def text(self, text: str) -> None:
        """The model said something."""
        self._item("completed", "item_1", "agent_message", text=text)

    def tool_started(self, tool: Tool) -> None:
        """A tool was called."""
        self._command("started", tool, None, "in_progress", "")

    def tool_ended(self, tool: Tool) -> None:
        """A tool came back."""
        status = "failed" if tool.code else "completed"
        self._command("completed", tool, tool.code, status, tool.output)

    def plan(self, plan: Plan) -> None:
        """The list of steps changed."""
        items = [{"text": step, "completed": state == "completed"} for step, state in plan]
        verb = "updated" if self.last_plan else "started"
        self._item(verb, "item_plan", "todo_list", items=items)
        self.last_plan = plan

    def retrying(self, attempt: int, status: int) -> None:
        """A request of the model failed and is repeated."""
        self._error(f"Reconnecting... {attempt}/5 (unexpected status {status}: scripted)")

    def failed(self, status: int, message: str) -> int:
        """The run ended with an error; the exit code."""
        text = f"unexpected status {status}: {message}" if status else message
        self._error(text)
        self.put({"type": "turn.failed", "error": {"message": text}})
        return 1

    def cut(self) -> int:
        """The model's answer broke off in the middle; the exit code."""
        self._error("Reconnecting... 1/1 (stream disconnected before completion)")
        return self.failed(
            0, "stream disconnected before completion: stream closed before response.completed"
        )

    def interrupted(self) -> int | None:
        """SIGINT came; the exit code."""
        return 1

    def finished(self) -> int:
        """The run came to its end; the exit code."""
        usage = {"input_tokens": self.tokens[0], "cached_input_tokens": 0, "output_tokens": self.tokens[1]}
        self.put({"type": "turn.completed", "usage": {**usage, "reasoning_output_tokens": 0}})
        return 0

    def _error(self, message: str) -> None:
        self.put({"type": "error", "message": message})

    def _item(self, verb: str, item: str, kind: str, **more: object) -> None:
        self.put({"type": f"item.{verb}", "item": {"id": item, "type": kind, **more}})

    def _command(self, verb: str, tool: Tool, code: int | None, status: str, output: str) -> None:
        outcome: Json = {"aggregated_output": output, "exit_code": code, "status": status}
        command = f"/bin/bash -lc '{tool.command}'"
        self._item(verb, f"item_{tool.id}", "command_execution", command=command, **outcome)
