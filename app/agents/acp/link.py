"""Requests and answers between us and a client, one poll loop for both directions and everything else."""

from __future__ import annotations

import time
from typing import Protocol

from app.agents.acp import wire
from app.agents.acp.client import Client
from app.agents.acp.wire import Json, Noise, Notification, Request, Response
from app.agents.host.spawning import Exit

_SHOWN = 200


class ClientGone(Exception):  # noqa: N818 - a state of affairs
    """The client has ended, or has closed its output, while something was expected of it."""

    def __init__(self, exit_: Exit) -> None:
        super().__init__()
        self.exit = exit_


class NoAnswer(Exception):  # noqa: N818 - a state of affairs
    """The client has not answered in time."""


class Refused(Exception):  # noqa: N818 - the answer of the other side
    """A request of ours was answered with an error."""

    def __init__(self, error: Json) -> None:
        super().__init__(error_text(error))
        self.error = error

    @property
    def status(self) -> int | None:
        """The status of HTTP in the error, where there is one."""
        return error_status(self.error)


class Side(Protocol):
    """Who is behind a link on our side. None of these may raise; ``after`` may, to end a wait."""

    def on_request(self, request: Request) -> None:
        """The agent asks."""

    def on_notification(self, notification: Notification) -> None:
        """The agent tells."""

    def on_noise(self, text: str, *, error: bool = False) -> None:
        """The client has printed something, to where it speaks or as an ``error``."""

    def after(self) -> None:
        """A round is over: time for what is due."""

    def seconds_to_next(self) -> float | None:
        """After how many seconds at the latest the next round has to come; None for never."""


class Link:
    """A client with ids of ours for our requests; those of the agent's are another matter."""

    def __init__(self, client: Client, side: Side) -> None:
        self.client = client
        self._side = side
        self._last = 0
        self._answers: dict[str, Response | None] = {}

    def call(self, method: str, params: Json, seconds: float | None = None) -> Json:
        """Ask and wait for the answer. Raises Refused, ClientGone, NoAnswer and what ``after`` raises."""
        key = self.ask(method, params)
        deadline = None if seconds is None else time.monotonic() + seconds
        while not self.answered(key):
            if deadline is not None and time.monotonic() >= deadline:
                raise NoAnswer(method)
            self.step(deadline, key)
        return self.result(key)

    def ask(self, method: str, params: Json) -> str:
        """Send a request; the key is for its answer."""
        self._last += 1
        key = wire.key_of(self._last)
        self._answers[key] = None
        self.client.send(wire.request_line(self._last, method, params))
        return key

    def answered(self, key: str) -> bool:
        """Whether a request of ours has its answer."""
        return self._answers.get(key) is not None

    def result(self, key: str) -> Json:
        """The result of an answered request. Raises Refused."""
        response = self._answers.pop(key)
        assert response is not None
        if response.error is not None:
            raise Refused(response.error)
        return wire.mapping(response.result)

    def tell(self, method: str, params: Json) -> None:
        """Send a notification."""
        self.client.send(wire.notification_line(method, params))

    def answer(self, request: Request, result: Json) -> None:
        """Answer a request of the agent's."""
        self.client.send(wire.result_line(request.id, result))

    def refuse(self, request: Request) -> None:
        """Say that we have no such method: an agent that waits for us would wait for ever."""
        words = f"no such method: {request.method[:_SHOWN]}"
        self.client.send(wire.error_line(request.id, wire.METHOD_NOT_FOUND, words))

    def step(self, deadline: float | None = None, awaited: str | None = None) -> None:
        """One round: wait for something to happen, and deal with it.

        Raises ClientGone, but not with the ``awaited`` answer: a client may go right after it.
        """
        now = time.monotonic()
        ends = [self._side.seconds_to_next(), None if deadline is None else max(0.0, deadline - now)]
        self.client.wait(min((seconds for seconds in ends if seconds is not None), default=None))
        gone = self.client.exit is not None or self.client.silent
        self.take_in()
        self._side.after()
        if awaited is not None and self.answered(awaited):
            return
        if gone or self.client.silent:
            self.client.outlast(1.0)
            raise ClientGone(self.client.exit or Exit())

    def take_in(self) -> None:
        """Deal with everything that has come."""
        for line in self.client.lines():
            self._take(wire.read_message(line))
        for line in self.client.error_lines():
            self._side.on_noise(line, error=True)

    def _take(self, message: wire.Message | None) -> None:
        match message:
            case Request():
                self._side.on_request(message)
            case Notification():
                self._side.on_notification(message)
            case Response(key=key) if key in self._answers:
                self._answers[key] = message
            case Noise(text=text):
                self._side.on_noise(text)


def error_text(error: Json) -> str:
    """What an error says: its message, and the details that vendors keep under many names."""
    message = wire.text_of(error.get("message")) or "an error without words"
    data = error.get("data")
    details = wire.text_of(data) or next(
        (
            text
            for key in ("details", "message", "error", "reason")
            if (text := wire.text_of(wire.mapping(data).get(key)))
        ),
        None,
    )
    return f"{message}: {details}" if details and details not in message else message


def error_status(error: Json) -> int | None:
    """The status of HTTP in an error, be it its code or in its data."""
    data = wire.mapping(error.get("data"))
    found = (data.get("status"), data.get("statusCode"), data.get("status_code"), error.get("code"))
    numbers = (wire.number_of(value) for value in found)
    return next((number for number in numbers if number is not None and 400 <= number <= 599), None)
