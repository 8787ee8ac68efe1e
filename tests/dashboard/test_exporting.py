"""Giving a task's work away from the dashboard: its branch pushed, its patch written."""

from __future__ import annotations

from pathlib import Path

from app.model.workspace import Workspace
from app.registry.config import Config
from app.registry.store import Registry
from tests.dashboard.opened import opened
from tests.dashboard.test_taking import at_table
from tests.workspace.repositories import Repo
from tests.workspace.tasked import done, place_of


async def test_push_sends_the_branch_and_says_where_it_is(
    registry: Registry, config: Config, repo: Repo, tmp_path: Path
) -> None:
    far = Repo.make(tmp_path / "far", "--bare")
    task = done(registry, config, repo)
    async with opened(registry) as seat:
        await at_table(seat)
        await seat.press("P")
        await seat.sees("say which remote to push to: there is none")
        repo.git("remote", "add", "origin", str(far.top))
        await seat.press("P")
        await seat.sees(f"{place_of(registry, task).branch} is on origin")
    assert "Work" in far.git("log", "--format=%s", place_of(registry, task).branch)


async def test_e_writes_a_patch_says_where_and_never_over_a_file(
    registry: Registry, config: Config, repo: Repo, tmp_path: Path
) -> None:
    task = done(registry, config, repo)
    folder = tmp_path / "mine"
    folder.mkdir()
    async with opened(registry, (160, 30)) as seat:
        seat.main.session.folder = folder
        await at_table(seat)
        await seat.press("d")
        await seat.sees("E patch")
        await seat.press("E")
        await seat.sees("1-change-it.patch is the patch of", "git am reads it")
        first = (folder / "1-change-it.patch").read_bytes()
        await seat.press("E")
        await seat.sees("1-change-it-2.patch is the patch of")
    assert (folder / "1-change-it.patch").read_bytes() == first
    assert sorted(path.name for path in folder.iterdir()) == ["1-change-it-2.patch", "1-change-it.patch"]
    repo.git("am", "-q", str(folder / "1-change-it.patch"))
    assert (repo.read("a.txt"), repo.read("keep.txt")) == ("changed\n", "keep\nmore\n")
    assert registry.load(task.id).taken is None


async def test_a_patch_of_work_in_place_is_what_git_apply_reads_and_of_nothing_there_is_none(
    registry: Registry, config: Config, repo: Repo, tmp_path: Path
) -> None:
    done(registry, config, repo, "echo more >> keep.txt", Workspace(checkout=str(repo.top)))
    repo.git("checkout", "-q", ".")
    async with opened(registry, (160, 30)) as seat:
        seat.main.session.folder = tmp_path
        await at_table(seat)
        await seat.press("E")
        await seat.sees("1-change-it.patch is the patch of", "git apply reads it")
    repo.git("apply", str(tmp_path / "1-change-it.patch"))
    assert repo.read("keep.txt") == "keep\nmore\n"
    done(registry, config, repo, "true")
    async with opened(registry, (160, 30)) as seat:
        seat.main.session.folder = tmp_path
        await at_table(seat)
        await seat.press("E")
        await seat.sees("#2 Change it changed nothing: there is no patch to write")
