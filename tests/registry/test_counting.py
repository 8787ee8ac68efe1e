"""Numbers and ids are never given twice, whatever has become of the file that counts them."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.registry.counting import Settings, contradiction, moment_of, next_id, settings_from_record
from app.registry.store import Registry
from app.registry.values import BadRecord
from app.supervisor import operations
from tests.registry.test_registry import accept

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def delegated(registry: Registry) -> tuple[int, str]:
    """Accept a task that nobody starts; returns its number and id."""
    task = accept(registry)
    return task.number, task.id


def change(registry: Registry, key: str, value: str) -> None:
    """Let another value stand in ``registry.toml``, or a new key."""
    settings = registry.home.settings
    others = [line for line in settings.read_text().splitlines() if not line.startswith(f"{key} =")]
    settings.write_text("\n".join([*others, f"{key} = {value}", ""]))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("last_id", '"agent_99999999_999999"'),
        ("last_id", '"agent_20260230_120000"'),
        ("last_id", '"agent_99991231_235959"'),
        ("last_id", '"agent_20991231_235959"'),
        ("last_id", '"agent_20200101_000000"'),
        ("last_id", '"yesterday"'),
        ("last_id", "7"),
        ("next_number", "1"),
        ("next_number", "2"),
        ("next_number", "0"),
        ("next_number", "-3"),
        ("next_number", "3.0"),
        ("next_number", "true"),
        ("next_number", '"3"'),
        ("next_number", "99999999999999999999"),
        ("paused", '"yes"'),
        ("paused", "0"),
        ("boot", "7"),
        ("boot", "[1]"),
        ("schema", '"new"'),
    ],
)
def test_settings_that_say_nonsense_are_made_anew(registry: Registry, key: str, value: str) -> None:
    known = [delegated(registry), delegated(registry)]
    change(registry, key, value)
    nonsense = registry.home.settings.read_bytes()
    number, task_id = delegated(registry)
    assert number == 3
    assert task_id > known[-1][1]
    assert registry.ids() == [*(task_id for _, task_id in known), task_id]
    assert registry.queue() == registry.ids()
    assert [damaged.path.read_bytes() for damaged in registry.damaged()] == [nonsense]
    assert key in registry.damaged()[0].reason
    assert delegated(registry)[0] == 4
    assert len(registry.damaged()) == 1


def test_what_makes_sense_beside_nonsense_is_kept(registry: Registry) -> None:
    delegated(registry)
    change(registry, "paused", "true")
    change(registry, "next_number", "40")
    change(registry, "last_id", '"agent_99999999_999999"')
    assert delegated(registry)[0] == 40
    assert registry.paused()


@pytest.mark.parametrize("last", ["agent_99999999_999999", "agent_99991231_235959"])
def test_a_folder_whose_name_is_no_time_keeps_nobody_from_delegating(registry: Registry, last: str) -> None:
    first = delegated(registry)
    (registry.home.trash / "x" / last).mkdir(parents=True)
    (registry.home.tasks / last).mkdir()
    registry.home.settings.unlink()
    number, task_id = delegated(registry)
    assert (number, task_id > first[1], moment_of(task_id) is not None) == (2, True, True)


def test_an_old_copy_of_the_settings_gives_no_number_twice(registry: Registry) -> None:
    delegated(registry)
    old = registry.home.settings.read_bytes()
    known = {delegated(registry)[0], delegated(registry)[0]}
    operations.delete(registry, registry.ids()[1:])
    registry.home.settings.write_bytes(old)
    assert delegated(registry)[0] not in known
    assert len(operations.undo(registry)) == 2
    numbers = [registry.request(task_id).number for task_id in registry.ids()]
    assert numbers == sorted(set(numbers)) == [1, 2, 3, 4]


def test_after_a_clock_that_was_wrong_ids_stay_in_the_order_of_numbers(registry: Registry) -> None:
    ahead = datetime.now(UTC) + timedelta(days=400)
    first = accept(registry, created=ahead)
    assert delegated(registry) == (2, next_id(first.id, NOW))
    assert registry.damaged() == []


@pytest.mark.parametrize("kind", ["folder", "pipe", "link"])
def test_what_stands_in_the_place_of_the_settings_is_put_away(
    registry: Registry, tmp_path: Path, kind: str
) -> None:
    delegated(registry)
    path = registry.home.settings
    path.unlink()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        (tmp_path / "elsewhere").write_text("next_number = 1\n")
        path.symlink_to(tmp_path / "elsewhere")
    assert not registry.paused()
    assert delegated(registry)[0] == 2
    assert path.is_file()
    assert not path.is_symlink()
    assert [damaged.name for damaged in registry.damaged()] == ["registry.toml"]


@given(st.dictionaries(st.sampled_from(Settings.__slots__), st.integers() | st.text() | st.booleans()))
def test_settings_are_sensible_or_refused(record: dict[str, object]) -> None:
    try:
        settings = settings_from_record(record)
    except BadRecord:
        assert record
        return
    assert settings.next_number >= 1
    assert settings.last_id == "" or moment_of(settings.last_id) is not None
    assert {type(getattr(settings, key)) for key in ("paused", "boot")} == {bool, str}


@given(st.datetimes(datetime(2000, 1, 1), datetime(8999, 1, 1)), st.datetimes(datetime(2000, 1, 1)))
def test_the_next_id_is_above_the_last(last: datetime, now: datetime) -> None:
    last_id = f"agent_{last:%Y%m%d_%H%M%S}"
    assert next_id(last_id, now.replace(tzinfo=UTC)) > last_id


def test_settings_that_fit_the_tasks_are_believed() -> None:
    settings = Settings(next_number=3, last_id="agent_20261121_115000")
    assert contradiction(settings, settings.last_id, 2, NOW) == ""
    assert contradiction(settings, "agent_20261120_000000", 1, NOW) == ""
    assert contradiction(settings, "", 0, NOW) == ""
    assert contradiction(replace(settings, last_id="agent_20270101_000000"), "", 0, NOW) != ""
