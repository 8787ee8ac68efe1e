"""Lines of a log by byte offset: the same whichever way they are read, and never the whole file."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.logs.window import LINE_BYTES, Line, LogFile, format_bytes

contents = st.lists(
    st.one_of(
        st.sampled_from([b"\n", b"\n\n", b"\r\n", b"\r", b"\x00", "é".encode(), b"\xff", b"x" * 40]),
        st.binary(max_size=12),
    ),
    max_size=40,
).map(b"".join)
pieces = st.sampled_from([4, 7, 16, 1 << 20])


def starts_of(content: bytes, piece: int) -> list[int]:
    """Where the lines of a whole content begin, by the rule of the module's docstring taken literally."""
    return [
        start
        for start in range(len(content))
        if start == 0
        or content[start - 1] == ord("\n")
        or (start % piece == 0 and b"\n" not in content[start - piece : start])
    ]


def lines_of(content: bytes, piece: int) -> list[Line]:
    """The lines of a whole content, short enough not to be cut."""
    starts = starts_of(content, piece)
    ends = [*starts[1:], len(content)]
    bounds = zip(starts, ends, strict=bool(starts))
    return [Line(start, end, without_line_end(content[start:end])) for start, end in bounds]


def without_line_end(raw: bytes) -> bytes:
    """A line as it is shown."""
    return raw.removesuffix(b"\n").removesuffix(b"\r") if raw.endswith(b"\n") else raw


