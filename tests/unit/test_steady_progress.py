"""What is shown of a run that goes on: never all of it, never back within a phase, whatever was read."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.logs.progress import look
from app.logs.readers import read_outcome, read_progress, signalled
from app.logs.readers.steady import PATIENCE, Steady, unfinished
from app.logs.sanitise import plain
from app.logs.window import LogFile
from app.model.outcome import Progress
from tests.unit.outputs import ALL, output

READINGS = st.one_of(
    st.none(),
    st.builds(Progress, percent=st.integers(0, 100), phase=st.sampled_from([None, "build"])),
    st.tuples(st.integers(0, 9), st.sampled_from([9, 12])).map(lambda pair: Progress(*pair)),
    st.builds(Progress, done=st.integers(0, 9)),
)


def far(progress: Progress) -> float:
    fraction = progress.fraction
    return fraction if fraction is not None else progress.done or 0


@given(st.lists(READINGS, max_size=30))
def test_within_a_phase_it_never_goes_back_and_never_claims_the_end(readings: list[Progress | None]) -> None:
    steady = Steady()
    shown = [(steady.phase, taken) for reading in readings if (taken := steady.take(reading))]
    for (phase, one), (next_phase, other) in pairwise(shown):
        assert phase <= next_phase
        if phase == next_phase:
            assert far(other) >= far(one)
    assert all(taken.percent is None or taken.percent < 100 for _, taken in shown)


def test_a_glance_at_another_count_is_not_shown_but_a_new_run_is() -> None:
    steady = Steady()
    assert steady.take(Progress(40, 89)) == Progress(40, 89)
    assert steady.take(Progress(3, 89)) == Progress(40, 89)
    assert steady.take(Progress(41, 89)) == Progress(41, 89)
    for _ in range(PATIENCE - 1):
        assert steady.take(Progress(3, 89)) == Progress(41, 89)
    assert steady.take(Progress(3, 89)) == Progress(3, 89)


def test_after_the_last_of_a_count_the_next_begins_at_once() -> None:
    steady = Steady()
    steady.take(Progress(89, 89))
    assert steady.take(Progress(1, 89)) == Progress(1, 89)


def test_only_the_end_is_the_end() -> None:
    assert unfinished(Progress(157, 157, 100)) == Progress(157, 157, 99)
    assert unfinished(Progress(percent=45)) == Progress(percent=45)
    assert unfinished(None) is None


@pytest.mark.parametrize("name", ALL)
def test_every_real_output_grows_steadily(name: str) -> None:
    text, steady, last = plain(output(name)), Steady(), None
    for end in range(0, len(text), max(1, len(text) // 150)):
        taken = steady.take(read_progress(text[:end]))
        if taken is not None and last is not None and last[0] == steady.phase:
            assert far(taken) >= far(last[1])
        last = (steady.phase, taken) if taken else last


# The terminal's own progress


@pytest.mark.parametrize(
    ("raw", "progress"),
    [
        ("\x1b]9;4;1;45\x07", Progress(percent=45)),
        ("\x1b]9;4;1;45\x1b\\ and \x1b]9;4;1;60\x1b\\", Progress(percent=60)),
        ("\x1b]9;4;4;45\x07", Progress(percent=45, text="paused")),
        ("\x1b]9;4;2;45\x07", Progress(percent=45, text="error")),
        ("\x1b]9;4;1;45\x07\x1b]9;4;0;\x07", None),
        ("\x1b]9;4;3\x07", None),
        ("\x1b]9;4;1;450\x07", None),
        ("\x1b]9;4;1;45", None),
        ("9;4;1;45", None),
    ],
)
def test_progress_that_the_terminal_was_told(raw: str, progress: Progress | None) -> None:
    assert signalled(raw) == progress


def test_it_is_read_from_a_log_beside_what_the_log_says(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("Downloading 3 of 9 files\n\x1b]9;4;1;45\x07")
    found = look(LogFile(log), log.stat().st_size)
    assert found.progress == Progress(3, 9, 45)
    assert "\x1b" not in found.text
    log.write_text("thinking\n\x1b]9;4;1;45\x07")
    assert look(LogFile(log), log.stat().st_size).progress == Progress(percent=45)


# Whatever is read


FRAGMENTS = st.sampled_from([line for name in ALL for line in output(name).splitlines(keepends=True)])


@given(st.lists(FRAGMENTS, max_size=60).map("".join), st.booleans(), st.sampled_from([0, 1, 2, 101]))
def test_lines_of_all_tools_in_any_order_are_read_without_an_error(text: str, cut: bool, code: int) -> None:
    progress = read_progress(text, cut=cut)
    if progress is not None:
        assert progress.percent is None or 0 <= progress.percent <= 100
        assert progress.done is None or progress.total is None or 0 <= progress.done <= progress.total
    outcome = read_outcome(text, text, code, None)
    assert (outcome.error is None) is (code == 0)


ENDS = ("\x07", "\x1b\\", "\x9c")


@given(st.text(max_size=300) | st.text("0123456789;x\x07\x1b\\\x9c", max_size=12))
def test_any_text_behind_a_signal_is_a_percentage_or_nothing(text: str) -> None:
    progress = signalled(f"\x1b]9;4;{text}")
    if progress is not None:
        assert progress.percent in range(101)
        assert progress.text in (None, "error", "paused")
        assert any(end in text for end in ENDS)


@given(st.text(max_size=50), st.integers(0, 9), st.integers(0, 999), st.sampled_from(ENDS))
def test_a_whole_signal_says_what_it_says_whatever_stands_before(
    before: str, state: int, percent: int, end: str
) -> None:
    words = {1: None, 2: "error", 4: "paused"}
    known = state in words and percent <= 100
    expected = Progress(percent=percent, text=words[state]) if known else None
    assert signalled(f"{before}\x1b]9;4;{state};{percent}{end}") == expected


SLOWEST_S = 0.005
"""What one look may take of the processor, on 64 KiB."""


@pytest.mark.parametrize("name", ALL)
def test_a_look_at_64_kib_costs_milliseconds(name: str) -> None:
    once = plain(output(name)) or " "
    text = (once * (65536 // len(once) + 1))[:65536]
    spent = []
    for _ in range(5):
        start = time.process_time()
        read_progress(text)
        spent.append(time.process_time() - start)
    # Twice the bound: what is measured here shares its processor with other tests.
    assert min(spent) < 2 * SLOWEST_S
