"""What taking a task's work would do, shown before it is done: how, into what, and what is in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from app.dashboard.screen.header import short_folder
from app.logs.sanitise import sanitise
from app.model.changes import counted
from app.workspace.merging import MergePlan, Mode

Answer = MergePlan | None
"""The plan to carry out, or None for nothing."""

_LABEL = 12
_MOST_PATHS = 12
_HOW = {
    Mode.FAST_FORWARD: "fast-forward: your branch moves on to the task's last commit",
    Mode.MERGE: "merge: a commit of yours joins the two",
    Mode.SQUASH: "squash: all of it as one commit of yours",
    Mode.PICK: "cherry-pick: its commits, one after the other, on top of yours",
}
_OTHERS = {"s": Mode.SQUASH, "c": Mode.PICK, "m": Mode.AUTO}


class MergeScreen(ModalScreen[Answer]):
    """Shows a plan; ``s``, ``c`` and ``m`` ask for another way, ``y`` takes the one that is shown."""

    DEFAULT_CSS = """
    MergeScreen { align: center middle; background: $background 60%; }
    MergeScreen > VerticalScroll {
        width: 90; max-width: 100%; height: auto; max-height: 100%; padding: 0 1;
        border: round $border; border-title-color: $foreground; border-title-style: bold;
        background: $background;
    }
    MergeScreen Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n,q,left", "leave", "leave it", show=False),
        Binding("y", "take", "take it", show=False),
        *(Binding(key, f"replan('{key}')", mode.value, show=False) for key, mode in _OTHERS.items()),
        Binding("up,k", "move(-1)", "up", show=False),
        Binding("down,j", "move(1)", "down", show=False),
    ]

    def __init__(self, title: str, plan: MergePlan, ask: Callable[[Mode], None]) -> None:
        """``ask`` has another plan made, in a thread, which is then given to ``show``."""
        super().__init__()
        self._heading = title
        self._plan: MergePlan | None = plan
        self._problem = ""
        self._ask = ask

    def compose(self) -> ComposeResult:
        """One scrolling page."""
        with VerticalScroll(can_focus=False) as page:
            page.border_title = Content(sanitise(self._heading))
            yield Static(id="merge")

    def on_mount(self) -> None:
        """Show the plan."""
        self._write()

    def show(self, plan: MergePlan | None, problem: str = "") -> None:
        """Show another plan, or why there is none."""
        self._plan, self._problem = plan, problem
        self._write()

    def _write(self) -> None:
        lines = [*merge_lines(self._plan)] if self._plan else []
        if self._problem:
            lines = [Content.styled(f"  {sanitise(self._problem)}", "$text-error")]
        keys = [("m", "merge"), ("s", "squash"), ("c", "cherry-pick"), ("esc", "leave it")]
        ready = self._plan is not None and self._plan.ready
        lines += [Content(""), _keys([("y", "take it"), *keys] if ready else keys)]
        self.query_one("#merge", Static).update(Content("\n").join(lines))

    def action_leave(self) -> None:
        """Take nothing."""
        self.dismiss(None)

    def action_take(self) -> None:
        """Take it, if that can be done."""
        if self._plan is not None and self._plan.ready:
            self.dismiss(self._plan)
        else:
            self.app.bell()

    def action_replan(self, key: str) -> None:
        """Find out what another way would come to."""
        self._plan, self._problem = None, ""
        self.query_one("#merge", Static).update(Content("  looking …"))
        self._ask(_OTHERS[key])

    def action_move(self, rows: int) -> None:
        """Scroll by rows."""
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)


def merge_lines(plan: MergePlan) -> Iterator[Content]:
    """A plan in lines: from where to where, how, which files, and what is in the way."""
    place = plan.workspace
    home = short_folder(str(plan.home.folder), str(Path.home()))
    yield _fact("from", place.branch)
    yield _fact("into", f"{plan.home.branch or '(no branch)'} in {home}")
    yield _fact("how", _HOW.get(plan.mode, plan.mode.value))
    if plan.changed:
        yield from _paths("changes", plan.changed, counted(len(plan.changed), "file"))
    yield Content("")
    if plan.obstacle:
        yield _fact("not possible", plan.obstacle, "$text-error")
    elif plan.conflicts:
        yield _fact("conflicts", "git cannot decide these; nothing was changed:", "$text-error")
        yield from _paths("", plan.conflicts)
        yield _fact("", "try another way, or resolve them in its worktree:", "$text-muted")
        yield _fact("", short_folder(str(place.folder), str(Path.home())), "$text-muted")
    elif plan.overlapping:
        yield _fact("in the way", "what you have not committed would be overwritten:", "$text-warning")
        yield from _paths("", plan.overlapping)
        yield _fact("", "commit or stash it first", "$text-muted")
    else:
        yield _fact("no conflict", "it can be taken as it is", "$text-success")


def _keys(keys: list[tuple[str, str]]) -> Content:
    return Content("  ") + Content("  ").join(
        Content.assemble((key, "bold $accent"), (f" {what}", "$text-muted")) for key, what in keys
    )


def _fact(label: str, value: str, style: str = "") -> Content:
    return Content.assemble((f"  {label:<{_LABEL}} ", "$text-muted"), (sanitise(value), style))


def _paths(label: str, paths: tuple[str, ...], sums: str = "") -> Iterator[Content]:
    shown = [sums, *paths[:_MOST_PATHS]] if sums else list(paths[:_MOST_PATHS])
    if len(paths) > _MOST_PATHS:
        shown.append(f"and {len(paths) - _MOST_PATHS:,} more")
    for index, path in enumerate(shown):
        yield _fact("" if index else label, path if sums and not index else f"  {path}" if sums else path)
