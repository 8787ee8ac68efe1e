"""What `delegate status` says of running tasks that say nothing."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from tests.cli.conftest import Shell
from tests.support import until

ASKS = "import time; print('Overwrite a.txt? [y/N] ', end='', flush=True); time.sleep(60)"


def age_log(home: Path, seconds: float) -> None:
    """Make the one log there is older than it is."""
    (log,) = (home / "logs").iterdir()
    then = time.time() - seconds
    os.utime(log, (then, then))


def quiet_after(write_config: Path, setting: str) -> None:
    write_config.write_text(f'quiet_after = "{setting}"\n')


def test_a_task_that_has_been_silent_is_quiet_since_its_last_output(
    shell: Shell, home: Path, write_config: Path
) -> None:
    quiet_after(write_config, "1s")
    number = shell.add(sys.executable, "-c", ASKS)
    assert until(lambda: "running quiet" in shell.run("status").out)
    text = shell.run("status").out
    assert "looks like a question: Overwrite a.txt? [y/N]" in text
    assert "quiet" in shell.run("status", str(number)).out.splitlines()[1]
    (log,) = (home / "logs").iterdir()
    with log.open("a") as file:
        file.write("and on it goes\n")
    quiet_after(write_config, "30s")
    assert "quiet" not in shell.run("status").out


def test_silence_is_never_longer_than_the_run(shell: Shell, home: Path, write_config: Path) -> None:
    quiet_after(write_config, "5m")
    shell.add(sys.executable, "-c", ASKS)
    assert until(lambda: shell.status(1)["status"] == "running")
    age_log(home, 3600)
    assert "quiet" not in shell.run("status").out


def test_none_means_never(shell: Shell, write_config: Path) -> None:
    quiet_after(write_config, "1s")
    shell.add(sys.executable, "-c", ASKS)
    assert until(lambda: "quiet" in shell.run("status").out)
    quiet_after(write_config, "none")
    assert "quiet" not in shell.run("status").out


def test_the_details_of_a_live_task_say_why(shell: Shell) -> None:
    number = shell.add(sys.executable, "-c", ASKS)
    assert until(lambda: shell.status(number)["status"] == "running")
    pid = shell.status(number)["pid"]
    text = shell.run("status", str(number)).out
    assert "Why it says so" in text
    assert f"{pid} start verified" in text
    for fact in (
        "lock held",
        "last output",
        "looks like a question: Overwrite a.txt? [y/N]",
        "CPU",
        "memory",
    ):
        assert fact in text
    shell.run("stop", str(number), "--kill")
    shell.run("wait", str(number))
    assert "Why it says so" not in shell.run("status", str(number)).out
