"""Looks at a running task from outside: its processes, what they use, its lock, its log.

One look costs a few milliseconds and changes nothing; a second one tells what was used in between.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.logs.sanitise import sanitise
from app.logs.silence import log_facts
from app.model.task import Identity, Live, Task
from app.model.vitals import Check, Number, ProcessFacts, Vitals
from app.registry.boot import boot_id
from app.registry.store import Registry
from app.supervisor.inside import Connection, Inside, Onlooker, names_in_environment
from app.supervisor.processes import Process, is_ours, look, mark, snapshot

_TRIES = 3

_THERE = frozenset({Check.VERIFIED, Check.FROZEN})


@dataclass(frozen=True, slots=True)
class Member:
    """One process of a task's tree, with what could be seen of it; ``depth`` is 0 right under the runner."""

    pid: int
    depth: int
    inside: Inside


def sample(registry: Registry, task: Task) -> Vitals:
    """What is to be seen of a task that a runner has in hand. Raises OSError for what may be seen later."""
    live = registry.live(task.id)
    said = live or task.live or Live(0)
    now = time.monotonic()
    running_s = None if said.since is None else max(0.0, now - said.since)
    runner_check, child_check = check(said.runner), check(said.child)
    # Another process may have the pid of a runner that is gone: its children are none of ours.
    runner = said.runner.pid if said.runner and runner_check in _THERE else None
    child = said.child.pid if said.child and child_check in _THERE else None
    members, ended_s = _family(runner, child) if runner else ([], None)
    found = [member.inside for member in members]
    return Vitals(
        at=now,
        held=live is not None,
        runner=said.runner,
        runner_check=runner_check,
        child=said.child,
        child_check=child_check,
        processes=tuple(map(_facts, members)),
        cpu_s=_sum([ended_s, *(one.used_s for one in found)]),
        memory_bytes=_sum(one.memory_bytes for one in found),
        read_bytes=_sum(one.moved and one.moved[0] for one in found),
        written_bytes=_sum(one.moved and one.moved[1] for one in found),
        connections=_count(one.connections for one in found),
        hidden=sum(one.hidden for one in found),
        log=log_facts(registry.home.log(task.attempt.log), running_s) if task.attempt else None,
        environment=names_in_environment(child, mark(str(registry.home.root), task.id)) if child else None,
    )


def check(identity: Identity | None) -> Check | None:
    """What became of a process that was written down; None when none was."""
    if identity is None:
        return None
    if identity.boot != boot_id():
        return Check.GONE
    process = look(identity.pid)
    if process is None:
        return Check.GONE
    if process.start != identity.start:
        return Check.STRANGER
    if process.dead:
        return Check.ENDED
    return Check.FROZEN if process.frozen else Check.VERIFIED


def tree(
    table: dict[int, Process], runner: int, child: int | None, foreign: Callable[[int], bool]
) -> list[tuple[Process, int]]:
    """The processes under a runner, parents before their children, each with its depth.

    The runner takes in all orphans where the system lets it; where not, those of the child's group are found
    by that. ``foreign`` ones (the runners of other tasks) are left out with all that is under them.
    """
    children: dict[int, list[Process]] = {}
    for process in table.values():
        children.setdefault(process.parent, []).append(process)
    gone_astray = [one for one in table.values() if child in (one.group, one.session)]
    pending = [(one, 0) for one in [*_by_pid(gone_astray), *_by_pid(children.get(runner, ()))]]
    found: list[tuple[Process, int]] = []
    seen = {runner}
    while pending:
        process, depth = pending.pop()
        if process.pid in seen or foreign(process.pid):
            continue
        seen.add(process.pid)
        found.append((process, depth))
        pending += [(one, depth + 1) for one in _by_pid(children.get(process.pid, ()))]
    return found


def _by_pid(processes: Iterable[Process]) -> list[Process]:
    """In descending order: the lowest is popped first."""
    return sorted(processes, key=lambda process: -process.pid)


def _family(runner: int, child: int | None) -> tuple[list[Member], float | None]:
    """The tree under a runner, and the time used by orphans that the runner has buried, in seconds.

    A process that ends while the others are read may count twice or not at all, so it is read again then; a
    tree that never holds still is taken as it was seen last.
    """
    for _ in range(_TRIES):
        onlooker = Onlooker()
        processes = tree(snapshot(), runner, child, is_ours)
        insides = [onlooker.look_inside(process.pid) for process, _ in processes]
        if all(insides):
            break
    own = onlooker.look_inside(runner)
    members = [
        Member(process.pid, depth, inside)
        for (process, depth), inside in zip(processes, insides, strict=True)
        if inside is not None
    ]
    return members, own.reaped_s if own else None


def _facts(member: Member) -> ProcessFacts:
    inside = member.inside
    return ProcessFacts(
        member.pid, member.depth, sanitise(inside.name), inside.state, inside.cpu_s, inside.memory_bytes
    )


def _sum(values: Iterable[Number | None]) -> Number | None:
    """The sum of what is known; None when nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _count(sets: Iterable[frozenset[Connection] | None]) -> int | None:
    known = [one for one in sets if one is not None]
    return len(frozenset().union(*known)) if known else None
