"""From a request to a task: what was said, what the agent's definition says, what the settings say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.agents.delegation import CannotDelegate, prepare
from app.model.agent import AgentDefinition, Terms
from app.model.request import parse_request
from app.registry.config import Config

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
SERVER = AgentDefinition(
    "server", ("sh", "{task}"), "config.toml", keep_leftovers=True, terms=Terms(trust=True)
)
CONFIG = Config(agents=(SERVER,), quiet_timeout_s=300.0)


def test_everything_that_was_said_arrives(tmp_path: Path) -> None:
    draft = parse_request("run after:7,8? delay:10m retries:3 twice:yes quiet:1h mem:2G leftovers:keep")
    new = prepare(draft, tmp_path, Config(), now=NOW)
    assert (new.after, new.after_any) == ((7,), (8,))
    assert new.not_before == NOW + timedelta(minutes=10)
    assert (new.retries, new.twice, new.keep_leftovers) == (3, True, True)
    assert (new.quiet_timeout_s, new.memory_bytes) == (3600.0, 2 << 30)


def test_what_was_not_said_is_as_the_settings_have_it(tmp_path: Path) -> None:
    new = prepare(parse_request("run"), tmp_path, CONFIG, now=NOW)
    assert (new.not_before, new.retries, new.twice, new.memory_bytes) == (None, 0, False, None)
    assert (new.quiet_timeout_s, new.keep_leftovers) == (300.0, False)
    assert prepare(parse_request("run quiet:none"), tmp_path, CONFIG).quiet_timeout_s is None


def test_an_agent_that_starts_servers_keeps_them_unless_told_otherwise(tmp_path: Path) -> None:
    assert prepare(parse_request("run @server"), tmp_path, CONFIG).keep_leftovers
    assert not prepare(parse_request("run @server leftovers:sweep"), tmp_path, CONFIG).keep_leftovers


def test_a_time_that_has_passed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotDelegate, match="has passed already"):
        prepare(parse_request("run at:2020-01-02T03:04"), tmp_path, Config(), now=NOW)
