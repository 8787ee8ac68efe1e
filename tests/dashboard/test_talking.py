"""Going on with an agent's conversation, telling it something while it runs, and what is shown of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.model.hold import Hold
from app.model.outcome import Progress
from app.model.report import Report, Usage
from app.model.run import AgentRun, Channel
from app.model.status import Status
from app.registry.asking import write_report
from app.registry.config import Config
from app.registry.holds import hold
from app.registry.messages import mark_delivered, waiting_messages
from app.registry.store import Registry
from app.registry.transaction import ring, transaction
from app.supervisor import operations
from tests.asked import REPORTS, ask, delegate_to_agent
from tests.dashboard.opened import opened
from tests.support import delegate, ended


async def test_an_ended_task_goes_on_in_its_conversation(registry: Registry, config: Config) -> None:
    task = ended(registry, delegate_to_agent(registry, config, REPORTS))
    async with opened(registry) as seat:
        await seat.sees("c continue")
        await seat.press("escape", "g", "c")
        await seat.sees("continue #1 ›", "⏎ go on with #1 Rename the billing module in the same conversation")
        await seat.press("enter")
        await seat.sees("! write what the agent is to do")
        await seat.type("now also p:low the docs")
        await seat.sees("as attempt 2", "“now also p:low the docs”")
        await seat.press("enter")
        await seat.finds(lambda: len(registry.load(task.id).state.attempts) == 2)
        await seat.sees("#1 Rename the billing module goes on in the same conversation", "new task ›")
    again = ended(registry, task)
    assert again.state.attempts[-1].continues == 1
    assert again.state.attempts[-1].text == "now also p:low the docs"


async def test_the_row_keeps_saying_what_the_task_was(registry: Registry, config: Config) -> None:
    ended(registry, delegate_to_agent(registry, config, REPORTS))
    async with opened(registry) as seat:
        await seat.sees("✓")
        await seat.press("n")
        await seat.enter("continue #1: now also the docs")
        await seat.finds(lambda: len(registry.load(registry.ids()[0]).state.attempts) == 2)
        await seat.sees("#1 Rename the billing module")
        assert seat.row("Rename the billing module")
        assert not seat.row("now also the docs")


async def test_words_that_come_too_late_are_given_back(registry: Registry, config: Config) -> None:
    task = delegate_to_agent(registry, config)
    async with opened(registry) as seat:
        await seat.sees("running")
        await seat.press("escape", "g", "c")
        await seat.type("also the docs")
        await seat.sees("⏎ tell #1")
        write_report(registry.home, task.id, Report(1, verdict=Status.COMPLETE))
        await seat.press("enter")
        await seat.sees("#1 hears nothing more", "new task › /continue 1 also the docs")
    assert waiting_messages(registry.home, task.id, 1) == ()


async def test_a_running_agent_is_told_at_the_end_of_its_turn(registry: Registry, config: Config) -> None:
    task = delegate_to_agent(registry, config)
    async with opened(registry, (140, 40)) as seat:
        await seat.sees("running")
        await seat.press("escape", "g", "c")
        await seat.sees("continue #1 ›", "at the end of its turn")
        await seat.enter("also the docs")
        await seat.sees("told #1 Rename the billing module at the end of its turn")
        await seat.press("n")
        await seat.type("tell #1 to also fix the tests")
        await seat.sees("⏎ tell #1 Rename the billing module at the end of its turn · “also fix the tests”")
        await seat.press("enter")
        await seat.finds(lambda: len(waiting_messages(registry.home, task.id, 1)) == 2)
        mark_delivered(registry.home, task.id, 1)
        write_report(registry.home, task.id, Report(1, messages=1))
        ring(registry)
        await seat.press("escape", "enter", "enter", "enter", "enter")
        await seat.sees("“also the docs” delivered", "“also fix the tests” waits for the end of its turn")
        operations.stop(registry, task.id, kill=True)
        await seat.sees("“also fix the tests” not delivered: it ended before")
        await seat.press("enter", "enter")
        await seat.sees("Not delivered, it ended before: also fix the tests")


async def test_an_escape_leaves_the_conversation_as_it_is(registry: Registry, config: Config) -> None:
    task = ended(registry, delegate_to_agent(registry, config, REPORTS))
    async with opened(registry) as seat:
        await seat.sees("✓")
        await seat.press("n")
        await seat.type("my draft")
        await seat.press("escape", "c")
        await seat.sees("continue #1 ›")
        await seat.type("more")
        await seat.press("escape")
        await seat.sees("new task › my draft")
    assert len(registry.load(task.id).state.attempts) == 1


@pytest.mark.parametrize(
    ("run", "script", "words"),
    [
        (None, "sleep 300", "cannot be told anything while it runs"),
        (AgentRun(Channel.EXEC, ("codex", "{task}")), "sleep 300", "cannot be told anything while it runs"),
        (AgentRun(Channel.EXEC, ("aider", "{task}")), "true", "keeps no conversation"),
        (AgentRun(Channel.ACP, ("kimi", "acp")), "exit 1", "has left no conversation to go on with"),
    ],
)
async def test_what_hears_nothing_says_so_in_one_line(
    registry: Registry, config: Config, run: AgentRun | None, script: str, words: str
) -> None:
    if run is None:
        task = delegate(registry, f"!{script}", config)
    else:
        task = delegate_to_agent(registry, config, script, run=run)
    if script != "sleep 300":
        ended(registry, task)
    async with opened(registry) as seat:
        await seat.sees("#1")
        await seat.finds(lambda: seat.main.table.cursor_task)
        await seat.finds(lambda: registry.load(task.id).status is not Status.STARTING)
        await seat.press("escape", "g", "c")
        if "conversation to go on" in words:
            await seat.enter("more")
        await seat.sees(words)
        assert len(registry.load(task.id).state.attempts) == 1


async def test_details_tell_all_that_is_known_of_an_agent(registry: Registry, config: Config) -> None:
    run = AgentRun(Channel.ACP, ("kimi", "acp"), client="kimi", fingerprint="0123456789abcdef", trusted=True)
    task = delegate_to_agent(registry, config, run=run, agent="kimi")
    ask(registry, task, ago_s=190)
    told = Report(
        1,
        session="abc",
        model="large",
        mode="auto",
        usage=Usage(12_345, 678, 0.25),
        denied=("Bash \x1b[2J", "Write"),
        answered=("allow Bash ls? → allowed once by you",),
    )
    write_report(registry.home, task.id, told)
    async with opened(registry, (120, 60)) as seat:
        await seat.sees("1 asks you")
        await seat.press("escape", "enter", "enter", "enter", "enter")
        await seat.sees("Agent", "acp · kimi", "abc", "large", "auto", "12,345 tokens in, 678 out, 0.25 USD")
        await seat.sees("allow `git push`? · waiting 3m", "allow Bash ls? → allowed once by you")
        await seat.sees("once · fingerprint 0123456789ab", "every tool, unasked", "fence", "none")
        assert "\x1b" not in seat.screen


async def test_progress_and_what_it_is_doing_come_from_the_agent(registry: Registry, config: Config) -> None:
    task = delegate_to_agent(registry, config, "echo the last line of the log; sleep 300")
    async with opened(registry, (140, 30)) as seat:
        await seat.sees("the last line of the log")
        write_report(registry.home, task.id, Report(1, progress=Progress(2, 5), doing="Bash  npm test"))
        ring(registry)
        await seat.sees("2/5", "Bash  npm test")
        assert "█" in seat.row("Rename")
        write_report(registry.home, task.id, Report(1, retrying="retrying, 529, attempt 3"))
        ring(registry)
        await seat.finds(lambda: "retrying, 529, attempt 3" in seat.row("Rename"))
    async with opened(registry, (80, 24)) as seat:
        await seat.sees("retrying, 529, a")


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (140, "complete nothing …"),
        (120, "complete nothing …"),
        (100, "nothing happened"),
        (80, "nothing happened"),
        (60, "nothing h"),
        (45, "nothing hap"),
    ],
)
async def test_what_qualifies_a_success_is_never_left_out(
    registry: Registry, config: Config, width: int, shown: str
) -> None:
    script = (
        f'{REPORTS}; printf \'verdict = "complete"\\nqualifier = "nothing happened"\\n\''
        ' >> "$DELEGATE_TASK_FOLDER/report.toml"'
    )
    ended(registry, delegate_to_agent(registry, config, script))
    async with opened(registry, (width, 24)) as seat:
        await seat.sees("✓")
        row = seat.row("Rename")
        assert "nothing" in row, row
        assert shown in row or "nothing happened" in row, row


async def test_a_failure_that_left_no_exit_code_behind_is_explained(
    registry: Registry, config: Config
) -> None:
    script = (
        f'{REPORTS}; printf \'verdict = "failed"\\nreason = "API error: 401"\\n\''
        ' >> "$DELEGATE_TASK_FOLDER/report.toml"'
    )
    ended(registry, delegate_to_agent(registry, config, script))
    for width in (140, 80):
        async with opened(registry, (width, 24)) as seat:
            await seat.sees("failed", "API error: 401")
            assert "exit 0" not in seat.row("Rename")


async def test_a_toast_tells_the_whole_end(registry: Registry, config: Config) -> None:
    script = (
        f'{REPORTS}; printf \'verdict = "complete"\\nqualifier = "2 denied"\\n\''
        ' >> "$DELEGATE_TASK_FOLDER/report.toml"; sleep 1'
    )
    async with opened(registry) as seat:
        await seat.enter("!sleep 300")
        await seat.sees("▶")
        delegate_to_agent(registry, config, script)
        await seat.sees("#2 complete 2 denied")


async def test_a_held_agent_stands_in_the_header_until_it_is_let_go(
    registry: Registry,
) -> None:
    async with opened(registry, (140, 24)) as seat:
        await seat.sees("Nothing delegated yet.")
        with transaction(registry) as change:
            hold(change, Hold("claude", "quota", "429", datetime.now(UTC)))
            change.changed = True
        await seat.sees("claude paused: quota exceeded")
        await seat.enter("/resume claude")
        await seat.sees_no("claude paused")
