"""Looking at what a task changed and taking it, in a real terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.registry.config import Config
from app.registry.store import Registry
from tests.e2e.conftest import Open
from tests.workspace.repositories import Repo, three_files
from tests.workspace.tasked import WORK, done


@pytest.fixture
def repo(tmp_path: Path, home: Path) -> Repo:
    """A repository with three files and one commit; ``home`` comes first, so that git's settings are ours."""
    assert home
    return three_files(tmp_path / "shop")


@pytest.mark.parametrize(("width", "height"), [(160, 45), (80, 24)])
def test_look_at_the_changes_merge_delete_and_undo(
    registry: Registry, config: Config, repo: Repo, open_terminal: Open, width: int, height: int
) -> None:
    hostile = (
        "printf 'x\\033]0;owned\\007y\\n' > \"$(printf 'e\\033[2Jvil')\"; git add -A; git commit -qm More"
    )
    done(registry, config, repo, f"{WORK}; {hostile}")
    before = repo.state(refs=False)
    terminal = open_terminal(width, height)
    terminal.expect("Change it", "✓")
    terminal.press("d")
    terminal.expect("4 files +4 −20 · 2 commits", "M a.txt", "A evil", "Commits")
    terminal.press("Enter")
    terminal.expect("change 1 of 1 · file 1 of 4", "− line 1")
    terminal.press("]")
    terminal.expect("file 2 of 4", "+ xy")
    terminal.press("Left")
    terminal.expect("⏎ diff")
    assert repo.state(refs=False) == before
    terminal.press("m")
    terminal.expect("fast-forward", "4 files", "y take it")
    assert repo.state(refs=False) == before
    terminal.press("y")
    terminal.expect("is in main: fast-forward")
    assert repo.read("a.txt") == "changed\n"
    assert repo.git("status", "--porcelain") == ""
    terminal.press("Escape")
    terminal.expect("/ filter")
    terminal.press("D")
    terminal.expect("U brings it back")
    assert repo.git("for-each-ref", "refs/heads/delegate") == ""
    terminal.press("U")
    terminal.expect("is back")
    assert repo.git("for-each-ref", "--format=%(refname:short)", "refs/heads/delegate").endswith("change-it")


def test_a_conflict_is_told_and_nothing_of_the_users_changes(
    registry: Registry, config: Config, repo: Repo, open_terminal: Open
) -> None:
    done(registry, config, repo)
    repo.write("a.txt", "mine\n")
    repo.commit("Mine")
    repo.write("src/b.py", "unfinished\n")
    before = repo.state()
    terminal = open_terminal(100, 30)
    terminal.expect("Change it", "✓")
    terminal.press("m")
    terminal.expect("conflicts", "a.txt", "nothing was changed")
    terminal.press("s")
    terminal.expect("squash", "conflicts")
    terminal.press("y")
    terminal.press("Escape")
    terminal.gone("conflicts")
    assert repo.state() == before
