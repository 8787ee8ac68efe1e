"""Taking a task's work from the dashboard: the plan, the conflict, and what rows say of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.agents.delegation import prepare
from app.dashboard.screen.mergescreen import MergeScreen
from app.model.draft import Draft
from app.model.workspace import Workspace
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from app.workspace.taking import merge_plan, take
from tests.dashboard.opened import NARROW, Seat, opened
from tests.support import delegate, ended
from tests.workspace.repositories import Repo
from tests.workspace.tasked import begun, done, place_of


async def at_table(seat: Seat) -> None:
    """Have the newest task under the cursor."""
    await seat.finds(lambda: seat.main.table.cursor_task)
    seat.main.focus_pane("table")


async def test_m_shows_the_plan_and_y_takes_it(registry: Registry, config: Config, repo: Repo) -> None:
    task = done(registry, config, repo)
    before = repo.state()
    async with opened(registry) as seat:
        await at_table(seat)
        await seat.press("m")
        await seat.sees(f"take #{task.number}", place_of(registry, task).branch, "main in", "fast-forward")
        await seat.sees("3 files", "new.txt", "it can be taken as it is", "y take it")
        after = repo.state()
        assert {key: after[key] for key in before} == before
        await seat.press("y")
        await seat.sees(f"#{task.number} Change it is in main: fast-forward, 3 files")
    assert (repo.read("a.txt"), repo.read("keep.txt")) == ("changed\n", "keep\nmore\n")
    assert repo.git("status", "--porcelain") == ""
    assert repo.git("log", "--format=%s").splitlines() == ["Change it", "Work", "First"]


async def test_a_shell_command_typed_for_a_worktree_shows_its_changes_and_is_taken(
    registry: Registry, config: Config, repo: Repo
) -> None:
    assert config
    async with opened(registry) as seat:
        seat.main.session.folder = repo.top
        await seat.type("worktree:yes !echo made > made.txt")
        await seat.sees("shell command", "own worktree")
        await seat.press("enter")
        await seat.press("escape")
        await seat.sees("complete")
        assert not (repo.top / "made.txt").exists()
        await seat.press("d")
        await seat.sees("A made.txt", "m merge")
        await seat.press("m")
        await seat.sees("it can be taken as it is")
        await seat.press("y")
        await seat.sees("is in main")
    assert repo.read("made.txt") == "made\n"


async def test_squash_and_cherry_pick_are_offered_and_esc_leaves_all_as_it_was(
    registry: Registry, config: Config, repo: Repo
) -> None:
    done(registry, config, repo)
    repo.write("src/b.py", "print('mine')\n")
    repo.commit("Mine")
    before = repo.state()
    async with opened(registry, NARROW) as seat:
        await at_table(seat)
        await seat.press("m")
        await seat.sees("merge: a commit of yours joins the two")
        await seat.press("s")
        await seat.sees("squash: all of it as one commit")
        await seat.press("c")
        await seat.sees("cherry-pick: its commits")
        await seat.press("escape")
        await seat.finds(lambda: not isinstance(seat.app.screen, MergeScreen))
        assert repo.state() == before
        await seat.press("m")
        await seat.sees("joins the two")
        await seat.press("s")
        await seat.sees("squash: all of it", "y take it")
        await seat.press("y")
        await seat.sees("is in main: squash")
    assert repo.git("log", "--format=%s").splitlines() == ["Change it", "Mine", "First"]


async def test_a_conflict_is_told_by_file_and_leaves_the_checkout_alone(
    registry: Registry, config: Config, repo: Repo
) -> None:
    done(registry, config, repo)
    repo.write("a.txt", "mine\n")
    repo.commit("Mine")
    before = repo.state()
    async with opened(registry) as seat:
        await at_table(seat)
        await seat.press("m")
        await seat.sees("conflicts", "git cannot decide these; nothing was changed", "a.txt")
        assert "y take it" not in seat.screen
        await seat.press("y")
        await seat.sees("git cannot decide these")
        await seat.press("escape")
    assert repo.state() == before


async def test_uncommitted_work_in_the_way_is_named(registry: Registry, config: Config, repo: Repo) -> None:
    done(registry, config, repo)
    repo.write("keep.txt", "mine, unfinished\n")
    before = repo.state()
    async with opened(registry) as seat:
        await at_table(seat)
        await seat.press("m")
        await seat.sees("what you have not committed would be overwritten", "keep.txt", "commit or stash it")
        await seat.press("y", "escape")
    assert repo.state() == before


async def test_taking_is_offered_only_where_there_is_something_to_take(
    registry: Registry, config: Config, repo: Repo
) -> None:
    place = Workspace(worktree=True, checkout=str(repo.top))
    idle = ended(registry, begun(registry, config, repo, "true", place))
    in_place = done(registry, config, repo, "echo more >> keep.txt", Workspace(checkout=str(repo.top)))
    repo.git("checkout", "-q", ".")
    at_work = done(registry, config, repo)
    async with opened(registry, (160, 30)) as seat:
        await at_table(seat)
        for task, offered in ((at_work, True), (in_place, False), (idle, False), (at_work, True)):
            assert seat.main.table.select(task.id)
            await seat.press("d")
            await (seat.sees if offered else seat.sees_no)("m merge")
            seat.main.focus_pane("table")


@pytest.mark.parametrize("by_hand", [False, True])
async def test_what_was_taken_is_said_on_its_row_not_offered_again_and_deleted_unasked(
    registry: Registry, config: Config, repo: Repo, by_hand: bool
) -> None:
    other = done(registry, config, repo)
    task = done(registry, config, repo, "echo two > two.txt; git add -A; git commit -qm Two")
    async with opened(registry, (160, 30)) as seat:
        await at_table(seat)
        await seat.press("d")
        await seat.sees("m merge")
        if by_hand:
            repo.git("merge", "-q", "--no-ff", "--no-edit", place_of(registry, task).branch)
            seat.main.focus_pane("table")
            assert seat.main.table.select(other.id)
            assert seat.main.table.select(task.id)
        else:
            await seat.press("m")
            await seat.sees("y take it")
            await seat.press("y")
            await seat.sees(f"#{task.number} Change it is in main")
        await seat.sees("merged into main")
        assert "merged into main" in seat.row(f" {task.number}  Change")
        assert "merged into main" not in seat.row(f" {other.number}  Change")
        await seat.sees_no("m merge")
        seat.main.details.select_tab("details")
        await seat.sees("merged     into main")
        seat.main.focus_pane("table")
        await seat.press("D")
        await seat.sees("U brings it back")
    assert registry.ids() == [other.id]


async def test_what_was_merged_and_taken_out_again_can_be_taken_again(
    registry: Registry, config: Config, repo: Repo
) -> None:
    task = done(registry, config, repo)
    take(registry, task, merge_plan(registry.home, task))
    assert registry.load(task.id).taken == "main"
    repo.git("reset", "-q", "--hard", "HEAD^^")
    async with opened(registry, (160, 30)) as seat:
        await at_table(seat)
        await seat.sees("merged into main")
        await seat.press("m")
        await seat.sees("it can be taken as it is")
        await seat.press("escape")
        await seat.sees_no("merged into main")
        await seat.press("d")
        await seat.sees("m merge")


async def test_what_cannot_be_taken_says_why(
    registry: Registry, config: Config, repo: Repo, tmp_path: Path
) -> None:
    plain = ended(registry, delegate(registry, "!true", config, repo.top))
    async with opened(registry) as seat:
        await at_table(seat)
        await seat.press("m")
        await seat.sees(f"#{plain.number} has no worktree: there is nothing to merge")
    stop = tmp_path / "stop"
    runs = begun(registry, config, repo, f"until [ -e {stop} ]; do sleep 0.05; done")
    async with opened(registry) as seat:
        await seat.sees("▶")
        await at_table(seat)
        await seat.press("m")
        await seat.sees(f"#{runs.number} is running: merge it once it has ended")
    stop.touch()
    ended(registry, runs)


async def test_sentences_show_changes_and_merge(registry: Registry, config: Config, repo: Repo) -> None:
    task = done(registry, config, repo)
    async with opened(registry) as seat:
        await at_table(seat)
        await seat.press("n")
        await seat.type(f"show me what #{task.number} changed")
        await seat.sees(f"show what #{task.number} Change it changed")
        await seat.press("enter")
        await seat.sees("3 files +3 −20", "M a.txt")
        await seat.press("escape", "n")
        await seat.enter(f"merge #{task.number}")
        await seat.sees("it can be taken as it is")
        await seat.press("escape")


async def test_two_running_tasks_that_changed_the_same_file_are_marked_on_both_rows(
    registry: Registry, config: Config, repo: Repo, tmp_path: Path
) -> None:
    stop = tmp_path / "stop"
    wait = f"until [ -e {stop} ]; do sleep 0.05; done"
    place = Workspace(worktree=True, checkout=str(repo.top))
    one = begun(registry, config, repo, f"echo one >> a.txt; {wait}", place)
    two = begun(registry, config, repo, f"echo two >> a.txt; git commit -qam Two; {wait}", place)
    other = begun(registry, config, repo, f"echo three >> keep.txt; {wait}", place)
    async with opened(registry, (160, 30)) as seat:
        await seat.sees(f"same file as #{two.number}", f"same file as #{one.number}")
        assert f"⇄#{two.number}" in seat.row(f" {one.number}  Change")
        assert "⇄" not in seat.row(f" {other.number}  Change")
        stop.touch()
        await seat.sees_no("same file as")
    for task in (one, two, other):
        ended(registry, task)


async def test_a_row_says_what_is_done_around_the_command_and_how_the_check_went(
    registry: Registry, config: Config, repo: Repo, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    held = f"until [ -e {go} ]; do sleep 0.05; done"
    new = prepare(Draft("true", shell="true", worktree=True, check=f"{held}; false"), repo.top, config)
    task = operations.submit(registry, new, {"PATH": "/usr/bin:/bin"}, config)
    async with opened(registry) as seat:
        await seat.sees("checking")
        go.touch()
        await seat.sees("check failed")
    ended(registry, task)
    good = prepare(Draft("true", shell="true", worktree=True, check="true"), repo.top, config)
    ended(registry, operations.submit(registry, good, {"PATH": "/usr/bin:/bin"}, config))
    async with opened(registry) as seat:
        await seat.sees("complete checked")
