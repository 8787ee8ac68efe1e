"""What an agent may do by its tools, in one sentence: what runs unasked, and what it must ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from app.agents.tools import Ability, ability_of, same_name
from app.model.agent import AgentDefinition
from app.model.run import Channel

MOST = 12
"""How many of one kind a line names; the others are counted."""


def sentence(agent: AgentDefinition) -> str:
    """What its tools let it do: ``may read files; shell only `npm test`; will stop and ask for: use_aws``."""
    if not agent.tools:
        return "may talk only: it has no tools"
    free = _free(agent)
    verbs = list(_verbs(free, agent))
    clauses = [f"may {_joined(verbs)}"] if verbs else []
    clauses += _limited(free, agent)
    if asked := list(_asked(free, agent)):
        clauses.append(f"{_asks(agent)}: {named(asked)}")
    return "; ".join(clauses if verbs else ["may do nothing unasked", *clauses])


def named(items: Sequence[str]) -> str:
    """Items in a line; beyond MOST of them they are counted."""
    more = f" and {len(items) - MOST} more" if len(items) > MOST else ""
    return ", ".join(items[:MOST]) + more


def quoted(items: Iterable[str]) -> list[str]:
    """Each item in quotes that it cannot close itself."""
    return [f"`{item}`" if "`" not in item else '"' + item.replace('"', "'") + '"' for item in items]


def _free(agent: AgentDefinition) -> list[str]:
    """The tools that run unasked, as far as tools or patterns of tools are named."""
    free = [tool for tool in agent.tools if _runs_unasked(tool, agent)]
    if "*" in agent.tools:
        free += (pattern for pattern in agent.allowed if pattern != "*" and pattern not in free)
    else:  # a part of what a service offers
        free += (pattern for pattern in agent.allowed if _is_part(pattern, agent) and pattern not in free)
    return free


def _runs_unasked(tool: str, agent: AgentDefinition) -> bool:
    # Kiro takes no pattern for everything in its list of what runs unasked.
    patterns = [pattern for pattern in agent.allowed if pattern != "*" or agent.client != "kiro-cli"]
    return any(fnmatchcase(same_name(tool), same_name(pattern)) for pattern in patterns)


def _is_part(pattern: str, agent: AgentDefinition) -> bool:
    return any(pattern.startswith(f"{tool}/") for tool in agent.tools)


def _verbs(free: list[str], agent: AgentDefinition) -> Iterator[str]:
    abilities = {ability_of(tool) for tool in free}
    files = [ability.value for ability in (Ability.READ, Ability.WRITE) if ability in abilities]
    if Ability.EVERYTHING in abilities:
        yield "use every tool"
    if files:
        yield f"{' and '.join(files)} files"
    if Ability.SHELL in abilities:
        yield from _commands(free, agent)
    if Ability.WEB in abilities:
        yield "use the web"
    if Ability.AGENTS in abilities:
        yield "start other agents"
    if others := [tool for tool in free if not isinstance(ability_of(tool), Ability)]:
        yield f"use {named(others)}"


def _commands(free: list[str], agent: AgentDefinition) -> Iterator[str]:
    """Shell tools, of which some are for certain commands only: ``Bash(git *)``."""
    shells = [tool for tool in free if ability_of(tool) is Ability.SHELL]
    certain = [tool.partition("(")[2].removesuffix(")") for tool in shells if "(" in tool]
    if len(certain) < len(shells):
        listed = _values(agent, Ability.SHELL, "allowedCommands")
        doubt = f" (not only {named(quoted(listed))}: its client may let all run)" if listed else ""
        yield f"run any command{doubt}"
    elif certain:
        yield f"run {named(quoted(certain))}"


def _limited(free: list[str], agent: AgentDefinition) -> Iterator[str]:
    """What runs unasked within limits, of tools that otherwise ask."""
    abilities = {ability_of(tool) for tool in free}
    if Ability.SHELL not in abilities and (commands := _values(agent, Ability.SHELL, "allowedCommands")):
        yield f"shell only {named(quoted(commands))}"
    for ability, verb in ((Ability.READ, "reads"), (Ability.WRITE, "writes")):
        if ability not in abilities and (paths := _values(agent, ability, "allowedPaths")):
            yield f"{verb} only {named(quoted(paths))}"


def _asked(free: list[str], agent: AgentDefinition) -> Iterator[str]:
    if "*" in agent.tools and "*" not in free:
        yield "every other tool" if free else "every tool"
    for tool in agent.tools:
        ability = ability_of(tool)
        if tool == "*" or tool in free or ability is Ability.NOTES:
            continue
        if ability is Ability.SHELL and _values(agent, ability, "allowedCommands"):
            yield "any other command"
        elif isinstance(ability, Ability) and _values(agent, ability, "allowedPaths"):
            yield f"{tool} elsewhere"
        else:
            yield tool


def _asks(agent: AgentDefinition) -> str:
    if agent.channel is Channel.ACP:
        return "will stop and ask for"
    return "is refused, since nobody can be asked this way"


def _values(agent: AgentDefinition, ability: Ability, setting: str) -> list[str]:
    """The values of a setting of the tools that give an ability."""
    return [
        value
        for name, values in agent.settings
        if name.rpartition(".")[2] == setting and ability_of(name.rpartition(".")[0]) is ability
        for value in values
    ]


def _joined(verbs: Sequence[str]) -> str:
    return verbs[0] if len(verbs) == 1 else f"{', '.join(verbs[:-1])} and {verbs[-1]}"
