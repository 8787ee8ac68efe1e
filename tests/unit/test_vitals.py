"""What two looks at a task say together, and in which words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.model.duration import format_coarsely
from app.model.task import Identity
from app.model.vitals import (
    Change,
    Check,
    LogFacts,
    ProcessFacts,
    Silence,
    Vitals,
    change,
    change_within,
    silence,
)
from app.supervisor.evidence import evidence, log_line, process_lines

CHILD = Identity("boot", 4242, 100)
SEEN = Vitals(
    at=1000.0,
    held=True,
    runner=Identity("boot", 4240, 99),
    runner_check=Check.VERIFIED,
    child=CHILD,
    child_check=Check.VERIFIED,
    processes=(
        ProcessFacts(4242, 0, "pytest", "sleeping", 12.3, 80 << 20),
        ProcessFacts(4250, 1, "node", "running", 700.0, None),
    ),
    cpu_s=712.3,
    memory_bytes=80 << 20,
    read_bytes=1 << 20,
    written_bytes=2048,
    connections=1,
    log=LogFacts(1200, 0, silent_s=370.0, question="Continue? [y/N]"),
)


class TestChange:
    def test_what_was_used_in_between(self) -> None:
        later = replace(SEEN, at=1300.0, cpu_s=712.4, read_bytes=(1 << 20) + 5)
        assert change(SEEN, later) == Change(300.0, 0.1, 5, 0)

    def test_a_sum_that_shrank_says_nothing(self) -> None:
        later = replace(SEEN, at=1300.0, read_bytes=0, cpu_s=None)
        assert change(SEEN, later) == Change(300.0, None, None, 0)

    @pytest.mark.parametrize(
        "later",
        [
            replace(SEEN, at=1300.0, child=Identity("boot", 4242, 101)),
            replace(SEEN, at=1300.0, child=None),
            SEEN,
        ],
    )
    def test_another_attempt_or_the_same_moment_is_no_change(self, later: Vitals) -> None:
        assert change(SEEN, later) is None

    def test_of_many_the_oldest_within_the_window_counts(self) -> None:
        samples = [replace(SEEN, at=at, cpu_s=at) for at in (0.0, 10.0, 20.0, 30.0)]
        assert change_within(samples, 25.0) == Change(20.0, 20.0, 0, 0)
        assert change_within(samples, 5.0) is None
        assert change_within(samples[:1], 25.0) is None


class TestSilence:
    @pytest.mark.parametrize(
        ("touched", "wall", "running_s", "silent_s"),
        [
            (1000.0, 1360.0, 4000.0, 360.0),
            (1000.0, 1360.0, None, 360.0),
            (1000.0, 4600.0, 20.0, 20.0),  # the clock was set, or the lid was closed
            (1000.0, 900.0, 50.0, 0.0),
            (1000.0, 1360.0, -1.0, 0.0),
        ],
    )
    def test_it_is_the_age_but_no_longer_than_the_run(
        self, touched: float, wall: float, running_s: float | None, silent_s: float
    ) -> None:
        assert silence(touched, wall, running_s) == silent_s

    def test_its_words(self) -> None:
        assert Silence(395.0).words == "quiet 6m"
        assert Silence(395.0).asks == ""
        assert Silence(9.0, "Continue?").asks == "looks like a question: Continue?"

    @pytest.mark.parametrize(
        ("seconds", "words"),
        [(0, "0s"), (59.9, "59s"), (60, "1m"), (3599, "59m"), (3900, "1h05"), (273600, "3d4h"), (-5, "0s")],
    )
    def test_times_are_told_to_the_minute(self, seconds: float, words: str) -> None:
        assert format_coarsely(seconds) == words


class TestEvidence:
    def test_each_fact_has_a_line(self) -> None:
        assert evidence(SEEN, Change(300.0, 0.0, 0, 12)) == [
            ("process", "4242 start verified"),
            ("runner", "4240 start verified · lock held"),
            ("last output", "6m ago"),
            ("last line", "looks like a question: Continue? [y/N]"),
            ("CPU", "0.0 s in 5m · 11m in all"),
            ("I/O", "0 B read, 12 B written in 5m · 1.0 MB read, 2.0 KB written in all"),
            ("memory", "80 MB in 2 processes"),
            ("network", "1 connection"),
        ]

    def test_what_is_not_known_is_not_listed(self) -> None:
        bare = Vitals(at=0.0, held=False, runner=CHILD, runner_check=Check.STRANGER)
        assert evidence(bare) == [
            ("process", "not started yet"),
            ("runner", "4242 is another process by now · lock free"),
        ]

    def test_the_first_look_has_only_sums(self) -> None:
        told = dict(evidence(replace(SEEN, connections=0, hidden=2, log=LogFacts(0, 0))))
        assert told["CPU"] == "11m in all"
        assert told["network"] == "no connections"
        assert told["last output"] == "none yet"
        assert told["not seen"] == "inside 2 processes: the sums are the least there is"

    def test_counts_that_went_down_are_left_out(self) -> None:
        told = dict(evidence(SEEN, Change(0.3, 0.02, None, 5)))
        assert told["CPU"] == "0.0 s in 0.3s · 11m in all"
        assert told["I/O"] == "1.0 MB read, 2.0 KB written in all"

    def test_processes_stand_under_their_parents(self) -> None:
        assert process_lines(SEEN.processes) == [
            "4242  pytest  sleeping  12.3 s  80 MB",
            "4250    node  running      11m",
        ]
        assert process_lines(()) == []

    def test_what_was_dropped_from_a_log_is_said(self) -> None:
        assert log_line(LogFacts(1200, 0)) == "1.2 KB"
        assert log_line(LogFacts(900 << 20, 812 << 20)) == "900 MB · 812 MB of it dropped"
