"""Undoing a discard or a deletion: cut short at any step, it can be done again, and nothing is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from app.cli.session import Session
from app.model.task import Task
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor.operations import OperationError
from app.workspace import leaving, notes
from app.workspace.facts import facts_of, place_lines
from app.workspace.git import GitError
from app.workspace.place import Workspace, every
from tests.workspace.dying import killed_at
from tests.workspace.repositories import Repo
from tests.workspace.tasked import done, place_of

WORK = (
    "echo changed > a.txt; echo new > new.txt; git add -A; git commit -qm Work; "
    "echo more >> keep.txt; echo loose > loose.txt; echo ignored > x.log"
)
MOST_STEPS = 200


@pytest.fixture
def task(registry: Registry, config: Config, repo: Repo) -> Task:
    """A task that committed something, left something uncommitted, and something that git ignores."""
    repo.write(".gitignore", "*.log\n")
    repo.commit("Ignore")
    return done(registry, config, repo, WORK)


def is_back(registry: Registry, repo: Repo, task: Task, tip: str) -> None:
    """Check with plain git that the worktree is as the task left it."""
    place = place_of(registry, task)
    agent = repo.within(place)
    assert (agent.head(), agent.git("branch", "--show-current")) == (tip, place.branch)
    assert agent.git("status", "--porcelain").splitlines() == ["M keep.txt", "?? loose.txt"]
    assert [agent.read(name) for name in ("keep.txt", "loose.txt", "x.log")] == [
        "keep\nmore\n",
        "loose\n",
        "ignored\n",
    ]
    assert every(repo.facts()) == (place,)
    assert repo.git("for-each-ref", "refs/delegate/") == ""
    assert notes.each(registry.home) == []


def place_shown(registry: Registry, task: Task) -> str:
    """What the details say of the task's place."""
    return dict(place_lines(task, facts_of(registry.home, task)))["workspace"]


def thrown_away(registry: Registry, task: Task) -> None:
    """Discard the worktree; the task stays."""
    leaving.throw_away(registry, task, yes=True)


def deleted(registry: Registry, task: Task) -> None:
    """Delete the task with its worktree."""
    leaving.delete(registry, [task], yes=True)


@pytest.mark.parametrize("leave", [thrown_away, deleted])
def test_an_undo_killed_at_any_step_is_done_by_the_next_one(
    registry: Registry, repo: Repo, task: Task, leave: Callable[[Registry, Task], None]
) -> None:
    tip = repo.git("rev-parse", place_of(registry, task).branch)
    ends = set()
    for step in range(1, MOST_STEPS):
        leave(registry, task)
        died = killed_at(step, lambda: leaving.undo(registry))
        unfinished = notes.unfinished(registry.home)
        if unfinished:
            assert "U, or delegate undo, brings back what is missing" in place_shown(registry, task)
        try:
            leaving.undo(registry)
            ends.add("repeated")
        except OperationError:
            assert not unfinished
            ends.add("complete")
        is_back(registry, repo, task, tip)
        if not died:
            break
    else:
        pytest.fail("it never came to its end")
    assert ends == {"repeated", "complete"}


def test_a_discard_killed_at_any_step_is_undone_or_repeated(
    registry: Registry, repo: Repo, task: Task
) -> None:
    tip = repo.git("rev-parse", place_of(registry, task).branch)
    repeats = False
    for step in range(1, MOST_STEPS):
        died = killed_at(step, lambda: thrown_away(registry, task))
        repeats = not repeats
        if repeats and place_of(registry, task).folder.is_dir():
            thrown_away(registry, task)
        if notes.each(registry.home):
            leaving.undo(registry)
            is_back(registry, repo, task, tip)
        assert repo.within(place_of(registry, task)).read("x.log") == "ignored\n"
        if not died:
            return
    pytest.fail("it never came to its end")


def test_the_details_tell_of_what_was_discarded_until_it_is_back(registry: Registry, task: Task) -> None:
    assert place_shown(registry, task) == str(place_of(registry, task).folder)
    thrown_away(registry, task)
    assert place_shown(registry, task).endswith("(discarded: U, or delegate undo, brings it back)")
    leaving.undo(registry)
    assert place_shown(registry, task) == str(place_of(registry, task).folder)


def test_what_programs_are_told_of_each_task_reads_no_note_of_any(
    registry: Registry, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    thrown_away(registry, task)
    monkeypatch.setattr(notes, "read", lambda path: pytest.fail(f"{path} was read"))
    told = Session().exported(task)
    assert told["workspace"] == str(place_of(registry, task).folder)


def test_an_undo_that_cannot_be_done_is_told_lets_others_pass_and_can_be_tried_again(
    registry: Registry, config: Config, repo: Repo, task: Task
) -> None:
    tip = repo.git("rev-parse", place_of(registry, task).branch)
    other = done(registry, config, repo, "true")
    leaving.delete(registry, [other])
    thrown_away(registry, task)
    repo.git("branch", place_of(registry, task).branch)
    with pytest.raises(GitError, match="another branch is called delegate/1-change-it by now"):
        leaving.undo(registry)
    assert "brings back what is missing" in place_shown(registry, task)
    assert [one.id for one in leaving.undo(registry).tasks] == [other.id]
    with pytest.raises(GitError, match="another branch"):
        leaving.undo(registry)
    repo.git("branch", "-D", place_of(registry, task).branch)
    leaving.delete(registry, [other])
    leaving.undo(registry)
    repo.git("worktree", "remove", "--force", str(place_of(registry, other).folder))
    undone = leaving.undo(registry)
    assert undone.worktree is not None
    is_back(registry, repo, task, tip)


def test_another_worktree_in_its_place_is_left_alone(registry: Registry, repo: Repo, task: Task) -> None:
    thrown_away(registry, task)
    place: Workspace = place_of(registry, task)
    shutil.rmtree(place.folder, ignore_errors=True)
    repo.git("worktree", "add", "-q", "--detach", str(place.folder))
    (place.folder / "mine.txt").write_text("mine\n")
    (place.folder / ".git").rename(place.folder / "git-file")
    repo.git("worktree", "prune")
    with pytest.raises(GitError, match="is in the way and is no worktree: move it aside"):
        leaving.undo(registry)
    assert (place.folder / "mine.txt").read_text() == "mine\n"
