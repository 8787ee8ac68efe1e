"""Talking with the agent of a task: answering its questions, leaving it a message, going on with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from app.model.answers import WORDS, offered
from app.model.ask import Answer, ChoiceKind
from app.model.run import AgentRun, Channel
from app.model.task import COMMAND, Task
from app.registry.asking import expired, read_answer, read_report, write_answer
from app.registry.config import Config
from app.registry.messages import write_message
from app.registry.store import Registry
from app.registry.transaction import refuse_newer, ring, transaction
from app.supervisor import operations
from app.supervisor.refusing import OperationError, in_one_line

LONGEST_MESSAGE = 1024 * 1024
"""The longest message to an agent, in characters."""


@in_one_line
def answer(
    registry: Registry,
    task_id: str,
    ask_number: int,
    kind: ChoiceKind,
    by: str = "you",
    *,
    attempt: int | None = None,
) -> Task:
    """Answer a question of a task's agent; ``by`` says in the log who did. The next attempt may ask under the
    same number again: whoever has seen the question says in which ``attempt``.

    The first answer holds. Raises OperationError when it comes too late, or the agent offers no such answer.
    """
    task = registry.load(task_id)
    refuse_newer(task)
    ask = next((ask for ask in task.asks if ask.number == ask_number), None)
    if ask is None or task.stopping or attempt not in (None, ask.attempt):
        raise OperationError(_too_late(registry, task, ask_number))
    if expired(ask, datetime.now(UTC)):
        raise OperationError(f"too late: the question of #{task.number} has been declined by itself")
    if ask.choice(kind) is None:
        raise OperationError(f"#{task.number} cannot be answered so; it offers {offered(ask)}")
    if not write_answer(registry.home, task_id, Answer(ask_number, kind, by)):
        raise OperationError(_too_late(registry, task, ask_number))
    ring(registry)
    return registry.load(task_id)


def _too_late(registry: Registry, task: Task, ask_number: int) -> str:
    """Why a question cannot be answered any more."""
    if given := read_answer(registry.home, task.id, ask_number):
        return f"too late: #{task.number} has been answered already: {WORDS[given.kind]}"
    if task.status.ended:
        return f"too late: #{task.number} has ended: {task.status.word}"
    if task.stopping:
        return f"too late: #{task.number} is being stopped"
    return f"too late: the question of #{task.number} is not open any more"


@in_one_line
def tell(registry: Registry, task_id: str, text: str) -> Task:
    """Leave a message for the agent of a running task; it is sent at the end of its turn.

    Raises OperationError where nobody would ever read it.
    """
    if not text.strip():
        raise OperationError("there is nothing to tell: write what the agent is to do")
    if len(text) > LONGEST_MESSAGE:
        raise OperationError("the message is too long; put it in a file and name the file")
    with transaction(registry) as change:  # so that the attempt cannot be closed behind this look
        task = registry.load(task_id)
        refuse_newer(task)
        attempt = len(task.state.attempts)
        if problem := why_deaf(task) or _why_over(registry, task, attempt):
            raise OperationError(problem)
        write_message(registry.home, task_id, attempt, text)
        change.changed = True
    return task


def _why_over(registry: Registry, task: Task, attempt: int) -> str | None:
    """That the agent has come to its end, which the record of its task does not say yet."""
    report = read_report(registry.home, task.id, attempt)
    over = report is not None and report.verdict is not None
    return f"#{task.number} hears nothing more, it is just ending: continue it in a moment" if over else None


def why_deaf(task: Task) -> str | None:
    """Why a task cannot be told anything now, in one line; None where it can."""
    number = task.number
    if not task.status.live:
        return f"#{number} does not run: {task.status.word}"
    if task.stopping:
        return f"#{number} is being stopped"
    if task.run is None or task.run.channel is not Channel.ACP:
        return f"#{number} cannot be told anything while it runs: wait for its end, then continue it"
    return None


@in_one_line
def continue_task(
    registry: Registry,
    task_id: str,
    text: str,
    environment: Mapping[str, str],
    config: Config,
    *,
    attempt: int | None = None,
    run: AgentRun | None = None,
) -> Task:
    """Run an ended task again, in the conversation of an attempt of its (the newest that has one) and with
    these words to its agent. ``run`` is how the agent works where its definition was approved anew."""
    if not text.strip():
        raise OperationError("there is nothing to continue with: write what the agent is to do now")
    task = registry.load(task_id)
    if problem := why_silent(task):
        raise OperationError(problem)
    from_which = _conversation(registry, task, attempt)
    return operations.retry(registry, task_id, environment, config, text=text, continues=from_which, run=run)


def why_silent(task: Task) -> str | None:
    """Why an ended task has no conversation that could go on, in one line; None where it may have one."""
    number, run = task.number, task.run
    if not task.status.ended:
        return f"#{number} has not ended yet: {task.status.word}"
    if run is None or run.channel is Channel.PLAIN or (run.channel is Channel.EXEC and not run.resume):
        who = "a command" if task.request.agent == COMMAND else task.request.agent
        return f"#{number} cannot be continued: {who} keeps no conversation; retry it instead"
    return None


def _conversation(registry: Registry, task: Task, wanted: int | None) -> int:
    """The number of the attempt whose conversation goes on. Raises OperationError."""
    attempts = [one for one in reversed(task.state.attempts) if wanted in (None, one.number)]
    for one in attempts:
        report = read_report(registry.home, task.id, one.number) if one.session is None else None
        if one.session or (report and report.session):
            return one.number
    which = f"#{task.number}" if wanted is None else f"#{task.number}.{wanted}"
    raise OperationError(f"{which} has left no conversation to go on with; retry it instead")
