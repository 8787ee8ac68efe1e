"""What a person sees before an agent runs, and that nothing runs without a yes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.agents.approval import revoke
from app.registry.approvals import Scope, read_approvals
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from tests.dashboard.opened import Seat, opened
from tests.support import ended

DEFINITION = {
    "name": "shop",
    "description": "knows the shop",
    "tools": ["read", "write", "shell"],
    "allowedTools": ["read"],
    "toolsSettings": {"shell": {"allowedCommands": ["npm test"]}},
    "hooks": {"agentSpawn": [{"command": "git fetch"}]},
}
HOST = "#!/bin/sh\nexit 0\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with an agent of its own, and clients on the path that do nothing."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("kiro-cli", "claude"):
        (programs / name).write_text(HOST)
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    project = tmp_path / "shop"
    (project / ".kiro" / "agents").mkdir(parents=True)
    (project / ".git").mkdir()
    (project / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    define(project, DEFINITION)
    return project


def define(project: Path, definition: Mapping[str, object], name: str = "shop") -> None:
    """Write an agent of the project."""
    (project / ".kiro" / "agents" / f"{name}.json").write_text(json.dumps(definition))


async def settled(seat: Seat) -> None:
    """Wait until the prompt takes keys as answers."""
    prompt = seat.main.prompt
    await seat.finds(lambda: prompt._clock() >= prompt._busy_until)


async def asked(seat: Seat, text: str = "Rename the billing module @shop") -> None:
    """Type a task for an agent, and wait until it is shown."""
    await seat.press("escape", "n")
    await seat.enter(text)
    await seat.sees("let shop work ›")
    await settled(seat)


async def test_the_line_under_the_input_says_that_an_agent_needs_a_yes(
    registry: Registry, folder: Path
) -> None:
    async with opened(registry, folder=folder) as seat:
        await seat.type("Rename it @claude")
        await seat.sees("needs your yes: claude may use every tool")
        await seat.press(*["backspace"] * len("@claude"))
        await seat.type("@shop")
        await seat.sees("needs your yes: shop may read files; shell only `npm test`")


async def test_names_of_agents_are_completed_also_of_those_that_came_meanwhile(
    registry: Registry, folder: Path
) -> None:
    async with opened(registry, folder=folder) as seat:
        await seat.finds(lambda: "shop" in seat.main.bar.field.choices.agents)
        await seat.press("escape")
        define(folder, {**DEFINITION, "name": "bakery"}, "bakery")
        await seat.press("n")
        await seat.finds(lambda: "bakery" in seat.main.bar.field.choices.agents)
        await seat.type("Bake @bak")
        await seat.press("tab")
        await seat.sees("Bake @bakery")


async def test_an_agent_is_shown_whole_before_it_runs(registry: Registry, folder: Path) -> None:
    async with opened(registry, (120, 40), folder=folder) as seat:
        await asked(seat)
        await seat.sees(
            "shop needs your yes · in ",
            "shop · Kiro · knows the shop",
            "may read files; shell only `npm test`; will stop and ask for: write, any other command",
            "task: Rename the billing module",
            "runs by itself: `git fetch`",
            "command: kiro-cli acp --agent shop",
            ".kiro/agents/shop.json",
        )
        await seat.sees("y once", "p this project", "A always", "n no", "n starts nothing")
        assert registry.ids() == []


@pytest.mark.parametrize("key", ["n", "escape"])
async def test_after_a_no_nothing_runs_and_the_text_is_there_again(
    registry: Registry, folder: Path, key: str
) -> None:
    async with opened(registry, folder=folder) as seat:
        await asked(seat)
        await seat.press(key)
        await seat.sees("shop was not approved: nothing was started")
        await seat.sees("new task › Rename the billing module @shop")
        assert registry.ids() == []
        assert read_approvals(registry.home) == ()


@pytest.mark.parametrize(("key", "scopes"), [("y", []), ("p", [Scope.PROJECT]), ("A", [Scope.ALWAYS])])
async def test_a_yes_starts_the_task_and_reaches_as_far_as_it_says(
    registry: Registry, folder: Path, key: str, scopes: list[Scope]
) -> None:
    async with opened(registry, folder=folder) as seat:
        await asked(seat)
        await seat.press(key)
        await seat.finds(lambda: registry.ids())
        await seat.sees("new task ›", "Rename the billing module")
        assert [one.scope for one in read_approvals(registry.home)] == scopes
        await seat.press("escape", "n")
        await seat.enter("Rename it back @shop")
        if scopes:
            await seat.finds(lambda: len(registry.ids()) == 2)
        else:
            await seat.sees("let shop work ›")
            assert len(registry.ids()) == 1
            await seat.press("escape")


async def test_what_is_typed_on_does_not_approve(registry: Registry, folder: Path) -> None:
    async with opened(registry, folder=folder) as seat:
        await seat.press("escape", "n")
        await seat.enter("Rename it @shop")
        await seat.sees("let shop work ›")
        await seat.press("y", "p", "A", "y")
        assert registry.ids() == []
        assert "let shop work ›" in seat.screen
        await settled(seat)
        await seat.press("n")
        await seat.sees("nothing was started")


async def test_a_second_task_for_an_agent_waits_until_the_first_is_decided(
    registry: Registry, folder: Path
) -> None:
    async with opened(registry, folder=folder) as seat:
        await seat.press("escape", "n")
        await seat.enter("First @shop")
        await seat.enter("Second @claude") if "new task ›" in seat.screen else None
        await seat.sees("let shop work ›")
        await settled(seat)
        await seat.press("y")
        await seat.finds(lambda: len(registry.ids()) == 1)


async def test_a_changed_definition_is_asked_about_again_on_retry(registry: Registry, folder: Path) -> None:
    async with opened(registry, folder=folder) as seat:
        await asked(seat)
        await seat.press("A")
        await seat.finds(lambda: registry.ids())
        task = ended(registry, registry.load(registry.ids()[0]))
        await seat.sees("Rename the billing module")
        await seat.press("escape", "g")
        await seat.sees("r retry")
        await seat.press("r")
        await seat.finds(lambda: len(registry.load(task.id).state.attempts) == 2)
        ended(registry, task)
        define(folder, {**DEFINITION, "allowedTools": ["read", "write"]})
        await seat.sees("r retry")
        await seat.press("r")
        await seat.sees("it has changed since you approved it", "let shop work ›")
        await settled(seat)
        await seat.press("escape")
        await seat.sees("nothing was started")
        assert len(registry.load(task.id).state.attempts) == 2
        await seat.press("r")
        await seat.sees("let shop work ›")
        await settled(seat)
        await seat.press("y")
        await seat.finds(lambda: len(registry.load(task.id).state.attempts) == 3)
        again = registry.load(task.id)
        assert again.run is not None
        assert again.request.run is not None
        assert again.run.fingerprint != again.request.run.fingerprint
        assert "write" in again.run.allow


async def test_a_yes_that_was_taken_back_is_asked_for_again_on_retry(
    registry: Registry, folder: Path
) -> None:
    async with opened(registry, folder=folder) as seat:
        await asked(seat)
        await seat.press("A")
        await seat.finds(lambda: registry.ids())
        task = ended(registry, registry.load(registry.ids()[0]))
        assert revoke(registry, "shop") == (1, 0)
        await seat.sees("new task ›", "✗  1  Rename the billing module")
        await seat.press("escape", "g", "r")
        await seat.sees("shop needs your yes", "let shop work ›")
        await settled(seat)
        await seat.press("escape")
        await seat.sees("nothing was started")
        assert len(registry.load(task.id).state.attempts) == 1
        await seat.press("r")
        await seat.sees("let shop work ›")
        await settled(seat)
        await seat.press("y")
        await seat.finds(lambda: len(registry.load(task.id).state.attempts) == 2)


async def test_a_task_that_waits_for_a_yes_gets_it_by_the_key_for_a_retry(
    registry: Registry, folder: Path
) -> None:
    operations.pause(registry)
    async with opened(registry, folder=folder) as seat:
        await asked(seat)
        await seat.press("y")
        await seat.finds(lambda: registry.ids())
        revoke(registry, "shop")
        operations.resume(registry, Config())
        await seat.sees("shop must be approved again")
        await seat.press("escape", "g", "r")
        await seat.sees("shop needs your yes", "let shop work ›")
        await settled(seat)
        await seat.press("y")
        await seat.finds(lambda: registry.load(registry.ids()[0]).state.attempts)


async def test_an_agent_is_approved_ahead(registry: Registry, folder: Path) -> None:
    async with opened(registry, folder=folder) as seat:
        await seat.type("/approve shop")
        await seat.sees("⏎ show what shop may do, and approve it")
        await seat.press("enter")
        await seat.sees("let shop work ›", "p this project")
        assert "y once" not in seat.screen
        await seat.press("p")
        await seat.sees("shop is approved until its definition changes")
        assert [one.scope for one in read_approvals(registry.home)] == [Scope.PROJECT]
        await seat.press("escape", "n")
        await seat.type("Rename it @shop")
        await seat.sees("⏎ starts now · shop")


async def test_agents_are_listed_with_everything_about_the_one_at_the_cursor(
    registry: Registry, folder: Path
) -> None:
    for size in ((120, 36), (45, 30)):
        async with opened(registry, size, folder=folder) as seat:
            await seat.enter("/agents")
            await seat.sees("worker", "shop", "claude", "not approved yet")
            await seat.press("j")
            await seat.sees("shop · Kiro · knows the shop")
            await seat.press("escape")
            await seat.sees("new task ›")
    async with opened(registry, folder=folder) as seat:
        await seat.enter("/agents shop")
        await seat.sees("shop · Kiro · knows the shop")
        await seat.press("enter")
        await seat.sees("let shop work ›")
        await seat.press("A")
        await seat.sees("shop is approved until its definition changes")


async def test_an_unknown_agent_never_becomes_another(registry: Registry, folder: Path) -> None:
    async with opened(registry, folder=folder) as seat:
        await seat.enter("Rename it @nobody")
        await seat.sees("there is no agent nobody")
        await seat.press(*["backspace"] * 40)
        await seat.enter("/approve worker")
        await seat.sees("worker needs no approval")
        assert registry.ids() == []


async def test_a_narrow_column_shows_the_agent_and_every_answer(registry: Registry, folder: Path) -> None:
    async with opened(registry, (45, 24), folder=folder) as seat:
        await asked(seat)
        await seat.sees("y once", "p this project", "A always", "n no", "shop · Kiro")
        await seat.press("G")
        await seat.sees("defined in:")
