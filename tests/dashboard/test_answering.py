"""What a person presses, clicks and types to answer a question, and what the opened question shows."""

from __future__ import annotations

import pytest
from textual import events

from app.model.ask import Answer, ChoiceKind
from app.model.status import Status
from app.registry.asking import read_answer, remove_ask, write_answer
from app.registry.config import Config
from app.registry.store import Registry
from app.registry.transaction import ring
from app.supervisor import operations
from tests.asked import TWO, ask, delegate_to_agent
from tests.dashboard.opened import COLUMN, SHORT, opened
from tests.support import delegate

DIFF = "--- a/billing.py\n+++ b/billing.py\n@@ -1 +1 @@\n-rate = 0.19\n+rate = 0.2"


async def test_a_key_answers_and_the_prompt_closes(registry: Registry, config: Config) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task, detail=DIFF, left_s=425)
    async with opened(registry) as seat:
        await seat.sees("1 asks you")
        await seat.press("n")
        await seat.type("a draft of mine")
        await seat.press("escape", "a")
        await seat.sees("answer #1 ›", "y allow once", "a always", "n reject", "N never")
        await seat.sees("-rate = 0.19", "+rate = 0.2", "declined by itself in 7m", "y lets it do this once")
        assert "new task ›" not in seat.screen
        await seat.press("y")
        await seat.sees("#1 allowed once: `git push`", "running", "new task › a draft of mine")
        assert "answer #1" not in seat.screen
    given = read_answer(registry.home, task.id, 1)
    assert given == Answer(1, ChoiceKind.ALLOW_ONCE, "you, in the dashboard")


async def test_a_key_right_behind_escape_leaves_the_question_and_is_pressed_outside(
    registry: Registry, config: Config
) -> None:
    """tmux sends the two as one, with alt: what is typed next must not be taken for an answer."""
    task = delegate_to_agent(registry, config)
    ask(registry, task)
    async with opened(registry) as seat:
        await seat.sees("1 asks you")
        await seat.press("a")
        await seat.sees("answer #1 ›")
        seat.app.post_message(events.Key("alt+i", "i"))
        await seat.finds(lambda: seat.main.pane == "input")
        await seat.type("why")
        await seat.sees("new task › why")
        await seat.press("escape")
        await seat.press("question_mark")
        await seat.finds(lambda: seat.app.screen is not seat.main)
        seat.app.post_message(events.Key("alt+i", "i"))
        await seat.finds(lambda: seat.main.pane == "input")
    assert read_answer(registry.home, task.id, 1) is None


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("a", ChoiceKind.ALLOW_ALWAYS),
        ("n", ChoiceKind.REJECT_ONCE),
        ("N", ChoiceKind.REJECT_ALWAYS),
    ],
)
async def test_each_key_gives_its_kind_of_answer(
    registry: Registry, config: Config, key: str, kind: ChoiceKind
) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task)
    async with opened(registry) as seat:
        await seat.sees("1 asks you")
        await seat.press("a")
        await seat.sees("answer #1 ›")
        await seat.press(key)
        await seat.finds(lambda: read_answer(registry.home, task.id, 1))
    given = read_answer(registry.home, task.id, 1)
    assert given is not None
    assert given.kind is kind


async def test_only_what_the_agent_offers_can_be_pressed(registry: Registry, config: Config) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task, choices=TWO)
    async with opened(registry) as seat:
        await seat.sees("1 asks you")
        await seat.press("a")
        await seat.sees("y allow once", "n reject")
        assert "always" not in seat.screen
        assert "never" not in seat.screen
        await seat.press("a", "N", "x", "q", "D", "enter", "u")
        assert seat.main.pane == "prompt"
        assert registry.load(task.id).status is Status.ASKING


async def test_escape_keeps_the_question_open_for_later(registry: Registry, config: Config) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task)
    async with opened(registry) as seat:
        await seat.sees("1 asks you")
        await seat.press("escape", "a")
        await seat.sees("answer #1 ›")
        await seat.press("escape")
        await seat.sees("new task ›", "asking")
        assert seat.main.pane == "table"
        assert registry.load(task.id).status is Status.ASKING
        await seat.press("a")
        await seat.sees("answer #1 ›")


async def test_one_key_opens_the_question_while_something_is_typed_and_the_typing_goes_on(
    registry: Registry, config: Config
) -> None:
    task = delegate_to_agent(registry, config)
    other = delegate(registry, "!sleep 300", config)
    async with opened(registry) as seat:
        await seat.sees("running")
        seat.main.select(registry.load(other.id))
        await seat.press("n")
        await seat.type("run the")
        assert "ctrl+o" not in seat.screen
        ask(registry, task)
        await seat.sees("1 asks you", "ctrl+o answers", "ctrl+o answer  esc back")
        await seat.type(" many ways")
        assert "new task › run the many ways" in seat.screen
        await seat.press("ctrl+o")
        await seat.sees("answer #1 ›", "y allow once")
        await seat.press("y", "a", "n")
        assert seat.main.pane == "prompt"
        assert read_answer(registry.home, task.id, 1) is None
        await seat.finds(lambda: seat.main.prompt._clock() >= seat.main.prompt._busy_until)
        await seat.press("y")
        await seat.sees("#1 allowed once: `git push`", "new task › run the many ways")
        assert seat.main.pane == "input"
        await seat.type(" there")
        await seat.sees("new task › run the many ways there")


