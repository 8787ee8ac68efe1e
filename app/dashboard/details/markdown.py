"""Light Markdown as lines of a terminal: headings, lists, quotes, code, bold. Plain data in and out.

Textual's own Markdown takes up to 70 ms to import, and summaries need little of it. What is not understood is
shown as it was written; nothing is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.dashboard.drawing.cells import slices, width_of

Span = tuple[str, str]
"""A run of text and what it is: empty for plain, ``heading``, ``bold``, ``code``, ``quote`` or ``mark``."""

Line = tuple[Span, ...]
"""One line of the screen."""

_INLINE = re.compile(
    r"\\(?P<escaped>[\\`*_#\[\]()>+.!|~-])"
    r"|(?P<ticks>`+)(?P<code>.+?)(?P=ticks)(?!`)"
    r"|\*\*(?P<bold>\S(?:.*?\S)?)\*\*"
    r"|\[(?P<link>[^\]\[]+)\]\((?P<url>[^()\s]+)\)"
)
_HEADING = re.compile(r"(?P<marks>#{1,6})\s+(?P<text>.*?)\s*#*\s*$")
_ITEM = re.compile(r"(?P<indent>\s*)(?P<mark>[-*+]|\d{1,3}[.)])\s+(?P<text>.*)$")
_FENCE = re.compile(r"\s{0,3}(?P<fence>`{3,}|~{3,})")
_RULE = re.compile(r"\s{0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$")
_MOST_INDENT = 12


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph, heading or item: its text, and what stands before its first line and the others."""

    text: str
    kind: str = ""
    first: str = ""
    rest: str = ""


def lay_out(markdown: str, width: int) -> list[Line]:
    """The lines of a summary in ``width`` cells. The text must be sanitised, line by line."""
    lines: list[Line] = []
    for block in _blocks(markdown.split("\n")):
        if block.kind == "blank":
            if lines and lines[-1]:
                lines.append(())
        elif block.kind == "code-block":
            lines += [(("  " + block.text[a:b], "code"),) for a, b in slices(block.text, max(1, width - 2))]
        elif block.kind == "rule":
            lines.append((("─" * width, "mark"),))
        else:
            lines += _wrapped(block, max(8, width))
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _blocks(lines: Iterable[str]) -> Iterator[_Block]:
    fence = ""
    paragraph: list[str] = []
    for line in lines:
        opening = _FENCE.match(line)
        structural = fence or opening or not line.strip() or _starts_block(line)
        if structural and paragraph:
            yield _Block(" ".join(paragraph))
            paragraph = []
        if fence:
            closing = opening and line.strip() == opening["fence"] and opening["fence"].startswith(fence)
            if not closing:
                yield _Block(line, "code-block")
            fence = "" if closing else fence
        elif opening:
            fence = opening["fence"]
        elif structural:
            yield _block_of(line)
        else:
            paragraph.append(line.strip())
    if paragraph:
        yield _Block(" ".join(paragraph))


def _starts_block(line: str) -> bool:
    return bool(
        _HEADING.match(line) or _ITEM.match(line) or _RULE.match(line) or line.lstrip().startswith((">", "|"))
    )


def _block_of(line: str) -> _Block:
    if not line.strip():
        return _Block("", "blank")
    if heading := _HEADING.match(line):
        return _Block(heading["text"], "heading")
    if _RULE.match(line):
        return _Block("", "rule")
    if item := _ITEM.match(line):
        return _item(item["indent"], item["mark"], item["text"])
    if line.lstrip().startswith(">"):
        return _Block(line.lstrip()[1:].strip(), "quote", "▎ ", "▎ ")
    return _Block(line, "code-block")


def _item(indent: str, mark: str, text: str) -> _Block:
    before = " " * min(len(indent), _MOST_INDENT) + ("• " if mark in "-*+" else f"{mark} ")
    for box, shown in (("[ ] ", "☐ "), ("[x] ", "☑ "), ("[X] ", "☑ ")):
        if text.startswith(box):
            before, text = before[:-2] + shown, text[len(box) :]
    return _Block(text, "", before, " " * width_of(before))


def inline(text: str, kind: str = "") -> list[Span]:
    """The runs of a line: code, bold and links told from plain text, which is of ``kind``."""
    spans: list[Span] = []
    position = 0
    for match in _INLINE.finditer(text):
        spans.append((text[position : match.start()], kind))
        position = match.end()
        if match["escaped"]:
            spans.append((match["escaped"], kind))
        elif match["code"]:
            spans.append((match["code"].strip() or match["code"], "code"))
        elif match["bold"]:
            spans += inline(match["bold"], kind or "bold")
        else:
            spans += [(match["link"], kind), (f" ({match['url']})", "quote")]
    spans.append((text[position:], kind))
    return [span for span in spans if span[0]]


def _wrapped(block: _Block, width: int) -> list[Line]:
    """The block's words in lines, with its mark before the first."""
    room = max(1, width - width_of(block.first))
    lines: list[list[Span]] = [[]]
    used = 0
    for word in _words(inline(block.text, block.kind)):
        size = sum(width_of(text) for text, _ in word)
        if used and used + 1 + size > room:
            lines.append([])
            used = 0
        if used:
            lines[-1].append((" ", word[0][1] if word[0][1] == lines[-1][-1][1] else ""))
            used += 1
        if size > room:
            *full, word = _broken(word, room)
            lines[-1:] = [*full, []]
            size = sum(width_of(text) for text, _ in word)
        lines[-1] += word
        used += size
    return [_with_mark(line, block.rest if index else block.first) for index, line in enumerate(lines)]


def _with_mark(line: list[Span], mark: str) -> Line:
    return ((mark, "mark"), *line) if mark else tuple(line)


def _words(spans: Iterable[Span]) -> Iterator[list[Span]]:
    """Runs between blanks; a word may change its kind in the middle."""
    word: list[Span] = []
    for text, kind in spans:
        for part in re.split(r"(\s+)", text):
            if part.isspace():
                if word:
                    yield word
                word = []
            elif part:
                word.append((part, kind))
    if word:
        yield word


def _broken(word: list[Span], width: int) -> list[list[Span]]:
    """A word too long for a line, in pieces; its kind is that of its first run."""
    text, kind = "".join(text for text, _ in word), word[0][1]
    return [[(text[start:end], kind)] for start, end in slices(text, max(1, width))]
