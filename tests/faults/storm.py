"""What befalls a registry in a storm: its processes killed, its records damaged or forged, its clock set."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from app.model.status import Status
from app.model.task import Task
from app.registry.boot import boot_id
from app.registry.files import locked
from tests.faults.place import Place

KINDS = (
    *("plain", "brief", "brief", "stay", "deaf", "daemon", "bare", "orphan", "respawn", "closed", "flood"),
    *("line", "nul", "bytes", "escape", "reads", "frozen", "dies", "title"),
)
SIGNALS = (1, 2, 3, 6, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 31, 34, 64)
NONSENSE = (
    *(b"", b"\0" * 64, b"next_number = 1\n", b"next_number = true\n", b"boot = 7\n"),
    *(b'last_id = "agent_99999999_999999"\n', b'last_id = "agent_20200101_000000"\nnext_number = 2\n'),
)
"""What stands in ``registry.toml`` then: nothing, no TOML, or what the tasks prove to be wrong."""


def rage(place: Place, actions: int) -> None:
    """Let so many things happen, one after the other at random moments."""
    for _ in range(actions):
        place.chance.choice(ACTIONS)(place)
        place.moment(0.05)


def _what(place: Place) -> tuple[str, int]:
    kind = place.chance.choice(KINDS)
    if kind == "dies":
        return kind, place.chance.choice(SIGNALS)
    return kind, place.chance.choice((0, 0, 1, 3, 200)) if kind != "brief" else place.chance.randrange(250)


def _options(place: Place) -> list[str]:
    return ["--priority", place.chance.choice(("critical", "high", "normal", "low"))]


def add(place: Place) -> None:
    """Delegate a payload, unharmed."""
    place.heard(place.adding(*_what(place), *_options(place)))


def add_after_another(place: Place) -> None:
    """Delegate one that waits for another to be complete."""
    first = place.heard(place.adding("brief", 0, *_options(place)))
    if first is not None:
        number = str(place.registry.request(first).number)
        second = place.heard(place.adding("plain", 0, "--after", number))
        if second is not None:
            place.after[second] = first


def kill_a_client(place: Place) -> None:
    """Kill a client while it delegates."""
    client = place.adding(*_what(place), *_options(place))
    place.moment(0.25)
    if client.poll() is None:
        place.kill(client.pid, "client killed")
    place.heard(client)


def two_clients(place: Place) -> None:
    """Delegate twice at the same moment."""
    clients = [place.adding(*_what(place)) for _ in range(2)]
    place.faults["two clients at once"] += 1
    for client in clients:
        place.heard(client)


def live(place: Place) -> list[Task]:
    """The tasks with a runner that has said who it is."""
    return [task for task in place.registry.open_tasks() if task.live and task.live.runner]


def kill_a_runner(place: Place) -> None:
    """Kill the runner of a task."""
    tasks = {task.id: task for task in live(place)}
    task_id = place.some(sorted(tasks))
    if task_id is None:
        return
    task = tasks[task_id]
    if task.live and task.live.runner and task.live.runner.pid in place.ours("runner"):
        place.unwitnessed.add(task_id)
        place.kill(task.live.runner.pid, "runner killed")


def kill_an_agent(place: Place) -> None:
    """Kill the first process of a task."""
    tasks = {task.id: task for task in live(place) if task.live and task.live.child}
    task_id = place.some(sorted(tasks))
    now = tasks[task_id].live if task_id is not None else None
    if task_id is not None and now and now.child:
        place.disturbed.add(task_id)
        place.kill(now.child.pid, "agent killed")


def kill_the_supervisor(place: Place) -> None:
    """Kill whoever waits with the waiting tasks."""
    for pid in place.ours("supervisor"):
        place.kill(pid, "supervisor killed")


def _by_status(place: Place, *statuses: Status) -> list[str]:
    tasks = place.registry.recent(1000)
    return sorted(t.id for t in tasks if t.state.status in statuses and t.id not in place.damaged)


def _ended(place: Place) -> list[str]:
    return _by_status(place, *(status for status in Status if status.ended))


def stop(place: Place) -> None:
    """Stop a task, politely or at once."""
    task_id = place.some([task.id for task in place.registry.open_tasks()])
    if task_id:
        place.disturbed.add(task_id)
        place.shell("stop", task_id, *place.chance.choice(((), ("--kill",))))


def retry(place: Place) -> None:
    """Run an ended task again."""
    if task_id := place.some(_ended(place)):
        place.shell("retry", task_id)


def delete_and_undo(place: Place) -> None:
    """Delete some ended tasks, by name or all, and bring them back; one client may be killed over it."""
    some = [task_id for task_id in _ended(place) if place.chance.random() < 0.5]
    words = ("delete", *some) if some and place.chance.random() < 0.5 else ("clean",)
    client = place.start(*words)
    if place.chance.random() < 0.5:
        place.moment(0.2)
        place.kill(client.pid, "client killed")
    client.communicate()
    while place.shell("undo").returncode == 0:
        pass


def pause_and_resume(place: Place) -> None:
    """Hold the queue for a moment."""
    place.shell("pause")
    place.moment(0.2)
    place.shell("resume")


def damage(place: Place) -> None:
    """Put something else in the place of a record of a task that no runner has in hand."""
    task_id = place.some(_by_status(place, Status.QUEUED, *(s for s in Status if s.ended)))
    if task_id is None:
        return
    with locked(place.home.lock):  # as a fault of the disk, which nobody is writing to at that moment
        if place.registry.load(task_id).state.status is Status.STARTING:
            return
        path = place.home.task_file(task_id, place.chance.choice(("task.toml", "state.toml")))
        kind = place.chance.choice(("truncated", "empty", "NUL", "newer", "folder", "FIFO", "symlink"))
        place.damaged.add(task_id)
        place.faults[f"record {kind}"] += 1
        content = path.read_bytes()
        match kind:
            case "truncated":
                path.write_bytes(content[: place.chance.randrange(len(content))])
            case "empty":
                path.write_bytes(b"")
            case "NUL":
                path.write_bytes(b"\0" * len(content))
            case "newer":
                path.write_bytes(content.replace(b"schema = 1\n", b"schema = 99\n"))
            case _:
                path.unlink()
                _replace(place, path, kind)


def _replace(place: Place, path: Path, kind: str) -> None:
    if kind == "folder":
        path.mkdir()
    elif kind == "FIFO":
        os.mkfifo(path)
    else:
        target = place.base / "elsewhere.toml"
        target.write_text("precious\n")
        path.symlink_to(target)


def forge(place: Place) -> None:
    """Say that a runner has an ended task in hand, and that it is a stranger; maybe of before a reboot."""
    task_id = place.some(_ended(place))
    if task_id is None:
        return
    with locked(place.home.lock):
        task = place.registry.load(task_id)
        if task.state.status is Status.STARTING or task.attempt is None:
            return
        boot = place.chance.choice((boot_id(), "another boot"))
        facts = {
            "runner_pid": place.stranger,
            "runner_start": 1,
            "child_pid": place.stranger,
            "child_start": 1,
        }
        lines = [
            f'attempt = {task.attempt.number}\nboot = "{boot}"',
            *(f"{k} = {v}" for k, v in facts.items()),
        ]
        place.damaged.add(task_id)
        (place.home.running / task_id).write_text("\n".join(lines) + "\n")
        record = place.home.task_file(task_id, "state.toml")
        record.write_text(
            record.read_text().replace(f'status = "{task.state.status}"', 'status = "starting"', 1)
        )
    place.faults["forged record"] += 1
    place.shell("stop", task_id)


def jump_of_the_clock(place: Place) -> None:
    """Leave a registry as a clock that was set back, or forward, or a reboot would."""
    waiting = place.some(_by_status(place, Status.QUEUED))
    with locked(place.home.lock):
        if not place.home.settings.exists():
            return
        text = place.home.settings.read_text().splitlines()
        kind = place.chance.choice(("clock back", "clock forward", "other boot"))
        for index, line in enumerate(text):
            if line.startswith("last_id") and kind == "clock back":
                text[index] = f'last_id = "agent_2099{line.partition("agent_")[2][4:]}'
            if line.startswith("boot") and kind == "other boot":
                text[index] = 'boot = "another boot"'
        place.home.settings.write_text("\n".join(text) + "\n")
        if kind == "clock forward" and waiting and _still(place, waiting, Status.QUEUED):
            record = place.home.task_file(waiting, "state.toml")
            record.write_text(f"not_before = 2000-01-01T00:00:00+00:00\n{record.read_text()}")
    place.faults[kind] += 1


def _still(place: Place, task_id: str, status: Status) -> bool:
    return place.registry.state(task_id).status is status


def lose_the_settings(place: Place) -> None:
    """Damage what counts the numbers, or let it say nonsense."""
    with locked(place.home.lock):
        place.home.settings.write_bytes(place.chance.choice(NONSENSE))
    place.faults["settings damaged"] += 1


def litter(place: Place) -> None:
    """Leave what killed processes leave: a folder half made, markers of nobody, a file half written."""
    shutil.rmtree(place.home.tasks / ".new", ignore_errors=True)
    with locked(place.home.lock):
        (place.home.tasks / ".new").mkdir()
        (place.home.tasks / ".new" / "env").write_text("SECRET=1\0")
        (place.home.queued / "0-0000000000-agent_20000101_000000").touch()
        (place.home.running / "agent_20000101_000001").touch()
    place.faults["litter"] += 1


ACTIONS: tuple[Callable[[Place], None], ...] = (
    *(add, add, add, add, add_after_another, kill_a_client, kill_a_client, two_clients),
    *(kill_a_runner, kill_a_runner, kill_an_agent, kill_the_supervisor, stop, stop, retry, delete_and_undo),
    *(pause_and_resume, damage, forge, jump_of_the_clock, lose_the_settings, litter),
)
