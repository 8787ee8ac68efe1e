"""`delegate stop`, `retry`, `delete`, `undo`, `clean`, `pause`, `resume`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.support import is_alive, until


def pid_of(shell: Shell, number: int) -> int:
    """The pid of a task's first process, once it runs."""
    assert until(lambda: shell.status(number)["pid"])
    pid: int = shell.status(number)["pid"]
    return pid


def test_stop_returns_when_nothing_is_left(shell: Shell) -> None:
    number = shell.add("sleep", "60")
    pid = pid_of(shell, number)
    ran = shell.run("stop", str(number))
    assert (ran.code, ran.out) == (0, "#1 sleep-60 · stopped\n")
    assert not is_alive(pid)


def test_kill_does_not_ask_first(shell: Shell) -> None:
    number = shell.add("sh", "-c", "trap '' TERM; touch ready; while :; do sleep 0.05; done")
    assert until((shell.folder / "ready").exists)
    pid = pid_of(shell, number)
    assert shell.run("stop", "--kill", str(number)).code == 0
    assert not is_alive(pid)
    assert shell.status(number)["signal"] == 9


def test_one_that_cannot_be_stopped_does_not_keep_the_others(shell: Shell) -> None:
    shell.run("add", "--wait", "--", "true")
    shell.add("sleep", "60")
    ran = shell.run("stop", "1", "2")
    assert ran.code == 1
    assert "#1 has ended already: complete" in ran.err
    assert shell.status(2)["status"] == "stopped"


def test_stopping_all_is_confirmed_on_a_terminal(shell: Shell) -> None:
    running, waiting = shell.add("sleep", "60"), shell.add("true", options=["--delay", "1h"])
    pid = pid_of(shell, running)
    refused = shell.on_terminal("stop", "--all", typed="n\n")
    assert refused.code == 1
    assert f"Stop all tasks: #{running} sleep-60, #{waiting} true? [y/N]" in refused.out
    assert is_alive(pid)
    assert shell.on_terminal("stop", "--all", typed="y\n").code == 0
    assert not is_alive(pid)
    assert {one["status"] for one in shell.run("status", "--json").json} == {"stopped"}


def test_stopping_all_without_a_terminal_wants_a_yes(shell: Shell) -> None:
    assert shell.run("stop", "--all").out == "Nothing waits or runs.\n"
    number = shell.add("sleep", "60")
    assert shell.run("stop", "--all", text="y\n").failed_with(2, f"#{number} sleep-60", "--yes")
    assert shell.status(number)["ended"] is None
    assert shell.run("stop", "--all", "7").failed_with(2, "not both")
    assert shell.run("stop", "--all", "--yes").out == f"#{number} sleep-60 · stopped\n"


def test_retry_is_a_new_attempt_and_keeps_the_environment_of_its_own_call(shell: Shell) -> None:
    shell.run("add", "--wait", "--", "sh", "-c", 'test "$WANTED" = yes')
    assert shell.status(1)["status"] == "failed"
    assert shell.run("retry", "1", env={"WANTED": "yes"}).code == 0
    assert shell.run("wait", "1").code == 0
    assert (shell.status(1)["attempt"], shell.status(1)["attempts"]) == (2, 2)


def test_a_deletion_can_be_undone_and_the_log_is_there_again(shell: Shell) -> None:
    shell.run("add", "--wait", "--", "echo", "precious")
    assert shell.run("delete", "1").out == "1 task deleted; delegate undo brings them back.\n"
    assert shell.run("status", "--json").json == []
    assert shell.run("undo").code == 0
    assert shell.run("logs", "1").out == "precious\n"


def test_what_runs_is_not_deleted(shell: Shell) -> None:
    shell.add("sleep", "60")
    assert shell.run("delete", "1").failed_with(1, "#1", "running")
    assert len(shell.run("status", "--json").json) == 1


def test_clean_takes_what_has_ended_or_only_some(shell: Shell) -> None:
    shell.run("add", "--wait", "--", "true")
    shell.run("add", "--wait", "--", "false")
    shell.add("sleep", "60")
    assert shell.run("clean", "failed").out.startswith("1 task deleted")
    assert {one["number"] for one in shell.run("status", "--json").json} == {1, 3}
    assert shell.run("clean").out.startswith("1 task deleted")
    assert shell.run("clean").out == "There was nothing to delete.\n"
    assert {one["number"] for one in shell.run("status", "--json").json} == {3}


def test_a_paused_queue_starts_nothing(shell: Shell) -> None:
    assert shell.run("pause").code == 0
    shell.add("touch", "started")
    assert shell.status(1)["status"] == "queued"
    assert not (shell.folder / "started").exists()
    assert shell.run("resume").code == 0
    assert shell.run("wait", "1").code == 0
    assert (shell.folder / "started").exists()


def test_agents_lists_those_of_the_config_too(shell: Shell, write_config: Path) -> None:
    write_config.write_text('agent = "mine"\n[agents.mine]\ncommand = ["prog", "{task}"]\n')
    lines = shell.run("agents").out.splitlines()
    assert lines[0].startswith("worker")
    assert lines[1].startswith("mine")
    assert "your command · prog '{task}' · not installed" in lines[1]
    assert lines[1].endswith("(default)")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["stop"], 2, "say which task"),
        (["stop", "7"], 1, "no task #7"),
        (["retry"], 2, "say which task"),
        (["delete"], 2, "say which task"),
        (["delete", "agent_20200101_000000"], 1, "no task agent_20200101_000000"),
        (["undo"], 1, "undo"),
        (["undo", "1"], 2, "takes no arguments"),
        (["clean", "running"], 2, "complete, failed, timed_out, stopped, lost"),
        (["pause", "now"], 2, "takes no arguments"),
    ],
)
def test_errors(shell: Shell, words: list[str], code: int, says: str) -> None:
    assert shell.run(*words).failed_with(code, says)
