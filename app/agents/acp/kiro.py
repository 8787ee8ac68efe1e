"""Kiro's dialect: what it tells in notifications of its own, and which agent it was started as. Pure.

Sources: Kiro's documentation of its command line, and what its public clients read (``_kiro.dev/…``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.agents.acp.updates import retry_of
from app.agents.acp.wire import Notification, items, mapping, text_of
from app.agents.events import Event, Warned

PREFIX = "_kiro.dev/"


def agent_of(command: Sequence[str]) -> str | None:
    """The agent that a command line of Kiro's names; None for another client, or where it names none.

    It is to be what the conversation then says: an agent that does not exist becomes the default one, which
    may do more.
    """
    if not any(word.rpartition("/")[2].startswith(("kiro-cli", "kiro_cli")) for word in command[:2]):
        return None
    for word, following in zip(command, [*command[1:], ""], strict=True):
        if word == "--agent":
            return following or None
        if word.startswith("--agent="):
            return word.partition("=")[2]
    return None


def events_of(notification: Notification) -> Iterator[Event]:
    """The events in a notification of Kiro's own; most of them say nothing that matters here."""
    what = notification.method.removeprefix(PREFIX)
    update = mapping(notification.params.get("update"))
    if what == "session/update" and "retry" in str(update.get("sessionUpdate")):
        yield retry_of(update)
    if what.startswith("error/") and (message := text_of(notification.params.get("message"))):
        yield Warned(message)


def agent_now(notification: Notification) -> str | None:
    """The agent that is at work now, where a notification says that it is another one."""
    key = {"agent/switched": "agentName", "agent/not_found": "fallbackAgent"}
    return text_of(notification.params.get(key.get(notification.method.removeprefix(PREFIX), "")))


def credits_of(notification: Notification) -> float | None:
    """The credits that a turn has cost; None where a notification does not tell."""
    if notification.method != f"{PREFIX}metadata":
        return None
    used = [item for item in items(notification.params.get("meteringUsage")) if item.get("unit") == "credit"]
    values = [float(value) for item in used if isinstance(value := item.get("value"), (int, float))]
    return sum(values) if values else None
