"""The input bar: a label that names the target, the text field, and the line that says what Enter will do."""

from __future__ import annotations

from enum import StrEnum

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from app.dashboard.completion import Choices
from app.dashboard.hint import Hint, Tone
from app.dashboard.taskinput import TaskInput


class Target(StrEnum):
    """Where the typed text goes; the value is the label in front of it."""

    TASK = "new task ›"
    FILTER = "filter ›"
    RETRY = "retry ›"


class InputBar(Vertical):
    """One text field for tasks, slash commands, sentences and the filter.

    What was typed for a task is kept while the field serves as the filter, and comes back afterwards.
    """

    DEFAULT_CSS = """
    InputBar { height: auto; padding: 0 1; }
    InputBar > Horizontal { height: auto; }
    InputBar #input-label { width: auto; color: $accent; text-style: bold; padding: 0 1 0 0; }
    InputBar TaskInput { width: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__(id="input-bar")
        self.target = Target.TASK
        self.field = TaskInput(id="input")
        self.hint = Hint(id="hint")
        self._label = Static(Target.TASK.value, id="input-label", markup=False)
        self._drafts: dict[Target, str] = {}

    def compose(self) -> ComposeResult:
        """Label and field side by side, the hint below."""
        with Horizontal():
            yield self._label
            yield self.field
        yield self.hint

    @property
    def text(self) -> str:
        """What stands in the field now."""
        return self.field.value

    @property
    def draft(self) -> str:
        """The unsent text of a task, also while the field serves for something else."""
        return self.text if self.target is Target.TASK else self._drafts.get(Target.TASK, "")

    def aim(self, target: Target, text: str | None = None, label: str = "") -> None:
        """Use the field for ``target``, with ``text`` in it or what was last typed for that target."""
        if target is not self.target:
            self._drafts[self.target] = self.text
            self.target = target
        self._label.update(label or target.value)
        wanted = self._drafts.pop(target, "") if text is None else text
        if text is not None or wanted != self.text:
            self.field.value = wanted

    def clear(self) -> None:
        """Empty the field and aim it at a new task again; a task's draft that had to make room comes back."""
        self.field.value = ""
        if self.target is not Target.TASK:
            self._drafts.pop(self.target, None)
            self.target = Target.TASK
            self._label.update(Target.TASK.value)
            self.field.value = self._drafts.pop(Target.TASK, "")

    def say(self, text: str, tone: Tone = Tone.PLAN) -> None:
        """Show one line under the field."""
        self.hint.say(text, tone)

    def offer(self, choices: Choices) -> None:
        """Take what can be completed from now on."""
        self.field.choices = choices
