"""`delegate status`, `result` and what a person at a terminal sees."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from app.cli.output import cell_width
from tests.cli.conftest import Ran, Shell
from tests.support import until

ESCAPES = re.compile(r"\x1b\[[\d;]*m")


def test_nothing_yet_says_how_to_begin(shell: Shell) -> None:
    ran = shell.run("status")
    assert (ran.code, ran.err) == (0, "")
    assert "No tasks yet" in ran.out
    assert shell.run("status", "--json").json == []


def test_without_a_terminal_delegate_prints_the_status(shell: Shell) -> None:
    shell.run("add", "--wait", "--", "true")
    assert shell.run().out == shell.run("status").out
    assert "complete" in shell.run().out


def test_running_tasks_come_first_and_the_newest_end_next(shell: Shell) -> None:
    shell.add("sleep", "60")
    shell.run("add", "--wait", "--", "true")
    shell.run("add", "--wait", "--", "false")
    assert until(lambda: shell.status(1)["status"] == "running")
    rows = [line.split() for line in shell.run("status").out.splitlines()]
    assert [row[1] for row in rows] == ["1", "3", "2"]
    assert [row[0] for row in rows] == ["▶", "●✗", "●✓"]
    assert [row[3] for row in rows] == ["running", "failed", "complete"]
    assert rows[1][-2:] == ["exit", "1"]


@pytest.mark.parametrize("width", [45, 80, 160])
def test_the_table_fits_the_terminal(shell: Shell, width: int) -> None:
    shell.run("add", "--wait", "--", "sh", "-c", "echo 'error: " + "x" * 200 + "' >&2; exit 1")
    shell.add("sleep", "60", options=["--name", "n" * 60])
    shown = shell.on_terminal("status", size=(width, 24)).out
    lines = [ESCAPES.sub("", line) for line in shown.splitlines()]
    assert len(lines) == 2
    assert max(map(cell_width, lines)) <= width
    assert "failed" in lines[1]


def test_colours_are_for_terminals_only_and_no_color_is_heeded(shell: Shell) -> None:
    shell.run("add", "--wait", "--", "true")
    assert "\x1b[32m✓" in shell.on_terminal("status").out
    assert "\x1b" not in shell.on_terminal("status", env={"NO_COLOR": "1"}).out
    assert "\x1b" not in shell.run("status").out


def test_a_running_task_shows_its_progress(shell: Shell) -> None:
    number = shell.add("sh", "-c", "echo 'tests 47/89'; sleep 60")
    assert until(lambda: shell.status(number)["progress"])
    progress = shell.status(number)["progress"]
    assert list(progress) == ["done", "total", "percent", "text", "phase"]
    assert (progress["done"], progress["total"]) == (47, 89)
    assert "47/89" in shell.run("status").out


def test_details_of_one_and_of_several(shell: Shell) -> None:
    shell.run("add", "--wait", "--name", "first", "--tag", "quick", "--", "sh", "-c", "exit 3")
    shell.run("add", "--wait", "--name", "second", "--", "true")
    text = shell.run("status", "1").out
    for expected in ("#1 first", "exit 3", "+quick", str(shell.folder), ".log"):
        assert expected in text
    assert shell.run("status", "first", "second").out.count("priority") == 2
    assert [one["number"] for one in shell.run("status", "2", "1", "--json").json] == [2, 1]
    assert shell.run("status", "2", "--json").json["name"] == "second"


def test_old_ones_are_counted_and_can_be_asked_for(shell: Shell) -> None:
    for _ in range(22):
        shell.add("true")
    shell.run("wait")
    assert "… and 2 older: delegate status --all" in shell.run("status").out
    assert len(shell.run("status", "--json").json) == 20
    assert len(shell.run("status", "--json", "--all").json) == 22


def test_a_paused_queue_is_said(shell: Shell) -> None:
    shell.run("pause")
    shell.add("true")
    text = shell.run("status").out
    assert "queue paused" in text.splitlines()[0]
    assert "delegate resume" in text
    assert shell.status(1)["queue_reason"] == "queue paused"
    shell.run("resume")
    assert shell.run("wait", "1").code == 0
    assert "paused" not in shell.run("status").out


def test_a_damaged_record_is_said_and_the_others_are_shown(shell: Shell, home: Path) -> None:
    shell.run("add", "--wait", "--", "true")
    broken = shell.run("add", "--json", "--wait", "--", "false").json["id"]
    (home / "tasks" / broken / "state.toml").write_bytes(b"\0\0\0")
    ran = shell.run("status")
    assert ran.code == 0
    assert len(ran.out.splitlines()) == 1
    assert "damaged" in shell.run("status").err


@pytest.mark.parametrize(
    "env",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "no_SUCH.locale", "LANG": "nonsense"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1:strict"},
    ],
)
def test_a_broken_locale_costs_characters_and_not_the_command(shell: Shell, env: dict[str, str]) -> None:
    shell.run("add", "--wait", "--name", "prüfen", "--", "true")
    for words in (["status"], ["status", "1"], ["status", "--json"], ["result", "1"], ["help"]):
        ran = shell.run(*words, env=env)
        assert (ran.code, ran.err) == (0, ""), words
    assert "complete" in shell.run("status", env=env).out


def test_the_result_is_what_the_task_wrote(shell: Shell) -> None:
    shell.run("add", "--wait", "--", "sh", "-c", 'printf "# Done\\n\\n47 fixed\\n" > "$DELEGATE_SUMMARY"')
    assert shell.run("result", "1").out == "# Done\n\n47 fixed\n"
    assert shell.run("result", "1", "--json").json["summary"] == "# Done\n\n47 fixed\n"


def test_a_task_that_wrote_nothing_has_a_result_all_the_same(shell: Shell) -> None:
    shell.run("add", "--wait", "--name", "mine", "--", "sh", "-c", "exit 3")
    assert "failed" in shell.run("result", "1").out


def test_a_result_cannot_control_the_terminal_and_is_seen_there(shell: Shell) -> None:
    write = "import os; open(os.environ['DELEGATE_SUMMARY'], 'w').write('# \\x1b[2J\\x1b]0;x\\x07there')"
    shell.run("add", "--wait", "--", sys.executable, "-c", write)
    assert shell.run("result").code == 0
    assert shell.status(1)["attention"] == "unread"
    shown = shell.on_terminal("result", "1").out
    assert "there" in shown
    assert "\x1b" not in shown
    assert shell.status(1)["attention"] == "seen"


def test_there_is_no_result_before_the_end(shell: Shell) -> None:
    shell.add("sleep", "60")
    assert shell.run("result", "1").failed_with(1, "#1", "no result yet", "delegate wait 1")


def test_what_cannot_be_saved_can_be_read_all_the_same(shell: Shell, home: Path) -> None:
    shell.run("add", "--wait", "--", "echo", "hello")
    shell.run("pause")
    shell.add("true")
    settings = home / "registry.toml"
    settings.write_text(settings.read_text().replace("schema = 1", "schema = 2"))
    ran = shell.run("status")
    assert (ran.code, ran.err.count("\n")) == (0, 1)
    assert "newer delegate" in ran.err
    assert [line.split()[1] for line in ran.out.splitlines()[:2]] == ["2", "1"]
    assert shell.run("status", "2", "--json").json["status"] == "queued"
    assert shell.on_terminal("logs", "1") == Ran(0, "hello\n")
