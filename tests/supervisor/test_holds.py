"""An agent whose quota is used up, or that needs a login, is paused: its tasks wait, all others go on."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.hold import Hold
from app.model.queue import Limits, Load, Waiting, choose, obstacle
from app.model.status import Status
from app.registry.codec import dump
from app.registry.config import Config, load_config
from app.registry.holds import hold, holds, read_holds, release
from app.registry.paths import Home
from app.registry.store import Registry
from app.registry.transaction import transaction
from app.registry.values import BadRecord
from app.supervisor import operations
from app.supervisor.operations import OperationError
from app.supervisor.scheduling import waits_for_something
from tests.agents.hosted import Hosted, last
from tests.agents.hosted import hosted as hosted
from tests.agents.oneshots import client
from tests.cli.conftest import Shell
from tests.support import delegate, ended, until

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CLAUDE = Hold("claude", "quota", "You've hit your usage limit.", NOW, 3)


def save(registry: Registry, *found: Hold) -> None:
    """Hold these agents."""
    with transaction(registry) as change:
        for item in found:
            hold(change, item)


def test_a_used_up_quota_pauses_the_queue_of_that_agent_alone(hosted: Hosted) -> None:
    failed = hosted.run("[[quota]]", client("claude"), agent="claude")
    assert failed.status is Status.FAILED
    waits = hosted.submit("Write the file.", client("claude"), agent="claude")
    assert (waits.status, waits.queue_reason) == (Status.QUEUED, "claude paused: quota exceeded")
    other = hosted.run("Write the file.", client("codex"), agent="codex")
    assert other.status is Status.COMPLETE
    (held,) = holds(hosted.registry.home)
    assert (held.agent, held.trouble, held.number) == ("claude", "quota", failed.number)
    assert held.reason == last(failed).reason
    assert hosted.registry.load(waits.id).status is Status.QUEUED
    freed = operations.resume(hosted.registry, hosted.config, "claude")
    assert freed == (held,)
    assert ended(hosted.registry, waits).status is Status.COMPLETE
    assert not hosted.registry.home.holds.exists()


def test_a_missing_login_does_so_too(hosted: Hosted) -> None:
    hosted.run("[[login]]", client("codex"), agent="codex")
    waits = hosted.submit("go", client("codex"), agent="codex")
    assert waits.queue_reason == "codex paused: login needed"


def test_a_running_task_of_that_agent_is_not_touched(hosted: Hosted) -> None:
    running = hosted.submit("[[until:go]] [[write]]", client("claude"), agent="claude")
    hosted.noted("started")
    hosted.run("[[quota]]", client("claude"), agent="claude")
    assert hosted.registry.load(running.id).status is Status.RUNNING
    (hosted.folder / "go").touch()
    assert ended(hosted.registry, running).status is Status.COMPLETE
    assert holds(hosted.registry.home)


@pytest.mark.parametrize("marker", ["error:500", "fail", "denied"])
def test_other_failures_pause_nothing(hosted: Hosted, marker: str) -> None:
    hosted.run(f"[[{marker}]]", client("claude"), agent="claude")
    assert holds(hosted.registry.home) == ()


def test_an_automatic_retry_waits_for_the_agent(hosted: Hosted) -> None:
    task = hosted.submit("[[quota]]", client("claude"), agent="claude", retries=3)
    assert until(lambda: hosted.registry.home.holds.exists())
    assert until(lambda: hosted.registry.load(task.id).status is Status.QUEUED)
    operations.free(hosted.registry, task.id, hosted.config)
    (waiting,) = hosted.registry.with_reasons([hosted.registry.load(task.id)], hosted.config.limits)
    assert waiting.queue_reason == "claude paused: quota exceeded"
    assert not waits_for_something(hosted.registry)


def test_it_goes_on_by_itself_only_where_that_is_configured(hosted: Hosted) -> None:
    save(hosted.registry, Hold("claude", "quota", "", datetime.now(UTC) - timedelta(minutes=31)))
    waits = hosted.submit("Write the file.", client("claude"), agent="claude")
    assert waits.status is Status.QUEUED
    assert not waits_for_something(hosted.registry)
    hosted.config = Config(grace_s=1.0, resume_agents_s=1800.0)
    operations.tidy(hosted.registry, hosted.config)
    assert ended(hosted.registry, waits).status is Status.COMPLETE


def test_the_supervisor_waits_for_the_end_of_a_hold_and_starts_the_task(hosted: Hosted) -> None:
    settings = Path(os.environ["XDG_CONFIG_HOME"], "delegate", "config.toml")
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text('resume_agents = "2s"\n')
    hosted.config = load_config()
    save(hosted.registry, Hold("claude", "quota", "", datetime.now(UTC)))
    waits = hosted.submit("Write the file.", client("claude"), agent="claude")
    assert waits.status is Status.QUEUED
    assert until(lambda: hosted.registry.state(waits.id).status is Status.COMPLETE, 20)


def test_resume_without_a_name_frees_everything(registry: Registry, config: Config) -> None:
    operations.pause(registry)
    save(registry, CLAUDE, Hold("codex", "login", "", NOW))
    freed = operations.resume(registry, config)
    assert [item.agent for item in freed] == ["claude", "codex"]
    assert (registry.paused(), holds(registry.home)) == (False, ())


def test_one_agent_is_freed_while_the_queue_stays_paused(registry: Registry, config: Config) -> None:
    operations.pause(registry)
    save(registry, CLAUDE)
    operations.resume(registry, config, "claude")
    assert registry.paused()
    with pytest.raises(OperationError, match="claude is not paused"):
        operations.resume(registry, config, "claude")


def test_an_agent_is_held_once_for_the_newest_reason(registry: Registry) -> None:
    newer = Hold("claude", "login", "Please run /login", NOW + timedelta(hours=1), 9)
    save(registry, CLAUDE, newer)
    assert read_holds(registry.home) == (newer,)


def test_freeing_nobody_writes_nothing(registry: Registry) -> None:
    with transaction(registry) as change:
        assert release(change, "claude") == ()
    assert not registry.home.holds.exists()


@pytest.mark.parametrize("content", [b"[[hold]\n", b"\0\0\0", b"", b"hold = 7\n", b"[[hold]]\nagent = 1\n"])
def test_a_damaged_file_holds_nobody_and_is_kept_when_it_is_replaced(
    registry: Registry, config: Config, content: bytes
) -> None:
    registry.home.holds.write_bytes(content)
    assert holds(registry.home) == ()
    assert ended(registry, delegate(registry, "!true", config)).status is Status.COMPLETE
    save(registry, CLAUDE)
    assert read_holds(registry.home) == (CLAUDE,)
    kept = [path for path in registry.home.quarantine.iterdir() if not path.name.endswith(".reason")]
    assert [path.read_bytes() for path in kept] == ([content] if content else [])


def test_a_folder_in_its_place_holds_nobody_and_is_put_away(registry: Registry) -> None:
    registry.home.holds.mkdir()
    assert holds(registry.home) == ()
    save(registry, CLAUDE)
    assert read_holds(registry.home) == (CLAUDE,)


def test_one_of_a_newer_version_is_read_as_far_as_it_is_understood(registry: Registry) -> None:
    record = {"schema": 9, "hold": [{"agent": "claude", "trouble": "weather", "more": 1}]}
    registry.home.holds.write_bytes(dump(record))
    with pytest.raises(BadRecord, match="newer"):
        read_holds(registry.home)
    assert holds(registry.home) == ()


def test_it_is_over_when_its_time_is(registry: Registry) -> None:
    save(registry, CLAUDE)
    home = registry.home
    assert holds(home, 60.0, NOW + timedelta(seconds=59)) == (CLAUDE,)
    assert holds(home, 60.0, NOW + timedelta(seconds=60)) == ()
    assert holds(home, None, NOW + timedelta(days=999)) == (CLAUDE,)


def test_a_held_agent_s_task_starts_nothing_and_holds_up_nobody() -> None:
    load = Load(limits=Limits(total=4), held={"claude": CLAUDE.words}, now=NOW)
    tasks = [Waiting("a", 1, "claude"), Waiting("b", 2, "codex"), Waiting("c", 3, "claude")]
    assert choose(tasks, load, lambda _: None) == ["b"]
    assert obstacle(tasks[0], load, lambda _: None) == "claude paused: quota exceeded"


@given(st.text(st.characters(codec="utf-8"), max_size=50), st.text(max_size=50), st.integers(0, 1 << 40))
def test_any_agent_and_any_reason_survive_the_file(agent: str, reason: str, number: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        place = Registry(Home(Path(folder).resolve() / "home")).open()
        item = Hold(agent, "quota", reason.encode(errors="replace").decode(), NOW, number)
        save(place, item)
        assert read_holds(place.home) == (item,)


def test_the_shell_tells_and_frees(shell: Shell, registry: Registry) -> None:
    save(registry, CLAUDE)
    assert "claude paused: quota exceeded (#3): delegate resume claude" in shell.run("status").out
    said = shell.run("doctor").out
    assert "claude paused: quota exceeded (#3: You've hit your usage limit.)" in said
    assert "delegate resume claude" in said
    assert shell.run("resume", "claude").out == "claude goes on.\n"
    assert shell.run("resume", "claude").failed_with(1, "claude is not paused")
    save(registry, CLAUDE)
    assert shell.run("resume").out == "The queue goes on.\nclaude goes on.\n"
    registry.home.holds.write_text("no toml")
    assert "holds.toml cannot be read" in shell.run("doctor").out
