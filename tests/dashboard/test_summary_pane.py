"""The summary: light Markdown as people see it, sanitised, scrolled; and what is said before the end."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dashboard.details.markdown import inline, lay_out
from app.dashboard.details.summary import SummaryPane, unfinished
from app.dashboard.drawing.cells import width_of
from app.model.status import Status
from tests.dashboard.samples import task
from tests.dashboard.screens import Host, colours_of, screen_lines, screen_text


def text_of(markdown: str, width: int = 40) -> list[str]:
    """The laid out lines without their kinds."""
    return ["".join(text for text, _ in line) for line in lay_out(markdown, width)]


@pytest.mark.parametrize(
    ("markdown", "lines"),
    [
        ("# Title #\n\ntext", ["Title", "", "text"]),
        ("one\ntwo\n\nthree", ["one two", "", "three"]),
        ("- a\n* b\n  + c\n1. d\n2) e", ["• a", "• b", "  • c", "1. d", "2) e"]),
        ("- [ ] open\n- [x] done", ["☐ open", "☑ done"]),
        ("```python\nif x:\n    y  # **no**\n```\nafter", ["  if x:", "      y  # **no**", "after"]),
        ("````\n```\n````", ["  ```"]),
        ("```\nnever closed", ["  never closed"]),
        ("> said", ["▎ said"]),
        ("a `code **x**` and **bold** \\*not\\*", ["a code **x** and bold *not*"]),
        ("[the log](https://x.example/a)", ["the log (https://x.example/a)"]),
        ("2 * 3 * 4 and snake_case_name", ["2 * 3 * 4 and snake_case_name"]),
        ("| a | b |\n|---|---|", ["  | a | b |", "  |---|---|"]),
        ("---", ["─" * 40]),
        ("[/foo] [bold]x", ["[/foo] [bold]x"]),
        ("", []),
        ("\n\n\na\n\n\n\nb\n\n", ["a", "", "b"]),
    ],
)
def test_markdown_reads_as_people_expect(markdown: str, lines: list[str]) -> None:
    assert text_of(markdown) == lines


def test_long_items_are_wrapped_under_their_text() -> None:
    assert text_of("- one two three four five", 14) == ["• one two", "  three four", "  five"]


def test_a_word_longer_than_the_line_is_broken_and_whole() -> None:
    lines = text_of("see " + "x" * 30, 12)
    assert lines == ["see", "x" * 12, "x" * 12, "x" * 6]


def test_kinds_are_told_apart() -> None:
    assert inline("a `b` **c**") == [("a ", ""), ("b", "code"), (" ", ""), ("c", "bold")]
    assert lay_out("# T", 20) == [(("T", "heading"),)]


@given(st.text(alphabet="ab #*-`>_[]()1.\\|~x\n日", max_size=120), st.integers(20, 60))
def test_no_line_is_wider_than_asked(markdown: str, width: int) -> None:
    for line in lay_out(markdown, width):
        assert sum(width_of(text) for text, _ in line) <= width


async def test_a_summary_is_shown_with_headings_and_lists() -> None:
    app = Host(pane := SummaryPane())
    async with app.run_test(size=(60, 12)) as pilot:
        pane.show(task(status=Status.COMPLETE), "# Fixed 47 errors\n\n- **semi**: 17\n- `quotes`: 30")
        await pilot.pause()
        assert [line.strip() for line in screen_lines(app)[:4]] == [
            "Fixed 47 errors",
            "",
            "• semi: 17",
            "• quotes: 30",
        ]
        assert colours_of(app, "quotes")[0] == "#afafff"


async def test_a_summary_cannot_steer_the_terminal_nor_the_markup() -> None:
    evil = "\x1b]0;owned\x07\x1b[2J# [/foo] [bold]x\r\n\x9b31mred\x00"
    app = Host(pane := SummaryPane())
    async with app.run_test(size=(60, 8)) as pilot:
        pane.show(task(status=Status.COMPLETE), evil)
        await pilot.pause()
        text = screen_text(app)
    assert "[/foo] [bold]x" in text
    assert "owned" not in text
    assert all(character.isprintable() or character == "\n" for character in text)


async def test_a_long_summary_scrolls_by_keys_and_keeps_its_place() -> None:
    long = "\n".join(f"- item {number}" for number in range(50))
    done = task(status=Status.COMPLETE)
    app = Host(pane := SummaryPane())
    async with app.run_test(size=(60, 10)) as pilot:
        pane.show(done, long)
        await pilot.press("down", "j")
        await pilot.pause()
        assert "item 2" in screen_lines(app)[0]
        pane.show(done, long + "\n- more")
        await pilot.pause()
        assert "item 2" in screen_lines(app)[0]
        await pilot.press("G")
        await pilot.pause()
        assert "more" in screen_lines(app)[-1]
        pane.show(task(8, status=Status.COMPLETE), long)
        await pilot.pause()
        assert "item 0" in screen_lines(app)[0]


async def test_before_the_end_it_says_what_was_asked() -> None:
    app = Host(pane := SummaryPane())
    async with app.run_test(size=(60, 16)) as pilot:
        pane.show(task(text="Fix `a`\n# not a heading", status=Status.QUEUED, queue_reason="after #8"))
        await pilot.pause()
        text = screen_text(app)
    assert "◷ queued: after #8" in text
    assert "Fix `a`" in text
    assert "# not a heading" in text
    assert "The summary comes when it ends." in text


def test_text_of_a_task_cannot_leave_its_block() -> None:
    lines = text_of(unfinished(task(text="```\n# x\n````\nend")))
    assert "  # x" in lines
    assert "  ````" in lines


async def test_no_task_shows_nothing() -> None:
    app = Host(pane := SummaryPane())
    async with app.run_test(size=(60, 8)) as pilot:
        pane.show(task(status=Status.COMPLETE), "text")
        pane.show(None)
        await pilot.pause()
        assert screen_text(app).strip() == ""


def test_textuals_own_markdown_is_never_imported() -> None:
    code = "import sys, app.dashboard.details.summary; print([m for m in sys.modules if 'markdown_it' in m])"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "[]"
