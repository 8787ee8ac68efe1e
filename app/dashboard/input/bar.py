"""The input bar: a label that names the target, the text field, and the line that says what Enter will do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static, TextArea

from app.dashboard.drawing.hint import Hint
from app.dashboard.drawing.tone import Line, Tone
from app.dashboard.input.completion import Completion
from app.dashboard.input.field import TaskInput
from app.dashboard.input.history import InputStore
from app.dashboard.plans.plan import Known, Plan, make_plan
from app.dashboard.plans.preview import Describe, preview
from app.model.sentences import read

DRAFT_PAUSE_S = 1.0
"""A draft is written down once nothing was typed for this long, so that even a killed screen loses little."""


_LASTING_S = {Tone.DONE: 4.0, Tone.PROBLEM: 12.0}


class Target(StrEnum):
    """Where the typed text goes; the value is the label in front of it."""

    TASK = "new task ›"
    FILTER = "filter ›"
    RETRY = "retry ›"
    CONTINUE = "continue ›"


class InputBar(Vertical):
    """One text field for tasks, slash commands, sentences, the filter and edited retries.

    What was typed for a task is kept while the field serves for something else, and comes back afterwards.
    ``known`` tells what readings are resolved against, ``describe`` what a new task would be.
    """

    DEFAULT_CSS = """
    InputBar { height: auto; padding: 0 1; }
    InputBar.-ruled { border-top: solid $rule; }
    InputBar > Horizontal { height: auto; }
    InputBar #input-label { width: auto; color: $text-muted; padding: 0 1 0 0; }
    InputBar:focus-within #input-label { color: $accent; text-style: bold; }
    InputBar TaskInput { width: 1fr; }
    """

    @dataclass
    class Planned(Message):
        """Enter was pressed on a task, a slash command or a sentence."""

        plan: Plan

    @dataclass
    class Filtered(Message):
        """The filter's words changed; ``final`` when Enter or escape ended the typing."""

        words: str
        final: bool = False

    @dataclass
    class RetryWanted(Message):
        """Enter was pressed on an edited text."""

        text: str

    @dataclass
    class ContinueWanted(Message):
        """Enter was pressed on words for an agent."""

        text: str

    def __init__(self, store: InputStore, known: Callable[[], Known], describe: Describe) -> None:
        super().__init__(id="input-bar", classes="-ruled")
        self.target = Target.TASK
        self.field = TaskInput(self._send, id="input")
        self.hint = Hint(id="hint")
        self._label = Static(Target.TASK.value, id="input-label", markup=False)
        self._drafts: dict[Target, str] = {}
        self._store = store
        self._known = known
        self._describe = describe
        self._filter = self._matches = ""
        self._saved = ""
        self._answered = ""
        self._promise: Callable[[str], Line] | None = None
        self._draft_timer: Timer | None = None
        self._expiry: Timer | None = None
        self._still: Callable[[], bool] | None = None
        self._previewing = False

    def compose(self) -> ComposeResult:
        """Label and field side by side, the hint below."""
        with Horizontal():
            yield self._label
            yield self.field
        yield self.hint

    def on_mount(self) -> None:
        """Bring back what was being typed when the last session ended."""
        self.field.earlier.entries = self._store.load_history()
        self._saved = self._store.load_draft()
        self._put(self._saved)
        self.refresh_preview()

    @property
    def text(self) -> str:
        """What stands in the field now."""
        return self.field.value

    @property
    def draft(self) -> str:
        """The unsent text of a task, also while the field serves for something else."""
        return self.text if self.target is Target.TASK else self._drafts.get(Target.TASK, "")

    def save_draft(self) -> None:
        """Write the draft down, if it is another than the one on disk."""
        if self.draft != self._saved:
            self._saved = self.draft
            self._store.save_draft(self._saved)

    def aim(
        self,
        target: Target,
        text: str | None = None,
        label: str = "",
        promise: Callable[[str], Line] | None = None,
    ) -> None:
        """Use the field for ``target``, with ``text`` in it or what was last typed for that target.

        ``promise`` says of a text what Enter will do with it.
        """
        self._promise = promise
        if target is not self.target:
            self._drafts[self.target] = self.text
            self.target = target
        self._label.update(label or target.value)
        self._put(self._drafts.pop(target, self.text) if text is None else text)
        self.refresh_preview()

    def aim_at_task(self) -> None:
        """Use the field for a new task again, with the draft that had to make room."""
        if self.target is not Target.TASK:
            self.aim(Target.TASK, self._drafts.get(Target.TASK, ""))
            self._drafts.clear()

    def sent(self, text: str) -> None:
        """Empty the field of what is being carried out; up brings it back."""
        self.field.earlier.add(text)
        self._store.append(text)
        if self.target is Target.TASK and self.text == text:
            self._put("")
        self.refresh_preview()
        self.save_draft()

    def give_back(self, text: str) -> None:
        """Put a text that could not be carried out where it was, unless something else is being typed."""
        if text and not self.text.strip() and self.target is Target.TASK:
            self._put(text)

    def _put(self, text: str) -> None:
        """Change the text without the line under it being written anew."""
        self.field.value = text
        self._answered = self.text

    def say(self, text: str, tone: Tone = Tone.PLAN, still: Callable[[], bool] | None = None) -> None:
        """Show one line under the field, until something is typed; what was done or failed goes by itself.

        A line that says how a task stands leaves once ``still`` does not hold any more.
        """
        if self._expiry is not None:
            self._expiry.stop()
            self._expiry = None
        self._still, self._previewing = still, False
        self.hint.say(text, tone)
        if tone in _LASTING_S:
            self._expiry = self.set_timer(_LASTING_S[tone], self.refresh_preview)

    def filtered(self, words: str, matches: str) -> None:
        """Take the filter in force, and how many tasks it shows, such as ``3 of 12``, for saying so."""
        self._filter, self._matches = words, matches

    def plan(self) -> Plan:
        """What Enter would do now."""
        return make_plan(read(self.text), self._known())

    def tasks_changed(self) -> None:
        """Let the line under the field be true of the tasks as they are now."""
        if self._previewing or (self._still is not None and not self._still()):
            self.refresh_preview()

    def refresh_preview(self) -> None:
        """Say anew what Enter will do, because the text or the tasks have changed."""
        if self.target is Target.TASK:
            typing = self.text.strip() and (self.field.has_focus or not self._filter)
            self.say(*(preview(self.plan(), self._describe) if typing else self._idle()))
        elif self.target is Target.FILTER:
            what = f"{self._matches} fit" if self._filter else "words, a status, @agent, +tag, #number"
            self.say(f"{what} · ⏎ keeps it · esc shows all")
        elif self._promise is not None:
            self.say(*self._promise(self.text))
        else:
            self.say("⏎ runs it again with this text · esc leaves it as it is")
        self._previewing = True

    def _idle(self) -> Line:
        """What is said while nothing is typed: tasks that are not shown are never passed over in silence."""
        said = f"filter: {self._filter} · {self._matches} · / changes it, esc shows all"
        return (said if self._filter else ""), Tone.PLAN

    # Events

    def on_descendant_focus(self) -> None:
        """What is typed comes before the filter in force."""
        if self._filter and self._previewing:
            self.refresh_preview()

    def on_descendant_blur(self) -> None:
        """A draft that nobody is typing at comes behind it."""
        self.on_descendant_focus()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Say what Enter will do, and keep the draft."""
        event.stop()
        if self.text == self._answered:
            return
        self._answered = self.text
        if self.target is Target.FILTER:
            self.post_message(self.Filtered(self.text))
        if self.target is Target.TASK:
            if self._draft_timer is not None:
                self._draft_timer.stop()
            self._draft_timer = self.set_timer(DRAFT_PAUSE_S, self.save_draft)
        self.refresh_preview()

    def _send(self) -> None:
        """Hand over what was typed, as what it was read; what cannot be done yet stays where it is."""
        text, target = self.text, self.target
        if target is Target.TASK:
            if text.strip():
                plan = self.plan()
                if not plan.problem and not plan.kind.destructive:
                    self.sent(text)
                self.post_message(self.Planned(plan))
            return
        if target is Target.CONTINUE and not text.strip():
            self.say("write what the agent is to do · esc leaves it as it is", Tone.PROBLEM)
            return
        self.aim_at_task()
        if target is Target.FILTER:
            self.post_message(self.Filtered(text, final=True))
        elif target is Target.RETRY:
            self.post_message(self.RetryWanted(text))
        else:
            self.post_message(self.ContinueWanted(text))

    def on_task_input_offered(self, event: TaskInput.Offered) -> None:
        """Show the candidates beside the plan, the one in place first in line."""
        event.stop()
        if event.completion is not None and self.target is Target.TASK:
            self.say(_candidates(event.completion, event.chosen))

    def on_task_input_found_nothing(self, event: TaskInput.FoundNothing) -> None:
        """Stay with a word that cannot be completed: the next letters are meant for the text, not as keys."""
        event.stop()
        if self.target is Target.TASK:
            self.say("nothing to complete · esc goes back to the table", Tone.DONE)
        else:
            self.field.post_message(TaskInput.Left(onward=True))


def _candidates(completion: Completion, chosen: int | None) -> str:
    first = 0 if chosen is None else chosen
    listed = completion.candidates[first : first + 6]
    words = "  ".join(_candidate(c.text, c.hint) for c in listed)
    more = len(completion.candidates) - first - len(listed)
    return f"tab  {words}{f'  … {more} more' if more > 0 else ''}"


def _candidate(text: str, hint: str) -> str:
    return f"{text} ({hint})" if hint and not text.startswith("@") else text
