"""Fitting text into terminal cells, where one character may take none, one or two."""

from __future__ import annotations

from rich.cells import cell_len, get_character_cell_size

_BETWEEN = " · "


def width_of(text: str) -> int:
    """How many cells a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, width: int) -> str:
    """The text in at most ``width`` cells; one that is longer ends in an ellipsis."""
    if width_of(text) <= width:
        return text
    return _head(text, width - 1) + "…" if width > 0 else ""


def cut_between(text: str, width: int) -> str:
    """The text in at most ``width`` cells; of several facts (``a · b``) whole ones are left out at its end.

    An ellipsis stands for them. It is cut within a fact where little would be left otherwise.
    """
    facts = text.split(_BETWEEN)
    for count in range(len(facts) - 1, 0, -1):
        short = f"{_BETWEEN.join(facts[:count])} …"
        if width // 2 <= width_of(short) <= width < width_of(text):
            return short
    return cut(text, width)


def fit(text: str, width: int, *, right: bool = False) -> str:
    """The text in exactly ``width`` cells: cut, or padded on the side away from its edge."""
    text = cut(text, width)
    padding = " " * (width - width_of(text))
    return padding + text if right else text + padding


def _head(text: str, width: int) -> str:
    if text.isascii():
        return text[:width]
    taken = 0
    for index, character in enumerate(text):
        taken += get_character_cell_size(character)
        if taken > width:
            return text[:index]
    return text


def wrapped(text: str, width: int) -> list[str]:
    """The text in rows of at most ``width`` cells, broken at blanks; a longer word is broken where it must
    be. An empty text is one empty row."""
    rows: list[str] = []
    for word in text.split():
        if rows and width_of(rows[-1]) + 1 + width_of(word) <= width:
            rows[-1] += f" {word}"
        else:
            rows += [word[start:end] for start, end in slices(word, width)]
    return rows or [""]


def slices(text: str, width: int) -> list[tuple[int, int]]:
    """Where a text breaks into rows of at most ``width`` cells, as character ranges.

    A character of two cells never straddles a break. An empty text is one empty row.
    """
    if not text:
        return [(0, 0)]
    if text.isascii():
        return [(start, min(start + width, len(text))) for start in range(0, len(text), width)]
    return _wide_slices(text, width)


def _wide_slices(text: str, width: int) -> list[tuple[int, int]]:
    rows: list[tuple[int, int]] = []
    start = taken = 0
    for index, character in enumerate(text):
        size = get_character_cell_size(character)
        if taken + size > width and index > start:
            rows.append((start, index))
            start, taken = index, 0
        taken += size
    return [*rows, (start, len(text))]
