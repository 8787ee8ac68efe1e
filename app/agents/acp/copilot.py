"""Copilot's dialect: it says what went wrong between it and its model as if the agent had said it. Pure.

Seen in version 1.0.102, over a model that answers with 400, 401, 500, or breaks off.
"""

from __future__ import annotations

import re

from app.agents.events import Ended, Event, Retrying, Text
from app.agents.trouble import status_in

NAME = "Copilot"
"""What it calls itself in its first answer."""

_RETRYING = re.compile(r"Info: ([^\n]{1,200}?)\.? Retrying\.\.\.\n?")
_ERROR = "Error: "


def meant(event: Event) -> Event:
    """What an event really is: with some messages the client itself announces a retry."""
    if isinstance(event, Text) and (found := _RETRYING.fullmatch(event.text)):
        return Retrying(why=found[1])
    return event


def ended(last: str, ended_: Ended) -> Ended:
    """The end of a turn, by the last message before it: an error is one, and comes in one piece."""
    if not ended_.ok or not last.startswith(_ERROR):
        return ended_
    return Ended(False, reason="error", error=last.removeprefix(_ERROR), status=status_in(last))
