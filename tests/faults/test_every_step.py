"""A client killed at each of its steps towards the disk, one by one: what is left is true and whole."""

from __future__ import annotations

import os
import random
import shutil
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.model.status import Status
from app.model.task import Task
from app.registry.store import Registry
from app.supervisor import operations
from tests.faults.deeds import CONFIG, new_task
from tests.faults.dying import DONE, KILLED, NEVER, Dying
from tests.support import ended, is_alive, until


def removed(folder: Path) -> bool:
    """Remove a folder with all that is in it; tells whether that was possible."""
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()


class World:
    """A registry, the evidence of its payloads, and a client that dies."""

    def __init__(self, registry: Registry, evidence: Path, dying: Dying) -> None:
        self.registry = registry
        self.evidence = evidence
        self.dying = dying

    def empty(self) -> None:
        """Forget the tasks of earlier rounds, so that no round has more steps than another."""
        for folder in (self.registry.home.tasks, self.registry.home.logs, self.registry.home.trash):
            # A runner whose record is closed may be about to take away its own files.
            assert until(partial(removed, folder))
        self.registry.open()

    def payload(self, rest: str = "exit 3") -> list[str]:
        """A command that writes down each of its starts."""
        return ["sh", "-c", f"echo x >> {self.evidence}/$DELEGATE_TASK_ID.$DELEGATE_ATTEMPT; {rest}"]

    def submit(self, rest: str = "exit 3") -> Task:
        """Delegate a payload, unharmed."""
        return operations.submit(self.registry, new_task(self.payload(rest)), os.environ, CONFIG)

    def ended(self, rest: str = "exit 3") -> str:
        """A task that has ended."""
        return ended(self.registry, self.submit(rest)).id

    def waiting(self) -> str:
        """A task that waits because the queue is paused."""
        operations.pause(self.registry)
        return self.submit().id

    def running(self) -> str:
        """A task that runs until it is stopped."""
        task = self.submit("exec sleep 100")
        assert until(lambda: self.registry.load(task.id).status is Status.RUNNING)
        return task.id

    def lost(self) -> str:
        """A task whose runner and command were killed."""
        task_id = self.running()
        live = self.registry.load(task_id).live
        assert live is not None
        assert live.runner is not None
        assert live.child is not None
        child = live.child.pid
        for pid in (live.runner.pid, child):
            os.kill(pid, signal.SIGKILL)
        assert until(lambda: self.registry.live(task_id) is None and not is_alive(child))
        return task_id

    def witnessed(self) -> str:
        """One whose runner was killed after it had written down the end."""
        task_id = self.lost()
        end = self.registry.home.task_file(task_id, "end.toml")
        end.write_text('attempt = 1\nverdict = "failed"\nexit_code = 9\n')
        return task_id

    def recovered(self) -> list[Task]:
        """All tasks once clients have come by and everything has ended; checks what must hold for any."""
        for _ in range(2):
            operations.resume(self.registry, CONFIG)
        for task in self.registry.recent(1000):
            if task.status is Status.RUNNING and "sleep 100" in task.command[-1]:
                operations.stop(self.registry, task.id, kill=True)
        tasks = operations.await_end(self.registry, self.registry.ids(), 20)
        operations.tidy(self.registry, CONFIG)
        self.check(tasks)
        return tasks

    def check(self, tasks: list[Task]) -> None:
        """Nothing damaged, nothing half-made, nothing run twice, no secrets left of what has ended."""
        home = self.registry.home
        assert self.registry.damaged() == []
        assert (self.registry.queue(), self.registry.in_hand()) == ([], [])
        starts = {path.name: path.read_text() for path in self.evidence.iterdir()}
        assert set(starts.values()) <= {"x\n"}, "a payload ran twice"
        for task in tasks:
            names = {path.name for path in home.task(task.id).iterdir()}
            assert not {name for name in names if "env" in name or "end.toml" in name}, names
            attempts = {f"{task.id}.{attempt.number}" for attempt in task.state.attempts}
            assert {name for name in starts if name.startswith(task.id)} <= attempts


def steps() -> Iterator[int]:
    """Every step with DELEGATE_TEST_EVERY_STEP, else one in five, by chance; which ones is printed."""
    if os.environ.get("DELEGATE_TEST_EVERY_STEP"):
        return iter(range(1, 1000))
    seed = random.randrange(5)
    print(f"steps {seed + 1}, {seed + 6} …")
    return iter(range(seed + 1, 1000, 5))


