"""The text field of the input bar: wraps long tasks, keeps pasted lines, walks the history, completes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.widgets import TextArea

from app.dashboard.input.completion import Choices, Completion, complete, complete_with, with_paths
from app.dashboard.input.history import History
from app.logs.sanitise import sanitise_keep_newlines
from app.model.commands import INPUT_FOOTER, keys_of

# Where terminals tell them apart, the variants of Enter and tab mean what people expect of them.
_MEANINGS = {
    "enter": "send",
    "shift+tab": "complete-back",
    "down": "history-on",
    "alt+enter": "newline",
    "shift+enter": "newline",
} | {key: name for name in INPUT_FOOTER for key in keys_of(name).keys}


def after_escape(event: events.Key) -> str:
    """The key that was pressed so soon after escape that the terminal made one of the two; mostly none.

    tmux waits half a second, by default, for what may follow an escape, and sends it on as alt and that key.
    """
    if event.character is None or not event.is_printable or not event.key.startswith("alt+"):
        return ""
    return event.character if event.character.isalnum() else event.key.removeprefix("alt+")


class TaskInput(TextArea):
    """Where tasks, slash commands and sentences are typed.

    Enter sends, tab completes the word or, behind a blank, leaves, up and down walk the history at the first
    and last line, ctrl+j breaks the line. ``send`` is called there and then, not by message: what is typed
    right behind Enter must find the field as Enter leaves it. ``choices`` is set from outside whenever what
    can be completed has changed.
    """

    DEFAULT_CSS = """
    TaskInput, TaskInput:focus {
        height: auto; max-height: 6; min-height: 1; border: none; padding: 0; background: transparent;
    }
    """

    @dataclass
    class Left(Message):
        """The user goes back to the table; the draft stays. ``onward`` is True for tab, False for escape.

        ``then`` is a key that is to be pressed there, if any.
        """

        onward: bool
        then: str = ""

    class EditorWanted(Message):
        """The text is to be edited in the user's editor."""

    @dataclass
    class Offered(Message):
        """The candidates at the cursor changed; None when there are none, ``chosen`` is in place."""

        completion: Completion | None
        chosen: int | None = None

    class FoundNothing(Message):
        """Tab was pressed behind a word that nothing begins with."""

    def __init__(self, send: Callable[[], None], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, compact=True, highlight_cursor_line=False, tab_behavior="focus")
        self.cursor_blink = False
        self.match_cursor_bracket = False
        self._send = send
        self.earlier = History()
        self.choices = Choices()
        self._offer: Completion | None = None
        self._chosen: int | None = None
        self._before_choice = ""
        self._placing = False

    @property
    def value(self) -> str:
        """The text; setting it puts the cursor at its end."""
        return self.text

    @value.setter
    def value(self, text: str) -> None:
        self.load_text(sanitise_keep_newlines(text))
        self.move_cursor(self.document.end)

    @property
    def cursor_index(self) -> int:
        """The cursor as an index into the text."""
        row, column = self.cursor_location
        return sum(len(line) + 1 for line in self.text.split("\n")[:row]) + column

    async def on_key(self, event: events.Key) -> None:
        """Takes the keys that mean something else here than in an editor, and those that edit or move.

        Textual would do the latter once the key has come back from the whole screen: what was typed right
        behind a backspace would stand before it.
        """
        handled = self.press(_MEANINGS.get(event.key, "")) or await self._edited(event.key)
        if not handled and (then := after_escape(event)):
            handled = self.post_message(self.Left(onward=False, then=then))
        if handled:
            event.stop()
            event.prevent_default()

    async def _edited(self, key: str) -> bool:
        for binding in self._bindings.key_to_bindings.get(key, ()):
            if await self.app.run_action(binding.action, self):
                return True
        return False

    def press(self, identity: str) -> bool:
        """Do what the key of that id in the command table does here; False where that is nothing."""
        match identity:
            case "send":
                self._send()
            case "back":
                self.post_message(self.Left(onward=False))
            case "complete" | "complete-back":
                self._next_candidate(1 if identity == "complete" else -1)
            case "editor":
                self.post_message(self.EditorWanted())
            case "history":
                return self.cursor_at_first_line and self._walk(self.earlier.back(self.text))
            case "history-on":
                return self.cursor_at_last_line and self._walk(self.earlier.forward())
            case "newline":
                self.insert("\n")
            case _:
                return False
        return True

    def on_paste(self, event: events.Paste) -> None:
        """Pasted lines stay one task; control characters do not come along."""
        event.stop()
        event.prevent_default()
        text = sanitise_keep_newlines(event.text.replace("\r\n", "\n").replace("\r", "\n"))
        self.replace(text, *self.selection, maintain_selection_offset=False)

    def on_text_area_changed(self) -> None:
        """An edit ends the walk through the history and asks anew for candidates."""
        if self.text != self._placed:
            self.earlier.reset()
        if not self._placing:
            self._chosen = None
            self.refresh_offer()
        self._placing = False

    def on_text_area_selection_changed(self) -> None:
        """What is missing is shown behind the last word only."""
        if self.cursor_location != self.document.end:
            self.suggestion = ""

    _placed: str = ""

    def refresh_offer(self) -> None:
        """Look anew for candidates, because the text or what there is to choose from changed."""
        offer = complete(self.text, self.cursor_index, self.choices) if self.text else None
        at_end = self.cursor_location == self.document.end
        self.suggestion = offer.ghost(self.text) if offer and at_end else ""
        if offer != self._offer or self._chosen is None:
            self._offer = offer
            self.post_message(self.Offered(None if offer is None or offer.quiet else offer))

    def _walk(self, text: str | None) -> bool:
        if text is None:
            return False
        self._placed = text
        self.value = text
        return True

    def _next_candidate(self, step: int) -> None:
        if self._chosen is None:
            self._offer = with_paths(self._offer, self.text, self.cursor_index, self.choices)
        offer = self._offer
        if offer is None:
            within = self.text[: self.cursor_index][-1:].strip()
            self.post_message(self.FoundNothing() if within else self.Left(onward=True))
            return
        if self._chosen is None:
            self._before_choice = self.text
            self._chosen = 0 if step > 0 else len(offer.candidates) - 1
        else:
            self._chosen = (self._chosen + step) % len(offer.candidates)
        text, cursor = complete_with(self._before_choice, offer, offer.candidates[self._chosen])
        self._placing = True
        self.suggestion = ""
        self.load_text(text)
        before = text[:cursor].split("\n")
        self.move_cursor((len(before) - 1, len(before[-1])))
        if len(offer.candidates) == 1:
            self._placing, self._chosen = False, None
        else:
            self.post_message(self.Offered(offer, self._chosen))
