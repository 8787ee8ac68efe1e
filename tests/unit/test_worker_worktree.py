"""Which files are somebody's unfinished work, read from git's listings."""

from __future__ import annotations

from app.agents.worker.worktree import Reason, Worktree, name_in, parse_status, parse_tracked, reasons


def tree(changed: set[str] | None = None, clean: set[str] | None = None) -> Worktree:
    return Worktree("/p", "abc", "refs/heads/main", frozenset(changed or ()), frozenset(clean or ()))


def test_every_kind_of_change_is_seen() -> None:
    raw = b" M a.js\0M  staged.js\0MM both.js\0?? new/x.js\0 D gone.js\0UU merged.js\0A  added.js\0"
    names = {"a.js", "staged.js", "both.js", "new/x.js", "gone.js", "merged.js", "added.js"}
    assert parse_status(raw) == names


def test_both_names_of_a_renamed_file_are_seen() -> None:
    assert parse_status(b"R  new name.js\0old\nname.js\0 M z.js\0") == {"new name.js", "old\nname.js", "z.js"}


def test_no_change_is_no_name() -> None:
    assert parse_status(b"") == frozenset()


def test_names_that_are_not_utf8_survive() -> None:
    assert parse_status(b" M \xff.js\0") == {"\udcff.js"}


def test_files_whose_changes_git_hides_do_not_count_as_clean() -> None:
    raw = b"H a.js\0h assumed.js\0S skipped.js\0H dir/with space.js\0M merged.js\0"
    assert parse_tracked(raw) == {"a.js", "dir/with space.js"}


def test_only_tracked_and_unchanged_files_may_be_touched() -> None:
    worktree = tree(changed={"src/mine.js"}, clean={"src/a.js", "src/mine.js"})
    files = {path: path for path in ("/p/src/a.js", "/p/src/mine.js", "/p/src/new.js", "/elsewhere/b.js")}
    assert reasons(worktree, files) == {
        "/p/src/mine.js": Reason.CHANGED,
        "/p/src/new.js": Reason.UNTRACKED,
        "/elsewhere/b.js": Reason.UNTRACKED,
    }


def test_a_link_stands_for_the_file_behind_it() -> None:
    worktree = tree(changed={"real.js"}, clean={"real.js", "link.js"})
    assert reasons(worktree, {"/p/link.js": "/p/real.js"}) == {"/p/link.js": Reason.CHANGED}


def test_without_a_repository_nothing_is_left_alone() -> None:
    assert reasons(None, {"/p/a.js": "/p/a.js"}) == {}


def test_names_are_as_git_writes_them() -> None:
    assert name_in(tree(), "/p/src/a.js") == "src/a.js"
