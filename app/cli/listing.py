"""The table that `delegate status` prints: pure lines from tasks, for any width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.cli.output import cell_width, clean, fit, pad, paint
from app.model.duration import format_coarsely, format_duration
from app.model.export import explain, status_words, unsaved_words
from app.model.outcome import Progress
from app.model.status import Status
from app.model.task import Task

if TYPE_CHECKING:
    from app.model.vitals import Silence

NONE_QUIET: Mapping[str, Silence] = MappingProxyType({})
"""The silences of tasks of which none is quiet."""

COLOURS = {
    Status.QUEUED: "blue",
    Status.STARTING: "cyan",
    Status.RUNNING: "cyan",
    Status.ASKING: "yellow",
    Status.COMPLETE: "green",
    Status.FAILED: "red",
    Status.TIMED_OUT: "red",
    Status.STOPPED: "dim",
    Status.LOST: "magenta",
}
"""The colour of each status, by the names that `paint` knows."""

_GAP = "  "
_NAME_AT_MOST = 32
_NAME_AT_LEAST = 12
_DETAIL_AT_LEAST = 10


@dataclass(frozen=True, slots=True)
class _Row:
    mark: str
    number: str
    name: str
    word: str
    time: str
    detail: str
    status: Status


def listing(
    tasks: Sequence[Task],
    progress: Mapping[str, Progress],
    *,
    now: float,
    width: int | None,
    colour: bool = False,
    silences: Mapping[str, Silence] = NONE_QUIET,
) -> list[str]:
    """One line a task: unread mark and glyph, number, name, status word, time, and what there is to say.

    ``progress`` and ``silences`` are keyed by task id, ``now`` is the monotonic clock in seconds, ``width``
    the cells to fit into (None: no limit). The detail leaves first when room is short; then names are cut.
    """
    rows = [_row(task, progress.get(task.id), silences.get(task.id), now) for task in tasks]
    if not rows:
        return []
    number, word, time = (max(map(cell_width, column)) for column in _columns(rows))
    fixed = 2 + 1 + number + len(_GAP) + len(_GAP) + word + len(_GAP) + time
    name, detail = _shares(rows, None if width is None else width - fixed)
    return [_line(row, (number, name, word, time, detail), colour) for row in rows]


def duration_of(task: Task, now: float) -> str:
    """How long the newest attempt has run or did run, in a few cells; empty where nothing has started."""
    if task.live and task.live.since is not None and not task.status.ended:
        return format_duration(max(0.0, now - task.live.since))
    run = task.attempt
    if task.status is Status.QUEUED or run is None or run.duration_s is None:
        return ""
    return format_duration(run.duration_s)


def detail_of(task: Task, progress: Progress | None, quiet: Silence | None = None) -> str:
    """The most telling thing beside the status: progress, result, the line that explains, why it waits."""
    if task.status is Status.QUEUED:
        return clean(task.queue_reason or "")
    if task.unsaved:
        return " · ".join(word for word in (clean(unsaved_words(task)), exit_words(task)) if word)
    if task.stopping:
        return "stopping"
    if task.status is Status.ASKING:
        return clean(asking_words(task))
    if not task.status.ended:
        doing = (task.report.retrying or task.report.doing or "") if task.report else ""
        said = (progress.label if progress else "", doing, quiet.asks if quiet else "")
        return clean(" · ".join(words for words in said if words))
    return clean(" · ".join(part for part in _result(task) if part))


def asking_words(task: Task) -> str:
    """The question that has waited longest, since when it waits, and how it is answered."""
    from app.model.answers import question_of  # most listings have no agent in them

    ask = task.asks[0]
    waiting = format_coarsely((datetime.now(UTC) - ask.asked).total_seconds())
    more = f" and {len(task.asks) - 1} more" if len(task.asks) > 1 else ""
    return f"{question_of(ask)}{more} · waiting {waiting} · delegate answer {task.number}"


def exit_words(task: Task) -> str:
    """How the newest attempt's command ended: ``exit 1``, ``signal 9`` or nothing."""
    run = task.attempt
    if run is None or task.status is Status.QUEUED:
        return ""
    if run.signal is not None:
        return f"signal {run.signal}"
    return f"exit {run.exit_code}" if run.exit_code else ""


def _result(task: Task) -> tuple[str, ...]:
    headline = task.attempt.outcome.headline if task.attempt else None
    if task.status is Status.COMPLETE:
        return (headline or "",)
    if task.status is not Status.FAILED:
        return (explain(task) or "",)
    why = explain(task) or headline or ""
    # A killed command is explained by its signal's name already.
    told = why.startswith(("exit ", "killed by "))
    return (why, "" if told else exit_words(task))


def _row(task: Task, progress: Progress | None, quiet: Silence | None, now: float) -> _Row:
    status = task.status
    return _Row(
        mark=("●" if task.unread else " ") + status.glyph,
        number=str(task.number),
        name=clean(task.name),
        word=f"{status.word} {quiet.words}" if quiet else clean(status_words(task)),
        time=duration_of(task, now),
        detail=detail_of(task, progress, quiet),
        status=status,
    )


def _columns(rows: Sequence[_Row]) -> tuple[list[str], list[str], list[str]]:
    return [r.number for r in rows], [r.word for r in rows], [r.time for r in rows]


def _shares(rows: Sequence[_Row], room: int | None) -> tuple[int, int]:
    """Cells for names and for details; details get what names leave, or nothing when that is too little."""
    name = max(cell_width(row.name) for row in rows)
    detail = max(cell_width(row.detail) for row in rows)
    if room is None:
        return name, detail
    name = min(name, _NAME_AT_MOST)
    left = room - len(_GAP) - name
    if left >= min(detail, _DETAIL_AT_LEAST):
        return name, min(left, detail)
    squeezed = room - len(_GAP) - _DETAIL_AT_LEAST
    if squeezed >= _NAME_AT_LEAST * 2:
        return squeezed, _DETAIL_AT_LEAST
    return max(1, min(name, room)), 0


def _line(row: _Row, widths: tuple[int, int, int, int, int], colour: bool) -> str:
    number, name, word, time, detail = widths
    mark, tone = row.mark, COLOURS[row.status]
    cells = [
        (" " if mark[0] == " " else paint("●", "bold", colour)) + paint(mark[1], tone, colour),
        " " + row.number.rjust(number),
        _GAP + pad(fit(row.name, name), name),
        _GAP + paint(pad(row.word, word), tone, colour),
        _GAP + row.time.rjust(time),
        _GAP + fit(row.detail, detail) if detail and row.detail else "",
    ]
    return "".join(cells).rstrip()
