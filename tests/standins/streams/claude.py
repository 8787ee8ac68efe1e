"""Claude Code's events of ``--output-format stream-json``, which Qwen Code speaks too."""

from __future__ import annotations

from typing import ClassVar

from tests.standins.streams.base import Json, Plan, Stream, Tool


class Claude(Stream):
    """Claude Code: an API error ends as a ``success`` with ``is_error``, SIGINT as exit code 0."""

    shell: ClassVar[str] = "Bash"

    def started(self) -> None:
        """The run began."""
        more = {"tools": [self.shell, "Write"], "model": "scripted", "permissionMode": "default"}
        self._put("system", subtype="init", cwd=self.folder, **more)

    def text(self, text: str) -> None:
        """The model said something."""
        self.said = text
        self._assistant({"type": "text", "text": text})

    def tool_started(self, tool: Tool) -> None:
        """A tool was called."""
        self._call(tool.id, self.shell, {"command": tool.command})

    def tool_ended(self, tool: Tool) -> None:
        """A tool came back."""
        failed = tool.code != 0
        output = f"Exit code {tool.code}\n{tool.output}" if failed else tool.output
        self._result_of(tool.id, output, failed)

    def tool_denied(self, tool: Tool) -> None:
        """A tool was not allowed, and nobody was there to ask."""
        self.denied.append(tool)
        message = "Claude requested permissions to use Bash, but you haven't granted it yet."
        what = {"tool_name": self.shell, "tool_use_id": tool.id, "message": message}
        self._put("system", subtype="permission_denied", **what)
        self._result_of(tool.id, message, True)

    def plan(self, plan: Plan) -> None:
        """The list of steps changed: a call for every new task, then one for every change."""
        for number, (step, state) in enumerate(plan, start=1):
            call, key = f"toolu_plan{number}{state}", str(number)
            if not self.last_plan:
                self._call(
                    call + "new", "TaskCreate", {"subject": step, "description": step, "activeForm": step}
                )
                self._result_of(call + "new", f"Task #{number} created successfully: {step}", False)
            if state != dict(self.last_plan).get(step, "pending"):
                self._call(call, "TaskUpdate", {"taskId": key, "status": state})
                self._result_of(call, f"Updated task #{number} status", False)
        self.last_plan = plan

    def retrying(self, attempt: int, status: int) -> None:
        """A request of the model failed and is repeated."""
        more = {"attempt": attempt, "max_retries": 10, "retry_delay_ms": 601, "error_status": status}
        self._put("system", subtype="api_retry", **more)

    def limit_reached(self) -> int:
        """The number of turns is used up; the exit code."""
        return self._result("error_max_turns", True)

    def failed(self, status: int, message: str) -> int:
        """The run ended with an error of the model's API; the exit code."""
        self.said = f"API Error: {status} {message}"
        self._assistant({"type": "text", "text": self.said})
        return self._result("success", True, terminal_reason="api_error", api_error_status=status)

    def cut(self) -> int:
        """The model's answer broke off: the half of it is taken for the whole."""
        self.text("This was going to be a longer ans")
        return self._result("success", False)

    def interrupted(self) -> int | None:
        """SIGINT came; the exit code."""
        self._result("error_during_execution", True, terminal_reason="aborted_tools")
        return 0

    def finished(self) -> int:
        """The run came to its end; the exit code."""
        return self._result("success", False)

    def _put(self, kind: str, **more: object) -> None:
        self.put({"type": kind, **more, "session_id": self.session, "uuid": "0-0"})

    def _assistant(self, block: Json) -> None:
        usage = {"input_tokens": 1000, "output_tokens": 20}
        message = {"role": "assistant", "model": "scripted", "content": [block], "usage": usage}
        self._put("assistant", message=message, parent_tool_use_id=None)

    def _call(self, call: str, name: str, given: Json) -> None:
        self._assistant({"type": "tool_use", "id": call, "name": name, "input": given})

    def _result_of(self, call: str, output: str, failed: bool) -> None:
        block = {"type": "tool_result", "tool_use_id": call, "content": output, "is_error": failed}
        self._put("user", message={"role": "user", "content": [block]}, parent_tool_use_id=None)

    def _result(self, subtype: str, failed: bool, **more: object) -> int:
        denials = [{"tool_name": self.shell, "tool_use_id": tool.id} for tool in self.denied]
        usage = {
            "input_tokens": self.tokens[0],
            "output_tokens": self.tokens[1],
            "cache_read_input_tokens": 0,
        }
        rest: Json = {
            "terminal_reason": "completed",
            "num_turns": 2,
            "duration_ms": 12,
            "result": self.said,
            **more,
        }
        cost = {"total_cost_usd": self.cost, "usage": usage, "permission_denials": denials}
        self._put("result", subtype=subtype, is_error=failed, **rest, **cost)
        return int(failed)


class Qwen(Claude):
    """Qwen Code: Claude's shape with tools of its own; unattended, it does not even offer them."""

    shell: ClassVar[str] = "run_shell_command"

    def tool_denied(self, tool: Tool) -> None:
        """A tool was not allowed: the model never knew of it."""

    def plan(self, plan: Plan) -> None:
        """The list of steps changed."""
        todos = [{"id": str(n), "content": step, "status": state} for n, (step, state) in enumerate(plan, 1)]
        self._call(f"todo{plan}", "todo_write", {"todos": todos})
        self._result_of(f"todo{plan}", "Todos have been modified successfully.", False)

    def retrying(self, attempt: int, status: int) -> None:
        """A request failed and is repeated: only the error output tells."""
        self.warn(f"Attempt {attempt} failed with status {status}. Retrying with backoff...")

    def limit_reached(self) -> int:
        """The number of turns is used up; the exit code."""
        self._result("error_max_turns", True)
        return 53

    def failed(self, status: int, message: str) -> int:
        """The run ended with an error of the model's API; the exit code."""
        error = {"type": "Error", "message": f"[API Error: {status} {message}]"}
        return self._result("error_during_execution", True, error=error)

    def cut(self) -> int:
        """The model's answer broke off in the middle; the exit code."""
        return self.failed(0, "Model stream ended without a finish reason.")

    def interrupted(self) -> int | None:
        """SIGINT came: the launcher dies of it."""
        return None
