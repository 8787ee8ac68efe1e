"""The follower tells of every change, costs little under a flood, and ends at once."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest
from watchfiles._rust_notify import RustNotify

from app.logs import follow
from app.logs.follow import Follower

DEADLINE_S = 10.0


class Listener:
    """A follower of one log and the sizes it told."""

    def __init__(self, path: Path) -> None:
        self.sizes: Queue[int] = Queue()
        self.follower = Follower(path, self.sizes.put).start()

    def told(self, size: int) -> bool:
        """Waits until the follower has told this size."""
        end = time.monotonic() + DEADLINE_S
        while (left := end - time.monotonic()) > 0:
            try:
                if self.sizes.get(timeout=left) == size:
                    return True
            except Empty:
                break
        return False


@pytest.fixture
def listen() -> Iterator[Callable[[Path], Listener]]:
    """Makes listeners, and ends them all at the end."""
    listeners: list[Listener] = []

    def start(path: Path) -> Listener:
        listeners.append(Listener(path))
        return listeners[-1]

    yield start
    for listener in listeners:
        listener.follower.stop()
    assert all(listener.follower.join(DEADLINE_S) for listener in listeners)


@pytest.fixture
def bell_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quiet at once, and never looked at but when the bell rings."""
    monkeypatch.setattr(follow, "QUIET_AFTER_S", 0.0)
    monkeypatch.setattr(follow, "SWEEP_S", 600.0)


def append(path: Path, data: bytes) -> int:
    """Writes at the end of a log; the size it then has."""
    with path.open("ab") as file:
        file.write(data)
        return file.tell()


def waits_for_bell() -> bool:
    """Whether this process has an inotify watch, as the kernel sees it, within the deadline."""
    end = time.monotonic() + DEADLINE_S
    pause = threading.Event()
    while time.monotonic() < end:
        for entry in Path("/proc/self/fdinfo").iterdir():
            try:
                if "inotify wd:" in entry.read_text():
                    return True
            except FileNotFoundError:
                continue
        pause.wait(0.005)
    return False


def test_the_size_at_the_start_is_told(tmp_path: Path, listen: Callable[[Path], Listener]) -> None:
    path = tmp_path / "task.log"
    size = append(path, b"already there\n")
    assert listen(path).told(size)


def test_growth_is_told(tmp_path: Path, listen: Callable[[Path], Listener]) -> None:
    path = tmp_path / "task.log"
    path.touch()
    listener = listen(path)
    for _ in range(5):
        assert listener.told(append(path, b"line\n"))


@pytest.mark.usefixtures("bell_only")
@pytest.mark.skipif(sys.platform != "linux", reason="/proc shows whether a file is watched")
def test_a_quiet_log_rings_a_bell(tmp_path: Path, listen: Callable[[Path], Listener]) -> None:
    path = tmp_path / "task.log"
    size = append(path, b"first\n")
    listener = listen(path)
    assert listener.told(size)
    assert waits_for_bell()
    assert listener.told(append(path, b"second\n"))


@pytest.mark.usefixtures("bell_only")
def test_nothing_is_missed_between_looking_and_waiting(
    tmp_path: Path, listen: Callable[[Path], Listener], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "task.log"
    path.touch()

    def armed_too_late(*arguments: Any) -> RustNotify:
        append(path, b"line\n")
        return RustNotify(*arguments)

    monkeypatch.setattr("watchfiles._rust_notify.RustNotify", armed_too_late)
    assert listen(path).told(len(b"line\n"))


def test_a_quiet_log_is_looked_at_where_no_bell_rings(
    tmp_path: Path, listen: Callable[[Path], Listener], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError("no watches left")

    monkeypatch.setattr(follow, "QUIET_AFTER_S", 0.0)
    monkeypatch.setattr("watchfiles._rust_notify.RustNotify", refuse)
    path = tmp_path / "task.log"
    path.touch()
    listener = listen(path)
    assert listener.told(0)
    assert listener.told(append(path, b"line\n"))


@pytest.mark.usefixtures("bell_only")
def test_a_bell_that_never_rings_is_made_up_for_by_a_look_now_and_then(
    tmp_path: Path, listen: Callable[[Path], Listener], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "SWEEP_S", 0.2)
    deaf, path = tmp_path / "deaf", tmp_path / "task.log"
    deaf.touch()
    path.touch()
    monkeypatch.setattr(
        "watchfiles._rust_notify.RustNotify", lambda _paths, *rest: RustNotify([str(deaf)], *rest)
    )
    listener = listen(path)
    assert listener.told(0)
    assert listener.told(append(path, b"line\n"))


def test_a_missing_log_is_waited_for(tmp_path: Path, listen: Callable[[Path], Listener]) -> None:
    path = tmp_path / "later" / "task.log"
    listener = listen(path)
    path.parent.mkdir()
    assert listener.told(append(path, b"here\n"))


@pytest.mark.parametrize("quiet_after_s", [0.0, 60.0])
def test_a_log_that_goes_and_comes_back_is_followed_on(
    tmp_path: Path, listen: Callable[[Path], Listener], monkeypatch: pytest.MonkeyPatch, quiet_after_s: float
) -> None:
    monkeypatch.setattr(follow, "QUIET_AFTER_S", quiet_after_s)
    path = tmp_path / "task.log"
    listener = listen(path)
    assert listener.told(append(path, b"one\n"))
    path.unlink()
    assert listener.told(0)
    assert listener.told(append(path, b"again\n"))


@pytest.mark.parametrize("quiet_after_s", [0.0, 60.0])
def test_another_file_in_the_log_s_place_is_told_even_of_the_same_size(
    tmp_path: Path, listen: Callable[[Path], Listener], monkeypatch: pytest.MonkeyPatch, quiet_after_s: float
) -> None:
    monkeypatch.setattr(follow, "QUIET_AFTER_S", quiet_after_s)
    path, other = tmp_path / "task.log", tmp_path / "other.log"
    append(other, b"two\n")
    listener = listen(path)
    assert listener.told(append(path, b"one\n"))
    other.rename(path)
    assert listener.told(4)


def test_a_flood_is_told_at_the_rate_of_the_screen(
    tmp_path: Path, listen: Callable[[Path], Listener]
) -> None:
    path = tmp_path / "task.log"
    path.touch()
    listener = listen(path)
    assert listener.told(0)
    started = time.monotonic()
    with path.open("ab", buffering=0) as file:
        while time.monotonic() - started < 1.0:
            file.write(b"a line of a flood\n" * 100)
        size = file.tell()
    told = listener.sizes.qsize()
    assert 1 <= told <= (time.monotonic() - started) / follow.POLL_S + 2
    assert listener.told(size)


@pytest.mark.parametrize("quiet_after_s", [0.0, 60.0])
def test_after_the_stop_nothing_more_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quiet_after_s: float
) -> None:
    monkeypatch.setattr(follow, "QUIET_AFTER_S", quiet_after_s)
    path = tmp_path / "task.log"
    path.touch()
    listener = Listener(path)
    assert listener.told(0)
    listener.follower.stop()
    assert listener.follower.join(DEADLINE_S)
    append(path, b"line\n")
    assert listener.sizes.empty()


def test_one_event_ends_several_followers(tmp_path: Path) -> None:
    end = threading.Event()
    followers = [Follower(tmp_path / name, lambda _size: None, end).start() for name in ("a", "b")]
    end.set()
    assert all(follower.join(DEADLINE_S) for follower in followers)
