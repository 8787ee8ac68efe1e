#!/usr/bin/env python3
"""A one-shot client that prints what the real one prints, by the markers in its prompt.

    oneshot.py CLIENT [any options of the client] "PROMPT"

CLIENT: claude, codex, opencode, gemini, qwen, kimi, copilot, aider, llm. A link of such a name to this file
is that client. The prompt follows ``-p``, ``--message`` or ``--prompt``, else it is the last argument.
Options that choose or resume a conversation are understood in each client's way; STANDIN_HOME (~/.standin)
keeps them.
STANDIN_EVIDENCE names a file for a JSON line a fact. Steps, ``[[name]]`` or ``[[name:argument]]``, in order:

    write[:PATH]  say[:TEXT]  fail[:CODE]  plan  usage  recall  slow[:N]  until:FILE  tool  long
    denied            a tool is not allowed, then "Done" and exit code 0 all the same (llm: 1)
    error[:STATUS]    the run ends with an API error, 401 without an argument, as this client reports it
    quota, login      the same, 429 and 401 in words of a limit and of a login
    retry[:N|for-ever][,STATUS]   N retries (3) are told, 0.05 s apart, of status 529
    cut               the model's answer broke off: as this client takes it (opencode: asks again for ever)
    max-turns         the limit of turns is reached
    truncated         exit code 0 without the final event;  half-line: dies within an event
    empty             no output at all;  silent: nothing said and nothing done
    noise, hostile, flood[:MB], stderr   lines that are no events; escapes in texts; one very long line; much
    stdin             reads its input to the end first (as codex, opencode and llm do)
    ignore-int, ignore-term   signals are ignored from now on;  leave: a tool is left in a session of its own
    exit:CODE         ends right there
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.standins.peer import markers, note, note_start, start_tool, write_file
from tests.standins.streams import STREAMS
from tests.standins.streams.base import Stream, Tool

HELLO = "printf hello > hello.txt"
DEFAULT = "[[say:I will write the file.]] [[write]] [[say:Done: hello.txt was created.]]"
RESUME = ("--resume", "--session-id", "--session", "--resume-id", "-S", "-r", "resume")


class Run:
    """One run of a client: its words, and what is done between them."""

    def __init__(self, stream: Stream, asked_before: list[str]) -> None:
        self.stream, self.asked_before = stream, asked_before
        self.calls = 0

    def tool(self, command: str = HELLO) -> Tool:
        """A new call of the shell tool."""
        self.calls += 1
        return Tool(f"call_{self.calls}", command)


def _write(run: Run, name: str) -> None:
    tool = run.tool(f"printf hello > {name or 'hello.txt'}")
    run.stream.tool_started(tool)
    try:
        write_file(name or "hello.txt", "hello\n")
    except OSError as error:
        tool.code, tool.output = 1, str(error)
    run.stream.tool_ended(tool)


def _fail(run: Run, code: str) -> None:
    tool = run.tool("echo broken; exit 3")
    run.stream.tool_started(tool)
    tool.output, tool.code = "broken", int(code or 3)
    run.stream.tool_ended(tool)
    run.stream.text("The command failed.")


def _denied(run: Run, _: str) -> None:
    run.stream.tool_denied(run.tool())
    run.stream.text("Done: hello.txt was created.")


def _plan(run: Run, _: str) -> None:
    names = ("Read the code", "Change it", "Test it")
    for done in range(4):
        states = ("completed" if n < done else "in_progress" if n == done else "pending" for n in range(3))
        run.stream.plan(list(zip(names, states, strict=True)))


def _usage(run: Run, _: str) -> None:
    run.stream.tokens, run.stream.cost = (1200, 34), 0.0421


def _retry(run: Run, argument: str) -> None:
    times, _, status = argument.partition(",")
    number = 0
    while times == "for-ever" or number < int(times or 3):
        number += 1
        run.stream.retrying(number, int(status or 529))
        time.sleep(0.05)


def _slow(run: Run, pieces: str) -> None:
    for number in range(int(pieces or 20)):
        run.stream.text(f"piece {number}")
        time.sleep(0.1)


def _until(_: Run, name: str) -> None:
    while not Path(name).exists():
        time.sleep(0.02)


def _long(run: Run, _: str) -> None:
    run.stream.tool_started(run.tool("npm run dev"))
    tool = start_tool()
    signal.signal(signal.SIGINT, lambda *_: _interrupted(run, tool.pid))
    tool.wait()


def _interrupted(run: Run, tool: int) -> None:
    os.killpg(tool, signal.SIGKILL)
    code = run.stream.interrupted()
    note("interrupted", code=code)
    if code is not None:
        sys.exit(code)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGINT)


def _noise(_: Run, _text: str) -> None:
    for line in (
        "Update available!",
        "",
        "[]",
        "42",
        "null",
        "{",
        "\x1b[32m✔\x1b[0m Loading…",
        '{"no":"type"}',
    ):
        print(line, flush=True)
    print('{"type":7}\n{"type":"vendor.event","data":[1]}\n{"type":"message"}\n50%\r100%', flush=True)


def _half_line(_: Run, _text: str) -> None:
    sys.stdout.write('{"type":"assi')
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)


def _nothing(_: Run, _text: str) -> None:
    pass


def _read_input(_: Run, _text: str) -> None:
    note("input", read=len(sys.stdin.buffer.read()))


def _ignore(number: signal.Signals) -> None:
    signal.signal(number, signal.SIG_IGN)


STEPS: dict[str, Callable[[Run, str], int | None]] = {
    "write": _write,
    "say": lambda run, text: run.stream.text(text or "Just an answer."),
    "fail": _fail,
    "denied": _denied,
    "plan": _plan,
    "usage": _usage,
    "recall": lambda run, _: run.stream.text("You asked before: " + " | ".join(run.asked_before)),
    "retry": _retry,
    "slow": _slow,
    "until": _until,
    "tool": lambda *_: note("left", tool=start_tool().pid),
    "leave": lambda *_: note("left", tool=start_tool().pid),
    "long": _long,
    "error": lambda run, status: run.stream.failed(int(status or 401), "scripted: invalid api key"),
    "quota": lambda run, _: run.stream.failed(429, "You've hit your usage limit. Try again at 18:00."),
    "login": lambda run, _: run.stream.failed(401, "Invalid API key · Please run /login"),
    "cut": lambda run, _: run.stream.cut(),
    "max-turns": lambda run, _: run.stream.limit_reached(),
    "truncated": lambda *_: 0,
    "empty": _nothing,
    "silent": _nothing,
    "half-line": _half_line,
    "noise": _noise,
    "hostile": lambda run, _: run.stream.text(
        "\x1b]0;owned\x07\x1b[2J\x9b31m[bold]not markup[/foo]\r\u202egnp"
    ),
    "flood": lambda run, size: run.stream.text("x" * (int(size or 5) << 20)),
    "stderr": lambda run, _: run.stream.warn("debug: nothing of interest\n" * 50_000),
    "stdin": _read_input,
    "ignore-int": lambda *_: _ignore(signal.SIGINT),
    "ignore-term": lambda *_: _ignore(signal.SIGTERM),
    "exit": lambda _, code: int(code or 1),
}
"""What a marker does; a number that it returns ends the run with that exit code, without any more events."""


def main(client: str, arguments: list[str]) -> int:
    """Be a client for one prompt; the exit code."""
    if "--version" in arguments:
        print(f"{client} 0.0.0 (stand-in)")
        return 0
    prompt, session = _prompt_of(arguments), _session_of(arguments) or str(uuid.uuid4())
    run = Run(STREAMS[client](session, str(Path.cwd())), _remembered(session, prompt))
    steps = list(markers(prompt)) or list(markers(DEFAULT))
    if ("empty", "") in steps:
        return 0
    if ("stdin", "") in steps:
        _read_input(run, "")
        steps.remove(("stdin", ""))
    run.stream.started()
    for name, argument in steps:
        if name not in STEPS:
            sys.exit(f"the stand-in has no step {name}")
        code = STEPS[name](run, argument)
        if code is not None:
            return code
    return run.stream.finished()


def _prompt_of(arguments: list[str]) -> str:
    for flag in ("-p", "--prompt", "--message"):
        if flag in arguments[:-1]:
            following = arguments[arguments.index(flag) + 1]
            if not following.startswith("-"):
                return following
    return arguments[-1] if arguments else sys.stdin.read()


def _session_of(arguments: list[str]) -> str | None:
    for argument, following in itertools.pairwise(arguments):
        flag, _, value = argument.partition("=")
        if flag in RESUME and (value or flag == argument):
            return value or following
    return None


def _remembered(session: str, prompt: str) -> list[str]:
    """The prompts of a conversation before this one, which is added to them."""
    store = Path(os.environ.get("STANDIN_HOME") or Path.home() / ".standin", f"{session}.json")
    before: list[str] = []
    with contextlib.suppress(OSError, ValueError):
        before = json.loads(store.read_text())
    store.parent.mkdir(parents=True, exist_ok=True)
    store.write_text(json.dumps([*before, prompt]))
    return before


if __name__ == "__main__":
    note_start()
    own = Path(sys.argv[0]).name
    exit_code = main(own, sys.argv[1:]) if own in STREAMS else main(sys.argv[1], sys.argv[2:])
    note("ended", code=exit_code)
    sys.exit(exit_code)
