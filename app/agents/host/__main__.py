"""``python -I -m app.agents.host``: has an agent work on the task it was started for, and judges it."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from app.agents.events import Ended
from app.agents.host import changes
from app.agents.host.assignment import Assignment, NoAssignment, read_assignment
from app.agents.host.ending import Ending
from app.agents.host.log import Log
from app.agents.host.messages import Messages
from app.agents.host.teller import Teller
from app.agents.host.waking import Waker
from app.agents.verdict import Verdict, judge
from app.agents.words import fill
from app.model.report import Report
from app.model.run import AgentRun, Channel
from app.model.status import Status
from app.registry.asking import write_report
from app.registry.store import DamagedRecord, Registry, UnknownTask
from app.registry.transaction import ring
from app.supervisor.launch import PYTHON
from app.supervisor.watch import LEFTOVER_GRACE_S

STDOUT = 1


def main() -> int:
    """Work on the task, and return the exit code."""
    waker = Waker()
    try:
        assignment = read_assignment(os.environ, _folder())
    except (NoAssignment, UnknownTask, DamagedRecord, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    teller = _teller(assignment)
    messages = Messages(assignment, teller)
    try:
        return _work(assignment, teller, waker, messages)
    except Exception as error:  # the task must not end without a word, whatever we have done wrong
        import traceback

        teller.note("! this is a fault of delegate's own:")
        teller.log.flow(traceback.format_exc())
        reason = f"a fault of delegate's own: {type(error).__name__}: {error}"
        return _finish(teller, messages, Verdict(Status.FAILED, reason=reason), Ending(code=1))


def _work(assignment: Assignment, teller: Teller, waker: Waker, messages: Messages) -> int:
    if why := _not_to_be_run(assignment):
        return _finish(teller, messages, Verdict(Status.FAILED, reason=why), Ending())
    ending, changed = _run(assignment, teller, waker, messages)
    if ending.stopped:
        _end_what_is_left(assignment, waker)
        return _finish(teller, messages, Verdict(Status.FAILED, reason="stopped"), ending, "stopped")
    return _finish(teller, messages, _verdict(teller, ending, changed), ending)


def _folder() -> str:
    """The current folder by the name that it was given."""
    here, named = os.getcwd(), os.environ.get("PWD", "")
    return named if named and os.path.realpath(named) == os.path.realpath(here) else here


def _teller(assignment: Assignment) -> Teller:
    registry = Registry(assignment.home)

    def save(report: Report) -> None:
        write_report(assignment.home, assignment.task_id, report)
        ring(registry)

    return Teller(
        log=Log(STDOUT),
        report=Report(assignment.attempt),
        save=save,
        summary=assignment.summary,
        folder=assignment.folder,
        retries=assignment.run.retries,
    )


def _not_to_be_run(assignment: Assignment) -> str | None:
    """Why nothing must be started; None when everything is as it was approved."""
    run = assignment.run
    if assignment.continues is not None and assignment.session is None:
        return f"attempt {assignment.continues} has left no conversation that could go on"
    name = Path(run.definition).stem if run.definition else run.client
    if assignment.revoked:
        return f"{name} was not started: its approval was taken back"
    if not run.fingerprint:
        return None
    from app.agents.fingerprint import current_fingerprint

    if current_fingerprint(run, Path(assignment.folder)) == run.fingerprint:
        return None
    if _is_only_elsewhere(run, Path(assignment.folder)):
        return (
            f"this worktree does not have {name} as it was approved:"
            " commit its definition, or add worktree:no"
        )
    return f"the definition of {name} has changed since it was approved: approve it again"


def _is_only_elsewhere(run: AgentRun, folder: Path) -> bool:
    """Whether the definition is in its project as it was approved, but not in this worktree of it."""
    from app.agents.catalog.places import counterpart
    from app.agents.fingerprint import current_fingerprint

    if run.definition is None or counterpart(Path(run.definition), folder) == Path(run.definition):
        return False
    return current_fingerprint(run, Path(run.definition).parent) == run.fingerprint


def _run(
    assignment: Assignment, teller: Teller, waker: Waker, messages: Messages
) -> tuple[Ending, bool | None]:
    """Speak with the client; how that ended, and whether the folder has changed, None where nobody knows."""
    folder, environment = assignment.folder, assignment.environment
    with _fence(assignment, teller) as fence:
        if fence is None:
            return Ending(code=1), None
        before = changes.look(folder, environment, fence)
        ending = _speak(assignment, teller, waker, messages, fence)
        # Git runs what a repository tells it to, which the agent may have written: behind the fence, too.
        after = None if ending.stopped else changes.look(folder, environment, fence)
        return ending, changes.changed(before, after)


@contextlib.contextmanager
def _fence(assignment: Assignment, teller: Teller) -> Iterator[tuple[str, ...] | None]:
    """The words in front of a command line; None where the fence that is asked for cannot be put up."""
    if assignment.run.sandbox == "none":
        yield ()
        return
    from app.agents.fencing import NoFence, fenced

    with contextlib.ExitStack() as stack:
        try:
            words = stack.enter_context(fenced(assignment, teller.note))
        except NoFence as error:
            teller.take(Ended(False, reason="not started", error=str(error)))
            yield None
            return
        network = "with" if assignment.run.network else "without"
        teller.note(f"── behind a fence: writes to this folder only, {network} the network")
        yield words


def _speak(
    assignment: Assignment, teller: Teller, waker: Waker, messages: Messages, fence: tuple[str, ...]
) -> Ending:
    """Speak with the client in the way that it understands."""
    if assignment.run.channel is Channel.ACP:
        from app.agents.acp.channel import run_acp

        return run_acp(assignment, (*fence, *_command(assignment)), teller, waker, messages)
    from app.agents.exec.channel import run_exec

    return run_exec(assignment, teller, waker, fence)


def _command(assignment: Assignment) -> tuple[str, ...]:
    """The client's command line for this task."""
    filled = fill(assignment.run.command, assignment.text, assignment.session or "")
    return tuple(sys.executable if word == PYTHON else word for word in filled)


def _end_what_is_left(assignment: Assignment, waker: Waker) -> None:
    """Without a runner nobody else ends what the client has started."""
    if not waker.orphaned:
        return
    from app.supervisor.kill import sweep
    from app.supervisor.processes import mark, members, snapshot

    entry = mark(str(assignment.home.root), assignment.task_id)
    sweep(lambda: members(snapshot(), entry), LEFTOVER_GRACE_S, time.sleep)


def _verdict(teller: Teller, ending: Ending, changed: bool | None) -> Verdict:
    return judge(
        replace(
            teller.collected.facts(),
            exit_code=ending.exit_code,
            signal=ending.signal,
            exit_words=ending.exit_words,
            exit_trouble=ending.exit_trouble,
            stream=ending.stream,
            changed=changed,
            given_up=teller.given_up,
            fallback=ending.fallback,
        )
    )


def _finish(teller: Teller, messages: Messages, verdict: Verdict, ending: Ending, word: str = "") -> int:
    """Tell how it ended, and return the exit code that goes with it."""
    messages.close()
    teller.finish(verdict, word)
    if ending.code is not None:
        return ending.code
    return 0 if verdict.status is Status.COMPLETE else 1


if __name__ == "__main__":
    sys.exit(main())
