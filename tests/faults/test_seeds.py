"""A few storms: `make faults SEEDS=200` is the same with many."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from app.registry.store import Registry
from tests.faults.invariants import Findings, check
from tests.faults.place import Place
from tests.faults.seeds import Figures, survive
from tests.faults.storm import damage
from tests.support import until


@pytest.mark.parametrize("seed", range(1, 7))
def test_all_invariants_hold_after_a_storm(tmp_path: Path, seed: int) -> None:
    figures = Figures()
    survive(tmp_path / "place", seed, figures)
    assert figures.found.checked["accepted = listed"]
    assert figures.found.violations == []


def after_one_task(base: Path) -> Place:
    """A place where one payload has ended with 3, and nothing has gone wrong."""
    place = Place(base, random.Random(1), 1)
    task_id = place.heard(place.adding("plain", 3))
    assert task_id is not None
    assert until(lambda: place.registry.state(task_id).status.ended)
    assert until(lambda: violations(place) == [])  # the runner tidies up behind its record
    return place


def violations(place: Place) -> list[str]:
    """What a check of a place finds."""
    found = Findings()
    check(place, found)
    return found.violations


@pytest.mark.parametrize(
    ("told", "instead", "invariant"),
    [
        ("exit_code = 3", "exit_code = 4", "exit code = the payload's"),
        ('status = "failed"', 'status = "queued"', "everything comes to its end"),
        ('verdict = "failed"', 'verdict = "lost"', "lost only without its runner"),
        ("status = ", "status ", "records parse or are in quarantine"),
    ],
)
def test_a_record_that_lies_is_found(tmp_path: Path, told: str, instead: str, invariant: str) -> None:
    place = after_one_task(tmp_path / "place")
    (record,) = place.home.tasks.glob("*/state.toml")
    assert told in record.read_text()
    record.write_text(record.read_text().replace(told, instead))
    assert [found for found in violations(place) if found.startswith(invariant)]


def test_what_payloads_say_against_the_records_is_found(tmp_path: Path) -> None:
    place = after_one_task(tmp_path / "place")
    (notes,) = place.evidence.glob("*.notes")
    notes.write_text(f"{notes.read_text()}start 1 1.0\nchild {place.stranger} 9999999999\n")
    (notes.with_suffix(".alive")).rename(place.evidence / "agent_x.1.alive")
    (log,) = place.home.logs.glob("*.log")
    log.write_text("something else\n")
    place.accepted.add("agent_20200101_000000")
    kinds = {found.partition(":")[0] for found in violations(place)}
    assert kinds == {
        "nothing runs twice",
        "no descendant lives after an end",
        "the log's last line is there",
        "accepted = listed",
    }


def test_a_place_over_its_limit_is_found(tmp_path: Path) -> None:
    place = after_one_task(tmp_path / "place")
    (notes,) = place.evidence.glob("*.notes")
    beside = " ".join(f"agent_x{index}.1" for index in range(place.limit))
    notes.write_text(notes.read_text().replace("beside ", f"beside {beside}"))
    assert [found for found in violations(place) if found.startswith("running ≤ limit")]


def test_damage_is_set_aside_and_the_others_stay(tmp_path: Path, registry: Registry) -> None:
    place = after_one_task(tmp_path / "place")
    assert registry.home != place.home
    damage(place)
    place.shell("status")
    place.heard(place.adding("plain", 0))
    assert until(lambda: all(task.status.ended for task in place.registry.recent(9)))
    assert until(lambda: violations(place) == [])  # the runner tidies up behind its record
