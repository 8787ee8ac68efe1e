"""One conversation with an agent: opening it, its turns, and taking leave."""

from __future__ import annotations

import contextlib
import time

from app import __version__
from app.agents.acp import kiro, modes, updates
from app.agents.acp.asked import Permissions
from app.agents.acp.client import Client
from app.agents.acp.link import ClientGone, Link, Refused
from app.agents.acp.modes import Setting
from app.agents.acp.spending import Spending
from app.agents.acp.wire import Json, Notification, Request, mapping, text_of
from app.agents.events import Ended, Spent, Started, Tool
from app.agents.host.questions import Questions
from app.agents.host.teller import Teller
from app.agents.host.waking import Waker
from app.model.run import AgentRun

START_S = 120.0
"""How long a client may take to answer before any work has begun, in seconds."""

LATE_S = 0.3
LATEST_S = 2.0
"""How long after a turn it must have been silent, and at most, before its late updates are taken as all."""

CANCEL_S = 1.5
"""How long a cancelled turn may take to say so, in seconds."""


class Leave(Exception):  # noqa: N818 - a state of affairs
    """It is time to go: we were told to end, or the client must be ended."""


class FellBack(Exception):  # noqa: N818 - a state of affairs
    """The agent is in another mode, or is another agent, than the one that was asked for."""


class CannotOpen(Exception):  # noqa: N818 - a state of affairs
    """No conversation came about; the message says why. ``status`` is that of HTTP where there is one."""

    def __init__(self, why: str, status: int | None = None) -> None:
        super().__init__(why)
        self.status = status


