"""What a new task would be: when it starts, by whom, within which limits, where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.agents.delegation import CannotDelegate, agent_name, chosen_agent, resolve_folder
from app.dashboard.screen.header import short_folder
from app.model.duration import spell_duration
from app.model.request import Draft, Unset
from app.model.status import Priority, Status
from app.registry.config import Config

DOT = " · "


@dataclass(frozen=True, slots=True)
class Setting:
    """What decides how a new task begins.

    ``statuses`` are those of the known tasks by number; ``running`` counts those with a runner; ``home`` is
    the person's home folder, for writing folders short.
    """

    config: Config
    folder: Path
    running: int = 0
    paused: bool = False
    statuses: Mapping[int, Status] = field(default_factory=dict)
    home: str = ""


def describe(draft: Draft, setting: Setting) -> str:
    """One line of facts: ``starts now · worker · normal · stops after 1h · ~/src/shop``.

    Raises CannotDelegate with one line that says why the task cannot start and what to write instead.
    """
    folder = resolve_folder(draft.folder, setting.folder)
    agent = chosen_agent(draft, setting.config)
    unknown = [number for number in draft.after if number not in setting.statuses]
    if unknown:
        raise CannotDelegate(f"there is no task #{unknown[0]} to wait for")
    facts = [_when(draft, setting), "shell command" if agent is None else agent_name(draft, setting.config)]
    if agent is not None and agent.trusted_with_everything:
        facts.append("may use every tool")
    facts.append((Priority.NORMAL if draft.priority is None else draft.priority).word)
    facts.append(_limit(draft, setting.config))
    if draft.commit is not None:
        facts.append("commits what it fixed" if draft.commit else "commits nothing")
    return DOT.join([*facts, short_folder(str(folder), setting.home)])


def _when(draft: Draft, setting: Setting) -> str:
    waiting_for = [n for n in draft.after if setting.statuses.get(n) is not Status.COMPLETE]
    if setting.paused:
        return "waits: queue paused"
    if waiting_for:
        return "starts after " + ", ".join(f"#{number}" for number in waiting_for)
    if setting.running >= setting.config.limit:
        return f"waits: {setting.running} of {setting.config.limit} running"
    return "starts now"


def _limit(draft: Draft, config: Config) -> str:
    seconds = config.timeout_s if isinstance(draft.timeout_s, Unset) else draft.timeout_s
    return "no time limit" if seconds is None else f"stops after {spell_duration(seconds)}"
