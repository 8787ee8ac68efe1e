"""`delegate wait`: the exit code is the task's own."""

from __future__ import annotations

import os
import signal

import pytest

from app.registry.config import Config
from app.registry.store import Registry
from tests.asked import FOUR, ask, delegate_to_agent
from tests.cli.conftest import Shell
from tests.support import is_alive, until


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("exit 0", 0),
        ("exit 1", 1),
        ("exit 200", 200),
        ("exit 255", 255),
        ("kill -9 $$", 137),
        ("kill $$", 143),
    ],
)
def test_the_code_is_the_commands_own_or_tells_its_signal(shell: Shell, script: str, code: int) -> None:
    number = shell.add("sh", "-c", script)
    assert shell.run("wait", str(number)).code == code


def test_a_command_that_is_not_there_fails_and_says_so(shell: Shell) -> None:
    ran = shell.run("add", "--wait", "--", "no-such-program")
    assert 1 <= ran.code <= 255
    assert shell.status(1)["status"] == "failed"
    assert "no-such-program" in shell.status(1)["error"]


def test_a_task_that_timed_out_is_124(shell: Shell) -> None:
    number = shell.add("sleep", "60", options=["--timeout", "0.2s"])
    assert shell.run("wait", str(number)).code == 124
    assert shell.status(number)["status"] == "timed_out"


def test_a_stopped_task_is_143(shell: Shell) -> None:
    number = shell.add("sleep", "60")
    waiting = shell.start("wait", str(number))
    assert shell.run("stop", str(number)).code == 0
    assert waiting.wait(20) == 143
    waiting.communicate()


def test_a_lost_task_is_125_and_its_leftovers_can_be_stopped(shell: Shell, registry: Registry) -> None:
    number = shell.add("sleep", "60")
    task_id = registry.ids()[0]
    assert until(lambda: shell.status(number)["pid"])
    live = registry.live(task_id)
    assert live is not None
    assert live.runner is not None
    child = shell.status(number)["pid"]
    os.kill(live.runner.pid, signal.SIGKILL)
    assert shell.run("wait", str(number)).code == 125
    described = shell.status(number)
    assert (described["status"], described["exit_code"], described["signal"]) == ("lost", None, None)
    assert f"pid {child} · delegate stop {number}\n" in shell.run("status", str(number)).out
    assert is_alive(child)
    assert shell.run("stop", str(number)).code == 0
    assert not is_alive(child)
    assert "runs on" not in shell.run("status", str(number)).out


def test_its_own_time_over_is_3_and_the_task_goes_on(shell: Shell) -> None:
    number = shell.add("sleep", "60")
    ran = shell.run("wait", "--timeout", "0.1s", str(number))
    assert (ran.code, ran.out) == (3, "")
    assert not shell.status(number)["ended"]


def test_of_several_the_first_failure_in_the_order_named_counts(shell: Shell) -> None:
    for script in ("exit 0", "sleep 0.2; exit 6", "exit 7"):
        shell.add("sh", "-c", script)
    assert shell.run("wait", "1", "2", "3").code == 6
    assert shell.run("wait", "3", "2").code == 7
    assert shell.run("wait", "1").code == 0


def test_without_a_name_it_waits_for_all_that_run(shell: Shell) -> None:
    shell.add("sh", "-c", "exit 5")
    assert shell.run("wait", "1").code == 5
    shell.add("sleep", "5")
    ran = shell.run("wait")
    assert ran.code == 0
    assert "#2" in ran.out
    assert "#1" not in ran.out
    assert shell.run("wait").code == 0


def test_what_is_waited_for_reaches_a_pipe_before_the_end(shell: Shell) -> None:
    assert shell.run("pause").code == 0
    process = shell.start("add", "--wait", "--", "true")
    assert process.stdout is not None
    assert process.stdout.readline() == "#1 true · queued: queue paused\n".encode()
    assert process.poll() is None
    assert shell.run("resume").code == 0
    process.communicate(timeout=20)
    assert process.returncode == 0


def test_control_c_ends_the_waiting_and_not_the_task(shell: Shell) -> None:
    process = shell.start("add", "--wait", "--", "sleep", "60")
    assert process.stdout is not None
    assert process.stdout.readline().startswith(b"#1 ")
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    assert b"Traceback" not in process.communicate()[1]
    assert shell.status(1)["ended"] is None


def test_a_question_is_told_once_to_whoever_waits(shell: Shell, registry: Registry, config: Config) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task, "allow \x1b[2J`git push`?")
    waiting = shell.start("wait", "1")
    assert waiting.stderr is not None
    told = waiting.stderr.readline().decode()
    assert told == "delegate: #1 asks: allow `git push`? — delegate answer 1 allow\n"
    assert shell.run("answer", "1", "allow").code == 0
    ask(registry, task, "allow `rm -rf build`?", choices=FOUR[2:])
    assert waiting.stderr.readline().decode().endswith("allow `rm -rf build`? — delegate answer 1 reject\n")
    assert shell.run("stop", "1").code == 0
    assert waiting.communicate(timeout=20)[1] == b""
    assert waiting.returncode == 143


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["wait", "7"], 1, "there is no task #7"),
        (["wait", "-t", "soon"], 2, "--timeout"),
        (["wait", "the moon"], 1, "no task matches"),
    ],
)
def test_errors(shell: Shell, words: list[str], code: int, says: str) -> None:
    assert shell.run(*words).failed_with(code, says)


def test_a_job_that_the_worker_does_not_know_ends_with_what_to_do_about_it(shell: Shell) -> None:
    described = shell.run("add", "make me a sandwich", "--wait", "--json").json
    assert (described["status"], described["exit_code"]) == ("failed", 2)
    for advice in ("@name", "!command", ".delegate/recipes.toml"):
        assert advice in described["error"]
    assert described["error"].endswith("watches.")


def test_an_explaining_line_that_is_too_long_says_that_it_was_cut(shell: Shell) -> None:
    described = shell.run(
        "add", "--wait", "--json", "--", "sh", "-c", "printf 'error: %0400d' 7; exit 1"
    ).json
    assert described["error"].startswith("error: 000")
    assert described["error"].endswith("0…")
