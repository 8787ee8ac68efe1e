"""The top line: how many tasks stand how, and where we are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath

from rich.style import Style
from textual.strip import Strip

from app.dashboard.drawing.cells import cut, width_of
from app.dashboard.drawing.painted import Painted
from app.dashboard.table.rows import Counts
from app.logs.sanitise import sanitise
from app.model.status import Status

TITLE = "delegate"
"""The name at the left."""

_GAP = 4
Part = tuple[str, str]
"""A run of text and the theme colour that it is written in."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the header says. ``folder`` is shown as given; an empty string says nothing.

    ``trouble`` is why the registry cannot be read, and the counts may be old. ``holds`` are agents that are
    paused, by name and in words.
    """

    counts: Counts = field(default_factory=Counts)
    folder: str = ""
    branch: str = ""
    paused: bool = False
    trouble: str = ""
    holds: tuple[tuple[str, str], ...] = ()


def short_folder(folder: str, home: str) -> str:
    """A folder as people write it: ``~`` for the home folder."""
    if not home or home == "/":
        return folder
    if folder == home:
        return "~"
    return "~" + folder[len(home) :] if folder.startswith(home.rstrip("/") + "/") else folder


def header_parts(facts: Facts, width: int) -> tuple[list[Part], list[Part]]:
    """The left and the right half of the line, in ``width`` cells.

    What does not fit leaves in this order: the branch, the folders above the last one, the folder, the title,
    today's ends, the queue.
    """
    left: list[Part] = []
    for left, right in _ever_less(facts):
        used = _width(left) + _width(right) + (_GAP if right else 0)
        if used <= width:
            return left, right
    return [(cut("".join(text for text, _ in left), width), "foreground")], []


def _width(parts: list[Part]) -> int:
    return sum(width_of(text) for text, _ in parts)


def _ever_less(facts: Facts) -> Iterator[tuple[list[Part], list[Part]]]:
    title = [(TITLE, "title"), (" " * _GAP, "muted")]
    now, today = _now(facts), _today(facts.counts)
    if facts.trouble:
        trouble = [
            (f"not up to date: the registry cannot be read ({sanitise(facts.trouble)})", "state-failed")
        ]
        yield [*title, *trouble], []
        yield trouble, []
        yield [("not up to date", "state-failed")], []
        return
    last = sanitise(PurePath(facts.folder).name or facts.folder)
    whole = title + _dotted(now, today)
    yield whole, _place(sanitise(facts.folder), sanitise(facts.branch))
    yield whole, _place(sanitise(facts.folder), "")
    yield whole, _place(last, "")
    yield whole, []
    yield _dotted(now, today), []
    now = _now(facts, brief=True)
    yield _dotted(now, today), []
    yield _dotted(now, []), []
    yield _dotted([part for part in now if part[1] != "state-queued"], []), []


def _held(facts: Facts, *, brief: bool) -> str:
    """The agents that are paused, as long as there is room with the reason."""
    if len(facts.holds) > 1:
        return f"{len(facts.holds)} agents paused"
    return "".join(f"{sanitise(name)} paused" if brief else sanitise(words) for name, words in facts.holds)


def _now(facts: Facts, *, brief: bool = False) -> list[Part]:
    counts = facts.counts
    parts = [
        (f"{counts.running} running", "state-running", counts.running),
        (f"{counts.asking} {'asks' if counts.asking == 1 else 'ask'} you", "state-asking", counts.asking),
        (f"{counts.queued} queued", "state-queued", counts.queued),
        (f"{counts.unsaved} not saved", "state-failed", counts.unsaved),
        ("queue paused", "state-timed-out", facts.paused),
        (_held(facts, brief=brief), "state-timed-out", facts.holds),
    ]
    return [(text, colour) for text, colour, there in parts if there] or [("nothing running", "muted")]


def _today(counts: Counts) -> list[Part]:
    parts = [
        (counts.complete, Status.COMPLETE),
        (counts.failed, Status.FAILED),
        (counts.timed_out, Status.TIMED_OUT),
        (counts.lost, Status.LOST),
    ]
    shown = [
        (f"{number} {status.glyph} ", f"state-{status.value.replace('_', '-')}")
        for number, status in parts
        if number
    ]
    return [*shown, ("today", "muted")] if shown else []


def _dotted(now: list[Part], today: list[Part]) -> list[Part]:
    """The counts with dots between them; today's ends count as one."""
    parts: list[Part] = []
    for part in now:
        parts += [(" · ", "muted"), part]
    if today:
        parts += [(" · ", "muted"), *today]
    return parts[1:]


def _place(folder: str, branch: str) -> list[Part]:
    return [(folder, "foreground"), *([(f" ⎇ {branch}", "muted")] if branch else [])] if folder else []


class HeaderBar(Painted):
    """The top line of the dashboard. It repaints when a fact changes, never by itself."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    HeaderBar { height: 1; background: $background; color: $foreground; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._facts = Facts()

    def update_facts(self, facts: Facts) -> None:
        """Show these facts; nothing is repainted when they are the ones on the screen."""
        if facts != self._facts:
            self._facts = facts
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        """The line."""
        width = self.size.width
        left, right = header_parts(self._facts, width - 2)
        gap = width - 2 - _width(left) - _width(right)
        parts = [(" ", "muted"), *left, (" " * gap, "muted"), *right]
        return self.strip(((text, self._ink_of(colour)) for text, colour in parts), width, self.ink())

    def _ink_of(self, colour: str) -> Style:
        if colour == "title":
            return self.ink("foreground", bold=True)
        return self.ink(colour, bold=colour == "state-asking")
