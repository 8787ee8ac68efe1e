"""The text of a diff in windows: as git prints it, wherever it is read, and side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.workspace.compare import files_between
from app.workspace.difftext import MOST_LINE, DiffText
from app.workspace.git import Git, GitError
from app.workspace.hunks import Line
from tests.workspace.repositories import Repo

TRICKY = "-- not a head\n++ nor this\n@@ -1 +1 @@\n\\ no\n diff --git a/x b/x\n"


def two(repo: Repo, before: str | bytes, after: str | bytes) -> tuple[str, str]:
    """Two commits between which ``f`` changes."""
    repo.write("f", before)
    start = repo.commit("Before")
    repo.write("f", after)
    return start, repo.commit("After")


def test_every_line_is_what_git_printed(repo: Repo) -> None:
    start, end = two(repo, TRICKY + "same\nlast", TRICKY.upper() + "same\nlast\n")
    printed = repo.git("diff", start, end)
    with DiffText(Git(repo.top), start, end) as text:
        signs = {Line.REMOVED: "-", Line.ADDED: "+", Line.SAME: " ", Line.NOTE: "\\"}
        rows = text.rows(0, 1000)
        assert [signs.get(row.line, "") + row.text for row in rows] == printed.splitlines()
        removed = [row.text for row in rows if row.line is Line.REMOVED]
        differing = [line for line in TRICKY.splitlines() if line != line.upper()]
        assert removed == [*differing, "last"]
        assert {row.text for row in rows if row.line is Line.SAME} == {"@@ -1 +1 @@", "same"}
        assert [row.text for row in rows if row.line is Line.NOTE] == [" No newline at end of file"]


def test_numbers_are_those_of_the_files(repo: Repo) -> None:
    old = [f"{number}\n" for number in range(1, 2001)]
    new = [line for line in old if not line.endswith("7\n")]
    new.insert(1000, "inserted\n")
    start, end = two(repo, "".join(old), "".join(new))
    with DiffText(Git(repo.top), start, end) as text:
        for row in text.rows(0, len(text)):
            if row.old is not None:
                assert old[row.old - 1] == row.text + "\n"
            if row.new is not None:
                assert new[row.new - 1] == row.text + "\n"
        told = {row.new for row in text.rows(0, len(text)) if row.line is Line.ADDED}
        assert told == {1001}


def test_sides_show_each_line_once_and_in_order(repo: Repo) -> None:
    start, end = two(repo, "a\nb\nc\nd\n", "a\nB\nd\ne\nf\n")
    with DiffText(Git(repo.top), start, end) as text:
        pairs = [
            pair for pair in text.beside(0, 100) if not (pair[0] and pair[0].line in (Line.HEAD, Line.HUNK))
        ]
        shown = [(left.text if left else None, right.text if right else None) for left, right in pairs]
        assert shown == [("a", "a"), ("b", "B"), ("c", None), ("d", "d"), (None, "e"), (None, "f")]


def test_long_lines_carriage_returns_and_bytes_that_are_no_text(repo: Repo) -> None:
    start, end = two(repo, b"x\n", b"\xff\r\rhalf\x1b[31m\r\n" + b"y" * 100_000 + b"\nend\n")
    with DiffText(Git(repo.top), start, end) as text:
        added = [row for row in text.rows(0, 100) if row.line is Line.ADDED]
        assert [row.new for row in added] == [1, 2, 3]
        assert added[0].text == "\ufffd\r\rhalf\x1b[31m\r"
        assert added[1].cut
        assert len(added[1].text) < MOST_LINE
        assert added[2].text == "end"


def test_one_file_of_many_a_renamed_one_and_a_bound(repo: Repo) -> None:
    start = repo.head()
    repo.git("mv", "a.txt", "z.txt")
    repo.write("z.txt", repo.read("z.txt") + "more\n")
    repo.write("other.txt", "other\n" * 1000)
    end = repo.commit("Move")
    git = Git(repo.top)
    moved = next(file for file in files_between(git, start, end) if file.old_path)
    with DiffText(git, start, end, moved) as text:
        rows = text.rows(0, 100)
        assert [row.text for row in rows if row.line is Line.ADDED] == ["more"]
        assert "rename from a.txt" in [row.text for row in rows]
    with DiffText(git, start, end, most=100) as text:
        assert text.cut


def test_a_tree_that_is_gone_is_told(repo: Repo) -> None:
    with pytest.raises(GitError, match=r"bad object|Not a valid|unknown revision"):
        DiffText(Git(repo.top), "0" * 39 + "1", repo.head())


def test_the_end_of_a_large_diff_is_as_near_as_its_start(repo: Repo, tmp_path: Path) -> None:
    start, end = two(repo, "", "".join(f"line {number}\n" for number in range(50_000)))
    assert tmp_path.exists()
    with DiffText(Git(repo.top), start, end) as text:
        assert [row.new for row in text.rows(len(text) - 2, 10)] == [49_999, 50_000]
        assert text.beside(len(text.sides) - 1, 5)[0][1] == text.row(len(text) - 1)
        assert text.rows(len(text), 5) == ()
