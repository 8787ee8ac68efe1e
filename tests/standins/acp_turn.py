"""What a step of the ACP stand-in works with: the conversation, the turn, the table of steps."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.standins.peer import CancelledError, Json, Peer, end_tool, note, write_file

OPTIONS: dict[str, list[tuple[str, str]]] = {
    "": [("approve_once", "allow_once"), ("approve_always", "allow_always"), ("reject", "reject_once")],
    "backwards": [("2", "reject_once"), ("3", "reject_always"), ("0", "allow_always"), ("1", "allow_once")],
    "lying": [("allow", "reject_once"), ("no-really", "reject_always"), ("deny", "allow_once")],
    "always": [("all", "allow_always"), ("none", "reject_always")],
    "allow-only": [("proceed_once", "allow_once")],
    "empty": [],
    "vendor": [("maybe", "allow_for_a_while"), ("proceed_once", "allow_once"), ("cancel", "reject_once")],
}
"""Permission options by the step's argument, as (id, kind): only the kind tells what an option does."""


@dataclass(slots=True)
class Session:
    """One conversation: where it works, what was said, what it has running."""

    id: str
    folder: str
    mode: str
    store: Path
    history: list[Json] = field(default_factory=list)
    tools: list[subprocess.Popen[bytes]] = field(default_factory=list)
    cancelled: threading.Event = field(default_factory=threading.Event)
    busy: bool = False

    def remember(self, update: Json) -> None:
        """Keep an update, so that loading the conversation replays it."""
        self.history.append(update)
        self.store.parent.mkdir(parents=True, exist_ok=True)
        self.store.write_text(json.dumps(self.history))

    def end_tools(self) -> None:
        """End every tool that still runs, with its children."""
        while self.tools:
            end_tool(self.tools.pop())


@dataclass(slots=True)
class Turn:
    """One prompt that is being answered."""

    peer: Peer
    session: Session
    request_id: object
    stubborn: threading.Event
    calls: int = 0
    result: Json = field(default_factory=dict)
    late: list[tuple[str, Json]] = field(default_factory=list)

    def update(self, update_kind: str, /, **more: object) -> None:
        """Send a session update and keep it for a replay."""
        update = {"sessionUpdate": update_kind, **more}
        self.session.remember(update)
        self.peer.notify("session/update", {"sessionId": self.session.id, "update": update})

    def say(self, text: str, kind: str = "agent_message_chunk") -> None:
        """Say something."""
        self.update(kind, content={"type": "text", "text": text})

    def call(self, title: str, kind: str = "execute", announced: bool = True, **more: object) -> str:
        """Announce a tool call and return its id."""
        self.calls += 1
        call_id = f"call-{len(self.session.history)}"
        if announced:
            self.update("tool_call", toolCallId=call_id, title=title, kind=kind, status="pending", **more)
        return call_id

    def ended(self, call_id: str, status: str = "completed", text: str = "", **more: object) -> None:
        """Tell how a tool call ended."""
        content = [{"type": "content", "content": {"type": "text", "text": text}}] if text else []
        self.update("tool_call_update", toolCallId=call_id, status=status, content=content, **more)

    def write(self, call_id: str, name: str) -> None:
        """Write a file, and report it as the outcome of a tool call."""
        text = "hello\nfrom the stand-in\n"
        try:
            path = write_file(name, text, self.session.folder)
        except OSError as error:
            return self.ended(call_id, "failed", str(error))
        diff = {"type": "diff", "path": str(path), "oldText": None, "newText": text}
        return self.update("tool_call_update", toolCallId=call_id, status="completed", content=[diff])

    def permitted(self, call_id: str, title: str, options: str = "", session: str = "") -> bool:
        """Ask the client; whether it chose an option whose kind allows."""
        offered = OPTIONS[options]
        answer = self.peer.request("session/request_permission", {
            "sessionId": session or self.session.id,
            "toolCall": {"toolCallId": call_id, "title": title, "kind": "execute", "status": "pending",
                         "rawInput": {"command": title}},
            "options": [{"optionId": i, "name": i.replace("_", " "), "kind": kind} for i, kind in offered],
        }, self.session.cancelled)  # fmt: skip
        chosen = answer.get("result", {}).get("outcome", {}).get("optionId")
        allowed = dict(offered).get(chosen, "").startswith("allow")
        note("permission", allowed=allowed, chosen=chosen, session=session or self.session.id)
        return allowed

    def wait(self, condition: Callable[[], object]) -> None:
        """Wait for a condition or the cancellation of the turn."""
        while not condition():
            if self.session.cancelled.wait(0.02):
                raise CancelledError


Step = Callable[[Turn, str], str | None]
STEPS: dict[str, Step] = {}
"""Every step by its marker; one that returns a text ends the turn with it as the stop reason."""


def step(name: str) -> Callable[[Step], Step]:
    """Enter a function as the step of this marker."""

    def entered(function: Step) -> Step:
        STEPS[name] = function
        return function

    return entered
