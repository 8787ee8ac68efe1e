"""Tasks whose agent's host is a shell script, and what tests write in its name: questions, reports."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.agents.fingerprint import fingerprint_of
from app.model.ask import Ask, Choice, ChoiceKind
from app.model.run import AgentRun, Channel
from app.model.task import Task
from app.registry.approvals import Scope, add_approval, approval_now
from app.registry.asking import next_ask, write_ask
from app.registry.config import Config
from app.registry.store import Registry
from app.registry.transaction import ring
from app.supervisor import operations
from app.supervisor.operations import NewTask
from tests.support import until

FOUR = (
    Choice("yes", "Allow", ChoiceKind.ALLOW_ONCE),
    Choice("always", "Always allow", ChoiceKind.ALLOW_ALWAYS),
    Choice("no", "Reject", ChoiceKind.REJECT_ONCE),
    Choice("never", "Always reject", ChoiceKind.REJECT_ALWAYS),
)
"""All that an agent can offer."""

TWO = (FOUR[0], FOUR[2])
"""The least that an agent offers."""

SAYS_WHO = "printf 'attempt = %s\\nsession = \"abc-%s\"\\n' $DELEGATE_ATTEMPT $DELEGATE_ATTEMPT"
"""Shell words for the least that a host reports."""

REPORTS = (
    'N=$DELEGATE_ATTEMPT; [ "$N" = 1 ] && F=report.toml || F=report.$N.toml; '
    f'{SAYS_WHO} > "$DELEGATE_TASK_FOLDER/$F"'
)
"""Shell words that leave the report of the attempt they run in."""


def delegate_to_agent(
    registry: Registry,
    config: Config,
    script: str = "sleep 300",
    text: str = "Rename the billing module",
    *,
    agent: str = "claude",
    run: AgentRun | None = None,
) -> Task:
    """Submit a task whose host is a shell script, and wait until it runs or is over.

    Its agent is approved for good, unless the run comes with a fingerprint of its own.
    """
    run = run or AgentRun(Channel.ACP, ("claude-acp",), client="claude")
    if not run.fingerprint:
        run = replace(run, fingerprint=fingerprint_of(run, None, None))
        add_approval(registry, approval_now(agent, "settings", run.fingerprint, Scope.ALWAYS, ""))
    new = NewTask(
        text=text,
        agent=agent,
        command=("/bin/sh", "-c", script),
        folder=str(Path.cwd()),
        name="rename-billing-module",
        run=run,
    )
    task = operations.submit(registry, new, os.environ, config)
    assert until(lambda: _under_way(registry.load(task.id)), 10), "it never started"
    return registry.load(task.id)


def _under_way(task: Task) -> bool:
    return task.status.ended or (task.live is not None and task.live.child is not None)


def ask(
    registry: Registry,
    task: Task,
    title: str = "allow `git push`?",
    *,
    detail: str = "git push origin main",
    choices: tuple[Choice, ...] = FOUR,
    ago_s: float = 0.0,
    left_s: float = 600.0,
) -> Ask:
    """Let the agent of a task ask something, ``ago_s`` seconds ago and for ``left_s`` more."""
    now = datetime.now(UTC)
    put = Ask(
        number=next_ask(registry.home, task.id),
        attempt=len(task.state.attempts),
        title=title,
        choices=choices,
        asked=now - timedelta(seconds=ago_s),
        expires=now + timedelta(seconds=left_s),
        detail=detail,
        tool="Bash",
    )
    write_ask(registry.home, task.id, put)
    ring(registry)
    return put
