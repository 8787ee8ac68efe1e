"""What the model of the tests says next: read from the conversation a client sent, by the script it names."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.standins.peer import MARKER

Json = dict[str, Any]
Call = tuple[str, Json]

SHELL = ("bash", "shell", "exec_command", "shell_command", "run_shell_command", "execute_bash")
WRITE = ("write", "write_file", "create", "create_file")
PLAN = ("todolist", "todowrite", "todo_write", "update_plan", "todo_list")
ENDLESS = ("long", "hang")
"""Scripts whose tool never ends: a client that comes back from it by itself gets no further answer."""

HELLO = "printf 'hello\\n' > hello.txt"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as read: the user's texts, turns taken since the last, tools as (name, JSON schema)."""

    prompts: tuple[str, ...]
    taken: int
    tools: tuple[tuple[str, str], ...]
    script: str
    argument: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What to answer: text, calls of tools, or an error with the text; ``pause`` is in seconds."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    status: int = 0
    pause: float = 0.0
    drop: bool = False


def read(body: Json) -> Asked:
    """Read the body of a request of either interface."""
    items = body.get("messages") or body.get("input") or []
    items = [{"role": "user", "content": items}] if isinstance(items, str) else items
    prompts: list[str] = []
    taken, last = 0, ""
    for item in items:
        who = _who(item)
        text = _text(item.get("content"))
        if who == "user" and last == "user":
            prompts[-1] += "\n" + text  # clients put their own remarks before or behind what a person wrote
        elif who == "user" and (last != "tool" or MARKER.search(text)):
            prompts.append(text)
            taken = 0
        elif who == "model" and last != "model":
            taken += 1
        last = who
    found = list(MARKER.finditer(prompts[-1])) if prompts else []
    script, argument = (found[-1][1], found[-1][2] or "") if found else ("shell", "")
    return Asked(tuple(prompts), taken, _tools(body), script, argument)


def _who(item: Json) -> str:
    kind, role = str(item.get("type") or "message"), item.get("role")
    if role == "tool" or kind.endswith("_output"):
        return "tool"
    if role == "assistant" or kind.endswith("_call") or kind == "reasoning":
        return "model"
    return "user" if role == "user" else "system"


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "\n".join(_text(part.get("text")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _tools(body: Json) -> tuple[tuple[str, str], ...]:
    functions = [tool.get("function") or tool for tool in body.get("tools") or []]
    named = [
        (str(tool["name"]), json.dumps(tool.get("parameters") or {})) for tool in functions if "name" in tool
    ]
    return tuple(named)


def turn(asked: Asked, before: int = 0) -> Turn:
    """The next turn of the script; ``before`` is how often the same was asked before."""
    name, argument = asked.script, asked.argument
    if not asked.tools:  # a title or a summary for the client itself
        return Turn("A scripted title")
    if name.startswith("http"):
        return Turn(status=int(name[4:]))
    if name == "quota":
        return Turn(
            "You exceeded your current quota, please check your plan and billing details.", status=429
        )
    if name == "flaky" and not before and not asked.taken:
        return Turn(status=500)
    if name in ("say", "drop", "slow", "recall", "hold"):
        return _speech(asked)
    steps = _steps(asked, name, argument)
    if asked.taken < len(steps):
        return Turn("I will do it.", (steps[asked.taken],))
    return Turn("The command failed with 3." if name == "fail" else "Done: it is there.")


def _speech(asked: Asked) -> Turn:
    long = "one two three four five six seven eight nine ten " * 4
    match asked.script:
        case "recall":
            return Turn("You asked before: " + " | ".join(asked.prompts[:-1]))
        case "slow":
            return Turn(long, pause=float(asked.argument or 3) / 20)
        case "drop":
            return Turn(long, drop=True)
    return Turn(asked.argument or "Just an answer.")


def _steps(asked: Asked, name: str, argument: str) -> list[Call]:
    """The calls that a script makes, one a turn, of the tools that this client offered."""
    commands: dict[str, Callable[[], list[Call | None]]] = {
        "fail": lambda: [_shell(asked, "echo broken >&2; exit 3")],
        "long": lambda: [_shell(asked, "tail -f /dev/null & tail -f /dev/null")],
        "write": lambda: [_write(asked, argument or "hello.txt")],
        "ask-twice": lambda: [_shell(asked, HELLO), _shell(asked, "printf 'again\\n' > again.txt")],
        "plan": lambda: [_plan(asked, 0), _shell(asked, HELLO), _plan(asked, 2)],
    }
    made = commands.get(name, lambda: [_shell(asked, argument or HELLO)])()
    return [call for call in made if call]


def _offered(asked: Asked, names: tuple[str, ...]) -> tuple[str, Json] | None:
    """The tool that goes by one of these names, with its schema."""
    by_name = {name.lower(): (name, json.loads(schema)) for name, schema in asked.tools}
    return next((by_name[name] for name in names if name in by_name), None)


def _filled(schema: Json, given: Json) -> Json:
    """Arguments with a harmless value for all that is required and was not given."""
    plain = {"integer": 1, "number": 1, "boolean": False, "array": [], "object": {}}
    known = schema.get("properties") or {}
    missing = [key for key in schema.get("required") or [] if key not in given]
    return {**{key: plain.get(str(known.get(key, {}).get("type")), "scripted") for key in missing}, **given}


def _shell(asked: Asked, command: str) -> Call | None:
    found = _offered(asked, SHELL)
    if not found:
        return None
    name, schema = found
    properties = schema.get("properties") or {}
    key = "cmd" if "cmd" in properties else "command"
    words = ["bash", "-lc", command] if properties.get(key, {}).get("type") == "array" else command
    return name, _filled(schema, {key: words})


def _write(asked: Asked, path: str) -> Call | None:
    found = _offered(asked, WRITE)
    if not found:
        return _shell(asked, f"printf 'hello\\n' > {shlex.quote(path)}")
    name, schema = found
    properties = schema.get("properties") or {}
    where = next((key for key in ("file_path", "filePath") if key in properties), "path")
    what = next((key for key in ("file_text", "contents") if key in properties), "content")
    return name, _filled(schema, {where: path, what: "hello\n"})


def _plan(asked: Asked, done: int) -> Call | None:
    found = _offered(asked, PLAN)
    if not found:
        return None
    name, schema = found
    properties = schema.get("properties") or {}
    rows = next((key for key, value in properties.items() if value.get("type") == "array"), "todos")
    row = properties.get(rows, {}).get("items") or {}
    over = "done" if "done" in json.dumps(row) else "completed"
    states = [over if n < done else "in_progress" if n == done else "pending" for n in range(2)]
    texts = ("Write the file", "Check it")
    made = [_row(row, text, state) for text, state in zip(texts, states, strict=True)]
    return name, _filled(schema, {rows: made})


def _row(schema: Json, text: str, state: str) -> Json:
    key = next((k for k in schema.get("properties") or {} if k in ("title", "content", "step")), "content")
    return _filled(schema, {key: text, "status": state})