@contextmanager
def log_of(content: bytes, piece: int, block: int = 1 << 16) -> Iterator[LogFile]:
    """A log with a content, read in blocks of a size."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.logs.source._BLOCK", block)
        path = Path(folder, "task.log")
        path.write_bytes(content)
        yield LogFile(path, piece=piece)


@given(contents, pieces, st.sampled_from([1, 3, 64, 1 << 16]), st.integers(1, 7))
def test_windows_read_forwards_hold_every_line(content: bytes, piece: int, block: int, count: int) -> None:
    with log_of(content, piece, block) as log:
        found: list[Line] = []
        while window := log.after(found[-1].end if found else 0, count):
            found += window
    assert found == lines_of(content, piece)


@given(contents, pieces, st.sampled_from([1, 3, 64, 1 << 16]), st.integers(1, 7))
def test_windows_read_backwards_hold_every_line(content: bytes, piece: int, block: int, count: int) -> None:
    with log_of(content, piece, block) as log:
        found = log.tail(count)
        while window := log.before(found[0].offset if found else 0, count):
            found[:0] = window
    assert found == lines_of(content, piece)


@given(contents, pieces, st.integers(0, 400))
def test_any_offset_finds_the_line_around_it(content: bytes, piece: int, offset: int) -> None:
    lines = lines_of(content, piece)
    with log_of(content, piece) as log:
        assert log.after(offset, 1) == [line for line in lines if line.offset <= offset < line.end]
        assert log.before(offset, 3) == [line for line in lines if line.offset < offset][-3:]


@given(contents, contents, pieces)
def test_what_is_appended_moves_no_line(content: bytes, more: bytes, piece: int) -> None:
    with log_of(content, piece) as log:
        before = log.after(0, 1000)
        with log.path.open("ab") as file:
            file.write(more)
        after = log.after(0, 1000)
    finished = before[:-1]
    assert after[: len(finished)] == finished
    assert [line.offset for line in after][: len(before)] == [line.offset for line in before]


def test_a_missing_log_is_empty(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "none.log")
    assert (log.size(), log.fraction(5)) == (0, 0.0)
    assert log.tail(5) == log.before(9, 5) == log.after(0, 5) == []
    assert log.head_text(9) == log.tail_text(9) == ""


def test_an_empty_log_has_no_lines(tmp_path: Path) -> None:
    path = tmp_path / "empty.log"
    path.touch()
    assert LogFile(path).tail(5) == LogFile(path).after(0, 5) == []


def test_what_is_no_regular_file_is_empty_and_never_waits(tmp_path: Path) -> None:
    pipe, folder = tmp_path / "pipe", tmp_path / "folder"
    os.mkfifo(pipe)
    folder.mkdir()
    assert LogFile(pipe).tail(5) == LogFile(folder).tail(5) == []


def test_a_last_line_without_an_end_is_given_again_when_it_grew(tmp_path: Path) -> None:
    path = tmp_path / "task.log"
    path.write_bytes(b"first\nhal")
    (first, half) = LogFile(path).tail(5)
    with path.open("ab") as file:
        file.write(b"f\nnext\n")
    again = LogFile(path).after(half.end, 5)
    assert [line.raw for line in (first, half, *again)] == [b"first", b"hal", b"half", b"next"]
    assert (again[0].offset, again[0].key == half.key) == (half.offset, False)


def test_no_lines_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "task.log"
    path.write_bytes(b"a\nb\n")
    assert LogFile(path).tail(0) == LogFile(path).after(0, 0) == []


def test_a_position_is_a_fraction_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "task.log"
    path.write_bytes(b"x" * 200)
    assert [LogFile(path).fraction(offset) for offset in (-1, 0, 50, 200, 999)] == [0, 0, 0.25, 1, 1]


def test_a_long_line_keeps_its_beginning_and_its_true_length(tmp_path: Path) -> None:
    path = tmp_path / "task.log"
    path.write_bytes(b"before\n" + b"x" * 100_000 + b"\nafter\n")
    _, long, after = LogFile(path).tail(3)
    assert (long.raw, long.truncated, long.length) == (b"x" * LINE_BYTES, True, 100_001)
    assert long.note == "… 90 KB more"
    assert (after.raw, after.truncated, after.note) == (b"after", False, "")


def test_a_cut_divides_no_character(tmp_path: Path) -> None:
    path = tmp_path / "task.log"
    path.write_bytes(b"x" + "é".encode() * LINE_BYTES)
    raw = LogFile(path).tail(1)[0].raw
    assert raw.decode() == "x" + "é" * ((LINE_BYTES - 1) // 2)


@pytest.mark.parametrize("line_end", [b"", b"\r", b"\n", b"\r\n"])
def test_a_long_progress_line_keeps_what_was_written_last(tmp_path: Path, line_end: bytes) -> None:
    path = tmp_path / "task.log"
    path.write_bytes(b"".join(b"\r%7d of 100000" % count for count in range(100_000)) + line_end)
    (line,) = LogFile(path).tail(5)
    assert line.raw.rstrip(b"\r").endswith(b"\r  99999 of 100000")
    assert (line.truncated, len(line.raw) <= LINE_BYTES) == (False, True)


def test_a_line_without_end_is_divided_at_whole_pieces(tmp_path: Path) -> None:
    path = tmp_path / "task.log"
    path.write_bytes(b"ab\n" + b"x" * 20 + b"\nend")
    assert [line.offset for line in LogFile(path, piece=8).tail(9)] == [0, 3, 16, 24]


def test_a_window_stops_when_enough_was_looked_through(tmp_path: Path) -> None:
    path = tmp_path / "task.log"
    path.write_bytes(b"123456789\n" * 100)
    assert len(LogFile(path).tail(50, max_bytes=35)) == 4
    assert len(LogFile(path).after(0, 50, max_bytes=35)) == 4
    assert len(LogFile(path).tail(50, max_bytes=1)) == 1


def test_a_huge_line_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "task.log"
    with path.open("wb") as file:
        for _ in range(25):
            file.write(b"x" * (1 << 20))
    tracemalloc.start()
    lines = LogFile(path).tail(50)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sum(map(len, (line.raw for line in lines))) <= len(lines) * LINE_BYTES
    assert peak < 1 << 20


def test_head_and_tail_are_plain_text_of_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "task.log"
    path.write_bytes(b"\x1b[1mstart\x1b[0m\nmiddle of the log\n 50%\r100%\nend\n")
    assert LogFile(path).head_text(14) == "start\n"
    assert LogFile(path).tail_text(20) == "100%\nend\n"
    assert LogFile(path).tail_text(1000) == "start\nmiddle of the log\n100%\nend\n"


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KB"),
        (8192, "8.0 KB"),
        (90 << 10, "90 KB"),
        (1023 << 10, "1.0 MB"),
        (812 << 20, "812 MB"),
        (3 << 30, "3.0 GB"),
    ],
)
def test_bytes_in_words(count: int, words: str) -> None:
    assert format_bytes(count) == words
