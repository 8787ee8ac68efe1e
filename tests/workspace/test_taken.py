"""Work that was merged and is not any more: it is held again, and nothing says that it is merged."""

from __future__ import annotations

import pytest

from app.registry.config import Config
from app.registry.store import Registry
from app.workspace.applying import merge
from app.workspace.discarding import discard, holdings
from app.workspace.merging import Mode, merged_into, plan
from app.workspace.restoring import bring_back
from app.workspace.taking import held_by, merge_plan, note_if_merged, note_plan, take
from tests.workspace.repositories import Repo
from tests.workspace.tasked import done

MODES = (Mode.FAST_FORWARD, Mode.MERGE, Mode.SQUASH, Mode.PICK)


@pytest.mark.parametrize("mode", MODES)
def test_a_merge_that_the_user_threw_away_is_none(repo: Repo, mode: Mode) -> None:
    workspace, before = repo.workspace(), repo.head()
    agent = repo.within(workspace)
    agent.write("new.txt", "new\n")
    agent.commit("New")
    agent.write("loose.txt", "loose\n")
    merge(plan(workspace, mode))
    assert holdings(workspace).empty
    assert merged_into(workspace) == "main"
    repo.git("reset", "-q", "--hard", before)
    assert holdings(workspace).words == "holds 1 commit, 1 uncommitted file, not merged"
    assert merged_into(workspace) is None
    gone = discard(workspace, yes=True)
    assert gone is not None
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")
    back = bring_back(repo.facts(), gone.ref)
    assert holdings(back).words == "holds 1 commit, 1 uncommitted file, not merged"


@pytest.mark.parametrize("mode", MODES)
def test_a_merge_that_another_branch_keeps_holds_nothing_and_is_in_no_other(repo: Repo, mode: Mode) -> None:
    workspace, before = repo.workspace(), repo.head()
    agent = repo.within(workspace)
    agent.write("new.txt", "new\n")
    agent.commit("New")
    merge(plan(workspace, mode))
    repo.git("branch", "kept")
    repo.git("reset", "-q", "--hard", before)
    assert holdings(workspace).empty
    assert merged_into(workspace) is None


@pytest.mark.parametrize("mode", MODES)
def test_the_task_says_no_more_that_it_is_merged_once_it_is_not(
    registry: Registry, config: Config, repo: Repo, mode: Mode
) -> None:
    task, before = done(registry, config, repo), repo.head()
    take(registry, task, merge_plan(registry.home, task, mode))
    assert registry.load(task.id).taken == "main"
    repo.git("checkout", "-q", "-b", "elsewhere", before)
    note_if_merged(registry, registry.load(task.id))
    assert registry.load(task.id).taken == "main"
    repo.git("branch", "-f", "main", before)
    note_if_merged(registry, registry.load(task.id))
    assert registry.load(task.id).taken is None


def test_a_merge_whose_commit_was_written_anew_counts_once_a_look_has_found_it(
    registry: Registry, config: Config, repo: Repo
) -> None:
    task = done(registry, config, repo)
    take(registry, task, merge_plan(registry.home, task, Mode.SQUASH))
    repo.git("commit", "-q", "--amend", "-m", "In other words")
    note_plan(registry, task, merge_plan(registry.home, task))
    note_if_merged(registry, registry.load(task.id))
    assert registry.load(task.id).taken == "main"


def test_a_look_at_what_is_merged_forgets_nothing_of_it(
    registry: Registry, config: Config, repo: Repo
) -> None:
    task = done(registry, config, repo)
    take(registry, task, merge_plan(registry.home, task))
    note_plan(registry, task, merge_plan(registry.home, task))
    assert held_by(registry.home, [task])[0].empty
