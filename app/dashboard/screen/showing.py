"""Plans that change nothing but the view: which task, which tab, which filter, which colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.dashboard.details.details import LOG, SUMMARY
from app.dashboard.drawing.tone import Tone
from app.dashboard.plans.actions import limit_words
from app.dashboard.plans.plan import Plan, task_title
from app.dashboard.screen.helpscreen import HelpScreen
from app.dashboard.table.rows import Moment, row_of
from app.model.sentences import Kind
from app.model.task import Task

if TYPE_CHECKING:
    from app.dashboard.screen.mainscreen import MainScreen


def show_plan(screen: MainScreen, plan: Plan) -> bool:
    """Carry out a plan that only shows something; False for one that is the registry's business."""
    if screen.taker.takes(plan):
        return True
    match plan.kind:
        case Kind.STATUS | Kind.LOGS | Kind.RESULT | Kind.WAIT:
            _show_tasks(screen, plan)
        case Kind.ANSWER if plan.choice is None:
            screen.select(plan.tasks[0])
            screen.prompter.ask(plan.tasks[0])
        case Kind.CONTINUE if not plan.words.strip():
            screen.continue_with(plan.tasks[0])
        case Kind.FILTER:
            screen.set_filter(plan.words)
        case Kind.THEME:
            screen.set_theme(plan.words)
        case Kind.AGENTS:
            from app.dashboard.screen.agentsscreen import AgentsScreen

            screen.app.push_screen(AgentsScreen(screen.session, plan.words), screen.approve_chosen)
        case Kind.APPROVE:
            screen.approve_ahead(plan.words)
        case Kind.HELP:
            screen.app.push_screen(HelpScreen())
        case Kind.QUIT:
            screen.quit()
        case Kind.LIMIT if not plan.words:
            screen.bar.say(limit_words(screen.session.config), Tone.DONE)
        case _:
            return False
    return True


def _show_tasks(screen: MainScreen, plan: Plan) -> None:
    if plan.all_tasks or not plan.tasks:
        screen.set_filter(plan.words)
        screen.focus_pane("table")
        return
    task = plan.tasks[0]
    screen.select(task)
    if plan.kind in (Kind.LOGS, Kind.RESULT):
        screen.details.select_tab(LOG if plan.kind is Kind.LOGS else SUMMARY)
        screen.focus_pane("details")
    elif plan.kind is Kind.WAIT:
        waited_for = screen.board.open
        screen.bar.say(f"you are told when {task_title(task)} ends", Tone.DONE, lambda: task.id in waited_for)
    else:
        tasks = screen.board.tasks
        screen.bar.say(status_line(screen, task), Tone.DONE, lambda: tasks.get(task.id) == task)


def status_line(screen: MainScreen, task: Task) -> str:
    """How one task stands, in a line: ``#8 Run the tests · running · 47/89 · 8m15``."""
    board = screen.board
    row = row_of(task, board.progress.get(task.id), board.last_lines.get(task.id, ""), Moment.now())
    return " · ".join(part for part in (task_title(task), row.word, row.result, row.last, row.time) if part)
