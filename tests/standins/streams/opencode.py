"""opencode's events of ``run --format json``."""

from __future__ import annotations

import time

from tests.standins.streams.base import Json, Plan, Stream, Tool


class Opencode(Stream):
    """opencode: a tool shows up only when it is over, and there is no event for the end of the run."""

    def started(self) -> None:
        """The run began."""
        self._put("step_start", type="step-start")

    def text(self, text: str) -> None:
        """The model said something."""
        self._put("text", type="text", text=text)

    def tool_ended(self, tool: Tool) -> None:
        """A tool came back."""
        meta = {"output": tool.output, "metadata": {"exit": tool.code}}
        self._tool(tool.id, "bash", {"command": tool.command}, "completed", **meta)
        self._step("tool-calls")

    def tool_denied(self, tool: Tool) -> None:
        """A tool was not allowed: it is rejected by itself, one line tells."""
        self.warn(f"! permission requested: bash ({tool.command}); auto-rejecting")
        error = "The user rejected permission to use this specific tool call."
        self._tool(tool.id, "bash", {"command": tool.command}, "error", error=error)

    def plan(self, plan: Plan) -> None:
        """The list of steps changed."""
        todos = [{"content": step, "status": state, "priority": "medium"} for step, state in plan]
        self._tool("call_todo", "todowrite", {"todos": todos}, "completed", output="", metadata={})

    def failed(self, status: int, message: str) -> int:
        """The run ended with an error of the model's API; the exit code."""
        data = {"message": message, "statusCode": status, "isRetryable": status == 429}
        self.put({**self._head("error"), "error": {"name": "APIError", "data": data}})
        return 1

    def cut(self) -> int:
        """The model's answer broke off: it asks again, and again."""
        while True:
            self.started()
            self.text("This was going to be a longer ans")
            self._step("unknown")
            time.sleep(0.05)

    def finished(self) -> int:
        """The run came to its end: the last step has the reason ``stop``; the exit code."""
        self._step("stop")
        return 0

    def _head(self, kind: str) -> Json:
        return {"type": kind, "timestamp": int(time.time() * 1000), "sessionID": self.session}

    def _put(self, event: str, **part: object) -> None:
        self.put({**self._head(event), "part": {"id": "prt_1", "sessionID": self.session, **part}})

    def _tool(self, call: str, name: str, given: Json, status: str, **more: object) -> None:
        self._put(
            "tool_use", type="tool", tool=name, callID=call, state={"status": status, "input": given, **more}
        )

    def _step(self, reason: str) -> None:
        tokens = {
            "input": self.tokens[0],
            "output": self.tokens[1],
            "reasoning": 0,
            "cache": {"read": 0, "write": 0},
        }
        cost = self.cost if reason == "stop" else 0
        shown = tokens if reason == "stop" else {**tokens, "input": 0, "output": 0}
        self._put("step_finish", type="step-finish", reason=reason, tokens=shown, cost=cost)
