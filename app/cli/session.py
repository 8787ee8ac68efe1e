"""What the commands share: the registry, the settings, and finding the task a person means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from app.cli.errors import CommandError, NoSuchTask, UsageError
from app.cli.output import clean, warn
from app.model.status import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.model.estimate import Estimate
    from app.model.outcome import Progress
    from app.model.task import Attempt, Task
    from app.model.vitals import Silence
    from app.registry.config import Config
    from app.registry.store import Registry

    Suits = Callable[[Task], bool]

SEARCHED = 500
"""How many of the newest tasks are searched for words; numbers and ids reach all of them."""

_NUMBER = re.compile(r"#?(\d{1,12})(?:\.(\d{1,6}))?", re.ASCII)
_ID = re.compile(r"agent_\d{8}_\d{6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Meant:
    """The task a person named, and the attempt when one was named (``7.2``)."""

    task: Task
    attempt: int | None = None

    @property
    def run(self) -> Attempt | None:
        """The attempt that was named, by default the newest; None while none has started.

        Raises CommandError when the task has no attempt of that number.
        """
        if self.attempt is None:
            return self.task.attempt
        for run in self.task.state.attempts:
            if run.number == self.attempt:
                return run
        count = len(self.task.state.attempts)
        raise CommandError(f"#{self.task.number} has no attempt {self.attempt}; it has {count}")


class Session:
    """One run of the shell command: opens what is asked for when it is asked for."""

    @cached_property
    def registry(self) -> Registry:
        """The registry of this user, made when missing."""
        from app.registry.paths import Home
        from app.registry.store import Registry

        return Registry(Home.find()).open()

    @cached_property
    def config(self) -> Config:
        """The user's settings; what is wrong with them is said on stderr once."""
        from app.registry.config import load_config

        config = load_config()
        for problem in config.problems:
            warn(problem)
        return config

    def load(self, task_id: str) -> Task:
        """Read one task. Raises CommandError when it is gone or its record damaged."""
        task = self._read(task_id)
        if task.unsettled:
            self._tidy()
            task = self._read(task_id)
        return task

    def _read(self, task_id: str) -> Task:
        from app.registry.store import DamagedRecord, UnknownTask

        try:
            return self.registry.load(task_id)
        except UnknownTask:
            raise CommandError(f"there is no task {task_id}; delegate status lists them") from None
        except DamagedRecord as error:
            raise CommandError(f"the record is damaged: {error}") from None

    def _tidy(self) -> None:
        """Put right what can be put right. Where nothing can be saved, what there is is still shown."""
        from app.supervisor.operations import OperationError, tidy

        try:
            tidy(self.registry, self.config)
        except OperationError as error:
            self._complain(str(error))

    def _complain(self, problem: str) -> None:
        """Say on stderr what is in the way, once."""
        if problem not in self._said:
            self._said.add(problem)
            warn(problem)

    @cached_property
    def _said(self) -> set[str]:
        return set()

    def tell_unsaved(self) -> None:
        """Say on stderr which tasks have ended without that being saved yet, and why; nothing if none has."""
        if "registry" not in self.__dict__:
            return  # a command that has nothing to do with tasks
        from app.model.export import unsaved_words

        for task_id in self.registry.in_hand():
            with suppress(OSError, CommandError):
                live = self.registry.live(task_id)
                if live is not None and live.unsaved and (why := unsaved_words(task := self._read(task_id))):
                    self._complain(f"#{task.number}: {clean(why)}: {self.registry.home.root}")

    def find(self, reference: str, suits: Suits | None = None) -> Meant:
        """The one task that a number, id, name or words mean; among those that suit, if any of them fits.

        Raises NoSuchTask when no words fit, CommandError for an unknown number and for several tasks.
        """
        if number := _NUMBER.fullmatch(reference.strip()):
            attempt = int(number[2]) if number[2] else None
            return Meant(self._by_number(int(number[1])), attempt)
        if _is_exact(reference):
            return Meant(self._with_reason(self.load(reference.strip())))
        return self._by_words(reference, suits)

    def find_all(self, references: Sequence[str], suits: Suits | None = None) -> list[Task]:
        """The tasks meant, each once, in the order named; words that together mean one may stand apart."""
        found: dict[str, Task] = {}
        for meant in self.find_each(references, suits):
            found.setdefault(meant.task.id, meant.task)
        return list(found.values())

    def find_each(self, references: Sequence[str], suits: Suits | None = None) -> list[Meant]:
        """The tasks meant with their attempts, in the order named. Raises as ``find``."""
        if len(references) > 1 and not any(map(_is_exact, references)):
            with suppress(CommandError):
                return [self.find(" ".join(references), suits)]
        return [self.find(reference, suits) for reference in references]

    def newest(self) -> Task:
        """The task delegated last. Raises CommandError when there is none."""
        ids = self.registry.ids()
        if not ids:
            raise CommandError('there is no task yet; start one: delegate "run the tests"')
        return self.load(ids[-1])

    def recent(self, count: int) -> list[Task]:
        """The newest tasks and all open ones, newest first, each waiting one with its reason.

        Where runners or the machine went down meanwhile, what they left is put right first.
        """
        tasks = self.registry.recent(count, self.config.limits)
        if any(task.status is Status.QUEUED or task.unsettled for task in tasks):
            self._tidy()
            tasks = self.registry.recent(count, self.config.limits)
        return tasks

    def open_tasks(self) -> list[Task]:
        """The tasks that wait or run, in the order of their numbers."""
        return sorted((task for task in self.recent(0) if not task.status.ended), key=lambda t: t.number)

    def mark_seen(self, task: Task) -> None:
        """Note that a person has looked at the end of a task."""
        if task.unread and not task.read_only:
            from app.supervisor.operations import OperationError, mark_seen

            with suppress(OperationError):  # seen it is, even if that cannot be saved
                mark_seen(self.registry, task.id)

    def log_path(self, task: Task) -> str:
        """Where the log of the newest attempt lies, or will lie once it starts."""
        from app.registry.paths import log_name

        run = task.attempt
        path = self.registry.home.log(run.log if run else log_name(task.id, 1))
        if task.status.live or run is None or path.exists():
            return str(path)
        from app.logs.source import lies_at

        return str(lies_at(path))

    def progress(self, task: Task) -> Progress | None:
        """How far a running task has come, as far as its agent or its output tells."""
        if not task.status.live or task.attempt is None:
            return None
        if task.report is not None and task.report.progress is not None:
            return task.report.progress
        from app.cli.reading import progress_in

        return progress_in(self.registry.home.log(task.attempt.log))

    def estimate(self, task: Task) -> Estimate | None:
        """How long tasks like an open one took; None where nothing is known, or it has ended."""
        from app.agents.expectation import expected_of

        return expected_of(self.registry, task)

    def silence(self, task: Task) -> Silence | None:
        """How long a running task has said nothing, once that is long enough to be shown."""
        if task.status is not Status.RUNNING or task.attempt is None:
            return None
        from time import monotonic

        from app.logs.silence import silence_of

        since = task.live.since if task.live else None
        running_s = None if since is None else monotonic() - since
        return silence_of(self.registry.home.log(task.attempt.log), running_s, self.config.quiet_after_s)

    def summary(self, task: Task, run: Attempt | None = None) -> str | None:
        """The summary of an attempt (the newest), or None where it has none."""
        from app.cli.reading import summary_of

        return summary_of(self.registry.home, task, run or task.attempt)

    def exported(self, task: Task) -> dict[str, object]:
        """The task as `--json` prints it."""
        from time import monotonic

        from app.model.export import export

        told = export(
            task,
            progress=self.progress(task),
            log_path=None if task.attempt and task.attempt.log_dropped else self.log_path(task),
            summary=self.summary(task),
            now=monotonic(),
            estimate=self.estimate(task),
        )
        return {**told, **self._place_values(task)}

    def _place_values(self, task: Task) -> dict[str, object]:
        from app.workspace.facts import facts_of, place_values

        return place_values(task, facts_of(self.registry.home, task, noted=False))

    def place_lines(self, task: Task) -> list[tuple[str, str]]:
        """Where a task works, what proves it, and what it changed; nothing for a plain command."""
        if task.request.workspace is None and task.request.check is None:
            return []
        from app.workspace.facts import facts_of, place_lines

        return [*place_lines(task, facts_of(self.registry.home, task))]

    def _by_number(self, number: int) -> Task:
        task_id = self.registry.find_number(number)
        if task_id is None:
            raise CommandError(f"there is no task #{number}; delegate status lists them")
        return self._with_reason(self.load(task_id))

    def _with_reason(self, task: Task) -> Task:
        """The task, and why it waits if it does; whoever asks for it makes sure that it will start."""
        if task.status is not Status.QUEUED:
            return task
        self._tidy()
        return self.registry.with_reasons([self._read(task.id)], self.config.limits)[0]

    def _by_words(self, words: str, suits: Suits | None) -> Meant:
        from app.model.reference import find

        match = find(words, self.recent(SEARCHED), suits)
        if not match.tasks:
            raise NoSuchTask(f"no task matches {clean(words)!r}; delegate status lists them")
        if len(match.tasks) > 1:
            shown = ", ".join(f"#{task.number} {clean(task.name)}" for task in match.tasks[:5])
            raise CommandError(f"{clean(words)!r} may mean {shown}; name one by its number")
        return Meant(match.tasks[0], match.attempt)


def named_tasks(session: Session, references: Sequence[str]) -> list[Task]:
    """The tasks that a command is about. Raises UsageError when none is named."""
    if not references:
        raise UsageError("say which task: its number, id or name; delegate status lists them")
    return session.find_all(references)


def _is_exact(reference: str) -> bool:
    """Whether it is a number or an id, which need no search."""
    return bool(_NUMBER.fullmatch(reference.strip()) or _ID.fullmatch(reference.strip()))
