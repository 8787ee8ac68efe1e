"""What starts, when, and how much of it at once: start later, free, priority, limit."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from app.model.size import parse_size
from tests.cli.conftest import Shell
from tests.support import until


def facts(shell: Shell, number: int) -> dict[str, str]:
    """What `delegate status N` says, by its labels."""
    lines = shell.run("status", str(number)).out.splitlines()[1:]
    pairs = (line.split("  ", 2)[1:] if line.startswith("  ") else [line, ""] for line in lines)
    return {label.strip(): value.strip() for label, value in pairs}


def test_a_task_waits_for_its_time(shell: Shell) -> None:
    number = shell.add("touch", "done", options=["--delay", "1h"])
    assert shell.status(number)["status"] == "queued"
    assert not (shell.folder / "done").exists()
    assert facts(shell, number)["not before"]


def test_a_short_delay_starts_it_once(shell: Shell) -> None:
    number = shell.add("sh", "-c", "echo x >> done", options=["--delay", "1s"])
    assert shell.run("wait", str(number), "-t", "20s").code == 0
    assert (shell.folder / "done").read_text() == "x\n"


def test_freeing_starts_it_without_its_time_and_without_others(shell: Shell) -> None:
    first = shell.add("sleep", "60")
    number = shell.add("true", options=["--at", "2099-01-01T10:00", "--after", str(first)])
    assert f"after #{first}" in shell.run("status").out
    ran = shell.run("free", str(number))
    assert ran.code == 0, ran
    assert shell.run("wait", str(number), "-t", "20s").code == 0
    assert "freed" in facts(shell, number)["after"]
    assert shell.run("free", str(number)).failed_with(1, "does not wait")


def test_any_end_is_enough_for_a_number_with_a_question_mark(shell: Shell) -> None:
    first = shell.add("false")
    second = shell.add("true", options=["--after", f"{first}?"])
    third = shell.add("true", options=["--after", str(first)])
    assert shell.run("wait", str(second), "-t", "20s").code == 0
    assert shell.status(third)["queue_reason"] == f"after #{first}, which failed"
    assert facts(shell, second)["after"] == f"#{first}, however it ends"


def test_limits_of_a_task_are_said(shell: Shell) -> None:
    options = ["--retries", "3", "--quiet-timeout", "10m", "--memory", "2G", "--leftovers", "keep", "--twice"]
    said = facts(shell, shell.add("true", options=[*options, "--delay", "1h"]))
    assert said["retries"] == "0 of 3 used"
    assert said["silence"] == "at most 10m"
    assert said["memory"] == "at most 2.0 GiB"
    assert said["leftovers"].startswith("kept")
    assert said["twice"].startswith("may run twice")


def test_a_failure_is_tried_again_and_the_next_start_is_said(shell: Shell) -> None:
    number = shell.add("false", options=["--retries", "2"])
    assert until(lambda: shell.status(number)["status"] == "queued" and shell.status(number)["attempts"] == 1)
    said = facts(shell, number)
    assert said["retries"] == "1 of 2 used"
    assert said["next start"].startswith("attempt 2 at ")


def test_the_priority_of_a_waiting_task_changes(shell: Shell) -> None:
    shell.run("pause")
    first, second = shell.add("true"), shell.add("true")
    assert shell.run("priority", "high", str(second)).out == f"#{second} true-2 · high\n"
    numbers = [one["number"] for one in shell.run("status", "--json").json]
    assert numbers == [second, first]
    assert shell.run("priority", "up", str(second)).out.endswith("critical\n")
    assert shell.run("priority", "up", str(second)).out.endswith("critical\n")
    assert shell.run("priority", "down", str(first)).out.endswith("low\n")
    assert shell.run(f"make #{first} high priority").out == f"#{first} true · high\n"


def test_a_running_task_keeps_its_priority_and_the_others_change(shell: Shell) -> None:
    running, waiting = shell.add("sleep", "60"), shell.add("true", options=["--delay", "1h"])
    ran = shell.run("priority", "high", str(running), str(waiting))
    assert (ran.code, ran.out) == (1, f"#{waiting} true · high\n")
    assert f"#{running} runs already" in ran.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["priority"], "critical, high, normal, low, up, down"),
        (["priority", "7"], "critical, high"),
        (["priority", "high"], "which task"),
        (["free"], "which task"),
        (["limit", "0"], "1 to 1000"),
        (["limit", "many"], "1 to 1000"),
        (["limit", "1", "2"], "one number"),
    ],
)
def test_what_makes_no_sense_is_one_line(shell: Shell, words: list[str], says: str) -> None:
    assert shell.run(*words).failed_with(2, says)


def test_the_limit_is_said_and_set(shell: Shell, write_config: Path) -> None:
    write_config.write_text('# mine\ntheme = "light"\n\n[limits.agents]\nworker = 2\n')
    assert shell.run("limit").out == "At most 4 tasks at once.\nOf them 2 by worker.\n"
    assert shell.run("limit", "1").out == "At most 1 task at once.\n"
    text = write_config.read_text()
    assert text.startswith("# mine\n")
    assert tomllib.loads(text) == {"theme": "light", "limit": 1, "limits": {"agents": {"worker": 2}}}
    assert shell.run("how many tasks run at once?").out.startswith("At most 1 task at once.")


def test_a_higher_limit_starts_what_waits(shell: Shell) -> None:
    shell.run("limit", "1")
    shell.add("sleep", "60")
    second = shell.add("sleep", "60")
    assert shell.status(second)["queue_reason"] == "slot 1/1"
    assert shell.run("limit", "2").code == 0
    assert until(lambda: shell.status(second)["status"] == "running")


def test_a_limit_that_cannot_be_saved_is_said(shell: Shell, write_config: Path) -> None:
    write_config.write_text("this is no TOML\n")
    ran = shell.run("limit", "2")
    assert ran.code == 1
    assert "config.toml" in ran.err


def test_sizes_are_read_as_shown() -> None:
    assert parse_size("1.5G") == parse_size("1536MiB") == 1536 << 20
