"""Old logs, compressed so that the part on screen can still be read by itself, by offset.

The file is an ordinary gzip file (RFC 1952) of many small members, so ``zcat`` reads it. Each member's header
has an extra field that says how long the member is, how many bytes of the log it holds, and how many were
missing before it: the hole that the log's bound had punched. Going from header to header finds any offset.
"""

from __future__ import annotations

import errno
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.logs.source import SUFFIX

MEMBER = 256 * 1024
"""How much of the log one member holds, in bytes: all that must be unpacked to read one of them."""

_FIXED = struct.Struct("<4sIBBH2sH")
_FIELD = struct.Struct("<QIIQ")
_TRAILER = struct.Struct("<II")
_MAGIC = b"\x1f\x8b\x08\x04"  # deflate, and an extra field is there
_NAME = b"dg"
_HEADER = _FIXED.size + _FIELD.size
_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Member:
    """One member: its data stands at ``start`` to ``end`` of the log, behind a hole of ``gap`` bytes, and at
    ``place`` in the compressed file, ``packed`` bytes with header and trailer."""

    start: int
    end: int
    gap: int
    place: int
    packed: int


class DamagedLog(OSError):  # noqa: N818 - names what is damaged
    """A compressed log that cannot be unpacked."""

    def __init__(self, why: str) -> None:
        super().__init__(errno.EIO, f"the compressed log is damaged: {why}")


def packed_path(log: Path) -> Path:
    """Where a log lies once it is compressed."""
    return log.with_name(log.name + SUFFIX)


def member(data: bytes, gap: int, size: int, moment: int) -> bytes:
    """One member of the compressed file: what of the log comes after a hole of ``gap`` bytes.

    ``size`` is that of the whole log, ``moment`` when it was last written, in seconds since the epoch.
    """
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(data) + packer.flush()
    length = _HEADER + len(packed) + _TRAILER.size
    header = _FIXED.pack(_MAGIC, moment & 0xFFFFFFFF, 0, 255, 4 + _FIELD.size, _NAME, _FIELD.size)
    field = _FIELD.pack(gap, len(data), length, size)
    return header + field + packed + _TRAILER.pack(zlib.crc32(data), len(data))


def members(descriptor: int) -> tuple[Member, ...]:
    """Every member of a compressed log, in order. Raises DamagedLog where they do not add up to it."""
    found = tuple(_members(descriptor))
    size = size_of(descriptor)
    if not found or found[-1].end != size:
        raise DamagedLog("its end is missing")
    return found


def size_of(descriptor: int) -> int:
    """How large the log was before it was compressed, in bytes, holes included. Raises DamagedLog."""
    return _header(descriptor, 0)[3]


def unpack(descriptor: int, wanted: Member) -> bytes:
    """The data of one member. Raises DamagedLog."""
    raw = os.pread(descriptor, wanted.packed, wanted.place)
    length = wanted.end - wanted.start
    try:
        data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(raw[_HEADER : -_TRAILER.size], length + 1)
    except zlib.error as error:
        raise DamagedLog(str(error)) from None
    if len(data) != length or raw[-_TRAILER.size :] != _TRAILER.pack(zlib.crc32(data), length):
        raise DamagedLog("its checksum is another")
    return data


def _members(descriptor: int) -> Iterator[Member]:
    place = position = 0
    there = os.fstat(descriptor).st_size
    while place < there:
        gap, length, packed, _ = _header(descriptor, place)
        if place + packed > there:
            raise DamagedLog("its end is missing")
        start = position + gap
        position = start + length
        yield Member(start, position, gap, place, packed)
        place += packed


def _header(descriptor: int, place: int) -> tuple[int, int, int, int]:
    """Gap, length, packed length and size of the whole log, from the member that begins at a place."""
    raw = os.pread(descriptor, _HEADER, place)
    if len(raw) < _HEADER or not raw.startswith(_MAGIC) or raw[12:14] != _NAME:
        raise DamagedLog("it was not compressed by delegate")
    gap, length, packed, size = _FIELD.unpack_from(raw, _FIXED.size)
    if length > MEMBER or packed < _HEADER + _TRAILER.size or gap > size:
        raise DamagedLog("its index makes no sense")
    return gap, length, packed, size
