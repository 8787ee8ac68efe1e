"""Prints a log as it is and as it grows: byte for byte into a pipe, line by line and safe on a terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Protocol

from app.cli.output import cell_width
from app.logs.sgr import StyledLine, parse_line
from app.logs.source import open_source
from app.logs.style import PLAIN, Color, Style
from app.logs.window import Line, LogFile, format_bytes

_BATCH = 500
_CHUNK = 1 << 20
_CLEAR_LINE = "\r\x1b[K"
_BRIGHT, _EXTENDED = 60, 8


class Printer(Protocol):
    """Prints what a log has gained since the last call."""

    def catch_up(self) -> None:
        """Print everything up to the end that the log has now."""

    def finish(self) -> None:
        """End a line that the log itself left open."""


class RawPrinter:
    """Copies the log's bytes to stdout; where bytes were dropped, a line says how many."""

    def __init__(self, path: Path, offset: int = 0) -> None:
        self._path = path
        self._offset = offset

    def catch_up(self) -> None:
        """Copy everything up to the end that the log has now. Raises OSError."""
        while not self._copied():
            pass
        sys.stdout.buffer.flush()

    def _copied(self) -> bool:
        """Copy up to the end; False where a hole came to be meanwhile: what was read may be its zeros."""
        with open_source(self._path) as source:
            while source and self._offset < source.size:
                _, end, hole = source.extent(self._offset)
                end = end if hole else min(end, self._offset + _CHUNK)
                data = (
                    f"… {format_bytes(end - self._offset)} dropped …\n".encode()
                    if hole
                    else source.read(self._offset, end)
                )
                if source.holes != source.find_holes():
                    return False
                sys.stdout.buffer.write(data)
                self._offset = end
        return True

    def finish(self) -> None:
        """Nothing: a pipe gets the bytes that were written, and no others."""


class ScreenPrinter:
    """Prints lines safe for the terminal; their colours stay if ``colour`` is set.

    The line end goes out with the line after it, so that a line which is still being written (a progress bar)
    can be written over.
    """

    def __init__(self, path: Path, offset: int = 0, *, colour: bool, width: int | None) -> None:
        self._file = LogFile(path)
        self._offset = offset
        self._colour = colour
        self._width = width or 80
        self._open: Line | None = None
        self._shown = ""

    def catch_up(self) -> None:
        """Print the lines up to the end that the log has now. Raises OSError."""
        while lines := self._file.after(self._offset, _BATCH):
            for line in lines:
                self._print(line)
            self._offset = lines[-1].end
        sys.stdout.flush()

    def finish(self) -> None:
        """End the line that is open."""
        if self._open is not None:
            sys.stdout.write("\n")
            self._open = None

    def _print(self, line: Line) -> None:
        styled = parse_line(line.raw)
        text = styled.text + line.note
        shown = (ansi(styled) if self._colour else styled.text) + line.note
        sys.stdout.write(self._lead(line) + shown)
        self._open, self._shown = line, text

    def _lead(self, line: Line) -> str:
        """What goes before a line: the end of the one before, or the way back to this one's own beginning."""
        if self._open is None:
            return ""
        # A line that has wrapped cannot be written over: the cursor is on another row by now.
        if line.offset == self._open.offset and cell_width(self._shown) < self._width:
            return _CLEAR_LINE
        return "\n"


def start_of_last(path: Path, count: int) -> int:
    """The offset at which the last ``count`` lines of a log begin. Raises OSError."""
    file = LogFile(path)
    offset = file.size()
    while count > 0 and offset > 0:
        lines = file.before(offset, count)
        if not lines:
            break
        offset = lines[0].offset
        count -= len(lines)
    return offset


def ansi(line: StyledLine) -> str:
    """A styled line as text with escape sequences, in the default style again at its end."""
    return "".join(_painted(text, style) for text, style in line.spans)


def _painted(text: str, style: Style) -> str:
    if style == PLAIN:
        return text
    switches = {
        "1": style.bold,
        "2": style.dim,
        "3": style.italic,
        "4": style.underline,
        "7": style.reverse,
        "9": style.strike,
    }
    codes = [code for code, on in switches.items() if on]
    codes += [*_colour_codes(style.fg, 30), *_colour_codes(style.bg, 40)]
    return f"\x1b[{';'.join(codes)}m{text}\x1b[0m"


def _colour_codes(colour: Color, base: int) -> list[str]:
    if colour is None:
        return []
    if isinstance(colour, tuple):
        return [f"{base + _EXTENDED};2;{colour[0]};{colour[1]};{colour[2]}"]
    if colour < 8:
        return [str(base + colour)]
    if colour < 16:
        return [str(base + _BRIGHT + colour - 8)]
    return [f"{base + _EXTENDED};5;{colour}"]
