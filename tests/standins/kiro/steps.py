"""The steps that a prompt may ask of the stand-in for ``kiro-cli acp``, by the marker that names each."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.standins.acp_turn import Turn
from tests.standins.kiro.world import DEFAULT_AGENT, Agent
from tests.standins.peer import CancelledError, Json, Refused, note, start_tool

OPTIONS = (("allow_once", "Yes"), ("allow_always", "Always"), ("reject_once", "No"))
DEFAULT = (("say", "I will write the file."), ("write", "hello.txt"), ("say", "Done: hello.txt was created."))


@dataclass(slots=True)
class KiroTurn(Turn):
    """One prompt, in Kiro's words."""

    agent: Agent = field(default_factory=lambda: Agent(DEFAULT_AGENT))

    def tell(self, what: str, **more: object) -> None:
        """Send a notification of Kiro's own."""
        self.peer.notify(f"_kiro.dev/{what}", {"sessionId": self.session.id, **more})

    def tell_usage(self) -> None:
        """Send what the turn cost: credits and how full the context is."""
        credit = {"value": 0.054, "unit": "credit", "unitPlural": "credits"}
        self.tell("metadata", contextUsagePercentage=3.67, meteringUsage=[credit], turnDurationMs=2077)

    def use(self, tool: str, title: str, given: Json) -> str:
        """Call a tool: a bare piece ahead, then the call with its name where only Kiro has it."""
        call = f"tooluse_{uuid.uuid4().hex[:8]}"
        kind = {"execute_bash": "execute", "fs_write": "edit"}.get(tool, "other")
        chunk = {"sessionUpdate": "tool_call_chunk", "toolCallId": call, "title": tool, "kind": kind}
        self.tell("session/update", update=chunk)
        meta = {"kiro": {"toolName": tool}}
        self.update("tool_call", toolCallId=call, title=title, kind=kind, rawInput=given, _meta=meta)
        return call

    def came_back(self, call: str, items: list[Json], status: str = "completed") -> None:
        """Tell how a tool ended: the outcome is in rawOutput, and the tool's name is not told again."""
        self.update("tool_call_update", toolCallId=call, status=status, rawOutput={"items": items})

    def asks(self, call: str, title: str, session: str = "") -> bool:
        """Ask for a permission, with a text for the request's id and nothing but the title of the call."""
        options = [{"optionId": option, "name": name, "kind": option} for option, name in OPTIONS]
        about = {"toolCallId": call, "title": title}
        session_id = session or self.session.id
        params: Json = {"sessionId": session_id, "toolCall": about, "options": options}
        answer = self.peer.request(
            "session/request_permission", params, self.session.cancelled, str(uuid.uuid4())
        )
        outcome = answer.get("result", {}).get("outcome", {})
        allowed = str(outcome.get("optionId", "")).startswith("allow")
        note("permission", allowed=allowed, outcome=outcome, session=session_id)
        return allowed


Step = Callable[[KiroTurn, str], str | None]


def _say(turn: KiroTurn, text: str) -> None:
    turn.say(text or "Just an answer.")


def _write(turn: KiroTurn, name: str) -> None:
    name = name or "hello.txt"
    given = {"command": "create", "path": name, "content": "hello\n"}
    _tool(turn, "fs_write", f"Creating {name}", given, name)


def _shell(turn: KiroTurn, command: str) -> None:
    command = command or "printf hello > hello.txt"
    given = {"command": command, "__tool_use_purpose": "Create the file"}
    _tool(turn, "execute_bash", f"Running: {command}", given, "hello.txt")


def _tool(turn: KiroTurn, tool: str, title: str, given: Json, writes: str) -> None:
    if not turn.agent.has(tool):
        return turn.say(f"I have no tool {tool}.")
    call = turn.use(tool, title, given)
    if not turn.agent.may(tool) and not turn.asks(call, title):
        turn.came_back(call, [{"Text": "User denied tool execution"}], "failed")
        return turn.say("I was not allowed to, so all is done.")
    return turn.write(call, writes)


