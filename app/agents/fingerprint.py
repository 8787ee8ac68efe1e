"""What an approval is bound to: a definition's bytes, the prompt file that it names, and how it is run.

The process that speaks with an agent compares it again right before it starts it, so this module is light.
"""

from __future__ import annotations

from pathlib import Path

from app.agents.catalog.places import counterpart, usurper
from app.agents.catalog.reading import Broken, read_bytes
from app.model.run import AgentRun

_TERMS = ("channel", "client", "events", "definition", "trusted", "mode", "model", "sandbox", "network")
_LISTS = ("command", "resume", "allow", "deny")
_FILE = "file://"


def fingerprint_of(run: AgentRun, definition: bytes | None, prompt: bytes | None) -> str:
    """The fingerprint of the terms of a run and of the files behind it: 64 hexadecimal digits.

    How long an answer is waited for and how often a client may retry are no part of it.
    """
    from hashlib import sha256

    words = [f"{name}={getattr(run, name)}" for name in _TERMS]
    words += [f"{name}:{word}" for name in _LISTS for word in getattr(run, name)]
    words += [f"environment {name}={value}" for name, value in run.environment]
    parts = [word.encode(errors="surrogateescape") for word in words]
    parts += [definition or b"", b"none" if prompt is None else b"+" + prompt]
    digest = sha256()
    for part in parts:  # each with its length, so that no two lists of parts read alike
        digest.update(b"%d:" % len(part) + part)
    return digest.hexdigest()


def current_fingerprint(run: AgentRun, folder: Path) -> str | None:
    """The fingerprint of a run's terms with its definition as it is now, for work in a folder.

    In another working tree of the project it is the definition there that counts, since its client reads that
    one. None when it cannot be read, or when one of the project has come before it.
    """
    if run.definition is None:
        return fingerprint_of(run, None, None)
    path = counterpart(Path(run.definition), folder)
    if usurper(path, folder) is not None:
        return None
    try:
        data = read_bytes(path)
        return fingerprint_of(run, data, prompt_bytes(path, data))
    except Broken:
        return None


def prompt_bytes(definition: Path, data: bytes) -> bytes | None:
    """The content of the file that a definition in JSON names as its prompt; None where it names none.

    Raises Broken when it names one that cannot be read.
    """
    path = prompt_file(definition, data)
    return None if path is None else read_bytes(path)


def prompt_file(definition: Path, data: bytes) -> Path | None:
    """The file that a definition in JSON names as its prompt (``file://PATH``, beside the definition)."""
    if definition.suffix.lower() != ".json":
        return None
    import json  # only definitions in JSON name a file

    try:
        prompt = json.loads(data).get("prompt")
    except (ValueError, AttributeError, RecursionError):
        return None
    if not isinstance(prompt, str) or not prompt.startswith(_FILE):
        return None
    named = Path(prompt.removeprefix(_FILE))
    try:
        return definition.parent / named.expanduser()
    except RuntimeError:  # a user that there is not
        return definition.parent / named
