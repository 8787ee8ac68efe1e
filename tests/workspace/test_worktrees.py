"""The worktree of a task: what is in it, what the user's checkout sees of it, and many at once."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.model.changes import Kind
from app.workspace.git import RepositoryBusy
from app.workspace.place import branch_name, every, from_record, to_record
from app.workspace.providing import Provision
from app.workspace.working import changes_in, uncommitted_in
from app.workspace.worktrees import CannotIsolate, Wanted, create, remove
from tests.workspace.repositories import Repo

HOSTILE = (
    "new\nline",
    'quo"te',
    "-leading",
    "--help",
    "ünï",
    b"\xff\xfe.bin".decode(errors="surrogateescape"),
)
"""Names that have broken programs around git: each is a file in a repository of a test."""


def test_a_worktree_has_its_branch_and_the_checkout_does_not_notice(repo: Repo) -> None:
    before = repo.state(refs=False)
    workspace = repo.workspace()
    assert repo.within(workspace).git("branch", "--show-current") == "delegate/7-fix-lint"
    assert (workspace.folder / "src/b.py").read_text() == "print('b')\n"
    assert repo.state(refs=False) == before
    assert repo.git("status", "--porcelain") == ""
    assert repo.git("for-each-ref", "--format=%(refname)").split() == [
        "refs/heads/delegate/7-fix-lint",
        "refs/heads/main",
    ]
    assert every(repo.facts()) == (workspace,)
    assert from_record(to_record(workspace)) == workspace


def test_another_attempt_finds_the_worktree_of_the_first(repo: Repo) -> None:
    workspace = repo.workspace()
    repo.within(workspace).write("half.txt", "half\n")
    assert repo.workspace() == workspace
    assert (workspace.folder / "half.txt").exists()


def test_a_base_is_any_commit_and_nothing_else(repo: Repo) -> None:
    first = repo.head()
    repo.write("a.txt", "second\n")
    repo.commit("Second")
    assert repo.within(repo.workspace(base="main~1")).head() == first
    for wrong in ("nowhere", "--help", "main:a.txt"):
        with pytest.raises(CannotIsolate, match="base:"):
            repo.workspace(8, "other", base=wrong)


def test_uncommitted_changes_are_taken_along_uncommitted(repo: Repo) -> None:
    repo.write("a.txt", "staged\n")
    repo.git("add", "a.txt")
    repo.write("a.txt", "not staged\n")
    repo.write("new/untracked.txt", "untracked\n")
    (repo.top / "keep.txt").unlink()
    before = repo.state(refs=False)
    workspace = repo.workspace(carry=True)
    assert repo.state(refs=False) == before
    agent = repo.within(workspace)
    assert agent.read("a.txt") == "not staged\n"
    assert agent.git("status", "--porcelain").splitlines() == ["M a.txt", " D keep.txt", "?? new/"]
    assert uncommitted_in(workspace) == ()
    assert changes_in(workspace).words == "nothing changed"
    agent.write("a.txt", "the task's\n")
    assert uncommitted_in(workspace) == ("a.txt",)
    assert [file.path for file in changes_in(workspace).files] == ["a.txt"]


def test_changes_so_far_are_told_committed_or_not(repo: Repo) -> None:
    workspace = repo.workspace()
    agent = repo.within(workspace)
    agent.git("mv", "keep.txt", "kept.txt")
    agent.write("a.txt", agent.read("a.txt") + "more\n")
    agent.commit("Move and add")
    agent.write("new.bin", bytes(range(256)))
    found = changes_in(workspace)
    told = {file.path: (file.kind, file.added, file.removed, file.untracked) for file in found.files}
    assert told == {
        "a.txt": (Kind.MODIFIED, 1, 0, False),
        "kept.txt": (Kind.RENAMED, 0, 0, False),
        "new.bin": (Kind.ADDED, None, None, True),
    }
    assert [commit.subject for commit in found.commits] == ["Move and add"]
    assert found.words == "3 files +1 −0 · 1 commit"


def test_links_and_copies_are_there_and_not_in_the_status(repo: Repo) -> None:
    repo.write(".gitignore", "node_modules/\n.env\n")
    repo.commit("Ignore")
    repo.write("node_modules/left-pad/index.js", "x\n")
    repo.write(".env", "KEY=1\n")
    repo.write("own.cfg", "not ignored\n")
    before = repo.state(refs=False)
    provision = Provision(links=("node_modules", "own.cfg", "../outside", "missing"), copies=(".env",))
    workspace = repo.workspace(provision=provision)
    assert repo.state(refs=False) == before
    assert repo.git("status", "--porcelain") == "?? own.cfg"
    assert (workspace.folder / "node_modules").readlink() == repo.top / "node_modules"
    assert (workspace.folder / ".env").read_text() == "KEY=1\n"
    assert not (workspace.folder / ".env").is_symlink()
    assert repo.within(workspace).git("status", "--porcelain") == "?? own.cfg"
    assert workspace.notes == (
        "../outside does not lie in the project",
        "git does not ignore own.cfg: the task may commit it",
    )
    assert uncommitted_in(workspace) == ()
    remove(workspace)
    assert (repo.top / "node_modules/left-pad/index.js").exists()


def test_names_that_are_hostile_arrive(repo: Repo) -> None:
    for name in HOSTILE:
        repo.write(name, f"{name!r}\n")
    (repo.top / "link").symlink_to("nowhere")
    repo.commit("Hostile")
    workspace = repo.workspace(carry=True)
    agent = repo.within(workspace)
    for name in HOSTILE:
        agent.write(name, "changed\n")
    (workspace.folder / "link").unlink()
    (workspace.folder / "link").symlink_to("elsewhere")
    found = {file.path: file for file in changes_in(workspace).files}
    assert set(found) == {*HOSTILE, "link"}
    assert found["link"].link
    assert all((found[name].added, found[name].removed) == (1, 1) for name in HOSTILE)


@pytest.mark.parametrize(
    "name", ["a b", "Ärger/../x", "-x", ".lock", "x.lock", "@{-1}", "a..b", "~^:?*[\\", ""]
)
def test_every_name_makes_a_branch_that_git_accepts(repo: Repo, name: str) -> None:
    branch = branch_name(7, name)
    assert repo.git("check-ref-format", "--branch", branch) == branch
    assert branch.startswith("delegate/7-")


def test_a_branch_with_work_is_never_taken_for_free(repo: Repo) -> None:
    workspace = repo.workspace()
    agent = repo.within(workspace)
    agent.write("new.txt", "new\n")
    tip = agent.commit("Work")
    shutil.rmtree(workspace.folder)
    again = repo.workspace()
    assert again.branch == "delegate/7-fix-lint-2"
    assert repo.git("rev-parse", "delegate/7-fix-lint") == tip


def test_a_repository_without_commit_says_what_to_do(tmp_path: Path) -> None:
    repo = Repo.make(tmp_path / "empty")
    repo.write("a.txt", "a\n")
    with pytest.raises(CannotIsolate, match=r"no commit yet.*worktree:no"):
        repo.workspace()


def test_what_is_in_the_way_is_not_removed(repo: Repo) -> None:
    place = repo.top.parent / "workspaces" / "7-fix-lint"
    place.mkdir(parents=True)
    (place / "precious").write_text("mine\n")
    with pytest.raises(CannotIsolate, match="in the way"):
        repo.workspace()
    assert (place / "precious").read_text() == "mine\n"
    assert repo.git("branch", "--format=%(refname:short)") == "main"


def test_any_state_of_the_checkout_will_do(repo: Repo, tmp_path: Path) -> None:
    repo.git("checkout", "-q", "--detach")
    assert repo.workspace(1).base == repo.head()
    repo.git("checkout", "-q", "-b", "side", "main")
    repo.write("a.txt", "side\n")
    repo.commit("Side")
    repo.git("checkout", "-q", "main")
    repo.write("a.txt", "main\n")
    repo.commit("Main")
    with pytest.raises(Exception, match="rebase"):
        repo.git("rebase", "side")
    assert repo.facts().under_way == "a rebase"
    before = repo.state(refs=False)
    workspace = repo.workspace(2, carry=True)
    assert "<<<<<<<" in (workspace.folder / "a.txt").read_text()
    assert repo.state(refs=False) == before
    bare = Repo(tmp_path / "bare.git")
    repo.git("clone", "-q", "--bare", str(repo.top), str(bare.top))
    assert bare.facts().bare
    assert (bare.workspace(3).folder / "keep.txt").exists()


def test_a_submodule_is_told(repo: Repo, tmp_path: Path) -> None:
    inner = Repo.make(tmp_path / "inner")
    inner.write("i.txt", "i\n")
    inner.commit("Inner")
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.top), "lib")
    repo.commit("Add lib")
    workspace = repo.workspace()
    assert "submodules are empty here" in workspace.notes[0]
    assert changes_in(workspace).words == "nothing changed"
    remove(workspace)
    assert not workspace.folder.exists()
    assert repo.git("status", "--porcelain") == ""


def test_twenty_at_once_all_get_theirs(repo: Repo) -> None:
    for number in range(200):
        repo.write(f"many/{number}.txt", f"{number}\n")
    repo.commit("Many")
    repo.write("a.txt", "uncommitted\n")
    before = repo.state(refs=False)
    with ThreadPoolExecutor(20) as pool:
        made = list(pool.map(lambda number: repo.workspace(number, "task", carry=True), range(1, 21)))
    assert repo.state(refs=False) == before
    assert {workspace.number for workspace in every(repo.facts())} == set(range(1, 21))
    assert all((workspace.folder / "a.txt").read_text() == "uncommitted\n" for workspace in made)
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(remove, made))
    assert every(repo.facts()) == ()
    assert repo.git("worktree", "list").count("\n") == 0


def test_the_users_settings_change_nothing(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loud = tmp_path / "loud"
    loud.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
    loud.chmod(0o755)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "pre-commit"):
        shutil.copy(loud, hooks / hook)
    for name, value in {
        "diff.external": str(loud),
        "core.pager": str(loud),
        "core.hooksPath": str(hooks),
        "core.fsmonitor": str(loud),
        "core.editor": str(loud),
        "gpg.program": str(loud),
        "commit.gpgSign": "true",
        "color.ui": "always",
        "core.quotePath": "true",
        "core.autocrlf": "input",
        "core.safecrlf": "true",
        "core.splitIndex": "true",
        "diff.noprefix": "true",
        "diff.renames": "false",
        "status.showUntrackedFiles": "no",
        "status.relativePaths": "true",
        "log.showSignature": "true",
        "branch.autoSetupMerge": "always",
    }.items():
        repo.git("config", name, value)
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(loud))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    found = repo.facts()
    monkeypatch.delenv("GIT_DIR")
    assert found.top == repo.top
    repo.write("ü\r\n.txt", "one\r\ntwo\r\n")
    workspace = create(found, Wanted(7, "x", repo.top.parent / "w", carry=True))
    (workspace.folder / "a.txt").rename(workspace.folder / "moved.txt")
    told = {(file.path, file.kind) for file in changes_in(workspace).files}
    assert told == {("moved.txt", Kind.RENAMED)}
    assert (workspace.folder / "ü\r\n.txt").exists()
    assert not (tmp_path / "ran").exists()


def test_a_lock_that_stays_ends_in_clear_words(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.workspace.git.LOCK_PATIENCE_S", 0.2)
    lock = repo.top / ".git/refs/heads/delegate/7-fix-lint.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    with pytest.raises(RepositoryBusy, match="another git works there"):
        repo.workspace()
    lock.unlink()
    assert repo.workspace().folder.is_dir()
