"""`delegate logs`: every byte into a pipe, nothing dangerous onto a terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.support import until

HOSTILE = (
    b"\x1b]0;owned\x07\x1b[2J\x1b[?1049h\x9b2J\x1b[31mred\x1b[0m \x00\xff\xe2\x80\xae"
    b"txt\r\nno newline at the end"
)


def write(data: bytes) -> list[str]:
    """A command line that writes these bytes."""
    return [sys.executable, "-c", f"import sys; sys.stdout.buffer.write({data!r})"]


def finished(shell: Shell, *command: str) -> int:
    """Delegate a command, wait for its end and return its number."""
    number = shell.add(*command)
    shell.run("wait", str(number))
    return number


def test_a_pipe_gets_the_bytes_that_were_written(shell: Shell) -> None:
    finished(shell, *write(HOSTILE))
    process = shell.start("logs", "1")
    assert process.communicate()[0] == HOSTILE


def test_a_terminal_gets_text_and_colours_only(shell: Shell) -> None:
    finished(shell, *write(HOSTILE))
    shown = shell.on_terminal("logs", "1").out
    assert "\x1b[31mred\x1b[0m" in shown
    assert "no newline at the end\n" in shown
    for forbidden in ("\x1b]", "\x1b[2J", "\x1b[?1049h", "\x07", "\x9b", "\x00", "\u202e", "owned"):
        assert forbidden not in shown


def test_no_color_takes_the_colours_away(shell: Shell) -> None:
    finished(shell, *write(HOSTILE))
    shown = shell.on_terminal("logs", "1", env={"NO_COLOR": "1"}).out
    assert "red" in shown
    assert "\x1b" not in shown


def test_a_progress_bar_is_the_line_it_ended_as(shell: Shell) -> None:
    finished(shell, *write(b"start\n10%\r20%\r100%\nend\n"))
    assert shell.on_terminal("logs", "1").out == "start\n100%\nend\n"


def test_only_the_last_lines(shell: Shell) -> None:
    finished(shell, "sh", "-c", "seq 20000")
    assert shell.run("logs", "1", "-n", "3").out == "19998\n19999\n20000\n"
    assert shell.run("logs", "1", "--lines=0").out == ""
    everything = "".join(f"{number}\n" for number in range(1, 20001))
    assert shell.run("logs", "1").out == everything
    assert shell.run("logs", "1", "-n", "999999").out == everything


def test_following_prints_what_comes_until_the_task_has_ended(shell: Shell) -> None:
    shell.add("sh", "-c", "echo one; until test -e go; do sleep 0.02; done; printf two; printf three")
    process = shell.start("logs", "1", "-f")
    assert process.stdout is not None
    assert process.stdout.readline() == b"one\n"
    assert process.poll() is None
    (shell.folder / "go").touch()
    assert process.communicate(timeout=20)[0] == b"twothree"
    assert process.returncode == 0


def test_following_on_a_terminal_ends_with_the_task_too(shell: Shell) -> None:
    shell.add("sh", "-c", "for i in 1 2 3; do printf '%s\\r' $i; sleep 0.2; done; echo done")
    shown = shell.on_terminal("logs", "1", "-f").out
    assert shown.endswith("done\n")
    assert shown.count("\n") == 1


def test_following_a_waiting_task_waits_for_its_start(shell: Shell) -> None:
    shell.run("pause")
    number = shell.add("echo", "at last")
    process = shell.start("logs", str(number), "-f")
    assert process.stderr is not None
    assert process.stderr.readline() == b"delegate: #1 waits: queue paused\n"
    shell.run("resume")
    assert process.communicate(timeout=20)[0] == b"at last\n"


def test_each_attempt_has_a_log_of_its_own(shell: Shell) -> None:
    finished(shell, "sh", "-c", "echo run >> runs; wc -l < runs")
    assert shell.run("retry", "1").out.endswith("attempt 2\n")
    shell.run("wait", "1")
    assert shell.run("logs", "1").out.strip() == "2"
    assert shell.run("logs", "#1.1").out.strip() == "1"
    assert shell.run("logs", "1.2").out.strip() == "2"
    assert shell.run("logs", "1.3").failed_with(1, "#1 has no attempt 3; it has 2")


def test_tasks_are_found_by_number_id_name_and_words(shell: Shell) -> None:
    finished(shell, "echo", "mine")
    task_id = shell.status(1)["id"]
    for reference in ("1", "#1", task_id, "echo-mine", "mine", "last"):
        assert shell.run("logs", reference).out == "mine\n", reference
    assert shell.run("logs").out == "mine\n"


def test_a_look_on_a_terminal_marks_an_ended_task_as_seen(shell: Shell) -> None:
    finished(shell, "echo", "hello")
    shell.run("logs", "1")
    assert shell.status(1)["attention"] == "unread"
    shell.on_terminal("logs", "1")
    assert shell.status(1)["attention"] == "seen"


def test_a_reader_that_has_gone_ends_it_quietly(shell: Shell) -> None:
    finished(shell, "sh", "-c", "seq 200000")
    process = shell.start("logs", "1")
    assert process.stdout is not None
    assert process.stdout.readline() == b"1\n"
    process.stdout.close()
    assert until(lambda: process.poll() is not None)
    assert process.stderr is not None
    assert process.stderr.read() == b""


def test_a_log_that_was_removed_is_empty(shell: Shell) -> None:
    finished(shell, "echo", "gone")
    Path(shell.status(1)["log"]).unlink()
    ran = shell.run("logs", "1")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["logs"], 1, "no task yet"),
        (["logs", "3"], 1, "no task #3"),
        (["logs", "-n", "some"], 2, "--lines"),
        (["logs", "--follow=yes"], 2, "takes no value"),
    ],
)
def test_errors(shell: Shell, words: list[str], code: int, says: str) -> None:
    assert shell.run(*words).failed_with(code, says)


def test_a_task_that_waits_has_no_log_yet(shell: Shell) -> None:
    shell.run("pause")
    shell.add("true")
    assert shell.run("logs", "1").failed_with(1, "has not started", "delegate logs -f 1")
