"""Where everything lies: the registry folder and the names inside it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

END = "end.toml"
"""The file in a task's folder that tells how an attempt ended until ``state.toml`` does."""

PACKED = ".gz"
"""What the name of a compressed log has behind that of the log."""

_ID = re.compile(r"agent_\d{8}_\d{6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Home:
    """The registry folder. Its layout is the protocol between all processes of ours."""

    root: Path

    @classmethod
    def find(cls) -> Home:
        """``$DELEGATE_HOME``, else ``delegate`` under ``$XDG_STATE_HOME``, else under ``~/.local/state``."""
        named = os.environ.get("DELEGATE_HOME")
        if named:
            return cls(Path(named).expanduser().resolve())
        state = os.environ.get("XDG_STATE_HOME")
        base = Path(state) if state else Path.home() / ".local" / "state"
        return cls((base / "delegate").resolve())

    @property
    def tasks(self) -> Path:
        """One folder a task, named by its id."""
        return self.root / "tasks"

    @property
    def logs(self) -> Path:
        """One file an attempt; apart from the records, so that a flood of output wakes nobody."""
        return self.root / "logs"

    @property
    def queued(self) -> Path:
        """One empty file a waiting task; its name sorts in the order of starting."""
        return self.root / "queued"

    @property
    def running(self) -> Path:
        """One file a task in a runner's hands: the runner's liveness lock, and what it says of itself."""
        return self.root / "running"

    @property
    def trash(self) -> Path:
        """Deleted tasks, until undo runs out: one folder a deletion."""
        return self.root / "trash"

    @property
    def quarantine(self) -> Path:
        """Records that did not parse, whole, each with the reason."""
        return self.root / "quarantine"

    @property
    def settings(self) -> Path:
        """``registry.toml``: schema, next number, queue paused."""
        return self.root / "registry.toml"

    @property
    def lock(self) -> Path:
        """The file whose lock makes a transaction."""
        return self.root / "registry.lock"

    @property
    def supervisor_lock(self) -> Path:
        """The file whose lock the one supervisor process holds."""
        return self.root / "supervisor.lock"

    @property
    def bell(self) -> Path:
        """Written after every change, so that one watch on the root tells of all."""
        return self.root / "bell"

    @property
    def care(self) -> Path:
        """What was last compressed, dropped and forgotten, and when; its lock is held while that goes on."""
        return self.root / "care.toml"

    @property
    def holds(self) -> Path:
        """Which agents are held, and why; not there while none is."""
        return self.root / "holds.toml"

    @property
    def folders(self) -> tuple[Path, ...]:
        """Every folder of the layout, outermost first."""
        return (
            self.root,
            self.tasks,
            self.logs,
            self.queued,
            self.running,
            self.trash,
            self.quarantine,
        )

    def task(self, task_id: str) -> Path:
        """The folder of a task."""
        return self.tasks / task_id

    def task_file(self, task_id: str, name: str) -> Path:
        """A file in the folder of a task."""
        return self.tasks / task_id / name

    def log(self, name: str) -> Path:
        """The log of an attempt, by the file name its record holds."""
        return self.logs / name


def log_name(task_id: str, attempt: int) -> str:
    """The log's file name: ``ID.log`` for the first attempt, ``ID.2.log`` for the second."""
    return f"{task_id}.log" if attempt == 1 else f"{task_id}.{attempt}.log"


def summary_name(attempt: int) -> str:
    """The summary's file name in the task's folder, one for each attempt."""
    return "summary.md" if attempt == 1 else f"summary.{attempt}.md"


def outcome_name(attempt: int) -> str:
    """The file in the task's folder that a task may write its own figures to."""
    return "outcome.toml" if attempt == 1 else f"outcome.{attempt}.toml"


def report_name(attempt: int) -> str:
    """The file in the task's folder in which an agent's host tells how the agent stands."""
    return "report.toml" if attempt == 1 else f"report.{attempt}.toml"


def ask_name(number: int) -> str:
    """The file in the task's folder that holds a question of its agent."""
    return f"ask-{number}.toml"


def answer_name(number: int) -> str:
    """The file in the task's folder that holds the answer to a question."""
    return f"answer-{number}.toml"


def message_name(number: int) -> str:
    """The file in the task's folder that holds a message of the user to its agent."""
    return f"message-{number}.toml"


def is_task_id(name: str) -> bool:
    """Whether a name has the form of a task's id."""
    return _ID.fullmatch(name) is not None


def marker_name(priority: int, number: int, task_id: str) -> str:
    """The name of a waiting task's marker: it sorts by priority, then by age."""
    return f"{priority}-{number:010d}-{task_id}"


def marker_id(name: str) -> str:
    """The id in a marker's name; empty when it is none of ours."""
    task_id = name.rpartition("-")[2]
    return task_id if is_task_id(task_id) else ""
