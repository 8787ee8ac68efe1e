"""Syntax colours for the lines of a diff, found for the blocks in view and kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from app.logs.sanitise import sanitise
from app.workspace.hunks import Line, Row

if TYPE_CHECKING:
    from pygments.lexer import Lexer
    from pygments.token import _TokenType

Coloured = tuple[tuple[str, str], ...]
"""A line as runs of text, each with the theme colour it is drawn in; empty for the foreground."""

BLOCK = 128
"""How many rows are coloured together: what spans lines, as a long comment, is mostly read as a whole."""

_KEPT = 64
_LONGEST_LINE = 2000
_MOST = 48 * 1024
_COLOURS = {
    "Comment": "muted",
    "Keyword": "log-5",
    "Name.Builtin": "log-6",
    "Name.Class": "log-4",
    "Name.Decorator": "log-3",
    "Name.Exception": "log-4",
    "Name.Function": "log-4",
    "Name.Namespace": "log-4",
    "Name.Tag": "log-4",
    "Name.Attribute": "log-3",
    "Literal.String": "log-2",
    "Literal.Number": "log-6",
    "Operator.Word": "log-5",
    "Generic.Heading": "log-4",
}


class Colours:
    """The coloured lines of one file's diff. Without a lexer for it, all lines are plain.

    A block is plain until somebody has coloured it, which may be done in a thread.
    """

    def __init__(self, path: str) -> None:
        """Find what reads the language; that loads a lot."""
        self._lexer = lexer_for(path)
        self._blocks: OrderedDict[int, dict[int, Coloured]] = OrderedDict()

    def of(self, number: int, row: Row) -> Coloured:
        """The text of a row in its colours, as far as they are known; sanitised."""
        return self._blocks.get(number // BLOCK, {}).get(number) or plain(row)

    def missing(self, first: int, last: int) -> list[int]:
        """The first rows of the blocks between two rows that nobody has coloured yet."""
        if self._lexer is None:
            return []
        blocks = range(first // BLOCK, last // BLOCK + 1)
        return [block * BLOCK for block in blocks if block not in self._blocks]

    def colour(self, first: int, rows: Iterable[Row]) -> None:
        """Colour the block that begins at a row, the new file as one text and the old one as another."""
        found: dict[int, Coloured] = {}
        part: list[tuple[int, Row]] = []
        for number, row in enumerate(rows, first):
            if row.line is Line.HUNK:
                found |= self._part(part)
                part = []
            elif row.line is not Line.HEAD:
                part.append((number, row))
        self._blocks[first // BLOCK] = found | self._part(part)
        if len(self._blocks) > _KEPT:
            self._blocks.popitem(last=False)

    def _part(self, part: list[tuple[int, Row]]) -> dict[int, Coloured]:
        old = [(number, row) for number, row in part if row.line in (Line.SAME, Line.REMOVED)]
        new = [(number, row) for number, row in part if row.line in (Line.SAME, Line.ADDED)]
        removed = any(row.line is Line.REMOVED for _, row in part)
        return (self._side(old) if removed else {}) | self._side(new)

    def _side(self, rows: list[tuple[int, Row]]) -> dict[int, Coloured]:
        texts = [text_of(row) for _, row in rows]
        if not rows or sum(map(len, texts)) > _MOST or max(map(len, texts)) > _LONGEST_LINE:
            return {}
        assert self._lexer is not None
        lines: list[list[tuple[str, str]]] = [[]]
        for kind, value in self._lexer.get_tokens("\n".join(texts)):
            for index, piece in enumerate(value.split("\n")):
                if index:
                    lines.append([])
                if piece:
                    lines[-1].append((piece, _colour(kind)))
        return {number: tuple(line) for (number, _), line in zip(rows, lines, strict=False) if line}


def plain(row: Row) -> Coloured:
    """The text of a row without colours, sanitised."""
    return ((text_of(row), ""),)


def text_of(row: Row) -> str:
    """The text of a row as it is shown: sanitised, a carriage return at its end told by a sign."""
    ending = row.text.endswith("\r") and row.line in (Line.ADDED, Line.REMOVED)
    text = sanitise(row.text.removesuffix("\r"))
    return f"{text}␍" if ending else f"{text} …" if row.cut else text


def lexer_for(path: str) -> Lexer | None:
    """What reads the language of a file, told by its name alone; None where there is nothing."""
    from pygments.lexers import get_lexer_for_filename
    from pygments.util import ClassNotFound

    try:
        lexer: Lexer = get_lexer_for_filename(path.rpartition("/")[2], stripnl=False, ensurenl=False)
    except (ClassNotFound, ValueError):
        return None
    return lexer if lexer.name != "Text only" else None


def _colour(kind: _TokenType) -> str:
    """The theme colour of a kind of word: that of the narrowest kind it belongs to that has one."""
    words = str(kind).removeprefix("Token.").split(".")
    while words:
        if colour := _COLOURS.get(".".join(words)):
            return colour
        words.pop()
    return ""
