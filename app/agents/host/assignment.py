"""What a host is to do: its task as the registry knows it, and the attempt that has begun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.logs.window import LogFile
from app.model.run import AgentRun
from app.model.task import Attempt, Request
from app.registry.asking import read_report
from app.registry.paths import Home
from app.registry.store import Registry

CHECK_BYTES = 4096
"""How much of what a check has said an agent is told when it tries again."""


class NoAssignment(Exception):  # noqa: N818 - names what is missing
    """This process was not started for a task with an agent; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One attempt of one task.

    ``session`` is the conversation to go on with, of attempt ``continues``; None for a new one. ``folder`` is
    where the agent works, ``environment`` what its client gets, ``summary`` the file for the Markdown.
    ``revoked`` is that the yes to the agent was taken back while the attempt was on its way.
    """

    home: Home
    task_id: str
    attempt: int
    text: str
    run: AgentRun
    folder: str
    environment: Mapping[str, str]
    continues: int | None = None
    session: str | None = None
    summary: Path | None = None
    revoked: bool = False


def read_assignment(environment: Mapping[str, str], folder: str) -> Assignment:
    """Read what to do from the environment that a runner gives its command.

    Raises NoAssignment, and what reading the registry raises.
    """
    try:
        task_folder, number = Path(environment["DELEGATE_TASK_FOLDER"]), int(environment["DELEGATE_ATTEMPT"])
    except (KeyError, ValueError):
        raise NoAssignment(
            "this is what a runner starts for a task with an agent; there is no task"
        ) from None
    registry = Registry(Home(task_folder.parent.parent))
    request, state = registry.request(task_folder.name), registry.state(task_folder.name)
    run = state.run or request.run
    if run is None or not 0 < number <= len(state.attempts):
        raise NoAssignment(f"{request.id} is no task of an agent, or has no attempt {number}")
    attempt = state.attempts[number - 1]
    summary = environment.get("DELEGATE_SUMMARY")
    return Assignment(
        home=registry.home,
        task_id=request.id,
        attempt=number,
        text=_prompt(registry.home, request, state.attempts, attempt),
        run=run,
        folder=folder,
        environment={**environment, **dict(run.environment)},
        continues=attempt.continues,
        session=_session(registry.home, request.id, state.attempts, attempt.continues),
        summary=Path(summary) if summary else None,
        revoked=state.revoked,
    )


def _prompt(home: Home, request: Request, attempts: tuple[Attempt, ...], attempt: Attempt) -> str:
    """What the agent is told: the task, and where the last attempt was denied by its check, what that said.

    A person who writes the text anew says what matters.
    """
    if attempt.text is not None:
        return attempt.text
    before = attempts[attempt.number - 2] if attempt.number > 1 else None
    if before is None or before.check != "failed" or request.check is None:
        return request.text
    said = LogFile(home.log(before.log)).tail_text(CHECK_BYTES).strip()
    return (
        f"{request.text}\n\nThis has been tried before, and what was left of it is still here. Afterwards"
        f" `{request.check}` failed. The end of its output:\n\n{said}\n"
    )


def _session(home: Home, task_id: str, attempts: tuple[Attempt, ...], continues: int | None) -> str | None:
    """The conversation of an earlier attempt, also of one whose end could not be written down."""
    if continues is None or not 0 < continues <= len(attempts):
        return None
    report = read_report(home, task_id, continues)
    return attempts[continues - 1].session or (report.session if report else None)
