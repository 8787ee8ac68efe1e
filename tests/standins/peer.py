"""What the stand-ins share: evidence of what they did, tools they start, the agent's side of JSON-RPC."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]

MARKER = re.compile(r"\[\[([\w-]+)(?::([^\]]*))?\]\]")
"""``[[name]]`` or ``[[name:argument]]`` in a prompt: one step of the script, in the order of the prompt."""


class CancelledError(Exception):
    """The client cancelled the turn that runs."""


class Refused(Exception):  # noqa: N818 - the answer is the point, not the failure
    """A request is answered with a JSON-RPC error of this code, message and data."""

    def __init__(self, code: int, message: str, data: object = None) -> None:
        super().__init__(message)
        self.answer: Json = {"code": code, "message": message}
        if data is not None:
            self.answer["data"] = data


def note(what: str, **facts: object) -> None:
    """Append one line of evidence to the file that STANDIN_EVIDENCE names, if it names one."""
    if path := os.environ.get("STANDIN_EVIDENCE"):
        line = json.dumps({"what": what, "pid": os.getpid(), "at": time.time(), **facts}) + "\n"
        with Path(path).open("ab", buffering=0) as file:
            file.write(line.encode())


def note_start() -> None:
    """Put down how this process was started: arguments, folders, input, whether interrupts are ignored."""
    note(
        "started",
        argv=sys.argv,
        cwd=str(Path.cwd()),
        pwd=os.environ.get("PWD"),
        ignores_interrupt=signal.getsignal(signal.SIGINT) == signal.SIG_IGN,
        stdin=_standard_input(),
        session=os.getsid(0),
        environment={
            key: value for key, value in os.environ.items() if key.startswith(("DELEGATE_", "TERM"))
        },
    )


def _standard_input() -> str:
    try:
        return str(Path("/proc/self/fd/0").readlink())
    except OSError:
        return ""


def markers(text: str) -> Iterator[tuple[str, str]]:
    """The steps that a prompt asks for, each with its argument (empty where there is none)."""
    for match in MARKER.finditer(text):
        yield match[1], match[2] or ""


def write_file(name: str, text: str, folder: str = ".") -> Path:
    """Do what an agent does: write a file, and put it down."""
    path = Path(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    note("wrote", path=str(path.resolve()))
    return path


def start_tool(folder: str = ".") -> subprocess.Popen[bytes]:
    """A tool that never ends, with a child in the background, in a session of its own as clients do it."""
    script = "tail -f /dev/null >/dev/null & echo $!; exec tail -f /dev/null >/dev/null"
    tool = subprocess.Popen(
        ["sh", "-c", script],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert tool.stdout is not None
    note("tool", tool=tool.pid, child=int(tool.stdout.readline()))
    return tool


def end_tool(tool: subprocess.Popen[bytes]) -> None:
    """Kill a tool with all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(tool.pid, signal.SIGKILL)
    tool.wait()


class Peer:
    """One end of a connection with a JSON object a line; its request ids count from 1, as a client's do."""

    def __init__(self, decorate: Callable[[Json], Json] | None = None) -> None:
        self._decorate = decorate or (lambda message: message)
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._waiting: dict[object, queue.Queue[Json]] = {}

    def raw(self, data: bytes) -> None:
        """Put these very bytes on the wire, whole."""
        with self._lock:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()

    def send(self, message: Json) -> None:
        """Send one message."""
        self.raw(json.dumps({"jsonrpc": "2.0", **self._decorate(message)}).encode() + b"\n")

    def notify(self, method: str, params: Json) -> None:
        """Tell the client something that it need not answer."""
        self.send({"method": method, "params": params})

    def request(
        self, method: str, params: Json, cancelled: threading.Event | None = None, request_id: object = None
    ) -> Json:
        """Ask the client and wait for its answer; raises CancelledError if the turn is cancelled first."""
        request_id = next(self._ids) if request_id is None else request_id
        answers = self._waiting[request_id] = queue.Queue()
        self.send({"id": request_id, "method": method, "params": params})
        while True:
            with contextlib.suppress(queue.Empty):
                answer = answers.get(timeout=0.05)
                note("answer", to=method, about=params.get("sessionId"), answer=answer)
                return answer
            if cancelled is not None and cancelled.is_set():
                raise CancelledError

    def messages(self) -> Iterator[Json]:
        """Requests and notifications of the client until it closes the connection; answers find their way."""
        for line in sys.stdin.buffer:
            try:
                message = json.loads(line)
            except ValueError:
                note("not-json", line=repr(line[:200]))
                continue
            note("received", message=message)
            if "method" in message:
                yield message
            elif message.get("id") in self._waiting:
                self._waiting[message["id"]].put(
                    {k: v for k, v in message.items() if k in ("result", "error")}
                )
            else:
                note("answer-to-nothing", message=message)
        note("input-closed")

    def serve(self, message: Json, work: Callable[[], object]) -> None:
        """Answer a request with what the work returns; a notification gets no answer."""
        try:
            answer: Json = {"result": work()}
        except Refused as refused:
            answer = {"error": refused.answer}
        if "id" in message:
            self.send({"id": message["id"], **answer})
