"""`delegate add`, in words and as a command."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.unit.test_export import KEYS

PLACE_KEYS = ("worktree", "workspace", "branch", "base", "merged_into", "check_command", "changes")

ECHO = 'agent = "echo"\n[agents.echo]\ncommand = ["/bin/echo", "{task}"]\ntrust = true\n'


def test_it_tells_number_id_agent_priority_log_and_estimate(shell: Shell, home: Path) -> None:
    ran = shell.run("add", "-p", "high", "--", "true")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0].startswith("#1 true · ")
    facts = dict(line.split(maxsplit=1) for line in lines[1:])
    assert facts["agent"] == "command"
    assert facts["priority"] == "high"
    assert facts["estimate"] == "no estimate yet"
    assert facts["id"].startswith("agent_")
    assert facts["log"] == str(home / "logs" / f"{facts['id']}.log")


def test_a_command_gets_its_arguments_as_they_are(shell: Shell) -> None:
    wanted = ["two words", "$HOME", "*", "", 'quo"te', "--json", "-p", "p:high", "ü", ";exit 3"]
    write = "import json, sys; open('args', 'w').write(json.dumps(sys.argv[1:]))"
    assert shell.run("add", "--wait", "--", sys.executable, "-c", write, *wanted).code == 0
    assert json.loads((shell.folder / "args").read_text()) == wanted


def test_arguments_that_are_no_utf_8_arrive(shell: Shell) -> None:
    odd = b"caf\xe9".decode("utf-8", "surrogateescape")
    assert shell.run("add", "--wait", "--", "touch", odd).code == 0
    assert [path.name for path in shell.folder.iterdir()] == [odd]


def test_json_has_the_keys_in_their_order(shell: Shell) -> None:
    assert shell.run("pause").code == 0
    described = shell.run("add", "--json", "--tag", "a", "--tag", "b", "--name", "mine", "--", "true").json
    assert list(described) == [*KEYS, *PLACE_KEYS]
    assert described["tags"] == ["a", "b"]
    assert described["name"] == "mine"
    assert described["folder"] == str(shell.folder)
    assert described["estimate_s"] is None


def test_json_with_wait_prints_one_object_of_the_end(shell: Shell) -> None:
    ran = shell.run("add", "--json", "--wait", "--", "sh", "-c", "exit 9")
    assert ran.code == 9
    assert (ran.json["status"], ran.json["exit_code"], ran.json["pid"]) == ("failed", 9, None)


def test_words_are_read_with_their_options_and_without_their_wrapping(
    shell: Shell, write_config: Path
) -> None:
    write_config.write_text(ECHO)
    (shell.folder / "sub").mkdir()
    sentence = "Can you create a background task to analyze the performance of our API endpoints? p:low +api"
    described = shell.run(sentence, "--json", "--in", "sub").json
    assert described["text"] == "analyze the performance of our API endpoints"
    assert described["name"] == "analyze-performance-api-endpoints"
    assert (described["priority"], described["tags"]) == ("low", ["api"])
    assert described["folder"] == str(shell.folder / "sub")
    assert shell.run("wait").code == 0
    assert shell.run("logs", "1").out == "analyze the performance of our API endpoints\n"


def test_options_win_over_the_text(shell: Shell, write_config: Path) -> None:
    write_config.write_text(ECHO)
    assert shell.run("add", "tidy up p:low", "--priority=critical", "--json").json["priority"] == "critical"


def test_add_makes_a_task_of_any_sentence(shell: Shell, write_config: Path) -> None:
    write_config.write_text(ECHO)
    assert shell.run("add", "show all active tasks", "--json").json["text"] == "show all active tasks"


def test_a_shell_command_behind_an_exclamation_mark(shell: Shell) -> None:
    assert shell.run("add", "!echo a > out && exit 4", "--wait").code == 4
    assert (shell.folder / "out").read_text() == "a\n"


def test_an_agent_of_the_config_is_announced_before_its_first_run_only(
    shell: Shell, write_config: Path
) -> None:
    write_config.write_text(ECHO)
    first, second = shell.run("add", "one"), shell.run("add", "two")
    assert "echo may use every tool" in first.err
    assert first.err.count("\n") == 1
    assert (first.code, second.code, second.err) == (0, 0, "")


def test_a_task_can_wait_for_another(shell: Shell) -> None:
    first = shell.add("sh", "-c", "sleep 0.3; echo first >> order")
    second = shell.add("sh", "-c", "echo second >> order", options=["--after", str(first)])
    assert shell.run("wait", str(second)).code == 0
    assert (shell.folder / "order").read_text() == "first\nsecond\n"


def test_a_markup_text_shows_as_typed(shell: Shell) -> None:
    assert shell.run("add", "--json", "!: [/foo] [bold]x").json["text"] == ": [/foo] [bold]x"
    assert "[/foo] [bold]x" in shell.run("status", "1").out


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["add"], 2, "delegate add"),
        (["add", "--"], 2, "behind --"),
        (["add", "text", "--", "true"], 2, "not both"),
        (["add", "-a", "worker", "--", "true"], 2, "--agent"),
        (["add", "-t", "soon", "--", "true"], 2, "30m"),
        (["add", "-p", "urgent", "--", "true"], 2, "critical, high, normal, low"),
        (["add", "--after", "x", "--", "true"], 2, "--after"),
        (["add", "--name", "two words", "--", "true"], 2, "--name"),
        (["add", "--in", "no/such", "--", "true"], 2, "no/such is not a folder"),
        (["add", "--after", "99", "--", "true"], 1, "#99"),
        (["add", "--after", "99?", "--", "true"], 1, "#99"),
        (["add", "--at", "25:00", "--", "true"], 2, "--at: there is no such time"),
        (["add", "--at", "2020-01-01T10:00", "--", "true"], 1, "has passed already"),
        (["add", "--delay", "none", "--", "true"], 2, "--delay"),
        (["add", "--at", "18:00", "--delay", "1h", "--", "true"], 2, "not both"),
        (["add", "--retries", "many", "--", "true"], 2, "0 to 100"),
        (["add", "--quiet-timeout", "soon", "--", "true"], 2, "--quiet-timeout"),
        (["add", "--memory", "2", "--", "true"], 2, "512M"),
        (["add", "--leftovers", "eat", "--", "true"], 2, "keep, sweep"),
        (["add", "tidy up p:urgent"], 2, "critical, high, normal, low"),
        (["add", "tidy up", "-a", "nobody"], 1, "there is no agent nobody"),
    ],
)
def test_what_is_wrong_is_one_line_and_adds_nothing(
    shell: Shell, words: list[str], code: int, says: str
) -> None:
    ran = shell.run(*words)
    assert ran.failed_with(code, says), ran
    assert ran.out == ""
    assert shell.run("status", "--json").json == []
