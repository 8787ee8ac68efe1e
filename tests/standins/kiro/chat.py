"""kiro-cli's headless way: one prompt, a transcript for people, an exit code that says little."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.standins.kiro.world import ALIASES, Agent, conversation
from tests.standins.peer import note, start_tool, write_file

GREEN, RED, DIM, MARK, END = "\x1b[32m", "\x1b[31m", "\x1b[2m", "\x1b[38;5;141m", "\x1b[0m"
TRUSTED = (
    f"{GREEN}All tools are now trusted ({RED}!{GREEN}). "
    f"Kiro will execute tools without asking for confirmation.{END}\n"
    "Agents can sometimes do unexpected things so understand the risks.\n"
)
REJECTED = (
    "\nCommand {tool} is rejected because it matches one or more rules on the denied list:\n"
    "  - non-interactive mode (no user to approve)\n"
)


@dataclass(slots=True)
class Chat:
    """One headless run; ``trusted`` holds long names of tools, or ``*`` for all."""

    agent: Agent
    trusted: frozenset[str]
    before: list[str] = field(default_factory=list)

    def put(self, text: str) -> None:
        """Print a part of the transcript."""
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def say(self, text: str) -> None:
        """Print what the model says."""
        self.put(f"\n{MARK}> {END}{text}")

    def use(self, tool: str, line: str) -> bool:
        """Announce a tool, and whether it may run."""
        self.put(f"{line} {DIM}(using tool: {tool}){END}")
        allowed = "*" in self.trusted or tool in self.trusted or self.agent.may(tool)
        note("tool-asked", tool=tool, allowed=allowed)
        if not allowed:
            self.put(RED + REJECTED.format(tool=tool) + END)
        return allowed


def trusted_tools(option: str | None, everything: bool) -> frozenset[str]:
    """What ``--trust-all-tools`` and ``--trust-tools=a,b`` allow."""
    names = [name.strip() for name in (option or "").split(",") if name.strip()]
    return frozenset("*" if everything else ALIASES.get(name, name) for name in (names or ["*"] * everything))


def run(chat: Chat, steps: list[tuple[str, str]]) -> int:
    """Print the transcript of one prompt; the exit code."""
    if "*" in chat.trusted:
        chat.put(TRUSTED)
    for name, argument in steps or [("write", "")]:
        if name not in STEPS:
            sys.exit(f"error: the stand-in has no step {name}")
        code = STEPS[name](chat, argument)
        if code is not None:
            return code
    chat.put(f"\n{DIM} ▸ Credits: 0.05 • Time: 2s{END}\n")
    return 0


def remember(session_id: str | None, prompt: str) -> list[str]:
    """Keep the prompt in its conversation; the prompts that it held before. No id is ever printed."""
    path = conversation(session_id or str(uuid.uuid4()))
    path.parent.mkdir(parents=True, exist_ok=True)
    before = [json.loads(line)["text"] for line in path.read_text().splitlines()] if path.exists() else []
    with path.open("a") as file:
        file.write(json.dumps({"role": "user", "text": prompt}) + "\n")
    return before


def _write(chat: Chat, name: str) -> None:
    name = name or "hello.txt"
    chat.say("I'll create the file.")
    if chat.use("fs_write", f"I'll create the following file: {name}"):
        write_file(name, "hello\n")
        chat.put(
            f"{GREEN} ✓ {END}Successfully created {Path(name).resolve()}\n{DIM} - Completed in 0.0s{END}"
        )
    chat.say(f"Done! I've created {name} for you.")


def _shell(chat: Chat, command: str) -> None:
    if chat.use("execute_bash", f"I will run the following command: {command or 'printf hello > hello.txt'}"):
        write_file("hello.txt", "hello\n")
        chat.put(f"{DIM} - Completed in 0.0s{END}")
    chat.say("Done! The file is there.")


def _fail(chat: Chat, _: str) -> None:
    if chat.use("execute_bash", "I will run the following command: make test"):
        chat.put(f"broken\n{RED} ✗ {END}Command failed with exit status: 3")
    chat.say("The command failed.")


def _todo(chat: Chat, _: str) -> None:
    for done in range(4):
        chat.use("todo_list", "Updating the task list")
        boxes = ("■" if number < done else "☐" for number in range(3))
        chat.put(
            "\n".join(f" {box} {name}" for box, name in zip(boxes, ("Read", "Change", "Test"), strict=True))
        )


def _hang(_: Chat, _text: str) -> None:
    start_tool().wait()


def _error(text: str, code: int = 1) -> Callable[[Chat, str], int]:
    def fail(_: Chat, _text: str) -> int:
        sys.stderr.write(f"{RED}error: {END}{text}\n")
        return code

    return fail


STEPS: dict[str, Callable[[Chat, str], int | None]] = {
    "say": lambda chat, text: chat.say(text or "Just an answer."),
    "write": _write,
    "permission": _shell,
    "deny": _shell,
    "fail": _fail,
    "todo": _todo,
    "hang": _hang,
    "long": _hang,
    "recall": lambda chat, _: chat.say("You asked before: " + " | ".join(chat.before)),
    "quota": _error("You've reached your monthly request limit."),
    "login": _error("You are not logged in, please log in with kiro-cli login"),
    "mcp": _error("MCP server 'git' failed to start", 3),
    "error": _error("Kiro is having trouble responding right now: 500"),
    "silent": lambda *_: None,
}
"""What a marker does; a number that it returns ends the run with that exit code."""
