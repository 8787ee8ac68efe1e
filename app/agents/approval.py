"""Whether a person has approved an agent as it is defined now, and asking them if not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.agents.catalog.places import project_top
from app.agents.fingerprint import current_fingerprint
from app.agents.words import command_line
from app.model.agent import AgentDefinition, Origin
from app.model.run import AgentRun
from app.model.task import COMMAND, WORKER, Task
from app.registry.approvals import (
    Approval,
    Scope,
    add_approval,
    approval_now,
    read_approvals,
    remove_approvals,
)
from app.registry.paths import Home
from app.registry.store import Registry

CHANGED = "it has changed since you approved it"


@dataclass(frozen=True, slots=True)
class Question:
    """An agent that must not run before a person says yes.

    ``lines`` say in plain words what it may do, safe for a terminal. ``changed`` is that an earlier
    definition of the same source was approved; the first line says so.
    """

    definition: AgentDefinition
    lines: tuple[str, ...]
    changed: bool = False


def needed(definition: AgentDefinition, folder: Path, home: Home) -> Question | None:
    """What to ask before an agent works in a folder; None where it was approved, or needs no approval."""
    if definition.origin is Origin.BUILT_IN or definition.terms.trust:
        return None
    approvals = read_approvals(home)
    if _covered(approvals, definition.name, definition.fingerprint, folder):
        return None
    changed = any(known.agent == definition.name and known.source == definition.source for known in approvals)
    return question_about(definition, changed=changed)


def question_about(definition: AgentDefinition, *, changed: bool) -> Question:
    """What to ask about an agent; that it has ``changed`` is said first."""
    from app.agents.describing import describe

    lines = describe(definition)
    return Question(definition, (f"{definition.name}: {CHANGED}", *lines) if changed else lines, changed)


def is_approved(definition: AgentDefinition, folder: Path, home: Home) -> bool:
    """Whether an agent may work in a folder without a question."""
    return needed(definition, folder, home) is None


def is_covered(task: Task, home: Home) -> bool:
    """Whether the terms that an agent works on a task under are approved, apart from this task alone."""
    if task.run is None:
        return False  # what a command was approved as is kept with its definition only
    return _covered(read_approvals(home), task.request.agent, task.run.fingerprint, Path(task.request.folder))


def grant(registry: Registry, definition: AgentDefinition, scope: Scope, folder: Path) -> None:
    """Write down a yes for the project of a folder or for everywhere; "once" is for its task only.

    Tasks that wait since an earlier yes was taken back, and that this one reaches, go on. Raises NewerSchema,
    NewerRecord, RegistryBusy and OSError.
    """
    if scope is Scope.ONCE:
        return
    project = str(project_top(folder))
    new = approval_now(definition.name, definition.source, definition.fingerprint, scope, project)

    def reaches(task: Task) -> bool:
        return new.covers(str(project_top(Path(task.request.folder)))) and _is_for(definition, task)

    if add_approval(registry, new, reaches):
        from app.supervisor.scheduling import settle_as_configured

        settle_as_configured(registry)


def revoke(registry: Registry, name: str) -> tuple[int, int]:
    """Take back every yes to an agent, also those for one task only.

    Returns how many there were for more than a task, and how many tasks wait now until there is a yes again;
    none of a command or of the worker, which nobody can approve. Raises as granting does.
    """
    if name in (COMMAND, WORKER):
        return 0, 0
    return remove_approvals(registry, name)


def has_changed(run: AgentRun | None, folder: Path) -> bool:
    """Whether what was approved for a task is no longer what its agent is: then it must be approved again."""
    return run is not None and current_fingerprint(run, folder) != run.fingerprint


def same_command(definition: AgentDefinition, task: Task) -> bool:
    """Whether a task that is a command and nothing else is the one that its agent would be today."""
    return definition.run is None and command_line(definition, task.text) == task.command


def _is_for(definition: AgentDefinition, task: Task) -> bool:
    """Whether a yes to a definition is one to what a task would start."""
    if task.run is not None:
        return task.run.fingerprint == definition.fingerprint
    return same_command(definition, task)


def _covered(approvals: tuple[Approval, ...], name: str, fingerprint: str, folder: Path) -> bool:
    project = str(project_top(folder))
    return any(
        known.agent == name
        and bool(fingerprint)
        and known.fingerprint == fingerprint
        and known.covers(project)
        for known in approvals
    )
