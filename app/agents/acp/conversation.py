"""One conversation with an agent: its turns, what comes in between, and taking leave."""

from __future__ import annotations

import contextlib
import time

from app.agents.acp import copilot, kiro, modes, updates
from app.agents.acp.asked import Permissions
from app.agents.acp.client import Client
from app.agents.acp.link import ClientGone, Link, Refused
from app.agents.acp.opening import open_session
from app.agents.acp.spending import Spending
from app.agents.acp.stance import FellBack, Stance
from app.agents.acp.wire import Json, Notification, Request, mapping, text_of
from app.agents.events import Ended, Event, Spent, Text, Tool
from app.agents.host.questions import Questions
from app.agents.host.teller import Teller
from app.agents.host.waking import Waker
from app.model.run import AgentRun

LATE_S = 0.3
LATEST_S = 2.0
"""How long after a turn it must have been silent, and at most, before its late updates are taken as all."""

CANCEL_S = 1.5
"""How long a cancelled turn may take to say so, in seconds."""


class Leave(Exception):  # noqa: N818 - a state of affairs
    """It is time to go: we were told to end, or the client must be ended."""


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
        self._teller = teller
        self._questions = questions
        self._permissions = permissions
        self._waker = waker
        self.last_words = ""
        """The last line of its error output: what it says before it dies."""
        self._link = Link(client, self)
        self._spending = Spending()
        self._session: str | None = None
        self._agent = ""
        self._piece = ""
        self._prompt: str | None = None
        self._stance = Stance(run, teller)
        self._replaying = True
        self._leaving = False
        self._heard = time.monotonic()

    def open(self, folder: str, session: str | None) -> None:
        """Open a new conversation in a folder, or go on with an earlier one, in the mode that was asked for.

        Raises CannotOpen, FellBack, Leave, ClientGone and NoAnswer.
        """
        opened = open_session(self._link, folder, session)
        self._session, self._agent = opened.session, opened.agent
        self._stance.settle(self._link, opened)
        self._replaying = False

    # ---- turns ------------------------------------------------------------------------------------

    def begin(self, text: str) -> bool:
        """Say something, with which the agent's turn begins; False where no client is there to hear it."""
        prompt = {"sessionId": self._session, "prompt": [{"type": "text", "text": text}]}
        self._permissions.closed = False
        self._prompt = self._link.ask("session/prompt", prompt)
        return self._link.client.hears

    def finish(self) -> bool:
        """Take everything up to the end of the agent's turn; whether that went well.

        Raises FellBack, Leave and ClientGone.
        """
        assert self._prompt is not None
        while not self._link.answered(self._prompt):
            self._link.step(awaited=self._prompt)
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
        ended = Ended(reason == "end_turn", reason=reason)
        return copilot.ended(self._piece, ended) if self._agent == copilot.NAME else ended

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
                self._link.step(deadline, self._prompt)

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
        if self._stance.fell_back is not None:
            raise FellBack(self._stance.fell_back)

    def seconds_to_next(self) -> float | None:
        """When something is due although nothing happens."""
        due = (self._questions.seconds_to_next, self._teller.seconds_to_next(), self._waker.longest_s)
        return min((seconds for seconds in due if seconds is not None), default=None)

    def _is_ours(self, params: Json) -> bool:
        return self._session is None or params.get("sessionId") in (self._session, None)

    def _on_update(self, update: Json) -> None:
        kind = update.get("sessionUpdate")
        mode = modes.option_of(update, "mode") if kind == "config_option_update" else None
        self._stance.on_options(update)
        if kind == "current_mode_update":
            mode = text_of(update.get("currentModeId"))
        if mode is not None:
            self._stance.on_mode(mode, permitted=self._permissions.was_mode_allowed)
        if self._replaying:
            return  # what was told in an earlier attempt
        name = self._permissions.note_call(update) if "toolCallId" in update else None
        for event in updates.events_of(update, name):
            self._take(event)
        if self._spending.take_update(update):
            self._teller.take(Spent(self._spending.usage))

    def _take(self, event: Event) -> None:
        if self._agent == copilot.NAME:
            event = copilot.meant(event)
        self._teller.take(event)
        if isinstance(event, Tool):
            self._permissions.note_status(event)
        self._piece = event.text if isinstance(event, Text) else ""

    def _on_kiro(self, notification: Notification) -> None:
        if not self._is_ours(notification.params):
            return
        if (agent := kiro.agent_now(notification)) is not None:
            self._stance.on_mode(agent, permitted=lambda: False)
        if (spent := kiro.credits_of(notification)) is not None:
            self._spending.add_cost(spent, "credits")
            self._teller.take(Spent(self._spending.usage))
        for event in kiro.events_of(notification):
            self._teller.take(event)
