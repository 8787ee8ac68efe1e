"""Reads the colours of one line of a log, and what remains of a line that writes over itself.

Only SGR (``ESC [ … m``) means something here, and in lines that write over themselves carriage return,
backspace, CHA (to a column) and EL (erase); every other sequence is dropped, and what is left is sanitised.
Each line begins in the default style: only what is on screen is parsed, so what an earlier line left
switched on is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from app.logs.overwriting import Cells
from app.logs.sanitise import ESCAPE, OVERWRITES, clean, decode, expand_tabs, width
from app.logs.style import PLAIN, Style, apply_sgr

_INTRODUCER = re.compile("[\x1b\x90-\x9f]")


@dataclass(frozen=True, slots=True)
class StyledLine:
    """One line, safe to print, as stretches of text with a style; none is empty, neighbours differ in
    style."""

    spans: tuple[tuple[str, Style], ...]

    @property
    def text(self) -> str:
        """The line without its styles."""
        return "".join(text for text, _ in self.spans)


def parse_line(raw: bytes | str) -> StyledLine:
    """One line of a log, without its line end, as a terminal would show it at last. Bytes are UTF-8."""
    text = raw if isinstance(raw, str) else decode(raw)
    if text.isascii() and text.isprintable():
        return StyledLine(((text, PLAIN),) if text else ())
    if OVERWRITES.search(text):
        return StyledLine(_merged(_overwritten(text)))
    stretches = _stretches(text) if _INTRODUCER.search(text) else [(clean(text), PLAIN)]
    return StyledLine(_merged(_with_tabs_expanded(stretches) if "\t" in text else stretches))


def _stretches(text: str) -> Iterator[tuple[str, Style]]:
    """The cleaned text between the escape sequences, each with the style in force."""
    style, position = PLAIN, 0
    for match in ESCAPE.finditer(text):
        if match.start() > position:
            yield clean(text[position : match.start()]), style
        position = match.end()
        style = _after_sequence(style, match.group())
    if position < len(text):
        yield clean(text[position:]), style


def _after_sequence(style: Style, sequence: str) -> Style:
    """The style after an escape sequence; only SGR changes it."""
    if not sequence.endswith("m") or not sequence.startswith(("\x1b[", "\x9b")):
        return style
    return apply_sgr(style, sequence.lstrip("\x1b[\x9b")[:-1])


def _overwritten(text: str) -> Iterable[tuple[str, Style]]:
    """What remains of a line that writes over itself, cell by cell."""
    cells, style, position = Cells(), PLAIN, 0
    for match in ESCAPE.finditer(text):
        cells.write(text[position : match.start()], style)
        position = match.end()
        cells.control(match.group())
        style = _after_sequence(style, match.group())
    cells.write(text[position:], style)
    return cells.shown


def _with_tabs_expanded(stretches: Iterable[tuple[str, Style]]) -> Iterator[tuple[str, Style]]:
    column = 0
    for text, style in stretches:
        expanded = expand_tabs(text, column)
        column += width(expanded)
        yield expanded, style


def _merged(stretches: Iterable[tuple[str, Style]]) -> tuple[tuple[str, Style], ...]:
    """The same text in as few stretches as its styles allow."""
    filled = (stretch for stretch in stretches if stretch[0])
    groups = groupby(filled, key=lambda stretch: stretch[1])
    return tuple(("".join(text for text, _ in group), style) for style, group in groups)
