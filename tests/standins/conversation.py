"""A bare client for agents that speak JSON-RPC in lines: it proves them without any code of the app."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support import until

Json = dict[str, Any]
Answer = Callable[[Json], Json]


def refuse(message: Json) -> Json:
    """Answer a request of the agent that we do not know."""
    return {"error": {"code": -32601, "message": f"Method not found: {message['method']}"}}


def choose(kind: str) -> Answer:
    """Answer permission requests with the option of this kind, and refuse everything else."""

    def answer(message: Json) -> Json:
        if message["method"] != "session/request_permission":
            return refuse(message)
        option = next(o["optionId"] for o in message["params"]["options"] if o["kind"] == kind)
        return {"result": {"outcome": {"outcome": "selected", "optionId": option}}}

    return answer


class Conversation:
    """A running agent: what it said so far, and requests to it."""

    def __init__(self, process: subprocess.Popen[bytes], answer: Answer) -> None:
        self.process, self.answer = process, answer
        self.lines: list[bytes] = []
        self.heard: list[Json] = []
        self._sent = 0
        self._lock = threading.Lock()
        threading.Thread(target=self._listen, daemon=True).start()

    def send(self, method: str, params: Json, answered: bool = True) -> int:
        """Send a request, or a notification, and return the request's id."""
        self._sent += 1
        self._write({"method": method, "params": params, **({"id": self._sent} if answered else {})})
        return self._sent

    def ask(self, method: str, params: Json, seconds: float = 20) -> Json:
        """Send a request and return its whole answer; a test fails when none comes."""
        return self.answered(self.send(method, params), seconds)

    def answered(self, request_id: int, seconds: float = 20) -> Json:
        """The answer to a request that was sent."""

        def found() -> list[Json]:
            return [m for m in list(self.heard) if m.get("id") == request_id and "method" not in m]

        assert until(found, seconds), f"no answer to request {request_id}: {self.heard[-5:]}"
        return found()[0]

    def updates(self, kind: str) -> list[Json]:
        """All session updates of a kind."""
        updates = [
            m["params"].get("update", {}) for m in list(self.heard) if m.get("method") == "session/update"
        ]
        return [update for update in updates if update.get("sessionUpdate") == kind]

    def said(self) -> str:
        """All text of the agent's messages."""
        return "".join(str(u["content"].get("text", "")) for u in self.updates("agent_message_chunk"))

    def requests(self, method: str) -> list[Json]:
        """What the agent asked the client by this method, or told it."""
        return [m for m in list(self.heard) if m.get("method") == method]

    def start(self, folder: Path) -> str:
        """Shake hands and open a conversation; its id."""
        self.ask("initialize", {"protocolVersion": 1, "clientCapabilities": {}})
        answer = self.ask("session/new", {"cwd": str(folder), "mcpServers": []})
        return str(answer["result"]["sessionId"])

    def prompt(self, session: str, text: str) -> Json:
        """Send a prompt and return the whole answer at the end of its turn."""
        return self.ask("session/prompt", prompt(session, text))

    def _write(self, message: Json) -> None:
        assert self.process.stdin is not None
        with self._lock, contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
            self.process.stdin.flush()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            with contextlib.suppress(ValueError):
                message = json.loads(line)
                if not isinstance(message, dict):
                    continue
                self.heard.append(message)
                if "id" in message and "method" in message:
                    self._write({"id": message["id"], **self.answer(message)})


def prompt(session: str, text: str) -> Json:
    """The parameters of a prompt."""
    return {"sessionId": session, "prompt": [{"type": "text", "text": text}]}


@contextlib.contextmanager
def talking_to(
    argv: Sequence[str | Path],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    answer: Answer = refuse,
) -> Iterator[Conversation]:
    """A conversation with a program started in a folder; at the end its group is killed, whatever it does."""
    process = subprocess.Popen(
        [str(part) for part in argv],
        cwd=folder,
        env={**os.environ, **(environment or {}), "PWD": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    conversation = Conversation(process, answer)
    try:
        yield conversation
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        with contextlib.suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
