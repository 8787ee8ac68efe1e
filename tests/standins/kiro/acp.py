"""kiro-cli's dialect of the Agent Client Protocol, as its public clients describe it."""

from __future__ import annotations

import functools
import json
import os
import threading
import uuid
from dataclasses import replace
from pathlib import Path

from tests.standins.acp_turn import Session
from tests.standins.kiro.steps import DEFAULT, STEPS, KiroTurn
from tests.standins.kiro.world import DEFAULT_AGENT, Agent, agents, conversation, home
from tests.standins.peer import CancelledError, Json, Peer, Refused, markers, note


class Server:
    """One ``kiro-cli acp``; the agents are those that existed when it was started."""

    def __init__(self, agent: str | None, model: str | None, trusted: tuple[str, ...] = ()) -> None:
        self.peer = Peer()
        self.wanted, self.model = agent or DEFAULT_AGENT, model or "auto"
        self.known = {
            name: replace(found, allowed=(*found.allowed, *trusted))
            for name, found in agents(Path.cwd()).items()
        }
        self.sessions: dict[str, Session] = {}
        self.stubborn = threading.Event()

    def run(self) -> None:
        """Answer until the client closes the connection."""
        for message in self.peer.messages():
            if message["method"] == "session/prompt":
                threading.Thread(target=self._turn, args=(message,), daemon=True).start()
            else:
                self.peer.serve(message, functools.partial(self._answer, message))
        for session in self.sessions.values():
            session.end_tools()
        note("ended")

    def _answer(self, message: Json) -> Json:
        params = message.get("params") or {}
        match message["method"]:
            case "initialize":
                return self._initialize()
            case "session/new":
                return self._new(str(uuid.uuid4()), params["cwd"])
            case "session/load":
                return self._load(params["sessionId"], params["cwd"])
            case "session/set_mode":
                return self._set_mode(self._session(params), params["modeId"])
            case "session/set_model":
                self.model = params["modelId"]
                return {}
            case "session/cancel":
                self._session(params).cancelled.set()
                return {}
            case "_kiro.dev/session/terminate":
                note("terminated", sessionId=params["sessionId"])
                self._session(params).end_tools()
                del self.sessions[params["sessionId"]]
                return {}
        raise Refused(-32601, "Method not found")

    def _initialize(self) -> Json:
        version = os.environ.get("KIRO_STANDIN_VERSION") or "2025-08-22"
        return {
            "protocolVersion": int(version) if version.isdigit() else version,
            "agentCapabilities": {
                "loadSession": True,
                "promptCapabilities": {"image": True, "audio": False, "embeddedContext": False},
                "mcpCapabilities": {"http": True, "sse": False},
            },
            "agentInfo": {"name": "Kiro CLI Agent", "version": "2.14.0"},
            "authMethods": [],
        }

    def _session(self, params: Json) -> Session:
        session = self.sessions.get(params["sessionId"])
        if session is None:
            raise Refused(-32602, f"Session not found: {params['sessionId']}")
        return session

    def _new(self, session_id: str, folder: str) -> Json:
        mode = self.wanted if self.wanted in self.known else self._fallback(session_id)
        store = home() / "sessions" / "cli" / f"{session_id}.json"
        session = self.sessions[session_id] = Session(session_id, folder, mode, store)
        note("session", sessionId=session_id, agent=mode, model=self.model)
        tools = [{"name": "execute_bash", "source": "built-in"}, {"name": "fs_write", "source": "built-in"}]
        self._tell("commands/available", session, commands=[{"name": "/compact"}], tools=tools)
        modes = [{"id": name, "name": name, "description": None} for name in self.known]
        models = [{"modelId": name, "name": name} for name in ("auto", self.model)]
        return {
            "sessionId": session.id,
            "modes": {"currentModeId": mode, "availableModes": modes},
            "models": {"currentModelId": self.model, "availableModels": models},
        }

    def _fallback(self, session_id: str) -> str:
        """What becomes of an agent that does not exist: an error, or another agent, announced or not."""
        how = os.environ.get("KIRO_STANDIN_FALLBACK")
        if not how:
            raise Refused(-32602, f"Mode not found: {self.wanted}")
        if how == "announced":
            told = {"requestedAgent": self.wanted, "fallbackAgent": DEFAULT_AGENT, "sessionId": session_id}
            self.peer.notify("_kiro.dev/agent/not_found", told)
        return DEFAULT_AGENT

    def _load(self, session_id: str, folder: str) -> Json:
        store = home() / "sessions" / "cli" / f"{session_id}.json"
        if not store.exists():
            raise Refused(-32603, "Internal error", f"Session not found: {session_id}")
        history = json.loads(store.read_text())
        answer = self._new(session_id, folder)
        for update in history:
            self.sessions[session_id].history.append(update)
            self.peer.notify("session/update", {"sessionId": session_id, "update": update})
        return {key: value for key, value in answer.items() if key != "sessionId"}

    def _set_mode(self, session: Session, mode: str) -> Json:
        if mode not in self.known:
            raise Refused(-32603, "Internal error", f"Mode not found: {mode}")
        if os.environ.get("KIRO_STANDIN_SETMODE") != "deaf":
            self._tell("agent/switched", session, agentName=mode, previousAgentName=session.mode)
            session.mode = mode
        return {}

    def _tell(self, what: str, session: Session, **more: object) -> None:
        self.peer.notify(f"_kiro.dev/{what}", {"sessionId": session.id, **more})

    def _turn(self, message: Json) -> None:
        def play() -> Json:
            session = self._session(message["params"])
            agent = self.known.get(session.mode, Agent(DEFAULT_AGENT))
            turn = KiroTurn(self.peer, session, message["id"], self.stubborn, agent=agent)
            return _play(turn, "\n".join(str(b.get("text", "")) for b in message["params"]["prompt"]))

        self.peer.serve(message, play)


def _play(turn: KiroTurn, text: str) -> Json:
    session = turn.session
    note("turn", sessionId=session.id, agent=turn.agent.name, prompt=text)
    session.cancelled.clear()
    session.remember({"sessionUpdate": "user_message_chunk", "content": {"type": "text", "text": text}})
    path = conversation(session.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps({"role": "user", "text": text}) + "\n")
    reason = None
    try:
        for name, argument in list(markers(text)) or DEFAULT:
            if name not in STEPS:
                raise Refused(-32602, f"The stand-in has no step {name}")
            if reason := STEPS[name](turn, argument):
                break
    except CancelledError:
        reason = "cancelled"
    session.end_tools()
    turn.tell_usage()
    return {"stopReason": reason or "end_turn"}
