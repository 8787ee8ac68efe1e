"""How `delegate status 7` lays out the facts of a live task."""

from __future__ import annotations

from app.cli.why import lines
from app.model.vitals import Change, Check, Vitals
from tests.unit.test_vitals import SEEN


def test_facts_stand_in_two_columns_and_processes_below() -> None:
    assert lines(SEEN, Change(0.3, 0.0, 0, 0), colour=False) == [
        "  Why it says so",
        "    process      4242 start verified",
        "    runner       4240 start verified · lock held",
        "    last output  6m ago",
        "    last line    looks like a question: Continue? [y/N]",
        "    CPU          0.0 s in 0.3s · 11m in all",
        "    I/O          0 B read, 0 B written in 0.3s · 1.0 MB read, 2.0 KB written in all",
        "    memory       80 MB in 2 processes",
        "    network      1 connection",
        "    log size     1.2 KB",
        "    processes    4242  pytest  sleeping  12.3 s  80 MB",
        "                 4250    node  running      11m",
    ]


def test_a_task_without_processes_or_log_has_no_lines_for_them() -> None:
    bare = Vitals(at=0.0, held=True, runner=SEEN.runner, runner_check=Check.VERIFIED)
    assert lines(bare, None, colour=False)[1:] == [
        "    process  not started yet",
        "    runner   4240 start verified · lock held",
    ]
