"""Lives through a day: a clock that only goes forward, one on the wall that does not, two schedulers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from app.model.status import Priority
from tests.unit.day.events import DAY_S, Day, Event, Order, Run, Setting, Shift, Submit
from tests.unit.day.ours import Ours
from tests.unit.day.simple import Simple

MORNING = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
AT_LAST = Setting(paused=False, memory=500)


@dataclass(frozen=True)
class Entry:
    """One line of the diary: what happened to a task when, with the wall clock of that moment."""

    what: str
    number: int
    wall: datetime
    attempt: int = 0
    asked: Submit | None = None


@dataclass
class Life:
    """One day, and after it as long as something runs or will start by itself."""

    day: Day
    time: datetime = MORNING
    ahead: timedelta = timedelta()
    newest: int = 0
    runs: dict[int, tuple[datetime, Run]] = field(default_factory=dict)
    diary: list[Entry] = field(default_factory=list)
    asked: dict[int, Submit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ours = Ours(self.day.limits)
        self.simple = Simple(self.day.limits)

    @property
    def wall(self) -> datetime:
        """What the clock on the wall says."""
        return self.time + self.ahead

    def live(self) -> Life:
        """Live through it all; raises AssertionError where the two schedulers do not agree."""
        moment = self.time
        for seconds, event in self.day.events:
            moment += timedelta(seconds=seconds)
            if moment > MORNING + timedelta(seconds=DAY_S):
                break
            self._until(moment)
            self._happen(event)
        self._happen(AT_LAST)
        self._until(None)
        return self

    def _until(self, moment: datetime | None) -> None:
        """Let runs end and times come, up to a moment (None: until nothing more will happen)."""
        while (coming := self._next()) is not None and (moment is None or coming <= moment):
            self.time = max(self.time, coming)
            for number, (ends, run) in sorted(self.runs.items()):
                if ends <= self.time:
                    del self.runs[number]
                    self._note("end", number)
                    self.ours.end(number, run, self.wall)
                    self.simple.end(number, run, self.wall)
            self._start()
        self.time = moment or self.time

    def _next(self) -> datetime | None:
        """When the next run ends, or the next time comes that a task waits for."""
        due = self.simple.due(self.wall)
        assert self.ours.due(self.wall) == due
        coming = [ends for ends, _ in self.runs.values()]
        if due is not None:
            coming.append(due - self.ahead)
        return min(coming, default=None)

    def _happen(self, event: Event) -> None:
        if isinstance(event, Shift):
            self.ahead += timedelta(seconds=event.seconds)
        elif isinstance(event, Setting):
            self.ours.set(event)
            self.simple.set(event)
        elif isinstance(event, Submit):
            self._submit(event)
        elif self.newest:
            self._order(self.newest - event.back % self.newest, event)
        self._start()

    def _submit(self, asked: Submit) -> None:
        self.newest += 1
        self.asked[self.newest] = asked
        self._note("submit", self.newest, asked=asked)
        self.ours.submit(self.newest, asked, self.wall)
        self.simple.submit(self.newest, asked, self.wall)

    def _order(self, number: int, order: Order) -> None:
        self._note(order.what, number)
        self.ours.obey(number, order)
        self.simple.obey(number, order)
        if order.what == "stop" and number in self.runs:
            del self.runs[number]
            self._note("end", number)

    def _start(self) -> None:
        """One scheduling pass of both."""
        started = self.ours.start(self.wall)
        assert started == self.simple.start(self.wall), f"at {self.wall}: {self.diary}"
        for number, attempt in started:
            runs = self.asked[number].runs
            run = runs[min(attempt, len(runs)) - 1]
            self.runs[number] = self.time + timedelta(seconds=run.seconds), run
            self._note("start", number, attempt)

    def _note(self, what: str, number: int, attempt: int = 0, asked: Submit | None = None) -> None:
        self.diary.append(Entry(what, number, self.wall, attempt, asked))

    def starts(self, number: int) -> list[Entry]:
        """The starts of a task in their order."""
        return [entry for entry in self.diary if entry.what == "start" and entry.number == number]


def order(what: str, back: int = 0) -> Order:
    """An order for tests that write their own day."""
    return Order(what, back, Priority.NORMAL)
