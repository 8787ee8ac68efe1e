"""A permission request of an agent: what it wants, what may be answered, and the answer. Pure."""

from __future__ import annotations

import re

from app.agents.acp import content
from app.agents.acp.updates import tool_of
from app.agents.acp.wire import Json, items, mapping, text_of
from app.agents.events import Tool
from app.agents.host.collected import merged
from app.agents.rules import Use
from app.model.ask import Choice, ChoiceKind

CANCELLED: Json = {"outcome": {"outcome": "cancelled"}}

_NAME = re.compile(r"[@\w][\w./:-]{0,80}", re.ASCII)


def choices_of(params: Json) -> tuple[Choice, ...]:
    """The answers that are offered, by what they mean; one of an unknown meaning is none."""
    return tuple(
        Choice(
            str(item["optionId"]),
            text_of(item.get("name")) or str(item["optionId"]),
            ChoiceKind(item["kind"]),
        )
        for item in items(params.get("options"))
        if item.get("kind") in list(ChoiceKind) and isinstance(item.get("optionId"), (str, int))
    )


def tool_asked_for(params: Json, known: Tool | None, unnamed: str) -> Tool:
    """The tool that is asked for, with what was told of it before; some agents tell it only now."""
    call = mapping(params.get("toolCall"))
    tool = tool_of({"toolCallId": unnamed, **call}) or Tool(unnamed)
    return tool if known is None else merged(known, tool)


def use_of(params: Json, tool: Tool, name: str | None, raw: object, paths: tuple[str, ...]) -> Use:
    """What the rules look at. ``name`` is the tool's own and ``raw`` its input, as far as they were told;
    ``paths`` are where they really lie."""
    call = mapping(params.get("toolCall"))
    names = [name or "", tool.title or ""]
    return Use(
        names=tuple(name for name in names if _NAME.fullmatch(name)),
        kind=None if tool.kind == "other" else tool.kind,
        command=content.command_of(raw, tool.kind),
        paths=paths,
        about=tuple(filter(None, [tool.title, content.content_text(call.get("content"))]))
        + content.texts_in(raw),
    )


def detail_of(params: Json, tool: Tool) -> str:
    """What is known of a question beyond its title: the command or file, what the agent says about it."""
    said = content.content_text(mapping(params.get("toolCall")).get("content"))
    size = f"+{tool.added or 0} −{tool.removed or 0}" if tool.added is not None else ""
    lines = [tool.input or "", *tool.paths[:10], size, said]
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
