"""The scheduler as one would explain it: slow, plain, and written without a look at the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.model.queue import Limits
from app.model.status import Status
from tests.unit.day.events import Order, Run, Setting, Submit

PARENTS = {
    "/src": ["/src"],
    "/src/shop": ["/src", "/src/shop"],
    "/src/shop/api": ["/src", "/src/shop"],
    "/src/shopping": ["/src"],
}
"""Which of the folders that a limit may stand for hold a task's folder."""


@dataclass
class Job:
    """A task, and how it stands: ``waits``, ``runs``, or how it ended."""

    number: int
    asked: Submit
    rank: int
    earliest: datetime | None
    needs_success: list[int]
    needs_end: list[int]
    stands: str = "waits"
    attempts: int = 0
    tries_left: int = field(default=0)


class Simple:
    """Rules of the queue, one line each."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.jobs: dict[int, Job] = {}
        self.paused = False
        self.memory = 500

    def submit(self, number: int, asked: Submit, now: datetime) -> None:
        """A task comes."""
        earliest = now + timedelta(seconds=asked.delay_s) if asked.delay_s is not None else None
        needs_success = [number - back for back in asked.after if number - back >= 1]
        needs_end = [number - back for back in asked.after_any if number - back >= 1]
        job = Job(number, asked, asked.priority.value, earliest, needs_success, needs_end)
        job.tries_left = asked.retries
        self.jobs[number] = job

    def set(self, setting: Setting) -> None:
        """Pause or go on, with so much memory."""
        self.paused, self.memory = setting.paused, setting.memory

    def obey(self, number: int, order: Order) -> None:
        """A person does something to a task."""
        job = self.jobs.get(number)
        if job is None:
            return
        over = job.stands not in ("waits", "runs")
        if order.what == "stop":
            job.stands = job.stands if over else "stopped"
        elif order.what == "delete":
            if job.stands != "runs":
                self.jobs.pop(number)
        elif order.what == "retry":
            if over:
                job.stands, job.earliest, job.tries_left = "waits", None, job.asked.retries
        elif job.stands == "waits" and order.what == "free":
            job.earliest, job.needs_success, job.needs_end = None, [], []
        elif job.stands == "waits" and order.what == "priority":
            job.rank = order.priority.value

    def end(self, number: int, run: Run, now: datetime) -> None:
        """A run is over: what failed is tried again after 5, 10, 20 … s and a bit, as often as asked."""
        job = self.jobs[number]
        if run.end in (Status.FAILED, Status.TIMED_OUT) and job.tries_left > 0:
            seconds = 5.0
            for _ in range(job.asked.retries - job.tries_left):
                seconds = seconds * 2
            job.stands, job.tries_left = "waits", job.tries_left - 1
            job.earliest = now + timedelta(seconds=seconds + seconds / 4 * run.chance)
        else:
            job.stands = run.end.value

    def start(self, now: datetime) -> list[tuple[int, int]]:
        """Start the first that may start, and look again from the beginning, until none may."""
        started = []
        while job := self._first(now):
            job.stands, job.earliest, job.attempts = "runs", None, job.attempts + 1
            started.append((job.number, job.attempts))
        return started

    def due(self, now: datetime) -> datetime | None:
        """The next time that a task waits for."""
        moments = sorted(job.earliest for job in self.jobs.values() if job.stands == "waits" and job.earliest)
        return next((moment for moment in moments if moment > now), None)

    def _first(self, now: datetime) -> Job | None:
        for rank in range(4):
            for number in sorted(self.jobs):
                job = self.jobs[number]
                if job.rank == rank and job.stands == "waits" and not self.hindered(job, now):
                    return job
        return None

    def hindered(self, job: Job, now: datetime) -> bool:
        """Whether anything keeps a waiting task from starting."""
        running = [other for other in self.jobs.values() if other.stands == "runs"]
        if self.paused or self.memory < self.limits.memory_floor or len(running) >= self.limits.total:
            return True
        if job.earliest is not None and now < job.earliest:
            return True
        if self.in_vain(job) or any(self.jobs[number].stands != "complete" for number in job.needs_success):
            return True
        if any(self.jobs[n].stands in ("waits", "runs") for n in job.needs_end if n in self.jobs):
            return True
        same_agent = sum(other.asked.agent == job.asked.agent for other in running)
        if same_agent >= self.limits.agents.get(job.asked.agent, 99):
            return True
        for folder in PARENTS[job.asked.folder]:
            inside = sum(folder in PARENTS[other.asked.folder] for other in running)
            if inside >= self.limits.folders.get(folder, 99):
                return True
        return False

    def in_vain(self, job: Job) -> bool:
        """Whether it needs the success of a task that has ended otherwise, or is gone."""
        for number in job.needs_success:
            if number not in self.jobs or self.jobs[number].stands not in ("waits", "runs", "complete"):
                return True
        return False
