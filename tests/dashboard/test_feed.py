"""The feed tells what changed in the registry, whoever changed it, and nothing when nothing does."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from textual.message import Message

from app.dashboard.news.feed import Feed, LogSpoke, ReadingFailed, RecordsChanged, last_line
from app.model.queue import Limits
from app.model.status import Status
from app.model.task import Task
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from tests.support import delegate, ended, until


@dataclass
class Heard:
    """Everything a feed has told so far."""

    messages: list[Message] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, message: Message) -> None:
        with self.lock:
            self.messages.append(message)

    @property
    def records(self) -> list[RecordsChanged]:
        """The messages about records, oldest first."""
        with self.lock:
            return [message for message in self.messages if isinstance(message, RecordsChanged)]

    @property
    def problems(self) -> list[str]:
        """Why the registry could not be read, each time that changed."""
        with self.lock:
            return [message.problem for message in self.messages if isinstance(message, ReadingFailed)]

    @property
    def tasks(self) -> dict[str, Task]:
        """The tasks as last told, without those that are gone."""
        known: dict[str, Task] = {}
        for message in self.records:
            known |= {task.id: task for task in message.tasks}
            for task_id in message.removed:
                known.pop(task_id, None)
        return known

    def status(self, task_id: str) -> Status | None:
        """How a task stands as last told."""
        task = self.tasks.get(task_id)
        return task.status if task else None


@pytest.fixture
def open_feed(registry: Registry) -> Iterator[Callable[[], Heard]]:
    """Start a feed that has told everything there is; it ends with the test."""
    feeds: list[Feed] = []

    def start() -> Heard:
        heard = Heard()
        feeds.append(Feed(registry, lambda: Limits(4), heard))
        feeds[-1].start()
        assert until(lambda: heard.records and heard.records[-1].complete)
        return heard

    yield start
    for feed in feeds:
        feed.stop()
    names = ("feed_watch", "feed_read")
    assert until(lambda: not [t for t in threading.enumerate() if t.name in names])


OpenFeed = Callable[[], Heard]


def test_what_another_process_starts_and_ends_is_told(
    registry: Registry, config: Config, open_feed: OpenFeed
) -> None:
    heard = open_feed()
    task = delegate(registry, "!sleep 0.5; exit 3", config)
    assert until(lambda: heard.status(task.id) is Status.RUNNING)
    assert until(lambda: heard.status(task.id) is Status.FAILED)


def test_a_task_whose_runner_is_killed_is_closed_by_whoever_watches(
    registry: Registry, config: Config, open_feed: OpenFeed
) -> None:
    heard = open_feed()
    task = delegate(registry, "!sleep 60", config)
    assert until(lambda: heard.status(task.id) is Status.RUNNING, 30)
    live = heard.tasks[task.id].live
    assert live is not None
    assert live.runner is not None
    os.kill(live.runner.pid, signal.SIGKILL)
    assert until(lambda: not heard.tasks[task.id].unsettled and heard.status(task.id) is Status.LOST, 30)
    attempt = heard.tasks[task.id].attempt
    assert attempt is not None
    assert attempt.reason == "its runner is gone, and with it the exit code"
    operations.mark_seen(registry, task.id)
    assert until(lambda: not heard.tasks[task.id].unread, 30)
    operations.stop(registry, task.id, kill=True)


def test_deleting_and_undoing_are_told(registry: Registry, config: Config, open_feed: OpenFeed) -> None:
    task = ended(registry, delegate(registry, "!true", config))
    heard = open_feed()
    assert heard.status(task.id) is Status.COMPLETE
    operations.delete(registry, [task.id])
    assert until(lambda: task.id not in heard.tasks)
    operations.undo(registry)
    assert until(lambda: heard.status(task.id) is Status.COMPLETE)


def test_pausing_and_marking_as_seen_are_told(
    registry: Registry, config: Config, open_feed: OpenFeed
) -> None:
    task = ended(registry, delegate(registry, "!true", config))
    heard = open_feed()
    operations.pause(registry)
    assert until(lambda: heard.records[-1].paused)
    operations.mark_seen(registry, task.id)
    assert until(lambda: not heard.tasks[task.id].unread)


def test_progress_and_last_line_come_from_the_log(
    registry: Registry, config: Config, open_feed: OpenFeed
) -> None:
    heard = open_feed()
    task = delegate(registry, "!echo '[3/9] third'; sleep 30", config)
    spoken: list[LogSpoke] = []

    def spoke() -> bool:
        spoken[:] = [m for m in heard.messages if isinstance(m, LogSpoke) and m.task_id == task.id]
        return bool(spoken)

    assert until(spoke)
    assert spoken[-1].last_line == "[3/9] third"
    assert spoken[-1].progress is not None
    assert (spoken[-1].progress.done, spoken[-1].progress.total) == (3, 9)


def test_silence_while_nothing_happens(registry: Registry, config: Config, open_feed: OpenFeed) -> None:
    delegate(registry, "!echo once; sleep 30", config)
    heard = open_feed()
    assert until(lambda: any(isinstance(m, LogSpoke) for m in heard.messages))
    told = len(heard.messages)
    assert not until(lambda: len(heard.messages) > told, seconds=1.5), heard.messages[told:]


def test_a_record_that_does_not_parse_is_counted(
    registry: Registry, config: Config, open_feed: OpenFeed
) -> None:
    task = ended(registry, delegate(registry, "!true", config))
    registry.home.task_file(task.id, "state.toml").write_bytes(b"\0" * 40)
    heard = open_feed()
    assert heard.records[-1].damaged == 1
    assert task.id not in heard.tasks


def test_stopping_a_feed_ends_its_threads(registry: Registry) -> None:
    heard = Heard()
    feed = Feed(registry, lambda: Limits(4), heard)
    feed.start()
    assert until(lambda: heard.records)
    feed.stop()
    assert until(lambda: not [t for t in threading.enumerate() if t.name.startswith("feed_")])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        ("\n\n", ""),
        ("one\ntwo\n", "two"),
        ("one\n  two  \n\n \n", "two"),
        ("\x1b[2Jred\x1b[0m\n", "red"),
    ],
)
def test_the_last_line_is_the_last_with_something_on_it(text: str, said: str) -> None:
    assert last_line(text) == said


def test_a_registry_without_its_folders_is_watched_all_the_same(tmp_path: Path) -> None:
    from app.registry.paths import Home

    heard = Heard()
    feed = Feed(Registry(Home(tmp_path / "fresh")).open(), lambda: Limits(4), heard)
    feed.start()
    assert until(lambda: heard.records)
    assert heard.records[0].tasks == []
    feed.stop()


def test_a_registry_that_cannot_be_read_is_told_and_read_again_as_soon_as_it_can(
    registry: Registry, config: Config, open_feed: Callable[[], Heard], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = open_feed()
    broken = threading.Event()
    broken.set()
    listed = Registry.ids

    def ids(self: Registry) -> list[str]:
        if broken.is_set() and threading.current_thread().name.startswith("feed"):
            raise PermissionError(13, "Permission denied")
        return listed(self)

    monkeypatch.setattr(Registry, "ids", ids)
    task = delegate(registry, "!true", config)
    assert until(lambda: heard.problems == ["permission denied"])
    broken.clear()
    assert until(lambda: heard.problems == ["permission denied", ""])
    assert until(lambda: heard.status(task.id) is Status.COMPLETE)


def test_without_watches_the_registry_is_looked_at_all_the_same(
    registry: Registry, config: Config, open_feed: Callable[[], Heard], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(*_: object, **__: object) -> None:
        raise OSError("OS file watch limit reached")

    monkeypatch.setattr("watchfiles.watch", none_left)
    heard = open_feed()
    task = ended(registry, delegate(registry, "!true", config))
    assert until(lambda: heard.status(task.id) is Status.COMPLETE)
