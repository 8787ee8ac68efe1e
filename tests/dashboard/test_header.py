"""The lines that frame the panes: header, tabs and footer, at every width."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.dashboard.details.tabs import TabsLine, tab_at, tab_runs
from app.dashboard.drawing.cells import width_of
from app.dashboard.screen.footer import FooterBar, Hint, fitting, hints_for
from app.dashboard.screen.header import Facts, HeaderBar, header_parts, short_folder
from app.dashboard.table.rows import Counts
from app.model.status import Status
from tests.dashboard.screens import Host, screen_text

FACTS = Facts(Counts(running=3, queued=2, complete=12, failed=1), "~/src/shop", "main")


def line_of(facts: Facts, width: int) -> str:
    """The header as text."""
    left, right = ("".join(text for text, _ in parts) for parts in header_parts(facts, width))
    return f"{left} | {right}" if right else left


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (110, "delegate    3 running · 2 queued · 12 ✓ 1 ✗ today | ~/src/shop ⎇ main"),
        (68, "delegate    3 running · 2 queued · 12 ✓ 1 ✗ today | ~/src/shop"),
        (60, "delegate    3 running · 2 queued · 12 ✓ 1 ✗ today | shop"),
        (52, "delegate    3 running · 2 queued · 12 ✓ 1 ✗ today"),
        (43, "3 running · 2 queued · 12 ✓ 1 ✗ today"),
        (30, "3 running · 2 queued"),
        (12, "3 running"),
        (5, "3 ru…"),
    ],
)
def test_what_does_not_fit_leaves_in_order(width: int, line: str) -> None:
    assert line_of(FACTS, width) == line
    assert sum(width_of(text) for parts in header_parts(FACTS, width) for text, _ in parts) <= width


def test_header_says_only_what_there_is() -> None:
    assert line_of(Facts(), 80) == "delegate    nothing running"
    assert line_of(Facts(Counts(asking=1)), 80) == "delegate    1 asks you"
    assert line_of(Facts(Counts(asking=2)), 80) == "delegate    2 ask you"
    assert line_of(Facts(Counts(queued=1), paused=True), 80) == "delegate    1 queued · queue paused"
    assert line_of(Facts(Counts(timed_out=1, lost=2)), 80) == "delegate    nothing running · 1 ⧗ 2 ‽ today"


def test_header_says_when_it_may_be_old() -> None:
    old = replace(FACTS, trouble="permission denied")
    said = "not up to date: the registry cannot be read (permission denied)"
    assert line_of(old, 110) == f"delegate    {said}"
    assert line_of(old, 70) == said
    assert line_of(old, 45) == "not up to date"


def test_folder_is_written_as_people_do() -> None:
    assert short_folder("/users/me/src", "/users/me") == "~/src"
    assert short_folder("/users/me", "/users/me") == "~"
    assert short_folder("/users/meg", "/users/me") == "/users/meg"
    assert short_folder("/srv", "/") == "/srv"


@pytest.mark.parametrize("width", [45, 60, 80, 100, 160])
async def test_header_fills_its_line(width: int) -> None:
    app = Host(header := HeaderBar())
    async with app.run_test(size=(width, 2)) as pilot:
        header.update_facts(replace(FACTS, branch="fix/[bold]\x1b[2J", paused=True))
        await pilot.pause()
        strip = app.screen._compositor.render_strips()[0]
        text = screen_text(app)
    assert strip.cell_length == width
    assert "3 running" in text
    assert "queue paused" in text
    assert "\x1b" not in text
    assert ("fix/[bold]" in text) is (width >= 100)


async def test_header_repaints_only_for_other_facts() -> None:
    app = Host(header := HeaderBar())
    async with app.run_test(size=(80, 2)) as pilot:
        header.update_facts(FACTS)
        await pilot.pause()
        header.update_facts(FACTS)
        assert not header._repaint_required
        header.update_facts(Facts(Counts(running=4)))
        assert header._repaint_required


TABS = ("log", "summary")


def rule(width: int, title: str = "#8 Run integration test suite", note: str = "following") -> str:
    """The tabs line as text."""
    return "".join(run.text for run in tab_runs(width, title, TABS, "log", note))


@pytest.mark.parametrize("width", [45, 60, 80, 100, 160])
def test_tabs_line_fills_its_width(width: int) -> None:
    line = rule(width)
    assert width_of(line) == width
    assert line.startswith("── #8 Run")
    assert " log  summary " in line
    assert line.endswith("──")
    assert ("following" in line) is (width > 45)


def test_tabs_stay_when_the_title_is_cut() -> None:
    line = rule(45, "#8 " + "日本" * 30)
    assert width_of(line) == 45
    assert "… " in line
    assert " log  summary " in line


def test_the_number_of_a_task_is_whole_in_the_narrowest_column() -> None:
    """``#1…`` would be another task."""
    runs = tab_runs(45, "#1042 Fix the lint errors", ("log", "summary", "changes", "details"), "log")
    line = "".join(run.text for run in runs)
    assert line == "── #1042… ─ log  summary  changes  details ──"


def test_tab_is_found_under_the_pointer() -> None:
    runs = tab_runs(80, "title", TABS, "log", "")
    line = "".join(run.text for run in runs)
    assert tab_at(runs, line.index("log")) == "log"
    assert tab_at(runs, line.index("summary") + 6) == "summary"
    assert tab_at(runs, 3) is None
    assert tab_at(runs, 500) is None


