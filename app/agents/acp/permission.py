"""A permission request of an agent: what it wants, what may be answered, and the answer."""

from __future__ import annotations

import os
import re
from urllib.parse import unquote

from app.agents.acp import content
from app.agents.acp.updates import tool_of
from app.agents.acp.wire import Json, items, mapping, text_of
from app.agents.events import Tool
from app.agents.host.collected import merged
from app.agents.rules import Use
from app.model.ask import Choice, ChoiceKind

CANCELLED: Json = {"outcome": {"outcome": "cancelled"}}

_MOST_CHOICES = 20
_LONGEST_ID = 1000
_NAME = re.compile(r"[@\w][\w./:-]{0,80}", re.ASCII)


def choices_of(params: Json) -> tuple[Choice, ...]:
    """The answers that are offered, by what they mean; one of an unknown meaning is none."""
    return tuple(
        Choice(
            str(item["optionId"]),
            text_of(item.get("name")) or str(item["optionId"]),
            ChoiceKind(item["kind"]),
        )
        for item in items(params.get("options"))[:_MOST_CHOICES]
        if item.get("kind") in list(ChoiceKind)
        and isinstance(identifier := item.get("optionId"), (str, int))
        and len(str(identifier)) <= _LONGEST_ID
    )


def tool_asked_for(params: Json, known: Tool | None, unnamed: str) -> Tool:
    """The tool that is asked for, with what was told of it before; some agents tell it only now."""
    call = mapping(params.get("toolCall"))
    tool = tool_of({"toolCallId": unnamed, **call}) or Tool(unnamed)
    return tool if known is None else merged(known, tool)


def use_of(params: Json, tool: Tool, name: str | None, raw: object, folder: str) -> Use:
    """What the rules look at. ``name`` is the tool's own and ``raw`` its input, as far as they were told;
    ``folder`` is the task's, without links."""
    paths = _real_paths(tool.paths, folder) if len(tool.paths) < content.MOST_PATHS else ()
    command, place = content.command_of(raw, tool.kind), content.folder_of(raw)
    elsewhere = place is not None and _real_paths((place,), folder)[0].startswith("/")
    call = mapping(params.get("toolCall"))
    names = [name or "", tool.title or ""]
    return Use(
        names=tuple(name for name in names if _NAME.fullmatch(name)),
        kind=None if tool.kind == "other" else tool.kind,
        # With variables or in a folder of its choice it may be another command than it looks like.
        command=None if elsewhere or content.variables_of(raw) else command,
        paths=paths,
        about=tuple(filter(None, [tool.title, command, content.content_text(call.get("content"))]))
        + content.texts_in(raw)
        + tuple(f"{folder}/{path}" for path in paths if not path.startswith("/")),
    )


def _real_paths(paths: tuple[str, ...], folder: str) -> tuple[str, ...]:
    """Where files really lie, relative where that is in the folder: neither a link, nor a spelling that the
    client may understand in its own way, must make one look as if it lay there."""
    found = []
    for path in paths:
        named = os.path.expanduser(unquote(path.removeprefix("file://")) if "://" in path else path)  # noqa: PTH111
        if "$" in named or "://" in named:
            found.append(f"/{named}")
            continue
        real = os.path.realpath(os.path.join(folder, named))  # noqa: PTH118 - resolves what is not there too
        found.append(os.path.relpath(real, folder) if f"{real}/".startswith(f"{folder}/") else real)
    return tuple(found)


def detail_of(params: Json, tool: Tool, raw: object) -> str:
    """What is known of a question beyond its title: the command or file, what the agent says about it."""
    place, variables = content.folder_of(raw), content.variables_of(raw)
    said = content.content_text(mapping(params.get("toolCall")).get("content"))
    size = f"+{tool.added or 0} −{tool.removed or 0}" if tool.added is not None else ""
    where = (f"in {place}" if place else "", f"with {', '.join(variables)}" if variables else "")
    lines = [tool.input or "", *where, *tool.paths[:10], size, said]
    return "\n".join(dict.fromkeys(filter(None, lines)))[: content.MOST_TEXT]


def choice_for(kind: ChoiceKind, choices: tuple[Choice, ...]) -> Choice | None:
    """The choice that says this, or the nearest that says no more; None where only a cancellation is left.

    Ids and names may say anything; only kinds are looked at. "Once" never becomes "always".
    """
    wanted = {
        ChoiceKind.ALLOW_ALWAYS: (ChoiceKind.ALLOW_ALWAYS, ChoiceKind.ALLOW_ONCE),
        ChoiceKind.REJECT_ALWAYS: (ChoiceKind.REJECT_ALWAYS, ChoiceKind.REJECT_ONCE),
    }.get(kind, (kind,))
    return next((choice for one in wanted for choice in choices if choice.kind is one), None)


def outcome(choice: Choice | None) -> Json:
    """The result of the request: a choice, or that the question was cancelled."""
    if choice is None:
        return CANCELLED
    return {"outcome": {"outcome": "selected", "optionId": choice.id}}
