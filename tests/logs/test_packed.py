"""Compressed logs: the same lines as before, read by offset; the log is there whole at every moment."""

from __future__ import annotations

import gzip
import os
import random
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.logs import packed, packing
from app.logs.follow import Follower
from app.logs.packed import MEMBER, DamagedLog, packed_path
from app.logs.packing import StillWritten, is_written, pack
from app.logs.source import lies_at, look_at, open_source
from app.logs.window import LogFile
from tests.logs.holes import BLOCK, punch
from tests.support import until

LINES = b"".join(b"%d: some words that come again and again\n" % number for number in range(40_000))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of several members."""
    path = tmp_path / "agent_20261120_143052.log"
    path.write_bytes(LINES)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


def test_a_packed_log_reads_as_before(log: Path) -> None:
    file = LogFile(log)
    size, tail, middle = file.size(), file.tail(50), file.after(len(LINES) // 2, 100)
    texts = file.head_text(1000), file.tail_text(300_000)
    before = file.before(MEMBER + 10, 30)
    pack(log)
    assert not log.exists()
    assert len(LINES) > 3 * MEMBER
    assert (file.size(), file.tail(50), file.after(len(LINES) // 2, 100)) == (size, tail, middle)
    assert (file.head_text(1000), file.tail_text(300_000)) == texts
    assert file.before(MEMBER + 10, 30) == before


def test_it_is_small_private_of_the_same_age_and_any_gzip_reads_it(log: Path) -> None:
    small = pack(log)
    assert small == packed_path(log)
    info = small.stat()
    assert info.st_size < len(LINES) / 5
    assert info.st_mode & 0o777 == 0o600
    assert info.st_mtime == 1_700_000_000
    assert gzip.decompress(small.read_bytes()) == LINES
    assert [path.name for path in log.parent.iterdir()] == [small.name]


@pytest.mark.parametrize("size", [0, 1, MEMBER - 1, MEMBER, MEMBER + 1])
def test_sizes_at_the_edges_of_a_member(tmp_path: Path, size: int) -> None:
    path = tmp_path / "x.log"
    data = os.urandom(size)
    path.write_bytes(data)
    pack(path)
    with open_source(path) as source:
        assert source is not None
        assert source.size == size
        assert source.read(0, size) == data


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_any_stretch_is_read_like_that_of_the_plain_log(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("logs") / "x.log"
    pieces = st.lists(st.binary(min_size=1, max_size=300).map(lambda b: b * 997), max_size=8)
    content = b"".join(data.draw(pieces))
    path.write_bytes(content)
    pack(path)
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, len(content)))
    with open_source(path) as source:
        assert source is not None
        assert source.read(start, end) == content[start:end]
        assert source.find_newline(start, end) == content.find(b"\n", start, end)
        assert source.rfind_newline(start, end) == content.rfind(b"\n", start, end)


def test_holes_stay_holes(log: Path) -> None:
    punch(log, 4 * BLOCK, 200 * BLOCK)
    lines = LogFile(log).after(0, 1_000_000)
    gaps = [line for line in lines if line.gap]
    assert [(line.offset, line.end) for line in gaps] == [(4 * BLOCK, 200 * BLOCK)]
    pack(log)
    assert LogFile(log).after(0, 1_000_000) == lines
    assert look_at(log) is not None


def test_a_hole_at_the_end_counts(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_bytes(b"line\n".ljust(BLOCK, b"x"))
    os.truncate(path, 40 * BLOCK)
    lines = LogFile(path).tail(10)
    pack(path)
    assert LogFile(path).tail(10) == lines
    assert LogFile(path).size() == 40 * BLOCK


def test_reading_a_line_unpacks_little(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack(log)
    unpacked: list[packed.Member] = []
    real = packed.unpack

    def counted(descriptor: int, member: packed.Member) -> bytes:
        unpacked.append(member)
        return real(descriptor, member)

    monkeypatch.setattr("app.logs.unpacking.unpack", counted)
    (line,) = LogFile(log).tail(1)
    assert line.raw == LINES.rsplit(b"\n", 2)[1]
    assert len(unpacked) <= 2


def test_a_log_that_somebody_writes_to_stays(log: Path) -> None:
    with log.open("ab") as file:
        if not is_written(log):
            pytest.skip("this system does not tell who writes to a file")
        with pytest.raises(StillWritten):
            pack(log)
        file.write(b"more\n")
    assert [path.name for path in log.parent.iterdir()] == [log.name]
    assert log.read_bytes() == LINES + b"more\n"
    pack(log)
    assert LogFile(log).tail(1)[0].raw == b"more"


def test_a_log_that_grew_meanwhile_stays(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = packing._write

    def growing(path: Path, aside: Path, moment: int) -> None:
        real(path, aside, moment)
        with path.open("ab") as file:
            file.write(b"late\n")

    monkeypatch.setattr(packing, "_write", growing)
    with pytest.raises(StillWritten):
        pack(log)
    assert [path.name for path in log.parent.iterdir()] == [log.name]


def test_a_full_disk_leaves_the_log_as_it_was(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        pack(log)
    assert [path.name for path in log.parent.iterdir()] == [log.name]
    assert log.read_bytes() == LINES


def test_while_both_are_there_the_plain_one_counts(log: Path) -> None:
    small = pack(log)
    log.write_bytes(b"plain\n")
    assert LogFile(log).tail(1)[0].raw == b"plain"
    assert lies_at(log) == log
    log.unlink()
    assert lies_at(log) == small


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x1f\x8b\x08\x04",
        gzip.compress(b"by hand\n", mtime=0),
        zlib.compress(b"x"),
        random.Random(5).randbytes(500),
    ],
    ids=["nothing", "a beginning", "packed by hand", "another format", "noise"],
)
def test_what_is_no_packed_log_is_an_error_and_no_crash(log: Path, content: bytes) -> None:
    pack(log).write_bytes(content)
    with pytest.raises(DamagedLog):
        LogFile(log).tail(1)
    assert look_at(log) is None or isinstance(look_at(log), tuple)


@pytest.mark.parametrize("damage", ["cut", "bit"])
def test_damage_is_noticed(log: Path, damage: str) -> None:
    small = pack(log)
    content = bytearray(small.read_bytes())
    if damage == "cut":
        content = content[: len(content) // 2]
    else:
        content[len(content) // 2] ^= 1
    small.write_bytes(content)
    with pytest.raises(DamagedLog):
        LogFile(log).after(0, 10_000_000, 1 << 30)


def test_a_link_in_a_logs_place_is_not_followed(log: Path, tmp_path: Path) -> None:
    log.rename(tmp_path / "elsewhere")
    log.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        LogFile(log).tail(3)
    log.unlink()
    packed_path(log).symlink_to(pack(tmp_path / "elsewhere"))
    with pytest.raises(OSError, match="symbolic"):
        LogFile(log).tail(3)


def test_a_follower_tells_the_size_and_goes_on_when_the_log_is_packed_under_it(log: Path) -> None:
    told: list[int] = []
    follower = Follower(log, told.append).start()
    try:
        assert until(lambda: told == [len(LINES)])
        pack(log)
        assert until(lambda: len(told) > 1 and told[-1] == len(LINES))
    finally:
        follower.stop()
        assert follower.join(5)
    assert 0 not in told
