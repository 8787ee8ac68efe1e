"""The settings of the registry, ``registry.toml``: what is wrong with them costs no task and no number."""

from __future__ import annotations

import pytest

from app.model.status import Status
from app.registry.store import Registry
from app.registry.transaction import NewerSchema
from app.supervisor import operations
from app.supervisor.operations import OperationError
from tests.registry.test_registry import accept, finish


def test_a_damaged_settings_file_costs_no_number(registry: Registry) -> None:
    for _ in range(3):
        finish(registry, accept(registry))
    operations.delete(registry, [registry.ids()[-1]])
    registry.home.settings.write_bytes(b"next_number = ")
    fourth = accept(registry)
    assert fourth.number == 4
    assert fourth.id > "agent_20261120_120002"
    assert [damaged.name for damaged in registry.damaged()] == ["registry.toml"]


def test_a_newer_schema_is_read_but_not_written(registry: Registry) -> None:
    task = finish(registry, accept(registry))
    settings = registry.home.settings.read_text().replace("schema = 1", "schema = 2")
    registry.home.settings.write_text(settings)
    assert registry.load(task.id).status is Status.COMPLETE
    with pytest.raises(NewerSchema):
        accept(registry)
    with pytest.raises(OperationError, match="newer delegate"):
        operations.delete(registry, [task.id])
    assert registry.home.settings.read_text() == settings


@pytest.mark.parametrize(
    "content",
    [b'schema = "x"\n', b'next_number = "a"\n', b"next_number = -4\n", b'last_id = "zz"\n', b"paused = 1\n"],
)
def test_settings_of_the_wrong_shape_are_made_anew(registry: Registry, content: bytes) -> None:
    first = finish(registry, accept(registry))
    registry.home.settings.write_bytes(content)
    assert not registry.paused()
    assert [task.id for task in registry.recent(1)] == [first.id]
    second = accept(registry)
    assert (second.number, second.id > first.id) == (2, True)
    assert [damaged.name for damaged in registry.damaged()] == ["registry.toml"]


def test_settings_of_a_newer_version_stay_whatever_their_shape(registry: Registry) -> None:
    content = 'schema = 2\nnext_number = "seven"\n'
    registry.home.settings.write_text(content)
    with pytest.raises(NewerSchema):
        accept(registry)
    assert registry.home.settings.read_text() == content
