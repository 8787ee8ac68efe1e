"""`delegate doctor`: whether everything delegate needs is as it should be, and what to do where it is not."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

from app.cli.arguments import Arguments
from app.cli.doctor import checks, files, machine, records, repair, worktrees
from app.cli.doctor.facts import Finding, Level, Place, Records, Traces
from app.cli.output import clean, paint, say, say_json, uses_colour
from app.cli.session import Session
from app.registry.config import config_path, load_config
from app.registry.paths import Home
from app.registry.safety import UnsafeFolder, expect_own_folder, is_there
from app.registry.store import Registry

_COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.BAD: "red"}


@dataclass(frozen=True, slots=True)
class _Patient:
    """What was found of the registry: all that a repair needs."""

    places: list[Place]
    records: Records
    traces: Traces
    findings: list[Finding]


def doctor(_: Session, arguments: Arguments) -> int:
    """Say how everything stands, one fact a line; 1 when something is bad. With ``--fix`` repair first."""
    arguments.refuse_words("doctor")
    # Not the session's: that one refuses a registry that is not safe to use, and is silent where none is.
    registry = Registry(Home.find())
    fixed: list[str] = []
    if registry.home.root.is_dir():
        patient = _examine(registry)
        if arguments.has("fix"):
            patient, fixed = _repaired(registry, patient)
        findings = [
            *patient.findings,
            *_guarded("disk", lambda: checks.check_disk(machine.disk(registry.home))),
        ]
    else:
        findings = [_missing(registry.home)]
    findings += _around()
    _print(findings, fixed, as_json=arguments.has("json"))
    return 1 if any(finding.level is Level.BAD for finding in findings) else 0


def _repaired(registry: Registry, patient: _Patient) -> tuple[_Patient, list[str]]:
    """Repair, and look again: behind a folder that was not safe there may be more to repair."""
    fixed = _without_strays(registry)
    patient = _examine(registry) if fixed else patient
    while lines := repair.repair(registry, patient.places, patient.records, patient.traces):
        patient = _examine(registry)
        if set(lines) <= set(fixed):
            break
        fixed += lines
    return patient, fixed


def _without_strays(registry: Registry) -> list[str]:
    """Remove the worktrees of no task that hold nothing, and say so."""
    line = worktrees.remove_strays(registry.home, worktrees.strays(registry))
    return [line] if line else []


def _examine(registry: Registry) -> _Patient:
    """Look at the registry. What lies behind a folder that is not safe is not looked at."""
    home = registry.home
    places = files.places(home)
    found = [*_guarded("folders", lambda: checks.check_places(places, os.geteuid()))]
    try:
        for folder in filter(is_there, home.folders):
            expect_own_folder(folder)
    except UnsafeFolder:
        return _Patient(places, Records(), Traces(), found)
    known, traces = records.records(registry), files.traces(registry, load_config().logs_bytes)
    found += _guarded("locks", lambda: checks.check_locks(records.locks(home)))
    found += _guarded("records", lambda: checks.check_records(known))
    found += _guarded("leftovers", lambda: checks.check_leftovers(records.leftovers(registry)))
    found += _guarded("traces", lambda: checks.check_traces(traces))
    found += _guarded("worktrees", lambda: worktrees.check_strays(worktrees.strays(registry)))
    return _Patient(places, known, traces, found)


def _around() -> list[Finding]:
    path = config_path()
    return [
        *_guarded("login", lambda: checks.check_surroundings(machine.surroundings())),
        *_guarded("settings", lambda: checks.check_agents(machine.agents(load_config(path), path))),
    ]


def _guarded(check: str, look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """What a check says; one that cannot look says that."""
    try:
        return list(look())
    except OSError as error:
        fact = f"cannot be looked at: {error.strerror or error}"
        return [
            Finding(Level.BAD, check, f"{check} {fact}", f"see {error.filename}" if error.filename else "")
        ]


def _missing(home: Home) -> Finding:
    if os.path.lexists(home.root):
        return Finding(Level.BAD, "folders", f"{home.root} is not a folder", "move it away")
    return Finding(Level.OK, "folders", f"there is no registry yet; the first task makes it in {home.root}")


def _print(findings: list[Finding], fixed: list[str], *, as_json: bool) -> None:
    if as_json:
        say_json({"findings": [asdict(finding) for finding in findings], "fixed": fixed})
        return
    colour = uses_colour(sys.stdout)
    for line in fixed:
        say(f"{paint('fixed', 'cyan', colour)}: {clean(line)}")
    for finding in findings:
        advice = f" — {finding.advice}" if finding.advice else ""
        level = paint(finding.level.value, _COLOURS[finding.level], colour)
        say(f"{level}: {clean(finding.fact + advice)}")
