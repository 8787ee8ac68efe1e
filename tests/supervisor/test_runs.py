"""Real tasks from acceptance to their record, with evidence from the payloads and from /proc."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from app.model.status import Attention, Status
from app.model.task import Task
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from tests.support import content_of, delegate, ended, until


def live_pid(registry: Registry, task: Task) -> int:
    """The pid of a task's own first process, once it runs."""
    assert until(lambda: registry.load(task.id).status is Status.RUNNING)
    live = registry.load(task.id).live
    assert live is not None
    assert live.child is not None
    return live.child.pid


def test_a_task_starts_at_once_and_its_exit_code_is_kept(registry: Registry, config: Config) -> None:
    task = delegate(registry, "!echo hello; exit 3", config)
    assert task.number == 1
    done = ended(registry, task)
    assert done.status is Status.FAILED
    assert done.attempt is not None
    assert (done.attempt.exit_code, done.attempt.signal) == (3, None)
    assert registry.home.log(done.attempt.log).read_text() == "hello\n"
    assert done.state.attention is Attention.UNREAD


def test_no_live_pid_stays_in_a_terminal_record(registry: Registry, config: Config) -> None:
    done = ended(registry, delegate(registry, "!true", config))
    assert "pid" not in registry.home.task_file(done.id, "state.toml").read_text()
    assert until(lambda: registry.in_hand() == [])  # the marker goes right behind the record
    folder = registry.home.task(done.id)
    assert until(
        lambda: {path.name for path in folder.iterdir()} == {"state.toml", "summary.md", "task.toml"}
    )


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM, signal.SIGUSR1])
def test_death_by_a_signal_is_told_as_a_signal(registry: Registry, config: Config, number: int) -> None:
    done = ended(registry, delegate(registry, f"!kill -{number} $$", config))
    assert done.attempt is not None
    assert (done.attempt.exit_code, done.attempt.signal) == (None, number)
    assert done.status is Status.FAILED


