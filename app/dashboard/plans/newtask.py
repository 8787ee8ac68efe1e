"""What a new task would be: when it starts, by whom, within which limits, where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.agents.definitions import EMBEDDED
from app.agents.delegation import CannotDelegate, chosen_agent, resolve_folder
from app.dashboard.drawing.tone import Line, Tone
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
    the person's home folder, for writing folders short. ``has_run`` tells of an agent whether a task of its
    is known.
    """

    config: Config
    folder: Path
    running: int = 0
    paused: bool = False
    statuses: Mapping[int, Status] = field(default_factory=dict)
    home: str = ""
    has_run: Callable[[str], bool] = lambda _: True


def describe(draft: Draft, setting: Setting) -> Line:
    """One line of facts: ``starts now · worker · normal · stops after 1h · ~/src/shop``.

    It cautions where the worker would give up at once, and before the first run of an agent that nothing
    restrains. Raises CannotDelegate with one line: why the task cannot start and what to write instead.
    """
    folder = resolve_folder(draft.folder, setting.folder)
    agent = chosen_agent(draft, setting.config)
    unknown = [number for number in draft.after if number not in setting.statuses]
    if unknown:
        raise CannotDelegate(f"there is no task #{unknown[0]} to wait for")
    if agent is EMBEDDED and not _knows(draft.text):
        return f"{_when(draft, setting)}, but {_beyond_worker(setting.config)}", Tone.CAUTION
    facts = [_when(draft, setting), "shell command" if agent is None else agent.name]
    first = agent is not None and agent.trusted_with_everything and not setting.has_run(agent.name)
    if agent is not None and agent.trusted_with_everything:
        facts.append("first run: may use every tool" if first else "may use every tool")
    facts.append((Priority.NORMAL if draft.priority is None else draft.priority).word)
    facts.append(_limit(draft, setting.config))
    if draft.commit is not None:
        facts.append("commits what it fixed" if draft.commit else "commits nothing")
    words = DOT.join([*facts, short_folder(str(folder), setting.home)])
    return words, Tone.CAUTION if first else Tone.PLAN


def _knows(text: str) -> bool:
    """Whether the worker understands a text, by its own reading of it."""
    from app.agents.worker.understanding import understand  # 10 ms that the first paint need not wait for

    return understand(text) is not None


def _beyond_worker(config: Config) -> str:
    others = [f"@{agent.name}" for agent in config.agents[:2]]
    return f"worker knows only tests and linting · try {' or '.join([*others, '!command'])}"


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
