"""What is kept of an agent's events until its end: bounded, whatever a client sends."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, fields, replace

from app.agents.events import (
    Denied,
    Ended,
    Event,
    Permission,
    Plan,
    Retrying,
    Spent,
    Started,
    Text,
    Tool,
    ToolStatus,
    Warned,
)
from app.agents.host.lines import tool_title
from app.agents.verdict import By, Facts, Refusal

SPEECH_LENGTH = 256 * 1024
"""The most that is kept of one message, in characters: its end, which is where agents sum up."""

MOST = 1000
"""The most tools, files and refusals that are kept."""

_MOST_PIECES = 4096
_HARMLESS = frozenset({"read", "search", "think", "fetch", "switch_mode"})
OVER = frozenset({ToolStatus.DONE, ToolStatus.FAILED, ToolStatus.DENIED})
"""How a tool stands that is at work no more."""


class Speech:
    """A message that grows by pieces, of which the end is kept."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0

    def add(self, piece: str) -> None:
        """Go on with it."""
        self._pieces.append(piece)
        self._length += len(piece)
        if self._length > 2 * SPEECH_LENGTH or len(self._pieces) > _MOST_PIECES:
            self._pieces = [str(self)]
            self._length = len(self._pieces[0])

    def __str__(self) -> str:
        return "".join(self._pieces)[-SPEECH_LENGTH:]


@dataclass(slots=True)
class Collected:
    """Everything that verdict, summary and report are made of."""

    speech: Speech = field(default_factory=Speech)
    before: str = ""
    tools: OrderedDict[str, Tool] = field(default_factory=OrderedDict)
    at_work: dict[str, str] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    files: dict[str, tuple[int, int]] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    used: int = 0
    acted: int = 0
    last_failed: str | None = None
    complaint: str = ""
    retry: Retrying | None = None
    tries: int = 0
    ended: Ended | None = None

    @property
    def said(self) -> str:
        """What the agent has said since its last tool."""
        return str(self.speech)

    @property
    def message(self) -> str:
        """The last message of the agent that says something."""
        return self.said if self.said.strip() else self.before

    def take(self, event: Event) -> None:
        """Keep what matters of an event."""
        match event:
            case Text(text=text, thought=thought):
                self._reached()
                if not thought:
                    self.speech.add(text)
            case Tool():
                self._reached()
                self._take_tool(event)
            case Plan() | Permission():
                self._reached()
            case Retrying():
                self.retry = self.counted(event)
                self.tries = max(self.tries + 1, event.attempt or 0)
            case Denied(title=title):
                self.refuse(title, By.CLIENT)
            case Warned(text=text):
                self.complaint = text[:SPEECH_LENGTH]
            case Ended():
                self.ended = event
                if event.text and not self.said.strip():
                    self.speech.add(event.text)
            case Started() | Spent():
                pass

    def counted(self, retry: Retrying) -> Retrying:
        """A retry with its number in the row, where the client does not count."""
        return retry if retry.attempt else replace(retry, attempt=self.tries + 1)

    def refuse(self, title: str, by: By, identifier: str | None = None) -> None:
        """The use of a tool was refused; that it failed then is no news."""
        if identifier is not None and len(self.refused) < MOST:
            self.refused.add(identifier)
        if len(self.refusals) < MOST:
            self.refusals.append(Refusal(title, by))

    def new_turn(self) -> None:
        """A message of the user follows; the end of the last turn is none of the whole any more."""
        self.ended = None
        self._pause()

    def tool(self, identifier: str) -> Tool | None:
        """The use of a tool as far as it has been told."""
        return self.tools.get(identifier)

    def facts(self) -> Facts:
        """What the events tell for a verdict."""
        return Facts(
            ended=self.ended,
            refusals=tuple(self.refusals),
            used=self.used,
            acted=self.acted,
            last_failed=self.last_failed,
            said=self.said,
            complaint=self.complaint,
        )

    def _take_tool(self, event: Tool) -> None:
        before = self.tools.get(event.id)
        tool = event if before is None else merged(before, event)
        self.tools[event.id] = tool
        self.tools.move_to_end(event.id)
        if len(self.tools) > MOST:
            self.tools.popitem(last=False)
        if before is None:
            self._pause()
        if tool.status in OVER:
            self.at_work.pop(event.id, None)
        elif event.id in self.at_work or len(self.at_work) < MOST:
            self.at_work[event.id] = tool_title(tool)
        if tool.status in OVER and (before is None or before.status is not tool.status):
            self._end_tool(tool)

    def _end_tool(self, tool: Tool) -> None:
        if tool.id in self.refused and tool.status is not ToolStatus.DONE:
            self.last_failed = None
            return None
        name = tool_title(replace(tool, input=None, paths=()))
        self.last_failed = tool_title(tool) if tool.status is ToolStatus.FAILED else None
        if tool.status is ToolStatus.DENIED:
            return self.refuse(tool_title(tool), By.CLIENT)
        if tool.status is not ToolStatus.DONE:
            return None
        self.used += 1
        self.acted += tool.kind not in _HARMLESS
        if name in self.names or len(self.names) < MOST:
            self.names[name] = self.names.get(name, 0) + 1
        if tool.added is not None or tool.removed is not None:
            self._count_change(tool)
        return None

    def _count_change(self, tool: Tool) -> None:
        for path in tool.paths[:1]:
            added, removed = self.files.get(path, (0, 0))
            if path in self.files or len(self.files) < MOST:
                self.files[path] = (added + (tool.added or 0), removed + (tool.removed or 0))

    def _pause(self) -> None:
        """What is said from now on is another message."""
        if self.said.strip():
            self.before = self.said
        self.speech = Speech()

    def _reached(self) -> None:
        """The model has answered: what went wrong before is over."""
        self.tries, self.retry, self.complaint = 0, None, ""


def merged(before: Tool, event: Tool) -> Tool:
    """A tool as known, with what is told anew."""
    news = {item.name: getattr(event, item.name) for item in fields(Tool)}
    return replace(before, **{name: value for name, value in news.items() if value not in (None, ())})
