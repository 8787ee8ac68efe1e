"""Mode and model of a conversation: put as they were asked for, and watched from then on."""

from __future__ import annotations

from collections.abc import Callable

from app.agents.acp import kiro, modes
from app.agents.acp.link import Link, Refused
from app.agents.acp.modes import Setting
from app.agents.acp.opening import START_S, Opened
from app.agents.acp.wire import Json
from app.agents.events import Started
from app.agents.host.teller import Teller
from app.model.run import AgentRun

_MOST_OFFERED = 20


class FellBack(Exception):  # noqa: N818 - a state of affairs
    """The agent is in another mode, or is another agent, than the one that was asked for."""


class Stance:
    """What one agent is in. A mode is also an agent, for clients whose agents are modes."""

    def __init__(self, run: AgentRun, teller: Teller) -> None:
        self._run = run
        self._teller = teller
        self._mode: str | None = None
        self._model: str | None = None
        self._allowed: str | None = None
        self._settled = False
        self.fell_back: str | None = None
        """The mode it has gone to by itself that may do more than was approved, in words."""

    def settle(self, link: Link, opened: Opened) -> None:
        """Put it into the mode and on the model that were asked for, and make sure that they hold.

        Raises FellBack, and what `Link.call` raises but Refused.
        """
        self._mode = opened.mode.now if opened.mode else None
        self._model = opened.model.now if opened.model else None
        self._teller.take(Started(opened.session, self._model, _named(self._mode)))
        if opened.allows_all and not self._run.trusted:
            raise FellBack("allowing every tool unasked, as its own settings say")
        self._settle_mode(link, opened)
        self._settle_model(link, opened)
        self._settled = True

    def on_mode(self, mode: str, *, permitted: Callable[[], bool]) -> None:
        """It is in another mode now. One that may do more than was approved ends the task, unless a person
        has just permitted that."""
        self._mode = mode
        self._teller.take(Started(mode=_named(mode)))
        if not self._settled or mode == self._allowed:
            return
        if permitted() or (self._allowed is None and not modes.asks_nothing(mode)):
            self._allowed = mode  # the first that is told of an agent that has not said what it was in
        elif modes.rises(self._allowed, mode):
            self.fell_back = _instead("mode", self._allowed or "none", mode, "")

    def on_options(self, told: Json) -> None:
        """Its options are others now."""
        if self._settled and modes.allows_all(told) and not self._run.trusted:
            self.fell_back = "allowing every tool unasked"

    def _settle_mode(self, link: Link, opened: Opened) -> None:
        asked = kiro.agent_of(self._run.command) or self._run.mode
        asked = asked and (modes.meant(asked, opened.mode) if opened.mode else asked)
        self._allowed = asked or self._mode
        if asked is None or self._mode == asked:
            return
        why = "it has no modes"
        if opened.mode is not None:
            why, self._mode = self._put(link, opened.session, opened.mode, "mode", asked)
        if self._mode == asked:
            return
        if modes.rises(asked, self._mode):
            raise FellBack(_instead("mode", asked, self._mode, why))
        self._teller.note(
            f"! stays in mode {_named(self._mode)}, asked for {_named(asked)}{f': {why}' if why else ''}"
        )

    def _settle_model(self, link: Link, opened: Opened) -> None:
        asked = self._run.model
        if asked is None or asked == self._model or any(asked in word for word in self._run.command):
            return  # a model on the command line is the client's to take
        why, wanted = "it offers no choice of models", asked
        if opened.model is not None:
            wanted = modes.meant(asked, opened.model)
            why, self._model = self._put(link, opened.session, opened.model, "model", wanted)
        if self._model != wanted:
            raise FellBack(_instead("model", asked, self._model, why))

    def _put(
        self, link: Link, session: str, setting: Setting, what: str, value: str
    ) -> tuple[str, str | None]:
        """Set a mode or a model; why not, where it is refused, and what holds then."""
        self._mode = None if what == "mode" else self._mode
        try:
            now = self._ask(link, session, setting, what, value)
        except Refused as refused:
            offered = ", ".join(map(modes.short, setting.offered[:_MOST_OFFERED]))
            return f"{refused}; it offers {offered}" if offered else str(refused), setting.now
        told = self._mode if what == "mode" else None
        now = told or now or value  # where nothing is said against it, the answer is a yes
        self._teller.take(Started(mode=_named(now)) if what == "mode" else Started(model=now))
        return "", now

    @staticmethod
    def _ask(link: Link, session: str, setting: Setting, what: str, value: str) -> str | None:
        """The value that the answer tells, None where it tells none. Raises Refused."""
        if setting.option is None:
            link.call(f"session/set_{what}", {"sessionId": session, f"{what}Id": value}, START_S)
            return None
        params = {"sessionId": session, "configId": setting.option, "value": value}
        return modes.option_of(link.call("session/set_config_option", params, START_S), what)


def _instead(what: str, asked: str, came: str | None, why: str) -> str:
    """``mode yolo, asked for plan: Mode not found``."""
    return f"{what} {_named(came) or 'unknown'}, asked for {_named(asked)}" + (f": {why}" if why else "")


def _named(mode: str | None) -> str | None:
    return mode and modes.short(mode)
