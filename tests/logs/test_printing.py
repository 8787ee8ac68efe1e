"""A log that is copied byte for byte while its middle is given back to the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli.printing import RawPrinter
from app.logs.source import Source
from app.logs.window import format_bytes
from tests.logs.holes import punch

MIB = 1024 * 1024


def same(printed: bytes, expected: bytes) -> bool:
    """Whether all is as it should be; a report of megabytes would help nobody."""
    return printed == expected


def test_a_hole_that_comes_while_it_is_copied_is_told_of_and_not_printed(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(b"x" * (4 * MIB) + b"end\n")
    read, reads = Source.read, []

    def punched(source: Source, start: int, end: int) -> bytes:
        reads.append(start)
        if len(reads) == 2:
            punch(log, MIB, 3 * MIB)
        return read(source, start, end)

    monkeypatch.setattr(Source, "read", punched)
    RawPrinter(log).catch_up()
    printed = capsysbinary.readouterr().out
    told = f"… {format_bytes(2 * MIB)} dropped …\n"
    assert printed.count(b"\0") == 0
    assert same(printed, b"x" * MIB + told.encode() + b"x" * MIB + b"end\n")


def test_a_hole_behind_what_was_copied_changes_nothing(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(b"x" * (2 * MIB))
    printer = RawPrinter(log)
    printer.catch_up()
    punch(log, 0, MIB)
    with log.open("ab") as file:
        file.write(b"end\n")
    printer.catch_up()
    assert same(capsysbinary.readouterr().out, b"x" * (2 * MIB) + b"end\n")
