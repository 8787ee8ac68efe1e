"""Modes and models of a conversation: what is offered, what holds, and whether that is what was asked for.
Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.agents.acp.wire import Json, items, mapping, text_of

_POWERS = (
    {"plan", "readonly", "architect"},
    {"default", "ask", "normal", "agent", "build", "code", "manual"},
    {"acceptedits", "autoedit", "workspacewrite", "edit"},
    {"auto", "autoapprove", "dontask"},
    {"yolo", "autopilot", "bypasspermissions", "agentfullaccess", "fullaccess", "dangerfullaccess", "never"},
)
"""What agents call their modes, from the one that may do least unasked to the one that may do everything."""

_UNASKED = 3


@dataclass(frozen=True, slots=True)
class Setting:
    """A mode or a model: what holds, what could, and how it is set.

    ``option`` is the id of the option of the configuration that it is, None where it has a method of its own.
    """

    now: str | None = None
    offered: tuple[str, ...] = ()
    option: str | None = None


def mode_of(result: Json) -> Setting | None:
    """The mode in the answer to opening a conversation; None where there are no modes."""
    modes = mapping(result.get("modes"))
    if modes:
        return Setting(text_of(modes.get("currentModeId")), _texts(modes.get("availableModes"), "id"))
    return _option(result, "mode")


def model_of(result: Json) -> Setting | None:
    """The model in the answer to opening a conversation; None where it cannot be chosen."""
    models = mapping(result.get("models"))
    if models:
        return Setting(
            text_of(models.get("currentModelId")), _texts(models.get("availableModels"), "modelId")
        )
    return _option(result, "model")


def option_of(result: Json, category: str) -> str | None:
    """What holds of an option, by what an agent tells of all of them; None where it tells nothing of it."""
    found = _option(result, category)
    return found.now if found else None


def meant(wanted: str, setting: Setting) -> str:
    """The offered value that a word means: itself, or the one whose name or last part it is."""
    if wanted in setting.offered or wanted == setting.now:
        return wanted
    return next((value for value in setting.offered if short(value).lower() == wanted.lower()), wanted)


def short(mode: str) -> str:
    """A mode as people call it: some agents have addresses for ids (``https://…/session-modes#plan``)."""
    return mode.rpartition("#")[2] or mode


def allows_all(result: Json) -> bool:
    """Whether an option that lets the agent use every tool unasked is on."""
    return any(
        item.get("category") == "permissions" and item.get("currentValue") in ("on", "true", True)
        for item in items(result.get("configOptions"))
    )


def rises(asked: str | None, came: str | None) -> bool:
    """Whether a mode may do more than the one that was asked for; one that is not known may."""
    if asked == came:
        return False
    before, after = power(asked), power(came)
    return before is None or after is None or after >= before


def power(mode: str | None) -> int | None:
    """The place of a mode among all modes; None for one of an unknown name."""
    plain = "".join(filter(str.isalnum, short(mode or "").lower()))
    return next((place for place, names in enumerate(_POWERS) if plain in names), None)


def asks_nothing(mode: str) -> bool:
    """Whether in this mode an agent does as it likes."""
    return (power(mode) or 0) >= _UNASKED


def _option(result: Json, category: str) -> Setting | None:
    for item in items(result.get("configOptions")):
        if category in (item.get("category"), item.get("id")):
            offered = tuple(_values(item.get("options")))
            return Setting(text_of(item.get("currentValue")), offered, text_of(item.get("id")))
    return None


def _values(options: object) -> Iterator[str]:
    """The values of an option, which may come in groups."""
    for item in items(options):
        if value := text_of(item.get("value")):
            yield value
        yield from _values(item.get("options"))


def _texts(value: object, key: str) -> tuple[str, ...]:
    return tuple(text for item in items(value) if (text := text_of(item.get(key))) is not None)
