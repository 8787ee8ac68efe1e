"""``delegate "some text"``: a task, or what the sentence asks for; never a stop or a deletion by mistake."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Shell

ECHO = 'agent = "echo"\n[agents.echo]\ncommand = ["/bin/echo", "{task}"]\ntrust = true\n'


@pytest.fixture
def running(shell: Shell) -> Shell:
    """A shell with two tasks: #1 complete, #2 running and named after the test suite."""
    shell.run("add", "--wait", "--name", "lint-docs", "--", "true")
    shell.add("sleep", "60", options=["--name", "test-suite"])
    return shell


def timeless(listing: str) -> str:
    """A listing with its tasks and without their times, which go on between two looks."""
    assert "test-suite" in listing
    return re.sub(r"\d+s\b", "", listing)


def test_a_question_is_answered(running: Shell) -> None:
    assert timeless(running.run("what's running?").out) == timeless(running.run("status").out)
    assert "#2 test-suite" in running.run("How's the test suite doing?").out
    assert running.run("show me the log of the lint docs task").code == 0


def test_a_question_takes_the_options_of_its_command(running: Shell) -> None:
    assert running.run("How's the test suite doing?", "--json").json["number"] == 2


def test_what_is_unsure_is_a_task(shell: Shell, write_config: Path) -> None:
    write_config.write_text(ECHO)
    text = "Show the user their status on the profile page"
    assert shell.run(text, "--json").json["text"] == text


def test_a_stop_without_a_terminal_is_refused_and_the_command_named(running: Shell) -> None:
    ran = running.run("Stop the test suite", text="y\n")
    assert ran.failed_with(2, "delegate stop 2")
    assert running.status(2)["ended"] is None


def test_a_stop_is_shown_and_done_after_a_yes(running: Shell) -> None:
    ran = running.on_terminal("Stop the test suite", typed="y\n")
    assert "Stop #2 test-suite? [y/N]" in ran.out
    assert ran.code == 0
    assert running.status(2)["status"] == "stopped"


@pytest.mark.parametrize("answer", ["n\n", "\n", "yep\n", "\x04"])
def test_anything_but_a_yes_is_a_no(running: Shell, answer: str) -> None:
    ran = running.on_terminal("Stop the test suite", typed=answer)
    assert ran.code == 1
    assert "nothing was stopped" in ran.out
    assert running.status(2)["ended"] is None


def test_deleting_is_confirmed_too(running: Shell) -> None:
    assert running.run("Delete the lint docs task").failed_with(2, "delegate delete 1")
    assert running.run("Clean up completed tasks").failed_with(2, "delegate clean complete")
    assert running.on_terminal("Clean up completed tasks", typed="y\n").code == 0
    assert [one["number"] for one in running.run("status", "--json").json] == [2]


def test_a_slash_command_is_understood(running: Shell) -> None:
    assert timeless(running.run("/status").out) == timeless(running.run("status").out)
    assert running.run("/stop 2").failed_with(2, "delegate stop 2")


def test_what_needs_the_dashboard_says_so(shell: Shell) -> None:
    assert shell.run("/theme light").failed_with(2, "dashboard")


def test_a_task_that_is_not_there_is_said(running: Shell) -> None:
    assert running.run("cancel #99").failed_with(1, "#99")
