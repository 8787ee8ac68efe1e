"""The bottom line: the keys that do something for the selected row, in the words of the command table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.strip import Strip

from app.dashboard.details.details import CHANGES, LOG, TABS
from app.dashboard.drawing.cells import width_of
from app.dashboard.drawing.painted import Painted
from app.model.commands import CHANGES_FOOTER, FOOTER, INPUT_FOOTER, key_label, keys_of
from app.model.status import Status

_ASKED = ("answer", "answer-now")
_NEXT_TAB = dict(zip(TABS, (*TABS[1:], TABS[0]), strict=True))
_IN_TAB = {LOG: ("back", "follow", "wrap", "zoom")} | dict.fromkeys(TABS[1:], ("back", "zoom"))


@dataclass(frozen=True, slots=True)
class Hint:
    """One key of the footer: the command's id, the key as people know it, and its word."""

    id: str
    key: str
    label: str

    @property
    def width(self) -> int:
        """Cells that the hint takes, without the gap after it."""
        return width_of(self.key) + 1 + width_of(self.label)


def hints_for(
    status: Status | None,
    pane: str,
    *,
    unread: bool = False,
    asking: bool = False,
    talks: bool = False,
    takes: bool = False,
    paused: bool = False,
    changed: bool = False,
    revoked: bool = False,
) -> tuple[Hint, ...]:
    """The keys that make sense in a pane for the selected task's status; None is no task.

    ``pane`` is ``table``, ``input``, ``filter``, ``prompt``, ``diff`` or the name of a tab; ``unread`` says
    whether any task waits to be seen, ``asking`` whether any asks, ``talks`` whether the selected one's agent
    can be told more, ``takes`` whether its work can be taken, ``changed`` whether its changes can be opened,
    ``paused`` whether the queue is, ``revoked`` whether its agent must be approved again: then nothing but
    that lets it start.
    """
    if pane == "prompt":
        return (_hint("back", "not now"),)
    if pane in ("input", "filter"):
        typing = INPUT_FOOTER if pane == "input" else ("answer-now", "back")
        return tuple(_hint(name) for name in typing if asking or name != "answer-now")
    wanted = {"next": unread or asking, "answer": asking, "continue": talks, "merge": takes, "push": takes}
    wanted["pause"] = paused
    labels = {"pause": "resume", "changes": _NEXT_TAB[CHANGES]}
    if status is not None and (pane == "diff" or (pane == CHANGES and changed)):
        names = [name for name in CHANGES_FOOTER[pane] if wanted.get(name, True)]
    else:
        names = [name for name in FOOTER if wanted.get(name, True) and _sensible(name, status, pane)]
    if revoked:
        labels["retry"] = "approve"
        names = ["retry" if name == "free" else name for name in names]
    hints = tuple(_hint(name, labels.get(name)) for name in names)
    if pane not in TABS or status is None or (pane == CHANGES and changed):
        return hints
    return (_hint("open", _NEXT_TAB[pane]), *map(_hint, _IN_TAB[pane]), *hints)


def _sensible(name: str, status: Status | None, pane: str) -> bool:
    match name:
        case "open":
            return status is not None and pane == "table"
        case "filter":
            return pane == "table" and status is not None
        case "stop":
            return status is not None and (not status.ended or status is Status.LOST)
        case "free":
            return status is Status.QUEUED and pane == "table"
        case "retry" | "edit" | "delete":
            return status is not None and status.ended
    return True


def _hint(identity: str, label: str | None = None) -> Hint:
    key = keys_of(identity)
    return Hint(identity, key_label(key.keys[0]), label or key.label or identity)


def fitting(hints: Sequence[Hint], width: int) -> list[Hint]:
    """The hints that fit into ``width`` cells with two between them, the first ones first.

    Help keeps its place at the end: where little is shown, it is how the rest is found.
    """
    kept = [hint for hint in hints if hint.id == "help"]
    shown: list[Hint] = []
    width -= sum(hint.width + 2 for hint in kept)
    for hint in hints:
        width -= hint.width + (2 if shown else 0)
        if width < 0 or hint in kept:
            break
        shown.append(hint)
    return shown + kept if shown else list(hints[:1])


def hint_at(hints: Sequence[Hint], x: int) -> Hint | None:
    """The hint that stands at a cell, counted from the first one's left edge."""
    for hint in hints:
        if 0 <= x < hint.width:
            return hint
        x -= hint.width + 2
    return None


class FooterBar(Painted):
    """The key hints; a click on one tells which."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    FooterBar { height: 1; background: $background; color: $foreground; }
    """

    class Pressed(Message):
        """A hint was clicked; ``id`` is that of the key in the command table."""

        def __init__(self, footer: FooterBar, id: str) -> None:  # noqa: A002
            super().__init__()
            self.footer = footer
            self.id = id

        @property
        def control(self) -> FooterBar:
            """The footer it came from."""
            return self.footer

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._hints: tuple[Hint, ...] = ()

    def show(self, hints: Sequence[Hint]) -> None:
        """Show these hints, as far as they fit."""
        if tuple(hints) != self._hints:
            self._hints = tuple(hints)
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Tell which hint was clicked."""
        hint = hint_at(fitting(self._hints, self.size.width - 2), event.x - 1)
        if hint is not None:
            self.post_message(self.Pressed(self, hint.id))

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        """The line."""
        pieces = [(" ", self.ink())]
        for hint in fitting(self._hints, self.size.width - 2):
            colour = "state-asking" if hint.id in _ASKED else "accent"
            pieces += [(hint.key, self.ink(colour, bold=True)), (f" {hint.label}  ", self.ink("muted"))]
        return self.strip(pieces, self.size.width, self.ink())
