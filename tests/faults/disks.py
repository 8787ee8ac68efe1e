"""Small disks for tests: file systems of a megabyte that can be filled, and folders that refuse."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]

INSIDE = "DELEGATE_TEST_OWN_MOUNTS"
"""Says that these tests run in a mount namespace of their own."""

_OWN_MOUNTS = ("unshare", "--user", "--map-root-user", "--mount")
_NO_PRIVILEGES = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")


def mount(folder: Path) -> bool:
    """Mount an empty file system of a megabyte; tells whether that was allowed."""
    words = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", str(folder)]
    return _works(words)


def unmount(folder: Path) -> None:
    """Unmount it, now or when the last file is closed."""
    assert _works(["umount", "--lazy", str(folder)])


def make_read_only(folder: Path) -> None:
    """Let a mounted file system refuse all writes; nothing may be open for writing."""
    assert _works(["mount", "-o", "remount,ro", str(folder)])


def can_have_own_mounts() -> bool:
    """Whether a user who may mount nothing gets a namespace in which that is allowed."""
    return _works([*_OWN_MOUNTS, "true"])


def run_in_own_mounts(file: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of a file where they may mount."""
    words = [*_OWN_MOUNTS, sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", file]
    return subprocess.run(
        words, cwd=PROJECT, env={**os.environ, INSIDE: "1"}, capture_output=True, text=True, check=False
    )


def fill(folder: Path) -> Path:
    """Fill a disk to the last byte; returns the file that does."""
    filler = folder / "filler"
    descriptor = os.open(filler, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        for size in (65536, 4096, 1):
            with contextlib.suppress(OSError):
                while os.write(descriptor, b"x" * size):
                    pass
    finally:
        os.close(descriptor)
    return filler


def without_privileges() -> tuple[str, ...]:
    """The words before a command that must be refused what its user is refused, even when that is root."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") and _works([*_NO_PRIVILEGES, "true"]):
        return _NO_PRIVILEGES
    return missing("setpriv, which takes the privileges from root")


def missing(what: str) -> tuple[str, ...]:
    """Say that a test cannot run; in CI that is a failure."""
    if os.environ.get("DELEGATE_TEST_REQUIRE_ALL"):
        pytest.fail(f"missing: {what}")
    pytest.skip(f"missing: {what}")


def shell(*words: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run the shell command, with these words before it."""
    return subprocess.run(
        [*before, sys.executable, "-m", "app", *words],
        cwd=PROJECT,
        env={**os.environ, "COLUMNS": "160"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _works(words: list[str]) -> bool:
    try:
        return subprocess.run(words, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
