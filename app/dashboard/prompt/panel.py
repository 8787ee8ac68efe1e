"""What a prompt shows: its label, what it is about, the answers with their keys and what they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.dashboard.details.markdown import Line
from app.dashboard.drawing.cells import slices, width_of, wrapped
from app.model.commands import key_label, keys_of


@dataclass(frozen=True, slots=True)
class Offer:
    """One answer: the id of its key in the command table, the key, and its word."""

    id: str
    key: str
    word: str

    @property
    def width(self) -> int:
        """The cells it takes."""
        return width_of(f"{key_label(self.key)} {self.word}")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A stretch of text in one style; ``exact`` is broken anywhere and keeps its blanks, as code must.

    The first ``label`` characters say what the others are.
    """

    text: str
    style: str = ""
    exact: bool = False
    label: int = 0


@dataclass(frozen=True, slots=True)
class Panel:
    """A question as it stands on the screen, sanitised; ``note`` says what each answer does, until when."""

    label: str
    title: str
    body: tuple[Paragraph, ...]
    offers: tuple[Offer, ...]
    note: str


def offer(identity: str) -> Offer:
    """The answer of a key in the command table."""
    key = keys_of(identity)
    return Offer(identity, key.keys[0], key.label)


def lay_out(body: Sequence[Paragraph], width: int) -> list[Line]:
    """The paragraphs as lines of at most ``width`` cells."""
    lines: list[Line] = []
    for paragraph in body:
        for text in paragraph.text.split("\n"):
            rows = [text[a:b] for a, b in slices(text, width)] if paragraph.exact else wrapped(text, width)
            runs: list[Line] = [((row, paragraph.style),) for row in rows]
            if label := paragraph.label:
                runs[0] = ((rows[0][:label], "mark"), (rows[0][label:], paragraph.style))
            lines += runs
    return lines


def flow(label: str, offers: Sequence[Offer], width: int) -> list[list[Offer | str]]:
    """Label and answers in as few rows of ``width`` cells as hold them, two cells between any two."""
    rows: list[list[Offer | str]] = [[label]]
    left = width - width_of(label)
    for one in offers:
        if left < one.width + 2:
            rows.append([])
            left = width + 2
        rows[-1].append(one)
        left -= one.width + 2
    return rows