async def test_click_on_a_tab_is_told() -> None:
    chosen: list[str] = []

    class Watched(TabsLine):
        def on_tabs_line_selected(self, message: TabsLine.Selected) -> None:
            chosen.append(message.tab)

    app = Host(tabs := Watched())
    async with app.run_test(size=(60, 2)) as pilot:
        tabs.show("[/foo] [bold]x\x1b[2J", TABS, "log", "")
        await pilot.pause()
        line = screen_text(app).splitlines()[0]
        assert "[/foo] [bold]x" in line
        await pilot.click(TabsLine, offset=(line.index("summary"), 0))
        await pilot.click(TabsLine, offset=(1, 0))
        await pilot.pause()
    assert chosen == ["summary"]


def ids(hints: tuple[Hint, ...]) -> list[str]:
    """The ids of hints."""
    return [hint.id for hint in hints]


def test_hints_are_those_that_make_sense() -> None:
    assert ids(hints_for(Status.RUNNING, "table")) == ["input", "open", "stop", "filter", "help"]
    assert ids(hints_for(Status.QUEUED, "table")) == [
        "input",
        "open",
        "stop",
        "free",
        "filter",
        "help",
    ]
    assert ids(hints_for(Status.FAILED, "table", unread=True)) == [
        "input",
        "open",
        "retry",
        "next",
        "filter",
        "help",
    ]
    assert "stop" in ids(hints_for(Status.LOST, "table"))
    assert ids(hints_for(None, "table")) == ["input", "help"]
    shown = hints_for(Status.RUNNING, "log")
    assert ids(shown) == ["open", "back", "follow", "wrap", "zoom", "input", "stop", "help"]
    assert shown[0].label == "summary"
    shown = hints_for(Status.COMPLETE, "summary")
    assert ids(shown) == ["open", "back", "zoom", "input", "retry", "help"]
    assert shown[0].label == "changes"
    assert ids(hints_for(Status.RUNNING, "input")) == ["back", "complete", "history", "editor", "newline"]
    assert ids(hints_for(Status.RUNNING, "input", asking=True))[:2] == ["answer-now", "back"]


def test_each_tab_names_the_one_that_comes_next() -> None:
    labels = [hints_for(Status.COMPLETE, tab)[0].label for tab in ("log", "summary", "changes", "details")]
    assert labels == ["summary", "changes", "details", "log"]
    listed = hints_for(Status.COMPLETE, "changes", changed=True)
    assert [(hint.id, hint.label) for hint in listed if hint.id in ("diff", "open", "changes")] == [
        ("diff", "diff"),
        ("changes", "details"),
    ]


def test_a_filter_offers_no_keys_of_a_task_and_a_paused_queue_the_way_out() -> None:
    assert ids(hints_for(Status.RUNNING, "filter")) == ["back"]
    assert ids(hints_for(Status.RUNNING, "filter", asking=True)) == ["answer-now", "back"]
    assert "pause" not in ids(hints_for(Status.QUEUED, "table"))
    paused = hints_for(Status.QUEUED, "table", paused=True)
    assert [(hint.key, hint.label) for hint in paused if hint.id == "pause"] == [("p", "resume")]


def test_a_task_whose_agent_must_be_approved_again_offers_that_and_no_start() -> None:
    hints = hints_for(Status.QUEUED, "table", revoked=True)
    assert ids(hints) == ["input", "open", "stop", "retry", "filter", "help"]
    assert [(hint.key, hint.label) for hint in hints if hint.id == "retry"] == [("r", "approve")]


@pytest.mark.parametrize("pane", ["changes", "diff"])
def test_a_question_can_be_answered_from_the_changes(pane: str) -> None:
    assert ids(hints_for(Status.RUNNING, pane, asking=True, changed=True))[0] == "answer"
    assert "answer" not in ids(hints_for(Status.RUNNING, pane, changed=True))


def test_hints_speak_the_words_of_the_command_table() -> None:
    shown = [(hint.key, hint.label) for hint in hints_for(Status.RUNNING, "table")]
    assert shown == [("n", "new"), ("⏎", "open"), ("x", "stop"), ("/", "filter"), ("?", "help")]


def test_hints_that_do_not_fit_leave_from_the_right_but_help_stays() -> None:
    hints = hints_for(Status.RUNNING, "table")
    assert [hint.id for hint in fitting(hints, 40)] == [hint.id for hint in hints]
    assert [hint.id for hint in fitting(hints, 30)] == ["input", "open", "stop", "help"]
    assert [hint.id for hint in fitting(hints, 21)] == ["input", "open", "help"]
    assert [hint.id for hint in fitting(hints, 20)] == ["input", "help"]
    assert [hint.id for hint in fitting(hints, 12)] == ["input"]


async def test_click_on_a_hint_is_told() -> None:
    pressed: list[str] = []

    class Watched(FooterBar):
        def on_footer_bar_pressed(self, message: FooterBar.Pressed) -> None:
            pressed.append(message.id)

    app = Host(footer := Watched())
    async with app.run_test(size=(60, 2)) as pilot:
        footer.show(hints_for(Status.RUNNING, "table"))
        await pilot.pause()
        line = screen_text(app).splitlines()[0]
        assert line == " n new  ⏎ open  x stop  / filter  ? help"
        await pilot.click(FooterBar, offset=(line.index("stop"), 0))
        await pilot.click(FooterBar, offset=(50, 0))
        await pilot.pause()
    assert pressed == ["stop"]