Prepare = Callable[[World], list[str]]
"""Brings a registry into the state in which the operation is carried out; returns the ids it is about."""

CASES: dict[str, tuple[str, Prepare]] = {
    "submit": ("submit", lambda _: []),
    "start": ("resume", lambda world: [world.waiting()]),
    "stop-waiting": ("stop", lambda world: [world.waiting()]),
    "stop-running": ("stop", lambda world: [world.running()]),
    "reconcile-lost": ("tidy", lambda world: [world.lost()]),
    "reconcile-ended": ("tidy", lambda world: [world.witnessed()]),
    "retry": ("retry", lambda world: [world.ended()]),
    "delete": ("delete", lambda world: [world.ended(), world.ended("true"), world.waiting()]),
    "clean": ("clean", lambda world: [world.ended(), world.ended("true")]),
}


@pytest.fixture
def world(registry: Registry, tmp_path: Path) -> Iterator[World]:
    """A world of the test's own."""
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    dying = Dying(registry.home.root)
    yield World(registry, evidence, dying)
    dying.close()


@pytest.mark.parametrize("case", CASES)
def test_a_client_may_be_killed_at_every_step(world: World, case: str) -> None:
    operation, prepare = CASES[case]
    for at in steps():
        world.empty()
        ids = prepare(world)
        before = set(world.registry.ids())
        how = world.dying.does(operation, at, ids=ids, command=world.payload())
        assert how in (KILLED, DONE), f"step {at}: {how}"
        if operation in ("delete", "clean"):
            expect_kept_or_in_the_trash(world, ids, at)
        else:
            assert before <= set(world.registry.ids())
        tasks = {task.id: task for task in world.recovered()}
        assert before <= set(tasks), f"step {at}"
        for task_id in ids:
            expect_the_truth(case, tasks[task_id], how)
        if how == DONE:
            break
        assert at < 200, "the operation never ends"


def test_a_runner_may_be_killed_at_every_step(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    spawn = os.posix_spawn
    script = str(Path(__file__).with_name("dying_runner.py"))
    due: list[int] = []
    runners: list[int] = []

    def spawn_dying(path: str, words: list[str], *rest: Any, **options: Any) -> int:
        if due and words[3].endswith("start_runner.py"):
            words = [*words[:3], script, str(due.pop()), *words[4:]]
            runners.append(spawn(path, words, *rest, **options))
            return runners[-1]
        return spawn(path, words, *rest, **options)

    monkeypatch.setattr(os, "posix_spawn", spawn_dying)
    for at in steps():
        world.empty()
        due.append(at)
        world.submit()
        gone = os.waitid(os.P_PID, runners.pop(), os.WEXITED | os.WNOWAIT)
        assert gone is not None
        (task,) = world.recovered()
        assert task.status in (Status.FAILED, Status.LOST), f"step {at}"
        assert task.attempt is not None
        assert task.attempt.exit_code == (3 if task.status is Status.FAILED else None), f"step {at}"
        if gone.si_code == os.CLD_EXITED:
            break
        assert at < 200, "the runner never ends"


def expect_the_truth(case: str, task: Task, how: str) -> None:
    """What the record must say of a task after its operation was killed, or was not."""
    allowed = {
        "stop-waiting": {Status.STOPPED} if how == DONE else {Status.STOPPED, Status.FAILED},
        "stop-running": {Status.STOPPED},
        "reconcile-lost": {Status.LOST},
        "clean": {Status.FAILED, Status.COMPLETE},
        "delete": {Status.FAILED, Status.COMPLETE},
    }.get(case, {Status.FAILED})
    assert task.status in allowed
    assert task.attempt is None or task.attempt.exit_code in {
        Status.STOPPED: (None,),
        Status.LOST: (None,),
        Status.COMPLETE: (0,),
    }.get(task.status, (9,) if case == "reconcile-ended" else (3,))


def expect_kept_or_in_the_trash(world: World, ids: list[str], at: int) -> None:
    """Each task is in exactly one place, and comes back with its log, also after an undo that was killed."""
    home = world.registry.home
    for task_id in ids:
        places = [home.task(task_id), *home.trash.glob(f"*/{task_id}")]
        assert len([place for place in places if place.is_dir()]) == 1, places
    world.dying.does("undo", at)
    while world.dying.does("undo", NEVER) == DONE:
        pass
    assert set(ids) <= set(world.registry.ids())
    for task_id in ids:
        for attempt in world.registry.load(task_id).state.attempts:
            assert home.log(attempt.log).exists()