def test_the_task_has_a_session_of_its_own_and_no_input(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    script = "import os,sys; print(os.getsid(0)==os.getpid()==os.getpgrp(), repr(sys.stdin.read()))"
    done = ended(registry, delegate(registry, f'!exec python3 -c "{script}"', config, tmp_path))
    assert done.attempt is not None
    assert registry.home.log(done.attempt.log).read_text() == "True ''\n"


def test_nothing_that_the_client_has_open_reaches_the_task(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    with (tmp_path / "lock").open("w") as lock:
        os.set_inheritable(lock.fileno(), True)
        task = delegate(registry, "!exec sleep 100", config)
    live_pid(registry, task)
    live = registry.load(task.id).live
    assert live is not None
    assert live.runner is not None
    assert live.child is not None
    log = str(registry.home.log(f"{task.id}.log"))
    assert open_files(live.child.pid) == {0: "/dev/null", 1: log, 2: log}
    assert str(tmp_path / "lock") not in open_files(live.runner.pid).values()


def open_files(pid: int) -> dict[int, str]:
    """What a process has open, by descriptor."""
    folder = Path(f"/proc/{pid}/fd")
    if not folder.is_dir():
        pytest.skip("only Linux tells what a process has open")
    return {int(link.name): str(link.readlink()) for link in folder.iterdir()}


def test_the_environment_reaches_the_task_and_leaves_the_disk(
    registry: Registry, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_MINE", "täst\udcff")
    task = delegate(registry, '!printf %s "$SECRET_OF_MINE $DELEGATE_TASK_ID $DELEGATE_ATTEMPT"', config)
    done = ended(registry, task)
    assert done.attempt is not None
    log = registry.home.log(done.attempt.log).read_bytes()
    assert log == b"t\xc3\xa4st\xff " + task.id.encode() + b" 1"
    files = [path for path in registry.home.root.rglob("*") if path.is_file()]
    held = [path for path in files if b"t\xc3\xa4st" in content_of(path)]
    assert held == [registry.home.log(done.attempt.log)]


def test_an_environment_with_a_nameless_entry_is_no_obstacle(registry: Registry, config: Config) -> None:
    new = operations.NewTask("x", "command", ("sh", "-c", "echo $KEPT"), "/", "x")
    environment = {**os.environ, "": "nameless", "KEPT": "as it was"}
    done = ended(registry, operations.submit(registry, new, environment, config), 60)
    assert done.status is Status.COMPLETE
    assert done.attempt is not None
    assert registry.home.log(done.attempt.log).read_text() == "as it was\n"


def test_what_cannot_be_started_says_why(registry: Registry, config: Config, tmp_path: Path) -> None:
    new = operations.NewTask("x", "command", ("no-such-program", "x"), str(tmp_path), "x")
    done = ended(registry, operations.submit(registry, new, os.environ, config))
    assert done.attempt is not None
    assert done.attempt.exit_code == 127
    assert done.attempt.outcome.error == "no-such-program: command not found"


def test_retry_is_a_new_attempt_beside_the_first(registry: Registry, config: Config, tmp_path: Path) -> None:
    task = delegate(registry, f"!cat {tmp_path}/x", config)
    first = ended(registry, task)
    (tmp_path / "x").write_text("there now\n")
    second = ended(registry, operations.retry(registry, task.id, os.environ, config))
    assert [attempt.verdict for attempt in second.state.attempts] == [Status.FAILED, Status.COMPLETE]
    logs = [registry.home.log(attempt.log).read_text() for attempt in second.state.attempts]
    assert "No such file" in logs[0]
    assert logs[1] == "there now\n"
    assert first.number == second.number


def test_a_task_that_delegates_does_not_take_its_child_task_with_it(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    script = tmp_path / "nested.py"
    script.write_text(
        "import os\nfrom pathlib import Path\n"
        "from tests.support import delegate\nfrom app.registry.config import Config\n"
        "from app.registry.paths import Home\nfrom app.registry.store import Registry\n"
        "delegate(Registry(Home.find()), '!sleep 1; echo survived', Config())\n"
    )
    root = Path(__file__).parents[2]
    import sys

    outer = delegate(registry, f"!PYTHONPATH={root} {sys.executable} {script}", config)
    assert ended(registry, outer).status is Status.COMPLETE, registry.home.log(f"{outer.id}.log").read_text()
    (inner_id,) = [task_id for task_id in registry.ids() if task_id != outer.id]
    inner = ended(registry, registry.load(inner_id))
    assert inner.status is Status.COMPLETE
    assert registry.home.log(f"{inner_id}.log").read_text() == "survived\n"


def test_a_long_log_keeps_its_head_and_its_tail(registry: Registry) -> None:
    small = Config(log_bytes=2 * 1024 * 1024)
    done = ended(registry, delegate(registry, "!seq 1 1500000; echo the end", small), 60)
    assert done.attempt is not None
    log = registry.home.log(done.attempt.log)
    assert done.attempt.dropped_bytes > 0
    assert log.stat().st_blocks * 512 <= small.log_bytes + 1024 * 1024
    content = log.read_bytes()
    assert content.startswith(b"1\n2\n3\n")
    assert content.endswith(b"1500000\nthe end\n")


def test_what_a_task_says_of_itself_cannot_make_its_record_too_large_to_read(
    registry: Registry, config: Config
) -> None:
    line = r"""printf 'headline = "%s\\u001b[2J"\npassed = 3\n' "$(head -c 9000 /dev/zero | tr '\0' x)" """
    done = ended(registry, delegate(registry, f"!{line} > $DELEGATE_OUTCOME", config))
    assert done.attempt is not None
    assert done.attempt.outcome.passed == 3
    assert done.attempt.outcome.headline == "x" * 299 + "…"
    flood = r"""printf 'files = ["'; head -c 15000000 /dev/zero | tr '\0' x; printf '"]\n'"""
    done = ended(registry, delegate(registry, f"!({flood}) > $DELEGATE_OUTCOME; exit 5", config))
    assert done.attempt is not None
    assert done.attempt.exit_code == 5
    assert registry.home.task_file(done.id, "state.toml").stat().st_size < 10_000
