"""One line of plain words in a tone: the preview under the input, questions, errors, the away strip."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from app.dashboard.drawing.tone import Tone
from app.logs.sanitise import sanitise

_MARKS = {Tone.QUESTION: "? ", Tone.PROBLEM: "! "}


class Hint(Widget):
    """A line that shows ``text`` as typed, never as markup, cut with an ellipsis where the room ends.

    A warning, a question or a problem is never cut but goes on in the next line. The tone is told by colour
    and, where it matters, by a leading ``?`` or ``!`` as well.
    """

    DEFAULT_CSS = """
    Hint { height: 1; width: 1fr; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    Hint.-caution { color: $warning; height: auto; max-height: 3; text-wrap: wrap; }
    Hint.-question { color: $warning; text-style: bold; height: auto; max-height: 3; text-wrap: wrap; }
    Hint.-problem { color: $error; height: auto; max-height: 3; text-wrap: wrap; }
    """

    text: reactive[str] = reactive("", layout=True)
    """The shown words, already safe for the terminal."""

    tone: reactive[Tone] = reactive(Tone.PLAN)
    """How they are meant."""

    def say(self, text: str, tone: Tone = Tone.PLAN) -> None:
        """Show these words; control characters of any origin are made harmless here."""
        self.text = sanitise(text)
        self.tone = tone

    def render(self) -> Content:
        """The mark of the tone, then the words."""
        return Content(_MARKS.get(self.tone, "") + self.text)

    def watch_tone(self, tone: Tone) -> None:
        """Lets the style sheet colour the line."""
        for known in Tone:
            self.set_class(known is tone, f"-{known.value}")
