"""The top of a checkout, found without git: as git itself finds it, wherever a folder lies."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.model.status import Status
from app.model.task import Request, State, Task
from app.model.workspace import Workspace
from app.registry.checkout import checkout_of, led_to, marked
from app.registry.queueing import waiting
from tests.support import need
from tests.workspace.repositories import Repo

PLACES = {
    "its top": "shop",
    "deep inside": "shop/src/app",
    "a worktree": "beside/src",
    "a submodule": "shop/part/lib",
    "below an empty .git": "shop/stripped/src",
    "below a .git that is no folder": "shop/pipe/src",
    "a linked .git": "linked/src",
    "a .git without a commit": "fresh/src",
    "a .git that leads into the repository of another": "odd/src",
    "no repository": "plain/src",
}


@pytest.fixture
def ground(tmp_path: Path, home: Path) -> Path:
    """Checkouts of every kind; ``home`` keeps the user's own settings out."""
    assert home
    need("git")
    shop = Repo.make(tmp_path / "shop")
    shop.write("src/app/a.txt", "one\n")
    shop.commit("First")
    shop.git("worktree", "add", "-q", str(tmp_path / "beside"))
    part = Repo.make(tmp_path / "part")
    part.write("lib/b.txt", "two\n")
    part.commit("First")
    shop.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(part.top), "part")
    for name in ("stripped/.git", "stripped/src", "pipe/src"):
        (shop.top / name).mkdir(parents=True)
    os.mkfifo(shop.top / "pipe" / ".git")
    linked, store = Repo.make(tmp_path / "linked").top, tmp_path / "store"
    (linked / ".git").rename(store)
    (linked / ".git").symlink_to(store)
    fresh = Repo.make(tmp_path / "fresh").top
    (fresh / ".git" / "HEAD").unlink()
    (fresh / ".git" / "HEAD").symlink_to("refs/heads/main")  # as git wrote it once (core.preferSymlinkRefs)
    odd = tmp_path / "odd"
    odd.mkdir()
    (odd / ".git").write_text(f"gitdir: {store}\n")
    for folder in (linked, fresh, odd, tmp_path / "plain"):
        (folder / "src").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_the_top_is_the_one_that_git_tells(ground: Path, place: str) -> None:
    asked = ["git", "rev-parse", "--show-toplevel"]
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(ground.parent)}
    done = subprocess.run(asked, cwd=ground / place, env=environment, capture_output=True, check=False)
    told = Path(os.fsdecode(done.stdout).strip()) if done.returncode == 0 else None
    assert checkout_of(ground / place) == told


def test_a_folder_that_is_gone_belongs_to_what_it_was_in(ground: Path) -> None:
    assert checkout_of(ground / "shop" / "no" / "such") == ground / "shop"


def test_what_cannot_be_looked_at_is_no_error(ground: Path) -> None:
    too_long = ground / "shop" / ("x" * 300)
    with pytest.raises(OSError, match="too long"):
        too_long.stat()
    assert checkout_of(too_long) == ground / "shop"


def test_a_task_whose_checkout_cannot_be_looked_at_holds_up_no_queue() -> None:
    place = Workspace(checkout=f"/{'x' * 300}")
    created = datetime(2026, 11, 20, tzinfo=UTC)
    request = Request(
        "Work", "command", ("true",), "/", "work", workspace=place, id="", number=1, created=created
    )
    assert waiting(Task(request, State(Status.QUEUED))).linked is False


def test_every_mark_is_told_the_nearest_first(ground: Path) -> None:
    stripped = ground / "shop" / "stripped"
    assert list(marked(stripped / "src")) == [stripped, ground / "shop"]
    assert list(marked(ground / "plain")) == []


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"gitdir: ../store\n", "beside/../store"),
        (b"gitdir: /a b/\xff\r\n", "/a b/\udcff"),
        (b"gitdir:../store\n", None),
        (b"gitdir: \n", None),
        (b"", None),
        (b"gitdir: /a\0b\n", None),
    ],
)
def test_where_a_file_leads(tmp_path: Path, said: bytes, told: str | None) -> None:
    mark = tmp_path / "beside" / ".git"
    mark.parent.mkdir()
    mark.write_bytes(said)
    assert led_to(mark) == (None if told is None else tmp_path / told)


def test_a_file_of_any_size_costs_no_more_than_a_path(tmp_path: Path) -> None:
    mark = tmp_path / ".git"
    mark.write_bytes(b"gitdir: /srv/shop\n")
    os.truncate(mark, 1 << 40)
    assert led_to(mark) is None
