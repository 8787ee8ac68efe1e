"""The prompt: a panel in the place of the input bar, with one key for each answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from app.dashboard.details.linespane import LinesPane
from app.dashboard.details.markdown import Line
from app.dashboard.details.tabs import TabsLine
from app.dashboard.drawing.cells import width_of
from app.dashboard.drawing.hint import Hint
from app.dashboard.drawing.painted import Painted, Piece
from app.dashboard.keys import MOVES
from app.dashboard.prompt.panel import Offer, Panel, Paragraph, flow, lay_out
from app.model.commands import key_label, keys_of

SETTLE_S = 0.4
"""A prompt that has come unawaited takes no key as an answer before none was pressed for this long: whoever
was typing just then meant something else."""

SHARE = 0.5
"""How much of the screen's height the text of a question may take; the rest of it is scrolled to."""

_MOVING = frozenset(key for identity in MOVES for key in keys_of(identity).keys)


class OffersLine(Painted):
    """The label, and behind it the answers with their keys; a click on one is a press of its key."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    OffersLine { height: auto; padding: 0 1; background: $background; color: $foreground; }
    """

    class Pressed(Message):
        """An answer was clicked."""

        def __init__(self, id: str) -> None:  # noqa: A002
            super().__init__()
            self.id = id

    def __init__(self) -> None:
        super().__init__(id="offers")
        self._shown: tuple[str, tuple[Offer, ...]] = ("", ())

    def show(self, label: str, offers: Sequence[Offer]) -> None:
        """Show these answers."""
        if (label, tuple(offers)) != self._shown:
            self._shown = (label, tuple(offers))
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """As many rows as it takes."""
        return len(flow(*self._shown, width))

    def on_click(self, event: events.Click) -> None:
        """Tell which answer was clicked."""
        x = event.x - 1
        for item in self._row(event.y):
            width = item.width if isinstance(item, Offer) else width_of(item)
            if isinstance(item, Offer) and 0 <= x < width:
                self.post_message(self.Pressed(item.id))
            x -= width + 2

    def _row(self, y: int) -> list[Offer | str]:
        rows = flow(*self._shown, self.size.width)
        return rows[y] if y < len(rows) else []

    def render_line(self, y: int) -> Strip:
        """One row of it."""
        return self.strip(self._pieces(self._row(y)), self.size.width, self.ink())

    def _pieces(self, row: Sequence[Offer | str]) -> Iterator[Piece]:
        for item in row:
            if isinstance(item, str):
                yield f"{item}  ", self.ink("accent", bold=True)
            else:
                yield key_label(item.key), self.ink("accent", bold=True)
                yield f" {item.word}  ", self.ink("foreground")


class PromptText(LinesPane):
    """What the question is about; it has the focus while the prompt is open, so that it can be scrolled."""

    DEFAULT_CSS = """
    PromptText { height: auto; }
    """

    @dataclass
    class Pressed(Message):
        """A key that does not scroll was pressed."""

        key: str

    def __init__(self) -> None:
        super().__init__(id="prompt-text")
        self._body: tuple[Paragraph, ...] = ()

    def show(self, body: tuple[Paragraph, ...], *, anew: bool) -> None:
        """Show this text; ``anew`` from its beginning."""
        if anew or body != self._body:
            self._body = body
            self.lay_anew(from_top=anew)

    def lay_out(self, width: int) -> list[Line]:
        """The lines of the text."""
        return lay_out(self._body, width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """As many rows as it has, up to its share of the screen."""
        most = max(2, int(self.app.size.height * SHARE) - 3)
        return min(most, len(self.lay_out(max(8, width - 1))))

    def on_key(self, event: events.Key) -> None:
        """Take every key but those that scroll: under a question no other means what it means elsewhere."""
        if event.key in _MOVING or event.key.startswith("ctrl+"):
            return
        event.stop()
        event.prevent_default()
        self.post_message(self.Pressed(event.key))


class Prompt(Vertical):
    """A question with its answers. Shown by ``open``; what was pressed comes as a message."""

    DEFAULT_CSS = """
    Prompt { height: auto; display: none; }
    Prompt.-roomy > OffersLine { margin: 1 0 0 0; }
    Prompt > Hint { height: auto; max-height: 3; padding: 0 1; text-wrap: wrap; }
    """

    @dataclass
    class Answered(Message):
        """An answer was pressed; ``id`` is that of its key."""

        id: str

    class Left(Message):
        """Escape was pressed: not now."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(id="prompt")
        self._clock = clock
        self._busy_until = float("-inf")
        self.text = PromptText()
        self.hint = Hint()
        self._line = TabsLine(id="prompt-title")
        self._offers = OffersLine()
        self._panel: Panel | None = None

    def compose(self) -> ComposeResult:
        """A rule with the title, the text, the answers, and what they do."""
        yield self._line
        yield self.text
        yield self._offers
        yield self.hint

    @property
    def panel(self) -> Panel | None:
        """What is shown; None while the prompt is closed."""
        return self._panel

    def show(self, panel: Panel, *, anew: bool = True, unawaited: bool = False) -> None:
        """Open with this panel, or with ``anew=False`` write what has changed in the one that is open.

        ``unawaited`` says that whoever presses the next key may not have seen it yet.
        """
        if anew:
            self._busy_until = self._clock() + SETTLE_S if unawaited else float("-inf")
        self._panel = panel
        self.display = True
        self._line.show(panel.title, ())
        self.text.show(panel.body, anew=anew)
        self._offers.show(panel.label, panel.offers)
        self.hint.say(panel.note)
        if anew:
            self.text.refresh(layout=True)
            self.text.focus()

    def close(self) -> None:
        """Take the prompt off the screen."""
        self._panel = None
        self.display = False

    def press(self, key: str) -> None:
        """Do what a key does here."""
        offers = self._panel.offers if self._panel else ()
        if key == "escape":
            self.post_message(self.Left())
        elif self._clock() < self._busy_until:
            self._busy_until = self._clock() + SETTLE_S
        elif found := next((one for one in offers if one.key == key), None):
            self.post_message(self.Answered(found.id))

    def on_prompt_text_pressed(self, event: PromptText.Pressed) -> None:
        """A key under the text."""
        event.stop()
        self.press(event.key)

    def on_offers_line_pressed(self, event: OffersLine.Pressed) -> None:
        """A click on an answer."""
        event.stop()
        self.post_message(self.Answered(event.id))
