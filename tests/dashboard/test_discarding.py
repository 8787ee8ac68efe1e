"""Throwing a task's work away from the dashboard: what is asked before, and the undo."""

from __future__ import annotations

from app.registry.config import Config
from app.registry.store import Registry
from tests.dashboard.opened import opened
from tests.dashboard.test_taking import at_table
from tests.workspace.repositories import Repo
from tests.workspace.tasked import done, place_of


async def test_deleting_asks_by_what_is_held_and_undo_brings_all_of_it_back(
    registry: Registry, config: Config, repo: Repo
) -> None:
    task = done(registry, config, repo)
    place = place_of(registry, task)
    async with opened(registry) as seat:
        await at_table(seat)
        await seat.press("D")
        await seat.sees(f"#{task.number} holds 1 commit, 1 uncommitted file, not merged: delete it all?")
        await seat.press("n")
        assert registry.ids() == [task.id]
        await seat.press("D")
        await seat.sees("delete it all?")
        await seat.press("y")
        await seat.sees("U brings it back")
        await seat.finds(lambda: not place.folder.exists())
        await seat.press("U")
        await seat.sees("is back")
        assert (place.folder / "keep.txt").read_text() == "keep\nmore\n"
        assert repo.git("for-each-ref", "--format=%(refname:short)", "refs/heads/delegate") == place.branch


async def test_ignored_files_that_cannot_be_brought_back_are_named_by_the_question(
    registry: Registry, config: Config, repo: Repo
) -> None:
    repo.write(".gitignore", "*.db\n.env\n")
    repo.commit("Ignore")
    task = done(registry, config, repo, "truncate -s 200M shop.db; echo made > .env; echo work > work.txt")
    place = place_of(registry, task)
    async with opened(registry) as seat:
        await at_table(seat)
        await seat.press("n")
        await seat.enter(f"discard #{task.number}")
        await seat.sees("1 ignored file, 200 MiB (shop.db), that cannot be brought back: discard")
        await seat.sees("U brings the rest back")
        await seat.press("y")
        await seat.sees("discarded the work of", "U brings the rest back")
        await seat.press("escape", "U")
        await seat.sees("the worktree of #1 Change it is back")
    assert (place.folder / ".env").read_text() == "made\n"
    assert (place.folder / "work.txt").read_text() == "work\n"
    assert not (place.folder / "shop.db").exists()


async def test_what_holds_nothing_is_deleted_without_a_question(
    registry: Registry, config: Config, repo: Repo
) -> None:
    task = done(registry, config, repo, "true")
    place = place_of(registry, task)
    async with opened(registry) as seat:
        await at_table(seat)
        await seat.press("D")
        await seat.sees("U brings it back")
        await seat.finds(lambda: not place.folder.exists())


async def test_a_sentence_discards_after_one_question_and_undo_brings_it_back(
    registry: Registry, config: Config, repo: Repo
) -> None:
    task = done(registry, config, repo)
    place = place_of(registry, task)
    async with opened(registry) as seat:
        await at_table(seat)
        await seat.press("n")
        await seat.type(f"discard #{task.number}")
        await seat.sees("discard the worktree and the branch of")
        await seat.press("enter")
        await seat.sees("holds 1 commit, 1 uncommitted file, not merged: discard it?")
        await seat.press("y")
        await seat.sees("U brings it back")
        assert not place.folder.exists()
        assert registry.ids() == [task.id]
        await seat.press("escape", "U")
        await seat.sees("the worktree of #1 Change it is back")
    assert (place.folder / "keep.txt").read_text() == "keep\nmore\n"
