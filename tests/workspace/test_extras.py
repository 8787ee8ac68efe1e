"""Ignored files of a worktree: they come back with an undo, or the question names what does not."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from app.workspace import extras
from app.workspace.discarding import HoldsWork, discard, discarded, forget, holdings
from app.workspace.extras import extras_in
from app.workspace.packing import sweep
from app.workspace.providing import Provision
from app.workspace.restoring import bring_back
from tests.workspace.repositories import Repo

MEBIBYTE = 1024 * 1024


@pytest.fixture
def ignoring(repo: Repo) -> Repo:
    """The repository, which ignores what many do."""
    repo.write(".gitignore", "*.log\n.env\n/build/\n/data/\nnode_modules\n__pycache__/\n")
    repo.commit("Ignore")
    return repo


def large(agent: Repo, path: str, mebibytes: int = 200) -> Path:
    """A file of some size that takes no room."""
    file = agent.write(path, b"")
    os.truncate(file, mebibytes * MEBIBYTE)
    return file


def packed(repo: Repo) -> list[Path]:
    """The files that hold what was ignored."""
    return list((repo.top / ".git/delegate/discarded").glob("*"))


def test_ignored_files_come_back_with_modes_links_and_folders_as_they_were(ignoring: Repo) -> None:
    workspace = ignoring.workspace()
    agent = ignoring.within(workspace)
    agent.write(".env", "SECRET=1\n").chmod(0o600)
    agent.write("build/bin/run", "#!/bin/sh\n").chmod(0o755)
    (workspace.folder / "build/empty").mkdir()
    (workspace.folder / "build/latest").symlink_to("bin/run")
    agent.write("new/\udcff name.log", b"\0\xff")
    agent.write("work.txt", "work\n")
    before = agent.state(refs=False)
    assert holdings(workspace).words == "holds 1 uncommitted file, not merged"
    gone = discard(workspace, yes=True)
    assert gone is not None
    assert not workspace.folder.exists()
    assert [stat.S_IMODE(path.stat().st_mode) for path in packed(ignoring)] == [0o600]
    assert "SECRET" not in ignoring.git("log", "-p", "--all", "--format=%B")
    bring_back(ignoring.facts(), gone.ref)
    found = {path: what for path, what in agent.state(refs=False).items() if not path.startswith(".git/")}
    assert found == {path: what for path, what in before.items() if not path.startswith(".git/")}
    assert (workspace.folder / "build/empty").is_dir()
    assert packed(ignoring) == []


def test_what_is_too_large_is_named_with_its_size_before_it_is_thrown_away(ignoring: Repo) -> None:
    workspace = ignoring.workspace()
    agent = ignoring.within(workspace)
    large(agent, "data/shop.db")
    agent.write("data/shop.db.lock", "")
    agent.write(".env", "SECRET=1\n")
    lost = "2 ignored files, 200 MiB (data), that cannot be brought back"
    assert holdings(workspace).words == f"holds nothing that is not merged, but {lost}"
    with pytest.raises(HoldsWork, match="cannot be brought back"):
        discard(workspace)
    assert (workspace.folder / "data/shop.db").exists()
    agent.write("work.txt", "work\n")
    assert holdings(workspace).words == f"holds 1 uncommitted file, not merged, and {lost}"
    gone = discard(workspace, yes=True)
    assert gone is not None
    bring_back(ignoring.facts(), gone.ref)
    assert agent.read(".env") == "SECRET=1\n"
    assert not (workspace.folder / "data").exists()


def test_what_tools_make_again_is_told_and_alone_asks_nobody(ignoring: Repo) -> None:
    workspace = ignoring.workspace()
    agent = ignoring.within(workspace)
    large(agent, "node_modules/huge/index.js", 100)
    large(agent, "build/debug/out.o", 100)
    agent.write("build/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n")
    assert holdings(workspace).empty
    agent.write("work.txt", "work\n")
    assert "3 ignored files, 200 MiB (node_modules, build), that cannot" in holdings(workspace).words


def test_what_is_in_a_new_folder_of_ignored_files_counts_once(ignoring: Repo) -> None:
    workspace = ignoring.workspace()
    agent = ignoring.within(workspace)
    large(agent, "new/deep/large.log", 40)
    agent.write("own/.gitignore", "*\n")
    agent.write("own/secret", "secret\n")
    found = extras_in(workspace, ())
    assert {extra.path: extra.files for extra in found.kept} == {"new": 1, "own": 2}
    assert found.lost == ()
    large(agent, "new/deep/large.log", 80)
    assert "1 ignored file, 80 MiB (new), that cannot be brought back" in holdings(workspace).words


def test_the_smallest_are_kept_first_and_what_tools_make_last(
    ignoring: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "ROOM", 1000)
    workspace = ignoring.workspace()
    agent = ignoring.within(workspace)
    for path, size in (("a.log", 600), ("b.log", 500), ("c.log", 100), ("__pycache__/x.pyc", 450)):
        agent.write(path, b"x" * size)
    found = extras_in(workspace, ())
    assert [extra.path for extra in found.kept] == ["c.log", "b.log"]
    assert [extra.path for extra in found.lost] == ["a.log", "__pycache__"]


def test_links_of_ours_are_neither_followed_nor_counted_and_copies_only_where_they_changed(
    ignoring: Repo,
) -> None:
    ignoring.write("node_modules/mine/index.js", "mine\n")
    ignoring.write(".env", "MINE=1\n")
    ignoring.write("build/given.txt", "given\n")
    mine = ignoring.state(refs=False)
    given = Provision(links=("node_modules",), copies=(".env", "build"))
    workspace = ignoring.workspace(provision=given)
    agent = ignoring.within(workspace)
    assert extras_in(workspace, ()) == extras.Extras()
    agent.write(".env", "TASK=2\n")
    agent.write("build/made.txt", "made\n")
    assert [extra.path for extra in extras_in(workspace, ()).kept] == [".env", "build"]
    gone = discard(workspace, yes=True, always=True)
    assert gone is not None
    assert ignoring.state(refs=False) == mine
    back = bring_back(ignoring.facts(), gone.ref, given)
    assert (agent.read(".env"), agent.read("build/made.txt")) == ("TASK=2\n", "made\n")
    assert (workspace.folder / "node_modules").readlink() == ignoring.top / "node_modules"
    assert set(back.linked) == {"node_modules", ".env", "build"}
    assert holdings(back).words == "holds nothing that is not merged"
    assert ignoring.state(refs=False) == mine


def test_an_undo_writes_through_no_link_that_the_project_names_by_now(ignoring: Repo) -> None:
    ignoring.write("node_modules/mine/index.js", "mine\n")
    mine = ignoring.state(refs=False)
    workspace = ignoring.workspace()
    agent = ignoring.within(workspace)
    agent.write("node_modules/own/index.js", "own\n")
    gone = discard(workspace, yes=True, always=True)
    assert gone is not None
    bring_back(ignoring.facts(), gone.ref, Provision(links=("node_modules",)))
    assert agent.read("node_modules/own/index.js") == "own\n"
    assert ignoring.state(refs=False) == mine


def test_links_of_the_tasks_that_lead_out_are_kept_as_links(ignoring: Repo, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_text("outside\n")
    workspace = ignoring.workspace()
    (workspace.folder / "build").mkdir()
    (workspace.folder / "build/out").symlink_to(tmp_path / "outside")
    (workspace.folder / "data").symlink_to(tmp_path / "outside")
    server = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(workspace.folder / "build")
    try:
        server.bind("socket")
    finally:
        os.chdir(here)
        server.close()
    os.mkfifo(workspace.folder / "build/pipe")
    found = extras_in(workspace, ())
    assert (sum(extra.files for extra in found.kept), found.lost) == (1, ())
    gone = discard(workspace, yes=True, always=True)
    assert gone is not None
    bring_back(ignoring.facts(), gone.ref)
    assert (workspace.folder / "build/out").readlink() == tmp_path / "outside"
    assert (tmp_path / "outside" / "file").read_text() == "outside\n"


def test_a_folder_that_cannot_be_read_is_lost_and_said_so(
    ignoring: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = ignoring.workspace()
    secret = ignoring.within(workspace).write("build/secret", "secret\n")
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) != secret)
    assert not holdings(workspace).empty
    assert "at least 1 ignored file, less than 1 MiB (build)" in holdings(workspace).words


def test_what_is_forgotten_leaves_nothing_of_its_ignored_files(ignoring: Repo) -> None:
    workspace = ignoring.workspace()
    ignoring.within(workspace).write(".env", "SECRET=1\n")
    gone = discard(workspace, yes=True, always=True)
    assert gone is not None
    assert len(packed(ignoring)) == 1
    forget(ignoring.facts(), gone.ref)
    assert (packed(ignoring), discarded(ignoring.facts())) == ([], ())


def test_ignored_files_are_kept_even_where_nothing_else_is_held(ignoring: Repo) -> None:
    workspace = ignoring.workspace()
    ignoring.within(workspace).write(".env", "SECRET=1\n")
    gone = discard(workspace)
    assert gone is not None
    back = bring_back(ignoring.facts(), gone.ref)
    assert (back.folder / ".env").read_text() == "SECRET=1\n"


def test_files_that_a_killed_discard_left_are_swept_in_their_time(ignoring: Repo) -> None:
    workspace = ignoring.workspace()
    ignoring.within(workspace).write(".env", "SECRET=1\n")
    assert discard(workspace) is not None
    (left,) = packed(ignoring)
    orphan = left.with_name("orphan.tar.gz")
    orphan.write_bytes(b"")
    os.utime(orphan, (1000, 1000))
    sweep(ignoring.facts(), before=2000)
    assert packed(ignoring) == [left]


@pytest.mark.parametrize("spoil", ["remove", "cut", "fill"])
def test_a_spoilt_file_of_ignored_files_does_not_keep_the_work_away(ignoring: Repo, spoil: str) -> None:
    workspace = ignoring.workspace()
    agent = ignoring.within(workspace)
    agent.write("build/blob", os.urandom(300_000))
    agent.write("work.txt", "work\n")
    gone = discard(workspace, yes=True)
    assert gone is not None
    (file,) = packed(ignoring)
    if spoil == "remove":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:100_000] if spoil == "cut" else b"no archive" * 100)
    back = bring_back(ignoring.facts(), gone.ref)
    assert agent.read("work.txt") == "work\n"
    assert "ignored files" in back.notes[-1]
