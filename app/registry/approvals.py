"""Which agents a person has approved, and for where: ``approvals.toml`` in the registry.

What cannot be read grants nothing: the person is asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from app.model.status import Status
from app.registry import values
from app.registry.codec import dump, parse
from app.registry.damage import keep_copy
from app.registry.files import read_regular, write_atomic
from app.registry.paths import Home
from app.registry.store import DamagedRecord, Registry, UnknownTask
from app.registry.transaction import transaction
from app.registry.values import SCHEMA, BadRecord, NewerRecord, naming_the_fault

if TYPE_CHECKING:
    from app.model.task import Task
    from app.registry.transaction import Transaction

FILE = "approvals.toml"
LIMIT = 4 * 1024 * 1024
"""The largest file of approvals that is read, in bytes."""

_KEYS = frozenset({"agent", "source", "fingerprint", "scope", "folder", "granted"})


class Scope(StrEnum):
    """How far a yes reaches. Once is for one task, and written down with that task only."""

    ONCE = "once"
    PROJECT = "project"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Approval:
    """One yes of a person to what a fingerprint stands for.

    ``source`` is where the agent was defined, ``folder`` the project it holds for, empty for everywhere.
    """

    agent: str
    source: str
    fingerprint: str
    scope: Scope
    folder: str
    granted: datetime
    unknown: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    def covers(self, project: str) -> bool:
        """Whether it reaches to work in a project."""
        return self.scope is Scope.ALWAYS or (self.scope is Scope.PROJECT and self.folder == project)


def read_approvals(home: Home) -> tuple[Approval, ...]:
    """Every approval; none where there is no file, or none that can be read."""
    try:
        return _approvals(_record(home))
    except (OSError, BadRecord):
        return ()


def add_approval(
    registry: Registry, approval: Approval, covers: Callable[[Task], bool] = lambda _: False
) -> int:
    """Write an approval down; it takes the place of an earlier one of the same agent with the same reach.

    Of the agent's tasks that wait since a yes was taken back, those that this one ``covers`` wait for it no
    more; returns how many these are. Raises NewerSchema, RegistryBusy, NewerRecord and OSError, with the
    approvals that were there left as they were.
    """
    with transaction(registry) as change:
        record, known = _to_change(registry)
        kept = (item for item in known if not _same_place(item, approval))
        _save(change, record, (*kept, approval))
        return _mark(change, approval.agent, covers, revoked=False)


def remove_approvals(registry: Registry, agent: str) -> tuple[int, int]:
    """Take back every approval of an agent's name, also one that was given for a single task.

    Returns how many approvals there were, and how many tasks wait from now on until the agent is approved
    again. Raises as adding does.
    """
    with transaction(registry) as change:
        record, known = _to_change(registry)
        waiting = _mark(change, agent, lambda _: True, revoked=True)
        kept = tuple(item for item in known if item.agent != agent)
        _save(change, record, kept)
        return len(known) - len(kept), waiting


def approval_now(agent: str, source: str, fingerprint: str, scope: Scope, folder: str) -> Approval:
    """An approval that is given at this moment."""
    return Approval(
        agent, source, fingerprint, scope, folder if scope is Scope.PROJECT else "", datetime.now(UTC)
    )


def _same_place(one: Approval, other: Approval) -> bool:
    return (one.agent, one.source, one.scope, one.folder) == (
        other.agent,
        other.source,
        other.scope,
        other.folder,
    )


def _mark(change: Transaction, agent: str, which: Callable[[Task], bool], *, revoked: bool) -> int:
    """Say of an agent's tasks that may start, now or once more, that they must not; returns how many wait."""
    registry, count = change.registry, 0
    for task_id in {*registry.queue(), *registry.in_hand()}:
        try:
            task = registry.load(task_id)
        except (UnknownTask, DamagedRecord):
            continue  # it cannot start either
        if task.request.agent != agent or task.read_only or task.state.status.ended:
            continue
        if task.state.revoked is not revoked and which(task):
            change.write_state(task, replace(task.state, revoked=revoked))
            count += task.state.status is Status.QUEUED
    return count


def _to_change(registry: Registry) -> tuple[dict[str, Any], tuple[Approval, ...]]:
    """The file and the approvals in it; a damaged one is kept in quarantine before it is replaced."""
    try:
        record = _record(registry.home)
        return record, _approvals(record)
    except NewerRecord:
        raise
    except FileNotFoundError:
        return {}, ()
    except (OSError, BadRecord) as error:
        keep_copy(registry.home, registry.home.root / FILE, FILE, str(error))
        return {}, ()


def _save(change: Transaction, record: Mapping[str, Any], approvals: tuple[Approval, ...]) -> None:
    record = {**record, "schema": SCHEMA, "approval": [_to_record(item) for item in approvals]}
    write_atomic(change.registry.home.root / FILE, dump(record))
    change.changed = True


def _record(home: Home) -> dict[str, Any]:
    record = parse(read_regular(home.root / FILE, LIMIT))
    if values.schema(record) > SCHEMA:
        raise NewerRecord(f"{FILE} was written by a newer delegate; install that version")
    return record


def _approvals(record: Mapping[str, Any]) -> tuple[Approval, ...]:
    with naming_the_fault(record):
        return tuple(_from_record(item) for item in record.get("approval", ()))


def _to_record(approval: Approval) -> dict[str, Any]:
    return {
        **approval.unknown,
        "agent": approval.agent,
        "source": values.to_toml(approval.source),
        "fingerprint": approval.fingerprint,
        "scope": approval.scope.value,
        "folder": values.to_toml(approval.folder),
        "granted": approval.granted,
    }


def _from_record(record: Mapping[str, Any]) -> Approval:
    approval = Approval(
        agent=values.string(record, "agent"),
        source=values.string(record, "source"),
        fingerprint=values.string(record, "fingerprint"),
        scope=Scope(values.string(record, "scope")),
        folder=values.string(record, "folder"),
        granted=values.moment(record, "granted"),
        unknown=values.rest(record, _KEYS),
    )
    if len(approval.fingerprint) != 64 or approval.scope is Scope.ONCE:
        raise BadRecord("an approval has no fingerprint, or no reach")
    return approval
