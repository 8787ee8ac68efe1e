"""Gathers what the verdict needs to know from the events of a run, whichever channel they came by."""

from __future__ import annotations

from dataclasses import replace

from app.agents.events import Denied, Ended, Event, Retrying, Text, Tool, ToolStatus, Warned
from app.agents.verdict import By, Facts, Refusal

HARMLESS = frozenset({"read", "search", "think", "fetch"})
"""Kinds of tools (Agent Client Protocol, ToolKind) that change nothing in the task's folder."""

SAID_LENGTH = 16 * 1024
"""How much of the end of what was said last is kept, in characters."""


class Witness:
    """One run as it is seen. Whoever refuses a tool on somebody's behalf says so with ``refused``."""

    def __init__(self) -> None:
        self.facts = Facts()
        self._tools: dict[str, Tool] = {}
        self._settled: dict[str, ToolStatus] = {}
        self._attempt = 0

    def take(self, event: Event) -> None:
        """Note what an event means for the verdict; most mean nothing."""
        match event:
            case Text(text, thought=False):
                self.facts = replace(self.facts, said=(self.facts.said + text)[-SAID_LENGTH:])
            case Tool():
                self._take_tool(event)
            case Denied(title):
                self.refused(title)
            case Warned(text):
                self.facts = replace(self.facts, complaint=text)
            case Retrying():
                self._attempt = event.attempt or self._attempt + 1
            case Ended():
                self._take_end(event)

    def retrying(self, event: Retrying, most: int) -> bool:
        """Note that the client tries again; True once that is beyond ``most`` attempts in a row."""
        self.take(event)
        if self._attempt <= most:
            return False
        self.facts = replace(self.facts, given_up=replace(event, attempt=self._attempt))
        return True

    def refused(self, tool: str, by: By = By.CLIENT) -> None:
        """Note that the use of a tool was refused, and by whom."""
        self.facts = replace(self.facts, refusals=(*self.facts.refusals, Refusal(tool, by)))

    def _take_tool(self, event: Tool) -> None:
        self._attempt = 0  # its model was reached
        known = _merged(self._tools.get(event.id), event)
        self._tools[event.id] = known
        if event.id not in self._settled:
            self.facts = replace(self.facts, said="", complaint="")
        status = event.status
        if status in (None, ToolStatus.PENDING, ToolStatus.RUNNING) or event.id in self._settled:
            return
        self._settled[event.id] = status
        if status is ToolStatus.DENIED:
            return  # who refused it is told by itself
        if status is ToolStatus.FAILED:
            self.facts = replace(self.facts, last_failed=known.title or "")
            return
        acted = self.facts.acted + (known.kind not in HARMLESS)
        self.facts = replace(self.facts, used=self.facts.used + 1, acted=acted, last_failed=None)

    def _take_end(self, event: Ended) -> None:
        said = event.text if event.text and not self.facts.said.strip() else self.facts.said
        self.facts = replace(self.facts, ended=event, said=said[-SAID_LENGTH:])


def _merged(known: Tool | None, news: Tool) -> Tool:
    if known is None:
        return news
    return replace(known, title=news.title or known.title, kind=news.kind or known.kind)
