"""Windows on real files: with holes, of a gigabyte, and cut or punched while they are read."""

from __future__ import annotations

import os
import sys
import threading
import tracemalloc
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.logs.source import Source
from app.logs.window import LINE_BYTES, Line, LogFile
from tests.logs.holes import BLOCK, punch

GIGABYTE = 1 << 30


def bytes_read_by(action: Callable[[], object]) -> int:
    """What the kernel says that this thread read while an action ran."""

    def counted() -> int:
        fields = Path("/proc/thread-self/io").read_text().split()
        return int(fields[fields.index("rchar:") + 1])

    before = counted()
    action()
    return counted() - before


def lines_around(content: bytes, holes: list[tuple[int, int]]) -> list[Line]:
    """The lines of a content with holes: each stretch of data split on its own, each hole a line."""
    lines: list[Line] = []
    edges = sorted({0, len(content), *(edge for hole in holes for edge in hole)})
    for start, end in pairwise(edges):
        if (start, end) in holes:
            lines.append(Line(start, end, b"", gap=end - start))
            continue
        for raw in content[start:end].splitlines(keepends=True):
            lines.append(Line(start, start + len(raw), raw.removesuffix(b"\n")))
            start += len(raw)
    return lines


def test_a_hole_is_one_line_that_says_what_was_dropped(tmp_path: Path) -> None:
    path = tmp_path / "task.log"
    path.write_bytes(b"".join(b"line %06d\n" % number for number in range(100_000)))
    punch(path, 64 * BLOCK, 200 * BLOCK)
    lines = LogFile(path).after(0, 200_000)
    (gap,) = (line for line in lines if line.gap)
    assert (gap.offset, gap.end, gap.gap) == (64 * BLOCK, 200 * BLOCK, 136 * BLOCK)
    assert gap.note == "… 544 KB dropped …"
    assert not any(b"\x00" in line.raw for line in lines)
    assert LogFile(path).before(gap.end, 2) == lines[lines.index(gap) - 1 : lines.index(gap) + 1]
    assert LogFile(path).after(gap.offset + 5000, 1) == [gap]


stretches = st.lists(
    st.tuples(st.booleans(), st.lists(st.integers(0, BLOCK - 1), max_size=3)), min_size=1, max_size=8
)


@settings(max_examples=40, deadline=None)
@given(stretches, st.integers(1, 4))
def test_random_holes_are_found_from_both_sides(blocks: list[tuple[bool, list[int]]], count: int) -> None:
    content = bytearray(b"x" * BLOCK * len(blocks))
    for index, (_, newlines) in enumerate(blocks):
        for newline in newlines:
            content[index * BLOCK + newline] = ord("\n")
    dropped = [index for index, (is_hole, _) in enumerate(blocks) if is_hole]
    holes = [(index * BLOCK, (index + 1) * BLOCK) for index in dropped]
    with TemporaryDirectory() as folder:
        log = LogFile(Path(folder, "task.log"))
        log.path.write_bytes(content)
        for hole in holes:
            punch(log.path, *hole)
        forwards, backwards = read_forwards(log, count), read_backwards(log, count)
    merged = [(start, end) for start, end in merge(holes)]
    assert [short(line) for line in forwards] == [
        short(line) for line in lines_around(bytes(content), merged)
    ]
    assert backwards == forwards


def merge(holes: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Holes that touch are one."""
    merged: list[tuple[int, int]] = []
    for start, end in holes:
        if merged and merged[-1][1] == start:
            merged[-1] = merged[-1][0], end
        else:
            merged.append((start, end))
    return merged


def short(line: Line) -> tuple[int, int, int, bytes]:
    """A line without what a cut changes: long lines are no matter here."""
    return line.offset, line.end, line.gap, line.raw[:LINE_BYTES]


def read_forwards(log: LogFile, count: int) -> list[Line]:
    """All lines, in windows from the beginning on."""
    found: list[Line] = []
    while window := log.after(found[-1].end if found else 0, count):
        found += window
    return found


def read_backwards(log: LogFile, count: int) -> list[Line]:
    """All lines, in windows from the end."""
    found = log.tail(count)
    while window := log.before(found[0].offset if found else 0, count):
        found[:0] = window
    return found


@pytest.fixture
def gigabyte(tmp_path: Path) -> Path:
    """A log of a gigabyte that ends with a thousand lines and costs no disk."""
    path = tmp_path / "huge.log"
    with path.open("wb") as file:
        file.truncate(GIGABYTE)
        file.seek(GIGABYTE)
        file.writelines(b"line %d\n" % number for number in range(1000))
    return path


def test_the_end_of_a_gigabyte_is_read_without_the_rest(gigabyte: Path) -> None:
    log = LogFile(gigabyte)
    assert [line.raw for line in log.tail(2)] == [b"line 998", b"line 999"]
    assert log.before(log.tail(1000)[0].offset, 1) == [Line(0, GIGABYTE, b"", gap=GIGABYTE)]
    if sys.platform == "linux":
        assert bytes_read_by(lambda: log.tail(50)) < 256 << 10


def test_a_gigabyte_without_known_holes_stays_bounded_too(
    gigabyte: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Source, "find_holes", lambda _source: ())
    log = LogFile(gigabyte)
    tracemalloc.start()
    lines = log.before(log.tail(1000)[0].offset, 50)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (lines[-1].truncated, lines[-1].end) == (True, GIGABYTE)
    assert peak < 2 << 20
    if sys.platform == "linux":
        assert bytes_read_by(lambda: log.before(GIGABYTE, 50)) < 32 << 20


def test_a_hole_punched_during_a_read_is_not_read_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "task.log"
    path.write_bytes(b"line of a log..\n" * 16 * BLOCK)
    read = os.pread
    punched = threading.Event()

    def punching_pread(*arguments: Any) -> bytes:
        if not punched.is_set():
            punched.set()
            punch(path, BLOCK, 250 * BLOCK)
        return read(*arguments)

    monkeypatch.setattr(os, "pread", punching_pread)
    lines = LogFile(path).tail(100_000)
    assert {line.raw for line in lines} == {b"line of a log..", b""}
    assert [line.gap for line in lines if not line.raw] == [249 * BLOCK]


def test_a_log_cut_short_during_a_read_ends_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "task.log"
    path.write_bytes(b"line of a log..\n" * 16 * BLOCK)
    read = os.pread

    def cutting_pread(*arguments: Any) -> bytes:
        os.truncate(path, 32)
        return read(*arguments)

    monkeypatch.setattr(os, "pread", cutting_pread)
    assert all(line.raw in (b"", b"line of a log..") for line in LogFile(path).after(0, 100_000))


def test_the_readers_text_leaves_out_what_was_dropped(tmp_path: Path) -> None:
    path = tmp_path / "task.log"
    path.write_bytes(b"head\n" + b"x" * 4 * BLOCK + b"\ntail\n")
    punch(path, BLOCK, 4 * BLOCK)
    head, tail = LogFile(path).head_text(GIGABYTE), LogFile(path).tail_text(GIGABYTE)
    assert (head[:5], len(head)) == ("head\n", BLOCK)
    assert (tail.count("\x00"), tail.endswith("x\ntail\n")) == (0, True)


def test_an_unreadable_log_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(NotADirectoryError):
        LogFile(file / "task.log").tail(5)