def _fail(turn: KiroTurn, code: str) -> None:
    call = turn.use("execute_bash", "Running: make test", {"command": "make test"})
    outcome = {"exit_status": f"exit status: {code or 3}", "stdout": "", "stderr": "broken\n"}
    turn.came_back(call, [{"Json": outcome}])
    turn.say("The command failed.")


def _todo(turn: KiroTurn, _: str) -> None:
    """A list of tasks: one call to create it, then one for every task that is done."""
    names = ("Read the code", "Change it", "Test it")
    for done in range(4):
        command = "complete" if done else "create"
        call = turn.use("todo_list", "Creating task list: Work", {"command": command})
        tasks = [{"id": str(n), "task_description": t, "completed": n < done} for n, t in enumerate(names)]
        turn.came_back(call, [{"Json": {"tasks": tasks, "description": "Work", "context": []}}])


def _child(turn: KiroTurn, _: str) -> None:
    """A subagent whose question comes in the name of its own session; unanswered, it blocks everything."""
    child = f"child-{uuid.uuid4().hex[:8]}"
    row = {"sessionId": child, "sessionName": "Lancelot", "status": {"type": "working"}}
    turn.tell("subagent/list_update", subagents=[row], pendingStages=[])
    text = {"sessionUpdate": "agent_message_chunk", "content": {"type": "text", "text": "the child speaks"}}
    turn.peer.notify("session/update", {"sessionId": child, "update": text})
    allowed = turn.asks("tooluse_child", "Running: rm -rf build", child)
    turn.say(f"The child was {'allowed' if allowed else 'not allowed'}.")
    turn.tell("subagent/list_update", subagents=[], pendingStages=[])


def _vendor(turn: KiroTurn, _: str) -> None:
    """Notifications and requests of Kiro's own, the requests waiting for an answer."""
    turn.tell("compaction/status", status={"type": "completed"}, summary="short")
    turn.tell("mcp/server_initialized", serverName="git")
    turn.tell("session/update", update={"sessionUpdate": "retry_warning", "message": "Retrying (2/3)"})
    turn.peer.request("_kiro.dev/mcp/oauth_request", {"url": "x"}, turn.session.cancelled, str(uuid.uuid4()))


def _fallback(turn: KiroTurn, _: str) -> None:
    """The agent becomes the built-in one in the middle of its work."""
    turn.tell("agent/not_found", requestedAgent=turn.agent.name, fallbackAgent=DEFAULT_AGENT)
    turn.session.mode = DEFAULT_AGENT
    turn.update("current_mode_update", currentModeId=DEFAULT_AGENT)


def _hang(turn: KiroTurn, _: str) -> None:
    turn.session.tools.append(start_tool(turn.session.folder))
    turn.wait(lambda: False)


def _deaf(_: KiroTurn, _text: str) -> None:
    while True:
        time.sleep(3600)


def _until(turn: KiroTurn, name: str) -> None:
    turn.wait(Path(turn.session.folder, name).exists)


def _recall(turn: KiroTurn, _: str) -> None:
    asked = [u["content"]["text"] for u in turn.session.history if u["sessionUpdate"] == "user_message_chunk"]
    turn.say("You asked before: " + " | ".join(asked[:-1]))


def _quota(turn: KiroTurn, _: str) -> None:
    turn.tell("error/rate_limit", message="You've reached your monthly request limit.")
    raise Refused(-32603, "Internal error", "You've reached your monthly request limit.")


def _login(_: KiroTurn, _text: str) -> None:
    raise Refused(
        -32000, "Authentication required", "You are not logged in, please log in with kiro-cli login"
    )


def _cancel(_: KiroTurn, _text: str) -> None:
    raise CancelledError


STEPS: dict[str, Step] = {
    "say": _say,
    "write": _write,
    "permission": _shell,
    "deny": _shell,
    "fail": _fail,
    "todo": _todo,
    "child": _child,
    "vendor": _vendor,
    "fallback": _fallback,
    "hang": _hang,
    "long": _hang,
    "deaf": _deaf,
    "until": _until,
    "recall": _recall,
    "quota": _quota,
    "login": _login,
    "refusal": lambda *_: "refusal",
    "silent": lambda *_: "end_turn",
    "cancelled": _cancel,
}
"""What a marker does; a text that it returns ends the turn, as its stop reason."""
