"""Taking what a task did, or leaving it, from the main screen: git works in threads, questions come first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.timer import Timer

from app.dashboard.details.details import CHANGES
from app.dashboard.drawing.tone import Tone
from app.dashboard.plans.actions import Done
from app.dashboard.plans.plan import Plan, task_title
from app.dashboard.plans.preview import question
from app.dashboard.screen.header import short_folder
from app.dashboard.screen.mergescreen import MergeScreen
from app.model.changes import counted
from app.model.sentences import Kind
from app.model.task import Attempt, Task
from app.registry.changed import changes_name
from app.registry.paths import Home
from app.supervisor.operations import OperationError
from app.supervisor.steps import WORKSPACE
from app.workspace import applying, exporting, leaving
from app.workspace.applying import CannotMerge
from app.workspace.discarding import HoldsWork
from app.workspace.git import GitError
from app.workspace.merging import MergePlan, Mode
from app.workspace.taking import (
    CannotTake,
    Held,
    held_by,
    merge_plan,
    note_if_merged,
    note_plan,
    place_of,
    take,
)

if TYPE_CHECKING:
    from app.dashboard.screen.mainscreen import MainScreen

_FAULTS = (GitError, CannotTake, CannotMerge, HoldsWork, OperationError, OSError)
_MODES = {"squash": Mode.SQUASH, "cherry-pick": Mode.PICK, "no-ff": Mode.MERGE}
_NAMED = 3
REST_S = 0.5
"""How long the cursor rests on a task before git is asked about it."""

WEIGHED = frozenset({Kind.DELETE, Kind.CLEAN, Kind.DISCARD})
"""What is asked about again, by what the worktrees hold."""


class Taker:
    """Carries out the plans of a screen that take or leave work."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._shown: MergeScreen | None = None
        self._due: Timer | None = None

    def takes(self, plan: Plan) -> bool:
        """Carry out a plan that is about work in worktrees; False for any other."""
        if self.weighs(plan):
            return True
        task = plan.tasks[0] if plan.tasks else None
        if task is None or plan.problem:
            return False
        if plan.kind is Kind.CHANGES:
            self._screen.select(task)
            self.consider(task)
            self._screen.details.select_tab(CHANGES)
            self._screen.focus_pane("details")
        elif plan.kind is Kind.MERGE:
            look = partial(self._look, task, _MODES.get(plan.words, Mode.AUTO))
            self._thread(look, partial(self._show, task), plan.original)
        elif plan.kind is Kind.PUSH:
            self._screen.bar.say(f"pushing the branch of {task_title(task)} …", Tone.DONE)
            self._screen.commander.work(partial(self._push, task), plan.original)
        else:
            return False
        return True

    def weighs(self, plan: Plan, *, asks: bool = False) -> bool:
        """Find out what would be lost by a plan that throws worktrees away; False for any other.

        With ``asks`` it is asked about even where nothing would be lost.
        """
        if plan.kind not in WEIGHED or not any(map(has_worktree, plan.tasks)):
            return False
        asks = asks or plan.kind is Kind.DISCARD
        self._thread(partial(self._weigh, plan), partial(self._weighed, plan, asks), plan.original)
        return True

    def consider(self, task: Task | None) -> None:
        """Once the cursor rests on a task, find out whether a person merged its work, or undid that."""
        if self._due is not None:
            self._due.stop()
        self._due = None
        if task is not None and (task.taken or has_work(self._screen.session.registry.home, task)):
            self._due = self._screen.set_timer(REST_S, partial(self._find_out, task))

    def _find_out(self, task: Task) -> None:
        look = partial(note_if_merged, self._screen.session.registry, task)
        self._screen.run_worker(look, thread=True, exit_on_error=False)

    # Merging

    def _look(self, task: Task, mode: Mode) -> MergePlan:
        home = self._screen.session.registry.home
        applying.mend_at(place_of(home, task, "merge").home)
        plan = merge_plan(home, task, mode)
        note_plan(self._screen.session.registry, task, plan)
        return plan

    def _show(self, task: Task, plan: MergePlan) -> None:
        """Show what a merge would do; a yes does it."""
        self._shown = MergeScreen(f"take {task_title(task)}", plan, partial(self._replan, task))
        self._screen.app.push_screen(self._shown, partial(self._answered, task))

    def _replan(self, task: Task, mode: Mode) -> None:
        self._screen.run_worker(partial(self._replanned, task, mode), thread=True, exit_on_error=False)

    def _replanned(self, task: Task, mode: Mode) -> None:
        plan, problem = None, ""
        try:
            plan = self._look(task, mode)
        except _FAULTS as error:
            problem = str(error)
        if self._shown is not None:
            self._shown.call_later(self._shown.show, plan, problem)

    def _answered(self, task: Task, plan: MergePlan | None) -> None:
        self._shown = None
        if plan is not None:
            self._screen.commander.work(partial(self._merge, task, plan))

    def _merge(self, task: Task, plan: MergePlan) -> Done:
        try:
            take(self._screen.session.registry, task, plan)
        except _FAULTS as error:
            raise OperationError(str(error)) from None
        files = counted(len(plan.changed), "file")
        self._screen.call_later(self._screen.details.changes.look_again)
        return Done(f"{task_title(task)} is in {plan.home.branch}: {plan.mode}, {files}")

    def _push(self, task: Task) -> Done:
        try:
            return Done(exporting.push(place_of(self._screen.session.registry.home, task, "push")))
        except _FAULTS as error:
            raise OperationError(str(error)) from None

    def export(self, task: Task | None) -> None:
        """Write a task's work as a patch file into the folder that the dashboard was opened in."""
        if task is None:
            self._screen.bar.say("there is no task", Tone.PROBLEM)
        else:
            self._screen.commander.work(partial(self._export, task))

    def _export(self, task: Task) -> Done:
        session = self._screen.session
        try:
            raw = exporting.work_of(session.registry.home, task)
            if not raw:
                raise OperationError(f"{task_title(task)} changed nothing: there is no patch to write")
            path = exporting.write_patch(session.folder, task, raw)
        except _FAULTS as error:
            raise OperationError(str(error)) from None
        where = short_folder(str(path), str(Path.home()))
        reads = "git am" if has_worktree(task) else "git apply"
        return Done(f"{where} is the patch of {task_title(task)}: {reads} reads it")

    # Leaving

    def _weigh(self, plan: Plan) -> tuple[Held, ...]:
        home = self._screen.session.registry.home
        if plan.kind is Kind.DISCARD:
            for task in plan.tasks:
                place_of(home, task, "discard")
        return held_by(home, plan.tasks)

    def _weighed(self, plan: Plan, asks: bool, held: tuple[Held, ...]) -> None:
        """Ask about what would be lost, and where it is wanted also about what would not."""
        holding = [one for one in held if not one.empty]
        do = partial(self._do, plan)
        if not holding:
            self._screen.commander.ask(do, question(plan)) if asks else do()
            return
        told = "; ".join(one.words for one in holding[:_NAMED])
        more = f" and {len(holding) - _NAMED} more" if len(holding) > _NAMED else ""
        what = "discard it" if plan.kind is Kind.DISCARD else "delete it all"
        back = _brought_back(holding)
        self._screen.commander.ask(do, f"{told}{more}: {what}? y does it, U brings {back} back")

    def _do(self, plan: Plan) -> None:
        if plan.original:
            self._screen.bar.sent(plan.original)
        self._screen.commander.work(partial(self._leave, plan), plan.original)

    def _leave(self, plan: Plan) -> Done:
        registry = self._screen.session.registry
        try:
            if plan.kind is Kind.DISCARD:
                held = [leaving.throw_away(registry, task, yes=True) for task in plan.tasks]
                self._screen.call_later(self._screen.details.changes.look_again)
                back = _brought_back(held)
                return Done(f"discarded the work of {_titled(plan.tasks)} · U brings {back} back")
            done = leaving.delete(registry, plan.tasks, yes=True)
        except _FAULTS as error:
            raise OperationError(str(error)) from None
        if done.problem:
            raise OperationError(f"deleted {done.count}, but {done.problem}")
        it = "it" if done.count == 1 else "them"
        ids = tuple(task.id for task in plan.tasks)
        return Done(f"deleted {_titled(plan.tasks)} · U brings {it} back", ids=ids)

    # Threads

    def _thread(self, work: Callable[[], object], then: Callable[..., None], typed: str) -> None:
        """Do something in a thread, and go on with what it gave; a fault is said in one line."""

        def run() -> None:
            try:
                found = work()
            except _FAULTS as error:
                self._screen.call_later(self._refuse, str(error), typed)
            else:
                self._screen.call_later(then, found)

        self._screen.run_worker(run, thread=True, exit_on_error=False)

    def _refuse(self, problem: str, typed: str) -> None:
        if typed:
            self._screen.bar.give_back(typed)
        self._screen.bar.say(problem, Tone.PROBLEM)


def has_worktree(task: Task) -> bool:
    """Whether a task was to get a worktree of its own."""
    return task.request.workspace is not None and task.request.workspace.worktree


def has_work(home: Home, task: Task) -> bool:
    """Whether an ended task has, or may have, something to take: a worktree that was not left as it was.

    What was taken already, as far as that is written down, is not taken again.
    Nothing is run to find out. What nobody has looked at may hold something.
    """
    if not task.status.ended or not has_worktree(task) or not home.task_file(task.id, WORKSPACE).exists():
        return False
    return any(_may_have_changed(home, task, attempt) for attempt in task.state.attempts if not attempt.taken)


def _may_have_changed(home: Home, task: Task, attempt: Attempt) -> bool:
    if attempt.outcome.files or attempt.outcome.commit:
        return True
    return not home.task_file(task.id, changes_name(attempt.number)).exists()


def _brought_back(held: Sequence[Held]) -> str:
    """What an undo brings back, by what of these worktrees is lost for good."""
    return "the rest" if any(one.holdings.extras.lost for one in held) else "it"


def _titled(tasks: tuple[Task, ...]) -> str:
    return task_title(tasks[0]) if len(tasks) == 1 else f"{len(tasks)} tasks"
