"""What is in the contents that agents attach to tools: text, output, the size of a change. Pure."""

from __future__ import annotations

import contextlib
import json
import re
from collections import Counter, deque
from collections.abc import Iterator

from app.agents.acp.wire import Json, items, mapping, number_of, text_of

MOST_TEXT = 64 * 1024
"""The most that is kept of an input or output, in characters."""

MOST_PATHS = 100
"""The most files of one tool that are kept; of one that names as many, not all are known."""

_PATHS = ("file_path", "filePath", "path", "absolute_path")
_FILES = frozenset(
    {*_PATHS, "notebook_path", "filename", "fileName", "target_file", "targetFile"}
    | {"source", "destination", "old_path", "new_path"}
)
_FOLDERS = ("cwd", "workdir", "working_dir", "working_directory", "workingDirectory", "directory", "dir_path")
_SHELLS = frozenset({"sh", "bash", "zsh"})
_SYSTEM = ("/bin/", "/usr/bin/", "/usr/local/bin/", "/opt/homebrew/bin/", "/run/current-system/sw/bin/")
_MOST_VALUES = 2000
_ABOUT = (*_PATHS, "url", "query", "pattern")
_EXITS = ("exitCode", "exit_code", "exit_status", "exitStatus")
_EXIT_WORDS = re.compile(r"(?:^|\s)(\d{1,3})$", re.ASCII)  # "exit status: 3"
_SAID = ("formatted_output", "aggregated_output", "output", "stderr", "stdout", "error", "message", "text")


def block_text(block: object) -> str:
    """What a content block says; one that is not text is named."""
    block = mapping(block)
    kind = text_of(block.get("type")) or ""
    if (text := text_of(block.get("text"))) is not None:
        return text
    if kind == "resource":
        return text_of(mapping(block.get("resource")).get("text")) or ""
    return text_of(block.get("uri")) or (f"[{kind}]" if kind else "")


def content_text(content: object) -> str:
    """What the contents of a tool say, one after the other."""
    found = (block_text(item.get("content")) for item in items(content) if item.get("type") == "content")
    return "\n".join(filter(None, found))[-MOST_TEXT:]


def change_size(content: object) -> tuple[int, int] | None:
    """Lines added and removed by the diffs among the contents; None where there is none."""
    sizes = [
        _size(text_of(item.get("oldText")) or "", text_of(item.get("newText")) or "")
        for item in items(content)
        if item.get("type") == "diff"
    ]
    return (sum(added for added, _ in sizes), sum(removed for _, removed in sizes)) if sizes else None


def paths(update: Json) -> tuple[str, ...]:
    """The files that a tool concerns: of its changes, and those it names itself."""
    found = [item.get("path") for item in items(update.get("content")) if item.get("type") == "diff"]
    found += [item.get("path") for item in items(update.get("locations"))]
    found += [value for key, value in _values(update.get("rawInput")) if key in _FILES]
    return tuple(dict.fromkeys(path for path in found if isinstance(path, str) and path))[:MOST_PATHS]


def given(call: Json) -> object:
    """What a tool is given, as far as a message tells; some agents tell it only as text, and beforehand."""
    if "rawInput" in call:
        return call["rawInput"]
    if call.get("status") == "pending" and (text := content_text(call.get("content"))).startswith("{"):
        with contextlib.suppress(ValueError, RecursionError):
            return json.loads(text)
    return None


def command_of(raw: object, kind: str | None = None) -> str | None:
    """The command line in a tool's input; None where there is none.

    Beside a path, ``command`` is only the name of what is done with that, unless the tool is a shell.
    """
    raw = mapping(raw)
    if kind != "execute" and any(key in raw for key in _PATHS):
        return None
    for key in ("command", "cmd", "script"):
        value = raw.get(key)
        if isinstance(value, str):
            return value
        if isinstance(value, list) and value and all(isinstance(word, str) for word in value):
            return _joined(value)
    return None


def texts_in(raw: object) -> tuple[str, ...]:
    """Every text in a tool's input, however deep."""
    return tuple(value[:MOST_TEXT] for _, value in _values(raw) if isinstance(value, str) and value)


def _values(raw: object) -> Iterator[tuple[str, object]]:
    """Everything in an input that is no object or list, with the key that it stands under."""
    waiting = deque([("", raw)])
    for _ in range(_MOST_VALUES):
        if not waiting:
            return
        key, value = waiting.popleft()
        if isinstance(value, dict):
            waiting.extend(value.items())
        elif isinstance(value, list):
            waiting.extend((key, item) for item in value)
        else:
            yield key, value


def folder_of(raw: object) -> str | None:
    """The folder in which a tool is to run a command, where its input names one."""
    return next((folder for key in _FOLDERS if (folder := text_of(mapping(raw).get(key)))), None)


def variables_of(raw: object) -> tuple[str, ...]:
    """The variables that a command is given as ``name=value``, by which it can become another one."""
    given = [mapping(raw).get(key) for key in ("env", "environment", "envVars")]
    return tuple(f"{name}={value}" for record in given for name, value in mapping(record).items())


def input_text(raw: object, kind: str | None = None) -> str | None:
    """A tool's input in short: what it runs or works on, else all of it."""
    if (command := command_of(raw, kind)) is not None:
        return command[:MOST_TEXT]
    for key in _ABOUT:
        if text := text_of(mapping(raw).get(key)):
            return text[:MOST_TEXT]
    if isinstance(raw, str):
        return raw[:MOST_TEXT]
    return json.dumps(raw, ensure_ascii=False)[:MOST_TEXT] if raw else None


def exit_code(raw: object) -> int | None:
    """The exit code in a tool's output, where it tells one."""
    for record in _records(raw):
        for key in _EXITS:
            value = record.get(key)
            if isinstance(value, str):
                found = _EXIT_WORDS.search(value)
                value = int(found[1]) if found else None
            if (code := number_of(value)) is not None:
                return code
    return None


def output_text(update: Json) -> str | None:
    """What a tool has put out, an exit code other than 0 last."""
    raw = update.get("rawOutput")
    said = content_text(update.get("content")) or "\n".join(_said(raw))
    if code := exit_code(raw):
        said = f"{said.rstrip()}\nexit code {code}".strip()
    return said[-MOST_TEXT:] or None


def _said(raw: object) -> Iterator[str]:
    if isinstance(raw, str):
        yield raw
    for record in _records(raw):
        for key in _SAID:
            if text := text_of(record.get(key)):
                yield text


def _records(raw: object) -> Iterator[Json]:
    """The objects in an output that may tell something; Kiro wraps them as ``{"items": [{"Json": {…}}]}``,
    Copilot lists them as ``contents``."""
    record = mapping(raw)
    yield record
    yield mapping(record.get("metadata"))
    yield from items(record.get("contents"))
    for item in items(record.get("items")):
        yield {"text": item["Text"]} if "Text" in item else mapping(item.get("Json"))


def _size(old: str, new: str) -> tuple[int, int]:
    """Lines added and removed, in linear time: a line that only moved is neither."""
    before, after = Counter(old.splitlines()), Counter(new.splitlines())
    return (after - before).total(), (before - after).total()


def _joined(words: list[str]) -> str:
    """An argument list as a command line; what ``sh -c`` is given as it is, if that is the system's."""
    folder, slash, name = words[0].rpartition("/")
    if len(words) == 3 and words[1] in ("-c", "-lc") and name in _SHELLS and folder + slash in ("", *_SYSTEM):
        return words[2]
    import shlex  # few agents send lists

    return shlex.join(words)
