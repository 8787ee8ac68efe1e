"""Tells what an agent does: its events become the task's log, its report, and at the end its summary."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

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
    Warned,
)
from app.agents.host import lines
from app.agents.host.collected import OVER, Collected, merged
from app.agents.host.log import Log, shortened
from app.agents.host.summary import summary_of
from app.agents.verdict import By, Verdict
from app.model.outcome import Progress
from app.model.report import Report
from app.model.status import Status
from app.registry.files import write_atomic

SAVE_S = 1.0
"""The shortest time between two reports that nobody waits for."""

MOST_DENIED = 50
"""The most refused tools that a report names."""

MOST_ANSWERED = 10
"""The most answered questions that a report names, the newest."""

MOST_TEXT = 2000
"""The longest text in a report, in characters."""


class Teller:
    """Takes the events of one attempt, whichever channel they come by.

    ``log`` is where readable lines go, ``save`` writes the report and may raise OSError, ``summary`` is the
    file for the Markdown, ``folder`` the one from which files are named. ``retries`` is the number of
    attempts in a row to reach the model after which ``given_up`` says that the client is to be ended.
    """

    def __init__(
        self,
        log: Log,
        report: Report,
        save: Callable[[Report], None],
        summary: Path | None = None,
        folder: str = "",
        retries: int = 5,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.log = log
        self.report = report
        self.collected = Collected()
        self.given_up: Retrying | None = None
        self._save = save
        self._summary = summary
        self._folder = folder
        self._retries = retries
        self._clock = clock
        self._saved: Report | None = None
        self._saved_at = float("-inf")
        self._plan = ""

    def take(self, event: Event) -> None:
        """Tell one event. Nothing a client sends, and no full disk, makes this fail."""
        if isinstance(event, Tool) and self._folder:
            event = lines.nearby(event, self._folder)
        if isinstance(event, Retrying):
            event = self.collected.counted(event)
        self._write(event)
        self.collected.take(event)
        if changes := self._changes(event):
            self.report = replace(self.report, **_recordable(changes))
        if isinstance(event, Retrying) and self.collected.tries >= self._retries > 0:
            self.given_up = self.given_up or self.collected.retry
        self.tick(at_once=isinstance(event, (Started, Ended, Permission)))

    def note(self, text: str) -> None:
        """A line of our own in the log."""
        self.log.line(text)

    def refused(self, tool: Tool, by: By, words: str) -> None:
        """We have refused the use of a tool; ``words`` say who did and why."""
        self.log.line(f"✗ {words}: {lines.tool_title(tool)}")
        self.collected.refuse(lines.tool_title(tool), by, tool.id)
        self.tell(denied=self._denied())

    def answered(self, tool: Tool, words: str) -> None:
        """A question has its answer; ``words`` say which, and whose."""
        answers = (*self.report.answered, f"{words}: {lines.tool_title(tool)}")
        self.tell(answered=answers[-MOST_ANSWERED:])

    def tell(self, **changes: Any) -> None:
        """Change the report, at once."""
        self.report = replace(self.report, **_recordable(changes))
        self.tick(at_once=True)

    def tick(self, *, at_once: bool = False) -> None:
        """Write the report if something in it is new and it is time. What the disk does not take is tried
        again."""
        if self.report == self._saved or (not at_once and self._clock() < self._saved_at + SAVE_S):
            return
        self._saved_at = self._clock()
        with contextlib.suppress(OSError):
            self._save(self.report)
            self._saved = self.report

    def seconds_to_next(self) -> float | None:
        """After how many seconds ``tick`` has something to do; None when it has nothing."""
        if self.report == self._saved:
            return None
        return max(0.0, self._saved_at + SAVE_S - self._clock())

    def finish(self, verdict: Verdict, word: str = "") -> None:
        """The attempt is over: the last line, the last report, the summary. ``word`` says how it ended where
        the verdict has none for it."""
        usage = "" if self.report.usage is None else lines.usage_words(self.report.usage)
        words = [
            word or verdict.status.word,
            "" if word else verdict.reason or verdict.qualifier or "",
            usage,
        ]
        self.log.line("── " + " · ".join(filter(None, words)))
        if self._summary is not None and not self._summary.exists():
            text = summary_of(self.collected, verdict, self.report.usage)
            with contextlib.suppress(OSError):
                write_atomic(self._summary, text.encode(errors="replace"))
        self.tell(
            verdict=verdict.status,
            reason=verdict.reason,
            qualifier=verdict.qualifier,
            trouble=verdict.trouble,
            doing=None,
            retrying=None,
        )

    def _write(self, event: Event) -> None:
        match event:
            case Text(text=text, thought=thought):
                self.log.flow(text, thought=thought)
            case Tool():
                self._write_tool(event)
            case Plan():
                if (line := lines.plan_line(event)) != self._plan:
                    self._plan = line
                    self.log.line(line)
            case Permission(tool=tool):
                self.log.line(f"? asks: {lines.tool_title(tool)}")
            case Retrying():
                self.log.line(f"↻ {lines.retrying_words(event)}")
            case Denied(title=title):
                self.log.line(f"✗ denied: {title}")
            case Warned(text=text):
                self.log.line(f"! {text}")
            case Ended(error=error) if error:
                self.log.line(f"✗ {error}")
            case _:
                pass

    def _write_tool(self, event: Tool) -> None:
        before = self.collected.tool(event.id)
        tool = event if before is None else merged(before, event)
        title = lines.tool_title(tool)
        if before is None:
            self.log.begin(event.id, f"● {title}")
        if tool.status in OVER and (before is None or before.status is not tool.status):
            outcome = lines.tool_outcome(tool)
            self.log.complete(event.id, f" · {outcome}", f"● {title} · {outcome}")

    def _changes(self, event: Event) -> dict[str, Any]:
        """What an event changes in the report."""
        match event:
            case Started(session=session, model=model, mode=mode):
                told = {"session": session, "model": model, "mode": mode}
                return {name: value for name, value in told.items() if value is not None}
            case Text():
                return {"retrying": None} if self.report.retrying else {}
            case Tool():
                return {"retrying": None, "doing": self._doing(), "denied": self._denied()}
            case Plan(steps=steps):
                done = sum(step.status == "completed" for step in steps)
                text = lines.plan_step(event) or None
                return {
                    "retrying": None,
                    "progress": Progress(done, len(steps), text=text) if steps else None,
                }
            case Spent(usage=usage):
                return {"usage": usage}
            case Retrying():
                return {"retrying": lines.retrying_words(event)}
            case Denied():
                return {"denied": self._denied()}
            case _:
                return {}

    def _doing(self) -> str | None:
        """The newest tool that is at work."""
        return next(reversed(self.collected.at_work.values()), None)

    def _denied(self) -> tuple[str, ...]:
        return tuple(refusal.tool for refusal in self.collected.refusals[:MOST_DENIED])


def _recordable(changes: dict[str, Any]) -> dict[str, Any]:
    """Changes whose texts every record can hold, and every reader print."""
    return {name: _safe(value) for name, value in changes.items()}


def _safe(value: Any) -> Any:
    if isinstance(value, str) and not isinstance(value, Status):
        return shortened(value, MOST_TEXT)
    return tuple(map(_safe, value)) if isinstance(value, tuple) else value
