"""What the doctor makes of plain facts."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from app.cli.doctor import checks
from app.cli.doctor.facts import (
    Agents,
    Disk,
    Finding,
    Leftover,
    Level,
    Lock,
    Place,
    Records,
    Surroundings,
    Traces,
)

GIB = 1024**3
FOLDER = Place("tasks", "folder", 1000, 0o700, folder=True)
FILE = Place("bell", "file", 1000, 0o600, folder=False)
SUMMARY = Place("tasks/agent_1/summary.md", "file", 1000, 0o644, folder=False, private=False)


def only(findings: Iterable[Finding], level: Level) -> list[str]:
    """The lines of one level, fact and advice."""
    return [f"{found.fact} — {found.advice}" for found in findings if found.level is level]


def levels(findings: Iterable[Finding]) -> set[Level]:
    """The levels there are."""
    return {found.level for found in findings}


def test_a_healthy_registry_is_all_ok() -> None:
    found = [
        *checks.check_places([FOLDER, FILE, SUMMARY], 1000),
        *checks.check_locks([Lock("registry.lock", held=False)]),
        *checks.check_records(Records(count=3, next_number=4)),
        *checks.check_leftovers([]),
        *checks.check_traces(Traces(logs_taken=5, logs_cap=10)),
        *checks.check_disk(Disk("ext4", 50 * GIB, 10**6, holes=True)),
        *checks.check_surroundings(Surroundings(linger=True)),
        *checks.check_agents(Agents()),
    ]
    assert levels(found) == {Level.OK}
    assert all("\n" not in finding.fact for finding in found)


@pytest.mark.parametrize(
    ("place", "level", "says"),
    [
        (Place("logs", "link", 1000, 0o777, folder=True), Level.BAD, "logs is a link"),
        (Place("logs", "file", 1000, 0o600, folder=True), Level.BAD, "logs is not a folder"),
        (Place("bell", "other", 1000, 0o600, folder=False), Level.BAD, "bell is not a file"),
        (Place("", "folder", 0, 0o700, folder=True), Level.BAD, "the registry folder belongs to uid 0"),
        (Place("tasks", "folder", 1000, 0o770, folder=True), Level.BAD, "changed by others (mode 0770)"),
        (Place("tasks", "folder", 1000, 0o755, folder=True), Level.WARN, "open to others (mode 0755)"),
        (Place("bell", "file", 1000, 0o644, folder=False), Level.WARN, "bell is open to others"),
    ],
)
def test_a_place_that_is_not_as_it_should_be(place: Place, level: Level, says: str) -> None:
    (finding,) = checks.check_places([FOLDER, place, FILE], 1000)
    assert finding.level is level
    assert says in finding.fact
    assert finding.advice


def test_many_faults_are_counted() -> None:
    open_files = [Place(f"logs/{n}.log", "file", 1000, 0o644, folder=False) for n in range(20)]
    found = checks.check_places(open_files, 1000)
    assert len(found) == checks.SHOWN + 1
    assert found[-1].fact == "15 more like these"
    assert found[-1].level is Level.WARN
    link = Place("logs/x", "link", 1000, 0o777, folder=False)
    assert checks.check_places([*open_files, link], 1000)[-1].level is Level.BAD


def test_what_cannot_be_repaired_by_itself_is_not_said_to_be() -> None:
    links = [Place(f"logs/{n}", "link", 1000, 0o777, folder=False) for n in range(7)]
    open_file = Place("logs/x", "file", 1000, 0o644, folder=False)
    assert checks.check_places(links, 1000)[-1].advice == "the same as for these"
    assert checks.check_places([*links, open_file], 1000)[-1].advice == checks.FIX


def test_a_held_lock_names_who_holds_it() -> None:
    (line,) = only(checks.check_locks([Lock("registry.lock", True, ("pid 7 (python)",))]), Level.WARN)
    assert "registry.lock is held by pid 7 (python)" in line


@pytest.mark.parametrize(
    ("records", "level", "says"),
    [
        (Records(reason="is wrong: x"), Level.BAD, "registry.toml is wrong: x"),
        (Records(schema=2), Level.BAD, "schema 2"),
        (Records(damaged=("agent_1",)), Level.BAD, "cannot be read: agent_1"),
        (Records(newer=("#4",)), Level.WARN, "written by a newer delegate: #4"),
        (Records(lost=("#4", "#5")), Level.WARN, "lost, and not looked at yet: #4, #5"),
        (Records(stale=("#4",)), Level.WARN, "does neither: #4"),
        (Records(unmarked=("#4",)), Level.BAD, "without a marker: #4"),
        (Records(unsettled=("#4",)), Level.WARN, "ended unseen"),
        (Records(unsaved=(("#4", "no space left"),)), Level.BAD, "the end of #4 is not saved: no space left"),
        (Records(waits_alone=True), Level.WARN, "no supervisor"),
        (Records(quarantined=2), Level.WARN, "2 damaged records are set aside"),
    ],
)
def test_records_that_need_somebody(records: Records, level: Level, says: str) -> None:
    found = only(checks.check_records(records), level)
    assert len(found) == 1
    assert says in found[0]
    assert not found[0].endswith("— ")


def test_long_lists_are_cut() -> None:
    (line,) = only(checks.check_records(Records(lost=tuple(f"#{n}" for n in range(9)))), Level.WARN)
    assert "#0, #1, #2, #3, #4 and 4 more" in line


def test_processes_that_outlived_their_task() -> None:
    found = [
        *checks.check_leftovers(
            [Leftover("#1", (10,), kept=True), Leftover("#2", (20, 21), lost=True), Leftover("#3", (30, 31))]
        )
    ]
    assert [finding.level for finding in found] == [Level.OK, Level.BAD, Level.BAD]
    assert found[1].advice == "delegate stop 2"
    assert found[2].advice == "kill 30 31"


@pytest.mark.parametrize(
    ("traces", "says"),
    [
        (Traces(half_made=("tasks/.new",)), "half made: tasks/.new"),
        (Traces(empty_errors=("tasks/a/runner.err",)), "empty: tasks/a/runner.err"),
        (Traces(complaints=(("tasks/a/runner.err", "OSError: x"),)), "tasks/a/runner.err: OSError: x"),
        (Traces(stale_deletions=("2026",)), "too old to be undone: trash/2026"),
        (Traces(orphaned_logs=("logs/a.log",)), "the log of no task: logs/a.log"),
        (Traces(logs_taken=30 * 2**20, logs_cap=20 * 2**20), "30 MiB, more than their 20 MiB"),
    ],
)
def test_traces_of_interrupted_work(traces: Traces, says: str) -> None:
    (line,) = only(checks.check_traces(traces), Level.WARN)
    assert says in line


@pytest.mark.parametrize(
    ("disk", "level", "says"),
    [
        (Disk("nfs4", 50 * GIB), Level.BAD, "nfs4"),
        (Disk("fuse.sshfs", 50 * GIB), Level.BAD, "fuse.sshfs"),
        (Disk("ext4", GIB // 2), Level.WARN, "512 MiB free"),
        (Disk("ext4", 1024), Level.BAD, "0 MiB free"),
        (Disk("ext4", 50 * GIB, free_files=3), Level.BAD, "3 more files"),
        (Disk("vfat", 50 * GIB, holes=False), Level.WARN, "no holes"),
    ],
)
def test_a_disk_that_falls_short(disk: Disk, level: Level, says: str) -> None:
    (line,) = only(checks.check_disk(disk), level)
    assert says in line


def test_what_could_not_be_tried_is_not_claimed() -> None:
    assert not any("hole" in finding.fact for finding in checks.check_disk(Disk("ext4", 50 * GIB)))
    assert [*checks.check_surroundings(Surroundings())] == []


def test_login_and_tmux() -> None:
    good = {"set-clipboard": "on", "focus-events": "on", "default-terminal": "tmux-256color"}
    assert [*checks.check_surroundings(Surroundings(tmux=good))] == []
    poor = {"set-clipboard": "external", "focus-events": "off", "default-terminal": "screen"}
    found = only(checks.check_surroundings(Surroundings(linger=False, tmux=poor)), Level.WARN)
    assert len(found) == 4
    assert "enable-linger" in found[0]
    assert "set -g focus-events on" in found[1]
    assert "set -g set-clipboard on" in found[2]
    assert "tmux-256color" in found[3]


def test_agents_and_settings() -> None:
    agents = Agents(
        3, (("mine", "my-agent"),), "gone", ("config.toml: limit: give a number",), "/x/config.toml"
    )
    found = [*checks.check_agents(agents)]
    assert any("gone" in line for line in only(found, Level.BAD))
    assert any("/x/config.toml can be changed by others" in line for line in only(found, Level.BAD))
    assert any("mine: my-agent is not on the PATH" in line for line in only(found, Level.WARN))
    assert any("limit: give a number" in line for line in only(found, Level.WARN))
    assert found[-1].fact == "2 of 3 agents can be started"
