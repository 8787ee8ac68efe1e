"""A model for real clients to talk to: OpenAI's two interfaces on loopback, answering by scripts.

    python -m tests.standins.model_server [--port N] [--log FILE]      prints its URL, which ends in /v1

A script is named in the prompt, ``[[name]]`` or ``[[name:argument]]``; without one it is ``shell``:

    shell[:COMMAND]   calls the shell tool, which creates hello.txt; then says that it is done
    write:PATH        calls the tool that writes files (the shell where there is none)
    ask-twice         calls the shell tool in two turns
    plan              calls the tool for lists of steps, if there is one; then as ``shell``
    fail              the tool's command ends with 3;  long: it never ends and has a child in the background
    hang:COMMAND      as ``shell``, for a command that never ends: some clients tell of it after a while all
                      the same, and the model says nothing to that before ``release()``; so it does for long
    say[:TEXT]  slow[:SECONDS]  recall   only text: this one, one that takes so long, the prompts before
    hold              no answer before ``release()``
    http400 http401 http429 http500      that status, always;  flaky: 500 to the first request only
    quota             429, and says that the quota is exceeded
    drop              the answer breaks off in the middle

It keeps nothing between requests: what comes next follows from the conversation that the client sends.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.standins import model_answers, model_scripts
from tests.standins.model_scripts import Asked, Json


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came: its path, its body, and what the body was read as."""

    path: str
    body: Json
    asked: Asked


class ModelServer:
    """A server in threads of its own, for use in a ``with`` statement.

    ``requests`` holds every request that was received, in their order.
    """

    def __init__(self, port: int = 0, log: Path | None = None) -> None:
        self.requests: list[Request] = []
        self.log, self._released = log, threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
        self._server.daemon_threads = True
        self._server.model = self  # type: ignore[attr-defined]  # how handlers find it

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def conversations(self) -> list[list[str]]:
        """The user's texts in each request that offered tools: what the model knew when it was asked."""
        return [list(request.asked.prompts) for request in list(self.requests) if request.asked.tools]

    def release(self) -> None:
        """Let every answer go that is held, and hold none any more."""
        self._released.set()

    def wait_for_release(self) -> None:
        """Return when answers are no longer held."""
        self._released.wait()

    def received(self, request: Request) -> int:
        """Keep a request; how many of the same prompt were there before it."""
        with self._lock:
            before = sum(kept.asked == request.asked for kept in self.requests)
            self.requests.append(request)
            if self.log:
                with self.log.open("a") as file:
                    file.write(json.dumps({"path": request.path, "body": request.body}) + "\n")
        return before

    def serve(self) -> None:
        """Answer until the process ends."""
        self._server.serve_forever(poll_interval=0.05)

    def __enter__(self) -> ModelServer:
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *_: Any) -> None:  # noqa: A002 - the name is the base class's
        """Keep the error output clean."""

    def do_GET(self) -> None:
        """The list of models."""
        self._whole({"object": "list", "data": [{"id": "scripted", "object": "model", "owned_by": "tests"}]})

    def do_POST(self) -> None:
        """One turn of the model."""
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        model: ModelServer = self.server.model  # type: ignore[attr-defined]
        asked = model_scripts.read(body)
        before = model.received(Request(self.path, body, asked))
        if asked.script == "hold" or (asked.script in model_scripts.ENDLESS and asked.taken):
            model.wait_for_release()
        turn = model_scripts.turn(asked, before)
        if turn.status:
            error = {"message": f"scripted: {turn.status}", "type": "scripted", "code": turn.status}
            if turn.text:
                error = {"message": turn.text, "type": "insufficient_quota", "code": "insufficient_quota"}
            return self._whole({"error": error}, turn.status)
        kind = model_answers.responses if self.path.endswith("/responses") else model_answers.chat
        whole, events = kind(turn, str(body.get("model", "scripted")))
        if not body.get("stream"):
            return self._whole(whole)
        try:
            return self._stream(events, turn)
        except (BrokenPipeError, ConnectionResetError):
            return None  # the client was cancelled

    def _whole(self, answer: Json, status: int = 200) -> None:
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, events: Iterator[Json | str], turn: model_scripts.Turn) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for number, event in enumerate(events):
            if turn.drop and number == 4:
                return
            name = f"event: {event['type']}\n" if isinstance(event, dict) and "type" in event else ""
            data = event if isinstance(event, str) else json.dumps(event)
            self.wfile.write(f"{name}data: {data}\n\n".encode())
            self.wfile.flush()
            threading.Event().wait(turn.pause)


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="A scripted model on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path, help="a file for every request, one a line")
    options = parser.parse_args()
    server = ModelServer(options.port, options.log)
    sys.stdout.write(server.url + "\n")
    sys.stdout.flush()
    server.serve()


if __name__ == "__main__":
    main()
