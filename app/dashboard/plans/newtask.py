"""What a new task would be: when it starts, by whom, within which limits, where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from app.agents.definitions import EMBEDDED, UnknownAgent
from app.agents.delegation import (
    CannotDelegate,
    agent_name,
    chosen_agent,
    place_of,
    quiet_timeout_of,
    resolve_folder,
    start_of,
    timeout_of,
)
from app.agents.placing import check_of, place_words
from app.dashboard.drawing.tone import Line, Tone
from app.dashboard.screen.header import short_folder
from app.model.agent import AgentDefinition
from app.model.duration import spell_duration
from app.model.estimate import Estimate, estimate_words
from app.model.queue import Load, Waiting, obstacle
from app.model.request import Draft
from app.model.size import spell_size
from app.model.status import Priority, Status
from app.model.when import Delay, clock_words, spell_delay
from app.registry.config import Config

DOT = " · "


@dataclass(frozen=True, slots=True)
class Setting:
    """What decides how a new task begins.

    ``statuses`` are those of the known tasks by number; ``running`` counts those with a runner; ``home`` is
    the person's home folder, for writing folders short; ``now`` the wall clock with its zone. ``busy`` are
    the tasks with a runner, ``memory_free`` bytes or None where no floor is set. ``find`` is how an agent is
    found by its name and the folder to work in; None looks it up. ``needs_yes`` says in words that a person
    must approve it first, or nothing. ``expected`` tells what tasks of an agent, with a text, in a folder
    took.
    """

    config: Config
    folder: Path
    running: int = 0
    paused: bool = False
    statuses: Mapping[int, Status] = field(default_factory=dict)
    home: str = ""
    busy: tuple[Waiting, ...] = ()
    memory_free: int | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    find: Callable[[str, Path], AgentDefinition] | None = None
    needs_yes: Callable[[AgentDefinition, Path], str] = lambda *_: ""
    expected: Callable[[str, str, str], Estimate | None] = lambda *_: None


def describe(draft: Draft, setting: Setting) -> Line:
    """One line of facts: ``starts now · worker · normal · stops after 1h · ~/src/shop``.

    It cautions where the worker would give up at once, and where an agent has to be approved first. Raises
    CannotDelegate with one line: why the task cannot start and what to write instead.
    """
    folder = resolve_folder(draft.folder, setting.folder)
    agent = _agent(draft, setting, folder)
    unknown = [n for n in (*draft.after, *draft.after_any) if n not in setting.statuses]
    if unknown:
        raise CannotDelegate(f"there is no task #{unknown[0]} to wait for")
    if agent is EMBEDDED and not _knows(draft.text, folder):
        return f"{_when(draft, setting)}, but {_beyond_worker(setting.config)}", Tone.CAUTION
    if agent is not None and (needs := setting.needs_yes(agent, folder)):
        return f"{needs}: {agent.name} {_may(agent)}", Tone.CAUTION
    facts = [_when(draft, setting), "shell command" if agent is None else agent.name]
    if agent is not None and agent.trusted_with_everything:
        facts.append("may use every tool")
    facts.append((Priority.NORMAL if draft.priority is None else draft.priority).word)
    facts.append(_limit(draft, setting.config))
    facts += _conditions(draft, setting.config)
    if draft.commit is not None:
        facts.append("commits what it fixed" if draft.commit else "commits nothing")
    workspace = place_of(draft, folder, setting.config)
    facts += place_words(workspace, check_of(draft, workspace, setting.config))
    text = draft.text if draft.shell is None else draft.shell
    estimate = setting.expected(agent_name(draft, setting.config), text, str(folder))
    return DOT.join([*facts, short_folder(str(folder), setting.home), estimate_words(estimate)]), Tone.PLAN


def _agent(draft: Draft, setting: Setting, folder: Path) -> AgentDefinition | None:
    """Who would do the work; nobody for a command. Raises CannotDelegate."""
    if draft.shell is not None or setting.find is None:
        agent = chosen_agent(draft, setting.config, folder)
    else:
        try:
            agent = setting.find(agent_name(draft, setting.config), folder)
        except UnknownAgent as error:
            raise CannotDelegate(str(error)) from None
    if agent is not None and agent.missing:
        raise CannotDelegate(f"{agent.name} cannot be started: {agent.missing}")
    return agent


def _may(agent: AgentDefinition) -> str:
    """What an agent may do, as short as it can be said."""
    if agent.trusted_with_everything:
        return "may use every tool"
    from app.agents.describing import permissions  # nobody needs it before the first agent is named

    return permissions(agent)


def _knows(text: str, folder: Path) -> bool:
    """Whether the worker understands a text in a folder, by its own reading of it."""
    from app.agents.worker.understanding import understand  # 10 ms that the first paint need not wait for

    if understand(text) is not None:
        return True
    from app.agents.worker.known import sayings_in

    return understand(text, sayings_in(folder)) is not None


def _beyond_worker(config: Config) -> str:
    others = [f"@{agent.name}" for agent in config.agents[:2]]
    return f"the worker does not know how · try {' or '.join([*others, '!command'])}"


def _when(draft: Draft, setting: Setting) -> str:
    if setting.paused:
        return "waits: queue paused"
    wanted = {number: setting.statuses.get(number) for number in draft.after}
    for number, status in wanted.items():
        if status is not None and status.ended and status is not Status.COMPLETE:
            return f"waits: #{number} has ended, {status.word}; F starts it all the same"
    parts = [f"after #{number}" for number, status in wanted.items() if status is not Status.COMPLETE]
    lenient = ((number, setting.statuses.get(number)) for number in draft.after_any)
    parts += [f"after #{number} ends" for number, status in lenient if status and not status.ended]
    if time := _time(draft, setting):
        parts.append(time)
    if parts:
        return f"starts {', '.join(parts)}"
    return _slot(draft, setting)


def _slot(draft: Draft, setting: Setting) -> str:
    limits = setting.config.limits
    if setting.running >= limits.total:
        return f"waits: {setting.running} of {limits.total} running"
    folder = str(resolve_folder(draft.folder, setting.folder))
    asked = Waiting("", agent=agent_name(draft, setting.config), folder=folder)
    load = Load(setting.busy, limits, memory_free=setting.memory_free)
    hindered = obstacle(asked, load, setting.statuses.get)
    return f"waits: {hindered}" if hindered else "starts now"


def _time(draft: Draft, setting: Setting) -> str:
    """``at 18:00``, or ``in 10m``, which is counted from the moment of Enter. Raises CannotDelegate."""
    moment = start_of(draft, setting.now)
    if moment is None:
        return ""
    if isinstance(draft.when, Delay):
        return f"in {spell_delay(draft.when)}"
    words = clock_words(moment, setting.now)
    return f"at {words}" if words[0].isdigit() else words


def _conditions(draft: Draft, config: Config) -> list[str]:
    """What else was asked for, or follows from the settings."""
    facts = []
    if draft.retries:
        facts.append("tries again once" if draft.retries == 1 else f"tries again {draft.retries} times")
    quiet = quiet_timeout_of(draft, config)
    if quiet is not None:
        facts.append(f"stops after {spell_duration(quiet)} of silence")
    if draft.memory_bytes is not None:
        facts.append(f"at most {spell_size(draft.memory_bytes)} of memory")
    if draft.twice:
        facts.append("may run twice")
    if draft.keep_leftovers:
        facts.append("keeps what it leaves running")
    return facts


def _limit(draft: Draft, config: Config) -> str:
    seconds = timeout_of(draft, config)
    return "no time limit" if seconds is None else f"stops after {spell_duration(seconds)}"
