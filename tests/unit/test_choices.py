"""What the input bar completes with, and which folders a half-typed path may mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.dashboard.input.choices import OPTIONS, choices_for, folders_like, paths_like
from app.model.commands import find_command
from app.model.request import parse_request
from tests.dashboard.samples import task


def test_folders_by_their_beginning_also_deeper_down(tmp_path: Path) -> None:
    for name in ("src/app", "src/api", "scripts", ".hidden", "with blank", "bad\x1bname"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "setup.py").touch()
    assert list(folders_like(tmp_path, "s")) == ["scripts/", "src/"]
    assert list(folders_like(tmp_path, "src/a")) == ["src/api/", "src/app/"]
    assert list(folders_like(tmp_path, ".h")) == [".hidden/"]
    assert list(folders_like(tmp_path, "")) == ["scripts/", "src/"]
    assert list(folders_like(tmp_path, "nowhere/")) == []


def test_every_offered_option_is_one_that_the_grammar_knows() -> None:
    good = {"p:": "low", "t:": "5m", "after:": "3", "in:": "src", "name:": "short", "commit:": "yes"}
    good |= {"at:": "18:00", "delay:": "10m", "retries:": "3", "twice:": "yes", "quiet:": "10m"}
    good |= {"mem:": "2G", "leftovers:": "keep"}
    good |= {"worktree:": "yes", "base:": "main", "with:": "changes", "check:": "pytest"}
    assert {key for key, _ in OPTIONS} == set(good)
    for key, value in good.items():
        draft = parse_request(f"Do it {key}{value}")
        assert (draft.text, draft.problems) == ("Do it", ())


def test_only_commands_that_exist_are_offered(tmp_path: Path) -> None:
    choices = choices_for(["worker"], [task(3), task(4)], ["dark"], tmp_path)
    assert choices.agents == ("worker",)
    assert choices.tasks == ((3, "task-3"), (4, "task-4"))
    assert choices.commands
    assert all(find_command(name) for name, _ in choices.commands)


@pytest.mark.parametrize("typed", ["~nobody-of-that-name/x", "\ud800/x", "\0/x"])
def test_a_path_that_cannot_be_one_has_no_candidates(tmp_path: Path, typed: str) -> None:
    assert list(folders_like(tmp_path, typed)) == []
    assert paths_like(tmp_path, typed) == []
