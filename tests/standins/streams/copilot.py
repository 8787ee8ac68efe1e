"""Copilot CLI's events of ``--output-format json``."""

from __future__ import annotations

from tests.standins.streams.base import Json, Stream, Tool


class Copilot(Stream):
    """Copilot CLI: many fleeting events; a failed command is a tool that succeeded, with its exit code."""

    def started(self) -> None:
        """The run began."""
        for _ in range(12):
            self._put("session.background_tasks_changed", ephemeral=True)
        self._put("assistant.turn_start", turnId="0")

    def text(self, text: str) -> None:
        """The model said something, first as it came, then as a whole."""
        self._put("assistant.message_delta", ephemeral=True, messageId="m", deltaContent=text)
        self._put("assistant.message", messageId="m", content=text, toolRequests=[])

    def tool_started(self, tool: Tool) -> None:
        """A tool was called."""
        given = {"command": tool.command, "description": "scripted"}
        self._put("tool.execution_start", toolCallId=tool.id, toolName="bash", arguments=given)

    def tool_ended(self, tool: Tool) -> None:
        """A tool came back."""
        text = f"{tool.output}\n<shellId: 0 completed with exit code {tool.code}>"
        outcome: Json = {
            "success": True,
            "shellExecution": {"exitCode": tool.code},
            "result": {"content": text},
        }
        self._put("tool.execution_complete", toolCallId=tool.id, **outcome)

    def tool_denied(self, tool: Tool) -> None:
        """A tool was not allowed, and nobody was there to ask."""
        self.tool_started(tool)
        message = "Permission denied because no interactive user response was available."
        error = {"message": message, "code": "denied"}
        self._put("tool.execution_complete", toolCallId=tool.id, success=False, error=error)

    def retrying(self, attempt: int, status: int) -> None:
        """A request of the model failed and is repeated."""
        failure = {"statusCode": status, "retryAttempt": attempt - 1, "failureKind": "api"}
        self._put("model.call_failure", ephemeral=True, model="scripted", errorMessage="scripted", **failure)
        self._put("assistant.turn_retry", ephemeral=True, turnId="0", reason="transient_auth_error")

    def failed(self, status: int, message: str) -> int:
        """The run ended with an error of the model's API; the exit code."""
        kind = {401: "authentication", 429: "rate_limit"}.get(status, "query")
        self._put("session.error", errorType=kind, message=message, statusCode=status)
        return self._result(1)

    def finished(self) -> int:
        """The run came to its end; the exit code."""
        self._put("assistant.turn_end", turnId="0")
        return self._result(0)

    def _put(self, kind: str, ephemeral: bool = False, **data: object) -> None:
        more = {"ephemeral": True} if ephemeral else {}
        self.put({"type": kind, "data": data, **more, "id": "0-0", "timestamp": "2026-01-01T00:00:00.000Z"})

    def _result(self, code: int) -> int:
        changes = {"linesAdded": 0, "linesRemoved": 0, "filesModified": []}
        usage = {
            "premiumRequests": 0,
            "totalApiDurationMs": 26,
            "sessionDurationMs": 308,
            "codeChanges": changes,
        }
        self.put({"type": "result", "sessionId": self.session, "exitCode": code, "usage": usage})
        return code
