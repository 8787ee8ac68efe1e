"""Makes text from elsewhere safe for a terminal: nothing in it may move the cursor, hide or reorder text.

The rules, in this order:

- Escape sequences (CSI, OSC, DCS, APC, PM, SOS, screen titles, charset and other short ones, in their ESC and
  C1 forms) are removed whole. One that is not finished is removed as far as it goes: a CSI with its
  parameters, a string to the end of the line, which is where a terminal would have swallowed it too.
- Invisible characters are removed: bidi overrides, isolates and marks, zero-width ones, tags, fillers, and
  variation selectors, over whose width terminals disagree. So are BEL, SO and SI, which leave no mark.
- Line separators become one space; a tab becomes spaces up to the next column that is a multiple of 8.
- Any other control character becomes ``·``; a lone surrogate becomes ``\N{REPLACEMENT CHARACTER}``.

Combining marks and private-use characters stay.
"""

from __future__ import annotations

import re
import unicodedata

TAB_WIDTH = 8
"""Cells from one tab stop to the next."""

CONTROL_MARK = "·"
"""Stands for a control character that has no other reading."""

_CSI = r"[0-?]*[ -/]*[@-~]?"
_STRING = r"[^\x07\x18\x1a\x1b\x9c\n]*(?:\x07|\x1b\\|[\x18\x1a\x9c])?"
_ERASE = r"[0-9;]*[GK]"

# Each branch of a pattern begins with a literal character: only then does `re` skip quickly to the next one.
ESCAPE = re.compile(
    rf"\x1b(?:\[{_CSI}|[\]PX^_]{_STRING}|k[^\x1b\n]*\x1b\\|[ -/]*[0-~]?)"
    rf"|\x9b{_CSI}|\x90{_STRING}|\x98{_STRING}|\x9d{_STRING}|\x9e{_STRING}|\x9f{_STRING}"
)
"""One escape sequence, finished or not, never longer than its line. Every ESC in a text starts a match."""

OVERWRITES = re.compile(rf"\r|\x08|\x1b\[{_ERASE}|\x9b{_ERASE}")
"""What makes a line write over itself: carriage return, backspace, CHA and EL."""

_INVISIBLE = (
    "\x07\x0e\x0f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff\U00013430-\U0001343f"
)
_BREAKS = "\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
_SURROGATES = "\ud800-\udfff"
_CONTROLS = "\x00-\x1f\x7f-\x9f"

_UNSAFE_RE = re.compile(f"[{_CONTROLS}{_INVISIBLE}{_BREAKS}{_SURROGATES}]")
_INVISIBLE_RE = re.compile(f"[{_INVISIBLE}]+")
_BREAKS_RE = re.compile(f"\r\n|[{_BREAKS}]")
_SURROGATES_RE = re.compile(f"[{_SURROGATES}]")
_CONTROLS_RE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")
_PIECES_RE = re.compile(rf"(\r|\x08+|\x1b\[{_ERASE}|\x9b{_ERASE})")
_LONGEST_OVERWRITTEN = 8192


def decode(raw: bytes) -> str:
    """Bytes as UTF-8; whatever is not UTF-8 becomes replacement characters."""
    return raw.decode("utf-8", "replace")


def sanitise(text: str) -> str:
    """The text as one line that is safe to print: see the rules of this module.

    The result holds no control, escape, bidi or zero-width character and no line break; doing it twice
    changes nothing more.
    """
    if text.isascii() and text.isprintable():
        return text
    return expand_tabs(clean(text))


def sanitise_keep_newlines(text: str) -> str:
    """Text of several lines, each sanitised; CRLF and CR count as line ends, and ``\\n`` is the only one
    kept."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(map(sanitise, lines))


def clean(text: str) -> str:
    """What ``sanitise`` does, but tabs stay: for those who know at which column the text begins."""
    if not _UNSAFE_RE.search(text):
        return text
    text = ESCAPE.sub("", text)
    if text.isascii() and text.isprintable():
        return text
    text = _INVISIBLE_RE.sub("", text)
    text = _SURROGATES_RE.sub("\ufffd", _BREAKS_RE.sub(" ", text))
    return _CONTROLS_RE.sub(CONTROL_MARK, text)


def expand_tabs(text: str, column: int = 0) -> str:
    """Tabs as spaces, in a text whose first character stands at ``column`` (0 is the leftmost)."""
    if "\t" not in text:
        return text
    first, *rest = text.split("\t")
    parts = [first]
    column += width(first)
    for part in rest:
        pad = TAB_WIDTH - column % TAB_WIDTH
        parts += " " * pad, part
        column += pad + width(part)
    return "".join(parts)


def width(text: str) -> int:
    """Cells that a terminal gives to a cleaned text without tabs."""
    return len(text) if text.isascii() else sum(map(char_width, text))


def char_width(char: str) -> int:
    """Cells of one character: 2 for wide ones, 0 for combining marks, else 1."""
    if char < "\u0300":
        return 1
    if unicodedata.east_asian_width(char) in "WF":
        return 2
    return 0 if unicodedata.category(char).startswith("M") else 1


def plain(text: str) -> str:
    """Text of several lines as its readers want it: no escapes or control characters, every line as a
    terminal would show it at last (``10%\\r20%`` reads ``20%``). Columns are counted in characters. Tabs
    stay."""
    if not _UNSAFE_RE.search(text):
        return text
    text = text.replace("\r\n", "\n")
    if OVERWRITES.search(text):
        lines = text.split("\n")
        text = "\n".join(_overwritten(line) if OVERWRITES.search(line) else line for line in lines)
    text = ESCAPE.sub("", text)
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "\n".join(map(clean, text.split("\n")))


def column_of(parameter: str) -> int:
    """The column that CHA goes to, counted from 0; its parameter counts from 1, if it is there."""
    return max(0, int(parameter[:6]) - 1) if parameter.isdecimal() else 0


def _overwritten(line: str) -> str:
    """What remains of a line that writes over itself."""
    shown, column = "", 0
    for piece in _PIECES_RE.split(line[-_LONGEST_OVERWRITTEN:]):
        if piece == "\r":
            column = 0
        elif piece.startswith("\b"):
            column = max(0, column - len(piece))
        elif _PIECES_RE.fullmatch(piece):
            shown, column = _erased(shown, column, piece)
        elif text := clean(piece):
            shown = shown[:column].ljust(column) + text + shown[column + len(text) :]
            column += len(text)
    return shown


def _erased(shown: str, column: int, sequence: str) -> tuple[str, int]:
    """A line and its cursor after CHA (to a column, never past the end) or EL (erase after, before or
    all)."""
    number = sequence.lstrip("\x1b[\x9b")[:-1]
    if sequence.endswith("G"):
        return shown, min(column_of(number), len(shown))
    if number == "1":
        return " " * min(column + 1, len(shown)) + shown[column + 1 :], column
    return ("", column) if number == "2" else (shown[:column], column)
