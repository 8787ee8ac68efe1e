"""What a prompt shows, why its question is gone, and where `u` leads: pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents.describing import WARNING
from app.dashboard.drawing.cells import width_of
from app.dashboard.news.attention import next_for_me
from app.dashboard.prompt.approvals import approval_panel
from app.dashboard.prompt.panel import Offer, Paragraph, flow, lay_out, offer
from app.dashboard.prompt.questions import question_panel, why_gone
from app.model.answers import subject_of
from app.model.ask import Answer, Ask, ChoiceKind
from app.model.commands import ANSWER_KEYS
from app.model.lineage import task_of
from app.model.status import Status
from app.model.task import Attempt, Task
from tests.asked import FOUR, TWO
from tests.dashboard.samples import NOON, task

OFFERS = tuple(map(offer, ANSWER_KEYS))


def asks(number: int = 7, ask_number: int = 1, **changes: object) -> Task:
    """A task that asks something."""
    ask = Ask(
        number=ask_number,
        attempt=1,
        title="Bash  git push",
        choices=FOUR,
        asked=NOON - timedelta(minutes=3),
        expires=NOON + timedelta(minutes=7),
        detail="git push origin main",
    )
    return replace(task(number), asks=(replace(ask, **changes),))  # type: ignore[arg-type]


@given(st.integers(20, 120))
def test_answers_flow_into_any_width_and_none_is_left_out(width: int) -> None:
    rows = flow("answer #7 ›", OFFERS, width)
    shown = [item for row in rows for item in row]
    assert shown == ["answer #7 ›", *OFFERS]
    for row in rows:
        widths = [item.width if isinstance(item, Offer) else width_of(item) for item in row]
        assert sum(widths) + 2 * (len(row) - 1) <= width


@given(st.text(max_size=200), st.integers(8, 40), st.booleans())
def test_paragraphs_never_exceed_the_width(text: str, width: int, exact: bool) -> None:
    for line in lay_out([Paragraph(text.replace("\t", " "), exact=exact)], width):
        assert sum(width_of(piece) for piece, _ in line) <= width


def test_only_the_answers_that_an_agent_offers_are_shown() -> None:
    asked = asks(choices=TWO)
    panel = question_panel(asked, asked.asks[0], NOON)
    assert [one.id for one in panel.offers] == ["allow", "reject"]
    assert panel.label == "answer #7 ›"
    assert panel.title == "#7 worker asks, waiting 3m · Run the test suite"
    assert panel.note == (
        "declined by itself in 7m · y lets it do this once · n declines, the agent goes on without"
    )


def test_a_detail_that_only_repeats_the_question_is_left_out() -> None:
    asked = asks(detail="Bash git\npush")
    assert [one.text for one in question_panel(asked, asked.asks[0], NOON).body] == ["allow Bash git push?"]


def test_lines_that_come_and_go_are_told_apart() -> None:
    asked = asks(detail="+++ b/x\n@@ -1 +1 @@\n-old\n+new\n same")
    styles = [one.style for one in question_panel(asked, asked.asks[0], NOON).body]
    assert styles == ["asks", "", "quote", "quote", "removed", "added", ""]


@pytest.mark.parametrize(
    ("stands", "answer", "words"),
    [
        (asks(), Answer(1, ChoiceKind.REJECT_ALWAYS), "has been answered elsewhere: never"),
        (task(7, status=Status.STOPPED), None, "needs no answer any more: the task has ended, stopped"),
        (task(7), None, "is not asked any more"),
        (None, None, "gone with its task"),
    ],
)
def test_why_a_question_is_gone(stands: Task | None, answer: Answer | None, words: str) -> None:
    assert words in why_gone(stands, asks().asks[0], answer, NOON)


def test_a_question_that_nobody_answered_says_so() -> None:
    late = NOON + timedelta(minutes=8)
    assert "was declined by itself" in why_gone(task(7), asks().asks[0], None, late)


def test_labels_of_an_agent_stand_back_and_warnings_shout() -> None:
    lines = ("shop · Kiro", WARNING)
    body = approval_panel("shop", (*lines, "tools: read"), "~/src").body
    assert [one.style for one in body] == ["bold", "asks", ""]
    assert [one.label for one in body] == [0, 0, 6]
    assert "once" not in [one.id for one in approval_panel("shop", lines, "~", once=False).offers]


def test_a_yes_for_a_task_shows_its_text_first() -> None:
    panel = approval_panel("shop", ("shop · Kiro", WARNING), "~", text="Rename\n\n it \x1b[2J" + 300 * "x")
    assert panel.body[0].text.startswith("task: Rename it xxx")
    assert panel.body[0].text.endswith("x…")
    assert (panel.body[0].label, panel.body[1].text) == (len("task: "), "shop · Kiro")


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("allow `git push`?", "`git push`"),
        ("Bash  git push", "Bash git push"),
        ("Which of them should I take?", "Which of them should I take?"),
    ],
)
def test_an_answer_does_not_repeat_the_word_of_its_question(title: str, subject: str) -> None:
    assert subject_of(asks(title=title).asks[0]) == subject


def test_questions_come_before_ends_and_hide_none() -> None:
    first, second = asks(1), asks(2, 5)
    ends = [task(number, status=Status.COMPLETE) for number in (3, 4)]
    rows, unread = [first, second, *ends], {one.id for one in ends}
    assert next_for_me(rows, ends[0], unread, set()) == first
    assert next_for_me(rows, ends[0], unread, {(first.id, 1)}) == second
    seen = {(first.id, 1), (second.id, 5)}
    assert next_for_me(rows, second, unread, seen) == ends[0]
    assert next_for_me(rows, ends[1], unread, seen) == first
    assert next_for_me(rows, None, set(), seen) == first
    assert next_for_me(ends, ends[0], set(), seen) is None


def test_a_task_stays_what_its_conversation_began_with() -> None:
    begun = task(7, "Fix the lint errors", Status.COMPLETE)
    attempts = (
        Attempt(1, "a.log"),
        Attempt(2, "b.log", text="and the docs", continues=1),
        Attempt(3, "c.log", text="and the tests", continues=2),
    )
    further = replace(begun, state=replace(begun.state, text="and the tests", attempts=attempts))
    assert task_of(further) == "Fix the lint errors"
    edited = replace(begun, state=replace(begun.state, text="Fix all", attempts=(attempts[0],)))
    assert task_of(edited) == "Fix all"
    waiting = replace(begun, state=replace(begun.state, text="more", continues=1, attempts=attempts[:1]))
    assert task_of(waiting) == "Fix the lint errors"
    looped = (replace(attempts[0], continues=2), replace(attempts[1], continues=1))
    assert task_of(replace(begun, state=replace(begun.state, attempts=looped))) == "Fix the lint errors"
