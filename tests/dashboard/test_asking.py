"""What a person sees and is told of a question before it is opened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.model.ask import Answer, ChoiceKind
from app.registry.asking import write_answer
from app.registry.config import Config
from app.registry.store import Registry
from app.registry.transaction import ring
from tests.asked import ask, delegate_to_agent
from tests.dashboard.opened import NARROW, WIDE, Seat, opened
from tests.dashboard.screens import colours_of
from tests.support import delegate, ended


def bells(seat: Seat) -> list[int]:
    """Rings of the bell from now on."""
    rung: list[int] = []
    seat.app.bell = lambda: rung.append(1)  # type: ignore[method-assign]
    return rung


async def test_an_asking_task_shows_its_question_first_of_all_rows(
    registry: Registry, config: Config
) -> None:
    delegate(registry, "!sleep 300", config)
    task = delegate_to_agent(registry, config)
    ask(registry, task, ago_s=190)
    async with opened(registry, (140, 30)) as seat:
        await seat.sees("1 asks you", "waiting 3m")
        lines = seat.screen.split("\n")
        assert "?" in lines[2]
        assert "Rename the billing module" in lines[2]
        assert "asking" in lines[2]
        assert "allow `git push`?" in lines[2]
        assert lines[2].endswith("waiting 3m")
        shouting = seat.app.theme_variables["state-asking"].lower()
        assert colours_of(seat.app, "allow `git push`?")[0] == shouting
        assert colours_of(seat.app, "asking")[0] == shouting
        assert "a answer" in seat.screen


@pytest.mark.parametrize(
    ("size", "word"), [(WIDE, "waiting 3m"), ((110, 30), "waiting 3m"), (NARROW, " · 3m")]
)
async def test_a_long_question_takes_all_the_room_to_the_edge(
    registry: Registry, config: Config, size: tuple[int, int], word: str
) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task, "allow Bash git push --force-with-lease origin main?", ago_s=190)
    async with opened(registry, size) as seat:
        await seat.sees("asking")
        row = seat.row("asking")
        assert "allow Bash git p" in row
        assert row.endswith(word)


async def test_in_a_narrow_column_the_question_stands_in_the_place_of_the_text(
    registry: Registry, config: Config
) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task, ago_s=190)
    async with opened(registry, (45, 24)) as seat:
        await seat.sees("?  1  allow `git push`?")
        assert seat.row("allow `git push`?").endswith("3m")
        await seat.sees("1 asks you", "a answer")


async def test_the_footer_offers_an_answer_only_while_something_asks(
    registry: Registry, config: Config
) -> None:
    task = delegate_to_agent(registry, config)
    async with opened(registry) as seat:
        await seat.sees("running")
        assert "a answer" not in seat.screen
        await seat.press("a")
        await seat.sees("nothing asks you")
        ask(registry, task)
        await seat.sees("a answer")


async def test_u_leads_to_questions_before_ends(registry: Registry, config: Config) -> None:
    over = ended(registry, delegate(registry, "!echo over", config))
    delegate(registry, "!sleep 300", config)
    task = delegate_to_agent(registry, config)
    async with opened(registry) as seat:
        await seat.sees("●✓")
        await seat.press("G")
        ask(registry, task)
        await seat.sees("1 asks you")
        led = []
        for _ in range(3):
            await seat.press("u")
            assert seat.main.table.cursor_task
            led.append(seat.main.table.cursor_task.id)
        assert led == [task.id, over.id, task.id]


async def test_a_question_is_told_once(registry: Registry, config: Config) -> None:
    task = delegate_to_agent(registry, config)
    other = delegate(registry, "!sleep 300", config)
    async with opened(registry) as seat:
        rung = bells(seat)
        await seat.sees("running")
        seat.main.select(registry.load(other.id))
        ask(registry, task)
        await seat.sees("#1 asks you", "allow `git push`? · Rename the billing module")
        assert rung == [1]
        ring(registry)
        answered = write_answer(registry.home, task.id, Answer(1, ChoiceKind.REJECT_ONCE))
        ring(registry)
        assert answered
        await seat.sees_no("1 asks you")
        assert rung == [1]
        ask(registry, task, "allow `git tag`?")
        await seat.sees("allow `git tag`? · Rename")
        assert rung == [1, 1]


async def test_a_question_is_not_told_to_who_looks_at_it_or_was_asked_before(
    registry: Registry, config: Config
) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task, ago_s=5)
    async with opened(registry) as seat:
        rung = bells(seat)
        await seat.sees("1 asks you")
        await seat.press("escape")
        ask(registry, task, "allow `git tag`?")
        await seat.sees("+1")
        assert rung == []
        assert "#1 asks you" not in seat.screen


async def test_the_strip_after_an_absence_tells_of_questions(registry: Registry, config: Config) -> None:
    from app.dashboard.news.away import away_line

    task = delegate_to_agent(registry, config)
    ask(registry, task)
    since = datetime.now(UTC) - timedelta(minutes=47)
    assert away_line([registry.load(task.id)], since, 47 * 60) == "away 47m00: #1 asks"
    assert away_line([registry.load(task.id)], since, 0) == ""
