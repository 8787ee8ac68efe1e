"""What the shell says of how long a task will take."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.conftest import Shell
from tests.support import until


def facts(text: str) -> dict[str, str]:
    return dict(line.split(maxsplit=1) for line in text.splitlines()[1:] if len(line.split()) > 1)


def test_a_task_like_one_that_completed_has_an_estimate(shell: Shell, home: Path) -> None:
    assert facts(shell.run("add", "--wait", "--", "sleep", "1").out)["estimate"] == "no estimate yet"
    assert until(lambda: any((home / "history").iterdir()))
    assert shell.run("pause").code == 0
    assert re.fullmatch(r"~[1-9]s", facts(shell.run("add", "--", "sleep", "1").out)["estimate"])
    waits = shell.add("sleep", "1", options=("--after", "2"))
    described = shell.status(waits)
    assert 1 <= described["estimate_s"] < 10
    assert described["estimate"]["count"] >= 1
    assert described["estimate"]["overdue"] is False
    assert re.match(r"~[1-9]s \(", facts(shell.run("status", str(waits)).out)["estimate"])


def test_a_running_task_says_what_is_left(shell: Shell) -> None:
    (shell.folder / "quick").touch()
    line = "[ -e quick ] && sleep 0.5 || sleep 60"
    shell.run("add", "--wait", "--", "sh", "-c", line)
    (shell.folder / "quick").unlink()
    number = shell.add("sh", "-c", line)
    assert until(lambda: shell.status(number)["status"] == "running")
    assert until(lambda: shell.status(number)["estimate"]["overdue"], seconds=20)
    assert "overdue by" in facts(shell.run("status", str(number)).out)["estimate"]
    shell.run("stop", str(number), "--kill")
    shell.run("wait", str(number))
    assert (shell.status(number)["estimate"], shell.status(number)["estimate_s"]) == (None, None)
