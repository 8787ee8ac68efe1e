"""Opening a conversation: the handshake, then a new one or an earlier one, never the one for the other."""

from __future__ import annotations

from dataclasses import dataclass

from app import __version__
from app.agents.acp import modes
from app.agents.acp.link import Link, Refused
from app.agents.acp.modes import Setting
from app.agents.acp.wire import Json, mapping, text_of

START_S = 120.0
"""How long a client may take to answer before any work has begun, in seconds."""

_LOGIN_REQUIRED = -32000


class CannotOpen(Exception):  # noqa: N818 - a state of affairs
    """No conversation came about; the message says why. ``status`` is that of HTTP where there is one."""

    def __init__(self, why: str, status: int | None = None) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Opened:
    """A conversation, with the mode and the model that it is in where these can be chosen; ``allows_all``
    where an option of its own lets every tool be used unasked. ``agent`` is what the client calls itself."""

    session: str
    mode: Setting | None
    model: Setting | None
    allows_all: bool = False
    agent: str = ""


def open_session(link: Link, folder: str, session: str | None) -> Opened:
    """Open a new conversation in a folder, or go on with an earlier one.

    Raises CannotOpen, and what `Link.call` raises but Refused.
    """
    hello = _hello(link)
    place: Json = {"cwd": folder, "mcpServers": []}
    result = _new(link, hello, place) if session is None else _again(link, hello, place, session)
    identifier = session or text_of(result.get("sessionId"))
    if identifier is None:
        raise CannotOpen("it opened a conversation without an id")
    return Opened(
        identifier,
        modes.mode_of(result),
        modes.model_of(result),
        modes.allows_all(result),
        text_of(mapping(hello.get("agentInfo")).get("name")) or "",
    )


def _hello(link: Link) -> Json:
    params = {
        "protocolVersion": 1,
        "clientCapabilities": {"fs": {"readTextFile": False, "writeTextFile": False}, "terminal": False},
        "clientInfo": {"name": "delegate", "title": "delegate", "version": __version__},
    }
    try:
        return link.call("initialize", params, START_S)
    except Refused as refused:
        raise CannotOpen(f"it does not speak with us: {refused}", refused.status) from None


def _new(link: Link, hello: Json, place: Json) -> Json:
    try:
        return link.call("session/new", place, START_S)
    except Refused as refused:
        raise CannotOpen(_no_session(refused, hello), refused.status) from None


def _again(link: Link, hello: Json, place: Json, session: str) -> Json:
    """Go on with a conversation; a new one in its place would remember nothing."""
    able = mapping(hello.get("agentCapabilities"))
    resumes = "resume" in mapping(able.get("sessionCapabilities"))
    if not able.get("loadSession") and not resumes:
        raise CannotOpen("it cannot go on with a conversation: its client has no way to load one")
    method = "session/load" if able.get("loadSession") else "session/resume"
    try:
        return link.call(method, {"sessionId": session, **place}, START_S)
    except Refused as refused:
        raise CannotOpen(f"it cannot go on with the conversation: {refused}", refused.status) from None


def _no_session(refused: Refused, hello: Json) -> str:
    """Why it opened no conversation; where it wants a login, how it offers one."""
    if refused.error.get("code") != _LOGIN_REQUIRED and "auth" not in str(refused).lower():
        return f"it opened no conversation: {refused}"
    methods = hello.get("authMethods")
    names = [text_of(mapping(item).get("name")) for item in methods] if isinstance(methods, list) else []
    offered = f" (it offers: {', '.join(filter(None, names))})" if any(names) else ""
    return f"not logged in: {refused}; log in with its own client first{offered}"
