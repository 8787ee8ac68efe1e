"""How git is called: what must not reach it, by git's own list, and what the user may still say."""

from __future__ import annotations

import subprocess

from app.model.gitwords import git_command, git_environment, of_any_repository
from tests.support import need

SAID_BY_THE_USER = {"GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT"}
"""Git calls these local too; they hold settings, such as which folders are safe, and name no repository."""


def test_nothing_of_another_repository_is_left() -> None:
    listed = subprocess.run(
        [need("git"), "rev-parse", "--local-env-vars"], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "GIT_DIR" in listed
    left = of_any_repository(dict.fromkeys(listed, "x") | {"HOME": "/home/u", "GIT_SSH_COMMAND": "ssh -4"})
    kept = {name for name, value in left.items() if value == "x"}
    assert kept == SAID_BY_THE_USER & set(listed)
    assert left["HOME"] == "/home/u"
    assert left["GIT_SSH_COMMAND"] == "ssh -4"


def test_nothing_can_ask_and_only_a_change_may_fetch() -> None:
    reading, writing = git_environment({"LC_ALL": "de_DE.UTF-8"}), git_environment({}, writes=True)
    assert reading["GIT_TERMINAL_PROMPT"] == writing["GIT_TERMINAL_PROMPT"] == "0"
    assert reading["GIT_OPTIONAL_LOCKS"] == writing["GIT_OPTIONAL_LOCKS"] == "0"
    assert reading["LC_ALL"] == "C"
    assert reading["GIT_NO_LAZY_FETCH"] == "1"
    assert "GIT_NO_LAZY_FETCH" not in writing


def test_hooks_are_off_unless_they_are_wanted() -> None:
    assert "core.hooksPath=/dev/null" in git_command(("status",))
    assert "core.hooksPath=/dev/null" not in git_command(("push",), hooks=True)
    assert "--literal-pathspecs" in git_command(("ls-files",))
    assert "--literal-pathspecs" not in git_command(("check-ignore", "-z"))