class Conversation:
    """Speaks with a client that has been started, and tells what it does."""

    def __init__(
        self,
        client: Client,
        run: AgentRun,
        teller: Teller,
        questions: Questions,
        permissions: Permissions,
        waker: Waker,
    ) -> None:
        self._run = run
        self._teller = teller
        self._questions = questions
        self._permissions = permissions
        self._waker = waker
        self.last_words = ""
        """The last line of its error output: what it says before it dies."""
        self._link = Link(client, self)
        self._spending = Spending()
        self._session: str | None = None
        self._prompt: str | None = None
        self._mode: str | None = None
        self._allowed_mode: str | None = None
        self._replaying = True
        self._leaving = False
        self._fell_back: str | None = None
        self._heard = time.monotonic()

    # ---- opening ----------------------------------------------------------------------------------

    def open(self, folder: str, session: str | None) -> None:
        """Open a new conversation in a folder, or go on with an earlier one.

        Raises CannotOpen, FellBack, Leave, ClientGone and NoAnswer.
        """
        hello = self._hello()
        place = {"cwd": folder, "mcpServers": []}
        result = self._new(hello, place) if session is None else self._again(hello, place, session)
        self._session = session or text_of(result.get("sessionId"))
        if self._session is None:
            raise CannotOpen("it opened a conversation without an id")
        mode, model = modes.mode_of(result), modes.model_of(result)
        self._mode = mode.now if mode else None
        self._teller.take(Started(self._session, model.now if model else None, self._mode))
        self._set_mode(mode)
        self._set_model(model)
        self._replaying = False

    def _hello(self) -> Json:
        params = {
            "protocolVersion": 1,
            "clientCapabilities": {"fs": {"readTextFile": False, "writeTextFile": False}, "terminal": False},
            "clientInfo": {"name": "delegate", "title": "delegate", "version": __version__},
        }
        try:
            return self._link.call("initialize", params, START_S)
        except Refused as refused:
            raise CannotOpen(f"it does not speak with us: {refused}", refused.status) from None

    def _new(self, hello: Json, place: Json) -> Json:
        try:
            return self._link.call("session/new", place, START_S)
        except Refused as refused:
            raise CannotOpen(_no_session(refused, hello), refused.status) from None

    def _again(self, hello: Json, place: Json, session: str) -> Json:
        """Go on with a conversation; never with a new one in its place, which would remember nothing."""
        able = mapping(hello.get("agentCapabilities"))
        resumes = "resume" in mapping(able.get("sessionCapabilities"))
        if not able.get("loadSession") and not resumes:
            raise CannotOpen("it cannot go on with a conversation: its client has no way to load one")
        method = "session/load" if able.get("loadSession") else "session/resume"
        try:
            return self._link.call(method, {"sessionId": session, **place}, START_S)
        except Refused as refused:
            raise CannotOpen(f"it cannot go on with the conversation: {refused}", refused.status) from None

    def _set_mode(self, mode: Setting | None) -> None:
        """Put it into the mode that was asked for, and make sure that it is in no other."""
        asked = kiro.agent_of(self._run.command) or self._run.mode
        self._allowed_mode = asked or self._mode
        if asked is None or (mode is not None and mode.now == asked):
            return
        why = "it has no modes"
        if mode is not None:
            why = self._ask_for(mode, "mode", asked)
        if self._mode == asked:
            return
        if modes.rises(asked, self._mode):
            raise FellBack(_instead("mode", asked, self._mode, why))
        self._teller.note(f"! stays in mode {self._mode}, asked for {asked}{f': {why}' if why else ''}")

    def _set_model(self, model: Setting | None) -> None:
        asked = self._run.model
        if asked is None or any(asked in word for word in self._run.command):
            return  # a model on the command line is the client's to take
        if model is not None and model.now == asked:
            return
        why = "it offers no choice of models" if model is None else self._ask_for(model, "model", asked)
        if self._teller.report.model != asked:
            raise FellBack(_instead("model", asked, self._teller.report.model, why))

    def _ask_for(self, setting: Setting, what: str, value: str) -> str:
        """Set a mode or model; says why not, where it is refused. What holds then is noted as it is told."""
        session = {"sessionId": self._session}
        self._note_setting(what, None)
        try:
            if setting.option is not None:
                option = {**session, "configId": setting.option, "value": value}
                result = self._link.call("session/set_config_option", option, START_S)
                self._note_setting(what, modes.option_of(result, what))
            else:
                self._link.call(f"session/set_{what}", {**session, f"{what}Id": value}, START_S)
        except Refused as refused:
            self._note_setting(what, setting.now)
            offered = f"; it offers {', '.join(setting.offered[:20])}" if setting.offered else ""
            return f"{refused}{offered}"
        if self._setting(what) is None:  # nothing was said against it
            self._note_setting(what, value)
        return ""

    def _setting(self, what: str) -> str | None:
        return self._mode if what == "mode" else self._teller.report.model

    def _note_setting(self, what: str, value: str | None) -> None:
        if what == "mode":
            self._mode = value
            self._teller.take(Started(mode=value))
        else:
            self._teller.tell(model=value)

    # ---- turns ------------------------------------------------------------------------------------

    def turn(self, text: str) -> bool:
        """Say something and take everything up to the end of the agent's turn; whether that went well.

        Raises FellBack, Leave and ClientGone.
        """
        prompt = {"sessionId": self._session, "prompt": [{"type": "text", "text": text}]}
        self._permissions.closed = False
        self._prompt = self._link.ask("session/prompt", prompt)
        while not self._link.answered(self._prompt):
            self._link.step()
        ended = self._turn_ended()
        self._teller.take(ended)
        self._take_late_updates()
        return ended.ok

    def _turn_ended(self) -> Ended:
        key, self._prompt = self._prompt or "", None
        self._permissions.closed = True
        self._questions.withdraw_all()
        try:
            result = self._link.result(key)
        except Refused as refused:
            return Ended(False, reason="error", error=str(refused), status=refused.status)
        if self._spending.take_result(result):
            self._teller.take(Spent(self._spending.usage))
        reason = text_of(result.get("stopReason"))
        if reason is None:
            return Ended(False, reason="no stop reason", error="it ended its turn without a reason")
        return Ended(reason == "end_turn", reason=reason)

    def _take_late_updates(self) -> None:
        """What belongs to a turn may come after its end."""
        latest = time.monotonic() + LATEST_S
        with contextlib.suppress(ClientGone):  # its turn is over: it may go
            while time.monotonic() < (quiet := min(self._heard + LATE_S, latest)):
                self._link.step(quiet)

    # ---- leave ------------------------------------------------------------------------------------

    def leave(self) -> None:
        """Cancel the turn that runs, and wait a little for the client to say so."""
        self._leaving = True
        self._permissions.closed = True
        if self._session is not None and self._prompt is not None:
            self._link.tell("session/cancel", {"sessionId": self._session})
        self._questions.withdraw_all()
        deadline = time.monotonic() + CANCEL_S
        with contextlib.suppress(ClientGone):
            while self._prompt and not self._link.answered(self._prompt) and time.monotonic() < deadline:
                self._link.step(deadline)

    # ---- what the client says, whenever it likes --------------------------------------------------

    def on_request(self, request: Request) -> None:
        """The agent asks: a permission, or something that we never said we could."""
        self._heard = time.monotonic()
        if request.method != "session/request_permission":
            return self._link.refuse(request)
        return self._permissions.ask(self._link, request, ours=self._is_ours(request.params))

    def on_notification(self, notification: Notification) -> None:
        """The agent tells; what is unknown, or of another conversation, is ignored."""
        self._heard = time.monotonic()
        if notification.method == "session/update":
            if self._is_ours(notification.params):
                self._on_update(mapping(notification.params.get("update")))
        elif self._permissions.take_back(notification):
            pass
        elif notification.method.startswith(kiro.PREFIX):
            self._on_kiro(notification)
        elif "retry" in notification.method:
            self._teller.take(updates.retry_of(notification.params))

    def on_noise(self, text: str, *, error: bool = False) -> None:
        """The client has printed something that is no message."""
        if not text.strip():
            return
        self._teller.note(f"· {text}")
        if error:
            self.last_words = text.strip()[:1000]

    def after(self) -> None:
        """What is due after each round. Raises FellBack and Leave."""
        self._waker.look()
        self._questions.look()
        self._teller.tick()
        if self._leaving:
            return
        if self._waker.stopping or self._teller.given_up is not None:
            raise Leave
        if self._fell_back is not None:
            raise FellBack(self._fell_back)

    def seconds_to_next(self) -> float | None:
        """When something is due although nothing happens."""
        due = (self._questions.seconds_to_next, self._teller.seconds_to_next(), self._waker.longest_s)
        return min((seconds for seconds in due if seconds is not None), default=None)

    def _is_ours(self, params: Json) -> bool:
        return self._session is None or params.get("sessionId") in (self._session, None)

    def _on_update(self, update: Json) -> None:
        kind = update.get("sessionUpdate")
        mode = modes.option_of(update, "mode") if kind == "config_option_update" else None
        if kind == "current_mode_update":
            mode = text_of(update.get("currentModeId"))
        if mode is not None:
            self._on_mode(mode)
        if self._replaying:
            return  # what was told in an earlier attempt
        name = self._permissions.note_call(update) if "toolCallId" in update else None
        for event in updates.events_of(update, name):
            self._teller.take(event)
            if isinstance(event, Tool):
                self._permissions.note_status(event)
        if self._spending.take_update(update):
            self._teller.take(Spent(self._spending.usage))

    def _on_kiro(self, notification: Notification) -> None:
        if not self._is_ours(notification.params):
            return
        if (agent := kiro.agent_now(notification)) is not None:
            self._on_mode(agent)
        if (spent := kiro.credits_of(notification)) is not None:
            self._spending.add_cost(spent, "credits")
            self._teller.take(Spent(self._spending.usage))
        for event in kiro.events_of(notification):
            self._teller.take(event)

    def _on_mode(self, mode: str) -> None:
        """It is in another mode now. One that may do more than was approved ends the task, unless a person
        has just allowed that."""
        self._mode = mode
        self._teller.take(Started(mode=mode))
        if self._replaying or mode == self._allowed_mode:
            return
        if self._permissions.mode_allowed:
            self._permissions.mode_allowed = False
            self._allowed_mode = mode
        elif modes.rises(self._allowed_mode, mode):
            self._fell_back = _instead("mode", self._allowed_mode or "none", mode, "")


def _instead(what: str, asked: str, came: str | None, why: str) -> str:
    """``mode yolo, asked for plan: Mode not found``."""
    return f"{what} {came or 'unknown'}, asked for {asked}" + (f": {why}" if why else "")


def _no_session(refused: Refused, hello: Json) -> str:
    """Why it opened no conversation; where it wants a login, how it offers one."""
    methods = hello.get("authMethods")
    names = [text_of(mapping(item).get("name")) for item in methods] if isinstance(methods, list) else []
    wants = refused.error.get("code") == -32000 or "auth" in str(refused).lower()
    if not wants:
        return f"it opened no conversation: {refused}"
    offered = f" (it offers: {', '.join(filter(None, names))})" if any(names) else ""
    return f"not logged in: {refused}; log in with its own client first{offered}"