async def test_the_footer_of_the_input_bar_can_be_clicked_to_answer(
    registry: Registry, config: Config
) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task)
    async with opened(registry) as seat:
        await seat.press("n")
        await seat.sees("ctrl+o answer")
        await seat.pilot.click("#footer", offset=(2, 0))
        await seat.sees("answer #1 ›")


async def test_a_question_answered_elsewhere_closes_and_says_so(registry: Registry, config: Config) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task)
    async with opened(registry) as seat:
        await seat.sees("1 asks you")
        await seat.press("a")
        await seat.sees("answer #1 ›")
        assert write_answer(registry.home, task.id, Answer(1, ChoiceKind.REJECT_ONCE))
        ring(registry)
        await seat.sees("#1 allow `git push`? has been answered elsewhere: reject", "new task ›")


async def test_a_question_that_expires_or_ends_with_its_task_closes_and_says_so(
    registry: Registry, config: Config
) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task, ago_s=600, left_s=-1)
    async with opened(registry) as seat:
        await seat.sees("1 asks you")
        await seat.press("a")
        await seat.sees("answer #1 ›")
        remove_ask(registry.home, task.id, 1)
        ring(registry)
        await seat.sees("has waited for its whole time and was declined by itself")
        ask(registry, task)
        await seat.sees("1 asks you")
        await seat.press("a")
        await seat.sees("answer #1 ›")
        operations.stop(registry, task.id, kill=True)
        await seat.sees("needs no answer any more", "new task ›")


async def test_several_questions_come_one_after_the_other_and_none_is_answered_by_a_slip(
    registry: Registry, config: Config
) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task)
    ask(registry, task, "allow `rm -rf build`?", detail="rm -rf build")
    async with opened(registry) as seat:
        await seat.sees("1 asks you", "+1")
        await seat.press("a")
        await seat.sees("question 1 of 2")
        await seat.press("y", "y")
        await seat.sees("allow `rm -rf build`?", "answer #1 ›")
        assert read_answer(registry.home, task.id, 2) is None
        await seat.finds(lambda: seat.main.prompt._clock() >= seat.main.prompt._busy_until)
        await seat.press("n")
        await seat.sees("new task ›")
    first, second = (read_answer(registry.home, task.id, number) for number in (1, 2))
    assert first is not None
    assert second is not None
    assert (first.kind, second.kind) == (ChoiceKind.ALLOW_ONCE, ChoiceKind.REJECT_ONCE)


async def test_what_an_agent_asks_cannot_write_to_the_terminal(registry: Registry, config: Config) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task, "run [/b] \x1b[2Jthis\x9b?", detail="[bold]x\x1b]0;title\x07\r\n\tsecond\x00 line")
    async with opened(registry) as seat:
        await seat.sees("1 asks you")
        await seat.press("a")
        await seat.sees("answer #1 ›", "[bold]x", "second")
        assert not {"\x1b", "\x9b", "\x07", "\x00"} & set(seat.screen)


async def test_a_long_detail_scrolls_and_leaves_the_answers_in_view(
    registry: Registry, config: Config
) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task, detail="\n".join(f"line {number}" for number in range(200)))
    for size in (COLUMN, SHORT, (120, 30)):
        async with opened(registry, size) as seat:
            await seat.sees("1 asks you")
            await seat.press("a")
            await seat.sees("line 0", "y allow once", "declined by itself")
            assert "line 199" not in seat.screen
            await seat.press("G")
            await seat.sees("line 199", "y allow once")


async def test_sentences_answer_with_a_preview(registry: Registry, config: Config) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task)
    async with opened(registry) as seat:
        await seat.sees("1 asks you")
        await seat.press("n")
        await seat.type("reject the push")
        await seat.sees("⏎ decline #1: `git push`")
        await seat.press("enter")
        await seat.sees("#1 declined: `git push`")
    given = read_answer(registry.home, task.id, 1)
    assert given is not None
    assert given.kind is ChoiceKind.REJECT_ONCE


async def test_a_slash_command_opens_the_prompt_and_says_why_it_cannot(
    registry: Registry, config: Config
) -> None:
    task = delegate_to_agent(registry, config)
    async with opened(registry) as seat:
        await seat.sees("running")
        await seat.press("n")
        await seat.type("/answer 1 allow")
        await seat.sees("! #1 asks nothing: running")
        ask(registry, task, choices=TWO)
        await seat.sees("⏎ allow once #1")
        await seat.press(*["backspace"] * len("allow"), *"always")
        await seat.sees("! #1 cannot be answered so: it offers allow or reject")
        await seat.press(*["backspace"] * len(" always"))
        await seat.sees("⏎ answer #1: allow `git push`?")
        await seat.press("enter")
        await seat.sees("answer #1 ›", "y allow once")


async def test_a_narrow_title_says_who_asks_and_is_cut_once(registry: Registry, config: Config) -> None:
    text = "Rename the billing module and everything that depends on it"
    task = delegate_to_agent(registry, config, text=text, agent="copilot")
    ask(registry, task, ago_s=190)
    async with opened(registry, COLUMN) as seat:
        await seat.press("a")
        await seat.sees("#1 copilot asks, waiting 3m · Rename")
        assert "……" not in seat.screen
