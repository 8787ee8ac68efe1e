#!/usr/bin/env python3
"""A coding agent that speaks the Agent Client Protocol and does what its prompt says, right or wrong.

    acp_agent.py

Steps stand in the prompt, ``[[name]]`` or ``[[name:argument]]``, and are done in order; ``acp_steps.py``
and ``acp_faults.py`` list them. Without any, the agent writes hello.txt and says so. Settings (environment):

    STANDIN_EVIDENCE  a file: a JSON line for everything done, received and answered, with the pid
    STANDIN_HOME      a folder: conversations are kept there, so that a later process can load them
    STANDIN_VERSION   the protocol version it answers, "2025-08-22" for one as a text
    STANDIN_LOGIN     session/new demands a login
    STANDIN_START     crash, hang, garbage, stderr: what happens before the first answer
    STANDIN_LOAD      unsupported: not announced and refused; missing: announced, but the conversation is gone
    STANDIN_MODES     none: no modes; config: a mode is an option of the configuration, as newer agents do
    STANDIN_FIRST     the mode that a new conversation is in (ask)
    STANDIN_SETMODE   deaf: says yes and stays; rises: says yes, then goes to yolo; silent-rise: the same
                      without a word; refuses: "Mode not found"
    STANDIN_REJECT    ends: a rejection ends the turn, as with some agents; without it the agent goes on
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.standins import acp_faults, acp_steps  # noqa: F401 - they enter their steps
from tests.standins.acp_turn import STEPS, Session, Turn
from tests.standins.peer import CancelledError, Json, Peer, Refused, markers, note, note_start

MODES = ("ask", "plan", "auto", "yolo")
DEFAULT = (("say", "I will write the file."), ("write", "hello.txt"), ("say", "Done: hello.txt was created."))


def knob(name: str) -> str:
    """A setting from the environment."""
    return os.environ.get(f"STANDIN_{name}", "")


def with_vendor_fields(message: Json) -> Json:
    """A message as vendors send them: with fields that no schema has."""
    extra: Json = {"_meta": {"standin.test/trace": [1, {"deep": None}]}, "vendorField": True}
    kept = {
        k: {**v, **extra} if k in ("params", "result") and isinstance(v, dict) else v
        for k, v in message.items()
    }
    return {**kept, "vendor": "stand-in"}


class Agent:
    """The conversations of one process and the answers to the client's requests."""

    def __init__(self) -> None:
        self.peer = Peer(with_vendor_fields)
        self.sessions: dict[str, Session] = {}
        self.stubborn = threading.Event()

    def run(self) -> None:
        """Answer until the client closes the connection; the turns run beside that."""
        signal.signal(signal.SIGTERM, self._told_to_end)
        for message in self.peer.messages():
            if message["method"] == "session/prompt":
                threading.Thread(target=self._turn, args=(message,), daemon=True).start()
            else:
                self.peer.serve(message, functools.partial(self._answer, message))
        while self.stubborn.is_set():
            signal.pause()
        for session in self.sessions.values():
            session.end_tools()
        note("ended")

    def _told_to_end(self, number: int, _: object) -> None:
        note("told-to-end", stubborn=self.stubborn.is_set())
        if not self.stubborn.is_set():
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    def _answer(self, message: Json) -> Json:
        params = message.get("params") or {}
        match message["method"]:
            case "initialize":
                return self._initialize()
            case "authenticate" | "session/close":
                return {}
            case "session/new":
                return self._new(params)
            case "session/load":
                return self._load(params)
            case "session/set_mode":
                return self._set_mode(params["sessionId"], params["modeId"])
            case "session/set_config_option":
                self._set_mode(params["sessionId"], params["value"])
                return self._modes(self.sessions[params["sessionId"]])
            case "session/cancel":
                if session := self.sessions.get(str(params.get("sessionId"))):
                    session.cancelled.set()
                return {}
        raise Refused(-32601, f"Method not found: {message['method']}")

    def _initialize(self) -> Json:
        version: Any = knob("VERSION") or 1
        return {
            "protocolVersion": int(version) if str(version).isdigit() else version,
            "agentCapabilities": {
                "loadSession": knob("LOAD") != "unsupported",
                "promptCapabilities": {"image": False, "embeddedContext": True},
            },
            "agentInfo": {"name": "stand-in", "title": "Stand-in", "version": "1.0"},
            "authMethods": [{"id": "login", "name": "Log in", "description": None}],
        }

    def _new(self, params: Json) -> Json:
        if knob("LOGIN"):
            raise Refused(-32000, "Authentication required", {"authMethods": ["login"]})
        session = self._session(str(uuid.uuid4()), params["cwd"])
        self.peer.notify("session/update", {"sessionId": session.id, "update": {
            "sessionUpdate": "available_commands_update", "availableCommands": []}})  # fmt: skip
        return {"sessionId": session.id, **self._modes(session)}

    def _session(self, session_id: str, folder: str) -> Session:
        store = Path(knob("HOME") or Path.home() / ".standin", f"{session_id}.json")
        session = Session(session_id, folder, knob("FIRST") or "ask", store)
        self.sessions[session_id] = session
        return session

    def _load(self, params: Json) -> Json:
        session = self._session(params["sessionId"], params["cwd"])
        if knob("LOAD") == "unsupported":
            raise Refused(-32601, "Method not found: session/load")
        if knob("LOAD") == "missing" or not session.store.exists():
            raise Refused(-32002, "Resource not found", {"sessionId": session.id})
        for update in json.loads(session.store.read_text()):
            session.history.append(update)
            self.peer.notify("session/update", {"sessionId": session.id, "update": update})
        return self._modes(session)

    def _modes(self, session: Session) -> Json:
        named = [{"id": mode, "name": mode.capitalize(), "description": None} for mode in MODES]
        if knob("MODES") == "none":
            return {}
        if knob("MODES") != "config":
            return {"modes": {"currentModeId": session.mode, "availableModes": named}}
        options = [{"value": mode["id"], "name": mode["name"]} for mode in named]
        option = {"id": "mode", "name": "Mode", "category": "mode", "type": "select"}
        return {"configOptions": [{**option, "currentValue": session.mode, "options": options}]}

    def _set_mode(self, session_id: str, mode: str) -> Json:
        session, how = self.sessions[session_id], knob("SETMODE")
        if mode not in MODES or how == "refuses":
            raise Refused(-32602, f"Mode not found: {mode}")
        if how != "deaf":
            session.mode = "yolo" if "rise" in how else mode
        if how != "silent-rise" and knob("MODES") != "config":
            self.peer.notify("session/update", {"sessionId": session_id, "update": {
                "sessionUpdate": "current_mode_update", "currentModeId": session.mode}})  # fmt: skip
        return {}

    def _turn(self, message: Json) -> None:
        session = self.sessions.get(message["params"]["sessionId"])
        if session is None:
            return self.peer.serve(message, lambda: self._unknown(message))
        note("overlap" if session.busy else "turn", sessionId=session.id)
        session.busy = True
        turn = Turn(self.peer, session, message["id"], self.stubborn)
        self.peer.serve(message, lambda: self._play(turn, message["params"]["prompt"]))
        session.busy = False
        for kind, more in turn.late:
            turn.update(kind, **more)
        return None

    def _unknown(self, message: Json) -> Json:
        raise Refused(-32602, f"Session not found: {message['params']['sessionId']}")

    def _play(self, turn: Turn, prompt: list[Json]) -> Json:
        text = "\n".join(str(block.get("text", "")) for block in prompt)
        turn.session.cancelled.clear()
        turn.session.remember(
            {"sessionUpdate": "user_message_chunk", "content": {"type": "text", "text": text}}
        )
        reason = None
        try:
            for name, argument in list(markers(text)) or DEFAULT:
                if name not in STEPS:
                    raise Refused(-32602, f"The stand-in has no step {name}")
                if reason := STEPS[name](turn, argument):
                    break
        except CancelledError:
            reason = "cancelled"
        turn.session.end_tools()
        return {"stopReason": reason or "end_turn", **turn.result}


def _before_the_start() -> None:
    match knob("START"):
        case "crash":
            sys.stderr.write("error: cannot find module 'left-pad'\n")
            sys.exit(7)
        case "hang":
            while True:
                time.sleep(3600)
        case "garbage":
            sys.stdout.write("Update available: 1.0 → 1.1\n\n\x1b[2J{not json\n")
        case "stderr":
            sys.stderr.write("warning: noise\n" * 100_000)


if __name__ == "__main__":
    note_start()
    _before_the_start()
    Agent().run()
    os._exit(0)
