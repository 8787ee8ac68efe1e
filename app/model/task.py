"""A task and its attempts: what was asked, where it stands, who is running it right now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.model.outcome import Outcome
from app.model.status import Attention, Priority, Status

if TYPE_CHECKING:  # what only agents have, and only their tasks load
    from app.model.ask import Ask
    from app.model.report import Report, Usage
    from app.model.run import AgentRun
    from app.model.workspace import Workspace

WORKER = "worker"
"""The embedded agent: needs no account, no network, no model."""

COMMAND = "command"
"""The agent of a task that is a command line, run as it is."""

SCHEMA = 1
"""The version of every record. A newer one is read as far as it is understood, and never written."""

NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Identity:
    """One process for certain: a pid alone may by now belong to somebody else.

    ``start`` is the process's start time in clock ticks since boot (field 22 of Linux's ``/proc/PID/stat``),
    or seconds since the epoch where there is no ``/proc``.
    """

    boot: str
    pid: int
    start: int


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task to be delegated: everything about it except what accepting it decides.

    ``command`` is the argument list to run; a first word ``{python}`` stands for our own interpreter.
    ``after`` holds the numbers of the tasks that must be complete first, ``after_any`` of those that must
    have ended in whatever way. ``timeout_s`` and ``quiet_timeout_s`` None mean no limit. ``retries`` is how
    often a failure is tried again by itself; ``twice`` that the task may safely run again after it was lost.
    ``keep_leftovers`` lets processes live on that outlive the command. ``memory_bytes`` caps its tree.
    ``run`` is how an agent that is spoken to works on it; None where the command is all there is.
    ``workspace`` is the place that is made for it. ``check`` is a command line that has to succeed after it,
    within ``check_timeout_s`` seconds, for its success to count.
    """

    text: str
    agent: str
    command: tuple[str, ...]
    folder: str
    name: str
    priority: Priority = Priority.NORMAL
    timeout_s: float | None = 3600.0
    after: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    commit: bool | None = None
    after_any: tuple[int, ...] = ()
    not_before: datetime | None = None
    retries: int = 0
    twice: bool = False
    keep_leftovers: bool = False
    quiet_timeout_s: float | None = None
    memory_bytes: int | None = None
    run: AgentRun | None = None
    workspace: Workspace | None = None
    check: str | None = None
    check_timeout_s: float = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(NewTask):
    """What was asked (``task.toml``): written once by whoever delegated it, never changed.

    ``id`` and ``number`` are given to it when it is accepted, which is when it was ``created``. ``schema`` is
    the version that wrote the record.
    """

    id: str
    number: int
    created: datetime
    schema: int = 1


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of a task, and how it ended. ``log`` and ``summary`` are file names, not paths.

    A run that ended has an ``exit_code`` or a ``signal``, never both; a lost one has neither. ``duration_s``
    is measured on the monotonic clock. ``reason`` says in words why it ended other than by itself. ``swept``
    counts the processes that outlived the command and were ended, ``kept`` those that were meant to live on;
    ``survivors`` are pids that could not be ended. ``peak_bytes`` is the most memory that was measured.
    ``log_dropped`` is when its log was given up, to keep all logs together within their bound.

    ``session`` is the agent's own id of the conversation, ``continues`` the number of the attempt whose
    conversation goes on in this one. ``qualifier`` are the words without which "complete" would say too much.
    ``check`` is ``passed`` or ``failed`` where its success was checked. ``undelivered`` are messages of the
    user that its agent was not told before it ended. ``taken`` is the branch of the user's that all of its
    work was merged into.
    """

    number: int
    log: str
    text: str | None = None
    verdict: Status | None = None
    started: datetime | None = None
    ended: datetime | None = None
    duration_s: float | None = None
    exit_code: int | None = None
    signal: int | None = None
    reason: str | None = None
    outcome: Outcome = field(default_factory=Outcome)
    summary: str | None = None
    swept: int = 0
    kept: int = 0
    survivors: tuple[int, ...] = ()
    dropped_bytes: int = 0
    peak_bytes: int | None = None
    log_dropped: datetime | None = None
    session: str | None = None
    continues: int | None = None
    qualifier: str | None = None
    check: str | None = None
    model: str | None = None
    usage: Usage | None = None
    undelivered: tuple[str, ...] = ()
    taken: str | None = None
    unknown: Mapping[str, object] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class State:
    """Where a task stands (``state.toml``). ``text`` and ``command`` are set when a retry edited them.

    ``not_before`` is when a waiting task may start, ``retried`` how often it was tried again by itself since
    a person last started it, and ``freed`` that a person waived its dependencies. ``continues`` is the number
    of the attempt whose conversation the waiting one goes on with. ``run`` is set when an agent's definition
    was approved anew for a further attempt. ``revoked`` is that the yes to its agent was taken back since it
    was accepted: nothing of it starts until a person says yes again.

    ``schema`` is the version that wrote the record. ``unknown`` keeps the keys of a newer version through a
    rewrite, here and in an attempt.
    ``status`` never says ``running``: whether a process runs is a fact of the runner's lock, not of a record.
    From the hand-over to a runner until the end it says ``starting``.
    """

    status: Status
    attention: Attention | None = None
    priority: Priority | None = None
    text: str | None = None
    command: tuple[str, ...] | None = None
    attempts: tuple[Attempt, ...] = ()
    not_before: datetime | None = None
    retried: int = 0
    freed: bool = False
    continues: int | None = None
    run: AgentRun | None = None
    revoked: bool = False
    schema: int = 1
    unknown: Mapping[str, object] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Live:
    """What the runner says of the attempt in its hands, valid only while it holds its lock.

    ``child`` is the task's own first process, whose pid is also its process group and session; None until it
    has started. ``since`` is the start on the monotonic clock, in seconds. ``unsaved`` says why the end of
    the attempt could not be written down yet; ``end`` is that end, as the runner knows it. ``phase`` is what
    runs where it is not the command itself: prepare, checking, gather.
    """

    attempt: int
    runner: Identity | None = None
    child: Identity | None = None
    started: datetime | None = None
    since: float | None = None
    stopping: bool = False
    unsaved: str | None = None
    phase: str | None = None
    end: Attempt | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One delegation with everything known about it: the record, and the runner if one has it.

    ``queue_reason`` is filled in for queued tasks by those who know the whole queue. ``asks`` are the
    questions that wait for an answer, ``report`` what its agent tells, both only while a runner has it.
    """

    request: Request
    state: State
    live: Live | None = None
    queue_reason: str | None = None
    asks: tuple[Ask, ...] = ()
    report: Report | None = None

    @property
    def id(self) -> str:
        """``agent_YYYYMMDD_HHMMSS``, never reused."""
        return self.request.id

    @property
    def number(self) -> int:
        """The short number, never reused."""
        return self.request.number

    @property
    def name(self) -> str:
        """A few words of the text, unique among the open tasks."""
        return self.request.name

    @property
    def text(self) -> str:
        """What the task was told to do, as last edited."""
        return self.state.text if self.state.text is not None else self.request.text

    @property
    def command(self) -> tuple[str, ...]:
        """The argument list of the next start, as last edited."""
        return self.state.command if self.state.command is not None else self.request.command

    @property
    def run(self) -> AgentRun | None:
        """How its agent works on it, as last approved; None where the command is all there is."""
        return self.state.run if self.state.run is not None else self.request.run

    @property
    def priority(self) -> Priority:
        """The priority, as last edited."""
        return self.state.priority if self.state.priority is not None else self.request.priority

    @property
    def status(self) -> Status:
        """The one word: the record's, corrected by what the runner knows and what its lock proves."""
        if self.state.status is not Status.STARTING:
            return self.state.status
        if self.attempt is not None and self.attempt.verdict is not None:
            return self.attempt.verdict
        if self.live is None:
            return Status.LOST
        if self.live.child is None:
            return Status.STARTING
        return Status.ASKING if self.asks and not self.live.stopping else Status.RUNNING

    @property
    def unsettled(self) -> bool:
        """Whether it has ended and its record does not say so yet."""
        return self.state.status is Status.STARTING and self.status.ended

    @property
    def unsaved(self) -> str | None:
        """Why its end could not be written down yet, as the system says it; None while nothing is wrong."""
        return self.live.unsaved if self.live is not None else None

    @property
    def read_only(self) -> bool:
        """Whether a newer version wrote its records: they are read as far as they are understood."""
        return max(self.request.schema, self.state.schema) > SCHEMA

    @property
    def attempt(self) -> Attempt | None:
        """The newest attempt, or None while the first one waits."""
        return self.state.attempts[-1] if self.state.attempts else None

    @property
    def taken(self) -> str | None:
        """The branch of the user's that all of its work was merged into, None where not all of it was."""
        branches = {attempt.taken for attempt in self.state.attempts}
        return branches.pop() if len(branches) == 1 and self.status.ended else None

    @property
    def unread(self) -> bool:
        """Whether it ended and nobody has looked yet."""
        return self.status.ended and self.state.attention is not Attention.SEEN

    @property
    def stopping(self) -> bool:
        """Whether its processes are being ended just now."""
        return self.live is not None and self.live.stopping and not self.status.ended
