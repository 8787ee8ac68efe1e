"""From a known client, the user's terms and what a definition says to how the client is run. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from app.agents.catalog.found import Found
from app.agents.catalog.presets import OPTIONS_PLACEHOLDER, Preset, Way
from app.model.agent import EVERY_TOOL, Terms
from app.model.run import AgentRun, Channel

Installed = Callable[[str], bool]
"""Whether a program is there to be started."""


class Unfit(Exception):  # noqa: N818 - names what does not fit
    """The agent cannot be run so; the message is one line that says why and what to do."""


def choose_way(preset: Preset, terms: Terms, found: Found | None, installed: Installed) -> Way:
    """The first installed way to work with a client that fits terms and definition.

    Raises Unfit where no way fits. Where none that fits is installed it is the first of these: whoever starts
    it checks that.
    """
    wanted = terms.channel
    ways = [way for way in preset.ways if wanted is None or _is_over(way, wanted)]
    if not ways:
        known = " or ".join(way.channel.value for way in preset.ways)
        raise Unfit(f"{preset.title} is not spoken to over {wanted}; its channel is {known}")
    if found is not None:
        ways = [way for way in ways if way.takes_agents]
    if not ways:
        raise Unfit(f"{preset.title} takes no agent of a definition this way; leave out channel")
    return next((way for way in ways if installed(way.program)), ways[0])


def _is_over(way: Way, wanted: Channel) -> bool:
    """Without a protocol it is one command for one task, whether or not the client tells events."""
    return (way.channel is Channel.ACP) == (wanted is Channel.ACP)


def run_of(preset: Preset, way: Way, terms: Terms, found: Found | None, file: str | None) -> AgentRun:
    """How a client is run in this way, without its fingerprint. Raises Unfit."""
    if found is not None and not found.runnable:
        raise Unfit("it is a helper of other agents (mode: subagent); with mode: all it can be delegated to")
    shape = _over_protocol if way.channel is Channel.ACP else _as_command
    options, run = shape(preset, way, terms, found)
    return replace(
        run,
        command=_with_options(way.command, options, terms),
        resume=_with_options(way.resume, options, terms) if way.resume else (),
        definition=file,
        **_common(terms, found),
    )


def run_of_command(command: tuple[str, ...], terms: Terms) -> AgentRun:
    """How a command of the user's is run, without its fingerprint."""
    channel = terms.channel or (Channel.EXEC if terms.events else Channel.PLAIN)
    run = AgentRun(channel, (*command, *terms.arguments), resume=terms.resume, events=terms.events)
    by_protocol = channel is Channel.ACP
    return replace(
        run,
        mode=terms.mode if by_protocol else None,
        model=terms.model if by_protocol else None,
        trusted=not by_protocol,
        **_common(terms, None),
    )


def unasked(way: Way, found: Found | None) -> tuple[str, ...]:
    """The tools of a definition that run unasked this way: nobody can be asked where there is no protocol."""
    if found is None:
        return ()
    if way.channel is Channel.ACP or way.agent_decides or found.mode is not None:
        return found.allowed
    return found.tools


def _common(terms: Terms, found: Found | None) -> dict[str, Any]:
    defaults = AgentRun(Channel.PLAIN, ())
    return {
        "allow": (*(found.allow if found else ()), *terms.allow),
        "deny": (*(found.deny if found else ()), *terms.deny),
        "answer_s": defaults.answer_s if terms.answer_s is None else terms.answer_s,
        "retries": defaults.retries if terms.retries is None else terms.retries,
        "sandbox": terms.sandbox or defaults.sandbox,
        "network": defaults.network if terms.network is None else terms.network,
        "environment": terms.environment,
    }


def _over_protocol(
    preset: Preset, way: Way, terms: Terms, found: Found | None
) -> tuple[tuple[str, ...], AgentRun]:
    mode = found.name if found is not None and way.agent_is_mode else terms.mode
    by_words = terms.model is not None and bool(way.model)
    run = AgentRun(
        way.channel,
        (),
        preset.name,
        mode=mode,
        model=None if by_words else terms.model,
        trusted=mode in preset.everything or (way.always and not _restrained(found)),
    )
    options = (*_agent_words(way, found), *(_put(way.model, "model", terms.model) if by_words else ()))
    return options, run


def _as_command(
    preset: Preset, way: Way, terms: Terms, found: Found | None
) -> tuple[tuple[str, ...], AgentRun]:
    if terms.model is not None and not way.model:
        raise Unfit(f"{preset.title} takes no model on its command line; leave out model")
    freedom, trusted = _freedom(preset, way, terms, found)
    options = (*freedom, *_agent_words(way, found), *_put(way.model, "model", terms.model))
    return options, AgentRun(way.channel, (), preset.name, events=way.events, trusted=trusted)


def _freedom(preset: Preset, way: Way, terms: Terms, found: Found | None) -> tuple[tuple[str, ...], bool]:
    """The words that say what runs unasked, and whether that is everything."""
    wished = terms.mode or (found.mode if found else None)
    if wished is None and not terms.unattended:
        wished = way.default_mode
    if wished is not None and way.mode:
        return _put(way.mode, "mode", wished), way.always or wished in preset.everything
    if terms.mode is not None:
        raise Unfit(f"{preset.title} takes no mode on its command line; leave out mode")
    if found is not None and way.agent_decides:
        return (), False
    if found is not None and way.tools and found.tools != EVERY_TOOL and found.tools:
        return _put(way.tools, "tools", way.join.join(found.tools)), way.always
    if terms.unattended is False:
        return (), way.always
    return way.unattended, way.always or (bool(way.unattended) and not _restrained(found))


def _restrained(found: Found | None) -> bool:
    """Whether a definition leaves less than every tool unasked."""
    if found is None:
        return False
    return "*" not in found.tools or any(name.startswith("permission") for name, _ in found.settings)


def _agent_words(way: Way, found: Found | None) -> tuple[str, ...]:
    return _put(way.agent, "agent", found.name) if found is not None else ()


def _put(words: tuple[str, ...], name: str, value: str | None) -> tuple[str, ...]:
    return () if value is None else tuple(word.replace(f"{{{name}}}", value) for word in words)


def _with_options(command: tuple[str, ...], options: tuple[str, ...], terms: Terms) -> tuple[str, ...]:
    options = (*options, *terms.arguments)
    if OPTIONS_PLACEHOLDER not in command:
        return (*command, *options)
    place = command.index(OPTIONS_PLACEHOLDER)
    return (*command[:place], *options, *command[place + 1 :])
