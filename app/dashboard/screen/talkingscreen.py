"""How the main screen talks with agents: their questions, what they are told, whether they may run."""

from __future__ import annotations

from dataclasses import replace

from textual import events
from textual.message import Message

from app.dashboard.drawing.tone import Line, Tone
from app.dashboard.input.bar import InputBar, Target
from app.dashboard.plans.approving import wanted_ahead
from app.dashboard.plans.commanding import Commander
from app.dashboard.plans.done import Done
from app.dashboard.plans.plan import plan_for
from app.dashboard.plans.preview import preview
from app.dashboard.prompt.prompt import Prompt
from app.dashboard.prompt.prompter import Approving, Prompter
from app.dashboard.screen.lendingscreen import LendingScreen
from app.model.sentences import Kind
from app.model.task import Task
from app.supervisor.operations import OperationError


class TalkingScreen(LendingScreen):
    """The prompt and the input bar as far as they are about agents."""

    class AgentsFound(Message):
        """It is known again which agents there are."""

    commander: Commander
    prompter: Prompter
    continuing: Task | None = None

    def continue_with(self, task: Task) -> None:
        """Let what a task's agent is to be told be written in the input bar."""
        self.continuing = task
        self.bar.aim(Target.CONTINUE, "", f"continue #{task.number} ›", self._continuation)
        self.focus_pane("input")

    def _continuation(self, text: str) -> Line:
        """What Enter will do with words for an agent, as its task stands now."""
        task = self.continuing
        if task is None:
            return "", Tone.PLAN
        task = self.board.tasks.get(task.id, task)
        plan = replace(plan_for(Kind.CONTINUE, task), words=text)
        return preview(plan, self._describe)

    def on_input_bar_continue_wanted(self, event: InputBar.ContinueWanted) -> None:
        """Tell the agent, or go on with the conversation."""
        task, self.continuing = self.continuing, None
        self.focus_pane("table")
        if task is not None:
            plan = plan_for(Kind.CONTINUE, self.board.tasks.get(task.id, task), words=event.text)
            # Refused words come back as a command that can be sent again: the field is for tasks by then.
            plan = replace(plan, original=f"/continue {task.number} {event.text}")
            if plan.problem:
                self.bar.give_back(plan.original)
            self.commander.carry_out(plan)

    def on_prompt_answered(self, event: Prompt.Answered) -> None:
        """An answer in the prompt was pressed."""
        self.prompter.answered(event.id)

    def on_prompt_left(self) -> None:
        """The question is left for later."""
        self.prompter.leave()

    def look_for_agents(self) -> None:
        """Learn in a thread which agents there are now, for completing their names."""
        self.run_worker(self._look_for_agents, thread=True, exit_on_error=False, group="agents")

    def _look_for_agents(self) -> None:
        self.session.agents.refresh(self.session.config, self.session.folder)
        self.post_message(self.AgentsFound())

    def on_talking_screen_agents_found(self) -> None:
        """Complete with them."""
        self.refresh_choices()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Whoever clicks elsewhere leaves the prompt; whoever is to write can name the agents there are."""
        if event.widget is self.bar.field:
            self.look_for_agents()
        elsewhere = event.widget is not self.prompt.text and self.focused is event.widget
        if elsewhere and self.prompter.is_open and self.prompt.text.is_on_screen:
            self.prompter.leave()

    def approve_chosen(self, name: str | None) -> None:
        """An agent was chosen from the list, or none."""
        if name:
            self.approve_ahead(name)

    def approve_ahead(self, name: str) -> None:
        """Show an agent that is to be approved before any task needs it."""
        try:
            wanted = wanted_ahead(name, self.session)
        except OperationError as error:
            self.bar.say(str(error), Tone.PROBLEM)
        else:
            done = Done(f"{wanted.question.definition.name} is approved until its definition changes")
            self.prompter.approve(Approving(wanted, lambda **_: done, once=False))
