"""What each key of the command table does on the main screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from app.agents.delegation import editable_text
from app.dashboard.details.details import CHANGES, LOG
from app.dashboard.drawing.tone import Tone
from app.dashboard.input.bar import Target
from app.dashboard.log.pane import LogPane
from app.dashboard.plans.plan import Plan, plan_for, task_title
from app.model.answers import asking
from app.model.sentences import Kind

if TYPE_CHECKING:
    from app.dashboard.screen.mainscreen import MainScreen


def _on_task(
    kind: Kind, key: str = "", *, at_once: bool = False, words: str = ""
) -> Callable[[MainScreen], None]:
    """A key that does something to the task under the cursor."""

    def press(screen: MainScreen) -> None:
        screen.commander.by_key(plan_for(kind, screen.table.cursor_task, at_once=at_once, words=words), key)

    return press


def _simply(kind: Kind) -> Callable[[MainScreen], None]:
    """A key that does something to no certain task."""

    def press(screen: MainScreen) -> None:
        screen.commander.carry_out(Plan(kind, ""))

    return press


def _clean(screen: MainScreen) -> None:
    ended = tuple(task for task in screen.board.tasks.values() if task.status.ended)
    problem = None if ended else "nothing to clean up: no task has finished"
    screen.commander.carry_out(Plan(Kind.CLEAN, "", ended, problem=problem))


def _pause(screen: MainScreen) -> None:
    screen.commander.carry_out(Plan(Kind.RESUME if screen.paused else Kind.PAUSE, ""))


def _input(screen: MainScreen) -> None:
    screen.bar.aim_at_task()
    screen.focus_pane("input")


def _filter(screen: MainScreen) -> None:
    screen.bar.aim(Target.FILTER, screen.filter_words)
    screen.focus_pane("input")


def _edit(screen: MainScreen) -> None:
    task = screen.table.cursor_task
    plan = plan_for(Kind.RETRY, task)
    if task is None or plan.problem:
        screen.commander.carry_out(plan)
        return
    if not task.status.ended:
        screen.bar.say(f"#{task.number} is {task.status.word}: stop it before editing it", Tone.PROBLEM)
        return
    screen.retrying = task
    screen.bar.aim(Target.RETRY, editable_text(task), f"retry #{task.number} ›")
    screen.focus_pane("input")


def _answer(screen: MainScreen) -> None:
    """The question of the task under the cursor, else the one that has waited longest."""
    task = screen.table.cursor_task
    open_tasks = asking(screen.board.open.values())
    if task is None or task not in open_tasks:
        task = next(iter(open_tasks), None)
    if task is None:
        screen.bar.say("nothing asks you", Tone.DONE)
        return
    screen.select(task)
    screen.prompter.ask(task)


def _continue(screen: MainScreen) -> None:
    plan = plan_for(Kind.CONTINUE, screen.table.cursor_task)
    screen.commander.carry_out(plan)


def _seen(screen: MainScreen) -> None:
    task = screen.table.cursor_task
    if task is not None and task.unread:
        screen.watcher.mark_seen([task])


def _next(screen: MainScreen) -> None:
    task = screen.next_for_me()
    if task is None:
        said = "nothing new: nobody asks, and you have seen every end"
        screen.bar.say(said, Tone.DONE, lambda: not screen.board.unread)
        return
    screen.select(task)
    screen.focus_pane("table")
    now = screen.board.tasks
    screen.bar.say(
        f"{task_title(task)}: {task.status.word}",
        Tone.DONE,
        lambda: now.get(task.id, task).status is task.status,
    )


def _open(screen: MainScreen) -> None:
    screen.details.next_tab()


def _changes(screen: MainScreen) -> None:
    """Show what the task under the cursor changed; there already, go on to the next tab."""
    if screen.details.tab == CHANGES and screen.pane == CHANGES:
        screen.details.next_tab()
    else:
        screen.commander.carry_out(plan_for(Kind.CHANGES, screen.table.cursor_task))


def _back(screen: MainScreen) -> None:
    if screen.prompter.is_open:
        screen.prompter.leave()
    elif screen.stage.zoomed:
        screen.zoom()
    elif screen.pane != "table":
        screen.focus_pane("table")
    elif screen.filter_words:
        screen.set_filter("")


def _export(screen: MainScreen) -> None:
    screen.taker.export(screen.table.cursor_task)


def _on_log(turn: Callable[[LogPane], None]) -> Callable[[MainScreen], None]:
    """A key that changes how the log is shown, if one is."""

    def press(screen: MainScreen) -> None:
        if screen.details.display and screen.details.tab == LOG:
            turn(screen.details.log_pane)
        else:
            screen.bar.say("no log is in view", Tone.DONE)

    return press


PRESSES: Mapping[str, Callable[[MainScreen], None]] = {
    "input": _input,
    "back": _back,
    "open": _open,
    "changes": _changes,
    "merge": _on_task(Kind.MERGE),
    "push": _on_task(Kind.PUSH),
    "export": _export,
    "stop": _on_task(Kind.STOP, "x"),
    "kill": _on_task(Kind.STOP, "X", at_once=True),
    "retry": _on_task(Kind.RETRY),
    "delete": _on_task(Kind.DELETE),
    "edit": _edit,
    "answer": _answer,
    "answer-now": _answer,
    "continue": _continue,
    "seen": _seen,
    "next": _next,
    "undo": _simply(Kind.UNDO),
    "clean": _clean,
    "pause": _pause,
    "free": _on_task(Kind.FREE),
    "raise": _on_task(Kind.PRIORITY, words="up"),
    "lower": _on_task(Kind.PRIORITY, words="down"),
    "filter": _filter,
    "zoom": lambda screen: screen.zoom(),
    "pane": lambda screen: screen.next_pane(),
    "follow": _on_log(LogPane.toggle_follow),
    "wrap": _on_log(LogPane.toggle_wrap),
    "help": _simply(Kind.HELP),
    "quit": _simply(Kind.QUIT),
}
"""What the keys do, by the id that the command table gives them."""
