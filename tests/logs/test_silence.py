"""What a log's file tells about silence: real files with real times."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from app.logs.silence import log_facts, silence_of
from tests.logs.holes import BLOCK, punch


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log whose last byte is an hour old."""
    path = tmp_path / "log"
    path.write_text("working\nContinue? [y/N] ")
    an_hour_ago = time.time() - 3600
    os.utime(path, (an_hour_ago, an_hour_ago))
    return path


def test_a_log_that_was_never_written_to_has_no_age(tmp_path: Path) -> None:
    (tmp_path / "log").touch()
    facts = log_facts(tmp_path / "log", 100.0)
    assert facts is not None
    assert (facts.size, facts.silent_s, facts.question) == (0, None, None)
    assert log_facts(tmp_path / "none", 100.0) is None


def test_a_log_is_as_old_as_its_last_byte_but_not_older_than_its_writer(log: Path) -> None:
    old, young = log_facts(log, 7200.0), log_facts(log, 60.0)
    assert old is not None
    assert old.silent_s == pytest.approx(3600, abs=5)
    assert young is not None
    assert young.silent_s == 60.0
    assert young.question == "Continue? [y/N]"


def test_what_was_dropped_is_counted(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"x" * 10 * BLOCK)
    punch(log, 2 * BLOCK, 5 * BLOCK)
    facts = log_facts(log, None)
    assert facts is not None
    assert (facts.size, facts.dropped) == (10 * BLOCK, 3 * BLOCK)


def test_only_a_long_silence_is_one(log: Path, tmp_path: Path) -> None:
    quiet = silence_of(log, 7200.0, 300.0)
    assert quiet is not None
    assert quiet.words == "quiet 1h00"
    assert quiet.question == "Continue? [y/N]"
    assert silence_of(log, 299.0, 300.0) is None
    assert silence_of(log, 7200.0, None) is None
    assert silence_of(tmp_path / "none", 7200.0, 300.0) is None


def test_a_task_that_never_said_anything_is_quiet_too(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()
    os.utime(log, (time.time() - 400, time.time() - 400))
    quiet = silence_of(log, 400.0, 300.0)
    assert quiet is not None
    assert (quiet.words, quiet.asks) == ("quiet 6m", "")


def test_a_question_cannot_control_the_terminal(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"Over\x1b]0;x\x07write \xe2\x80\xaefile? [y/N] ")
    facts = log_facts(log, None)
    assert facts is not None
    assert facts.question == "Overwrite file? [y/N]"
