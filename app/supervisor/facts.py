"""Facts that a runner writes down by itself: flat TOML, made without a library, so that nothing can be
missing when the one thing that must not be lost, the exit status, has to be written."""

# Imported by the runner: see processes.py.
import os
import time

LIVE_SIZE = 4096
"""The size of a runner's lock file. It never changes: rewriting it needs no room on a full disk."""

_SHORT = 200
"""The longest text or list in a lock file: with all its facts, and six bytes for a character, they fit."""

END = "end.toml"
"""How an attempt ended, from the moment the runner knows until it stands in ``state.toml``."""

STOP = "stop.toml"
"""A request to stop, beside the task's records."""

Value = str | int | float | bool | list[int] | None


def flat_toml(facts: dict[str, Value]) -> bytes:
    """Write facts as TOML; None is left out. Times come as strings that begin with ``@``."""
    lines = (f"{key} = {_value(value)}\n" for key, value in facts.items() if value is not None)
    return "".join(lines).encode("utf-8", "replace")


def timestamp(seconds: float) -> str:
    """A wall-clock time (seconds since the epoch) as ``flat_toml`` wants it: UTC, to the millisecond."""
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"@{whole}.{int(seconds % 1 * 1000):03d}+00:00"


def write_live(descriptor: int, facts: dict[str, Value]) -> None:
    """Rewrite the runner's lock file in place: replacing it would drop the lock."""
    os.pwrite(descriptor, flat_toml(facts).ljust(LIVE_SIZE, b"\0")[:LIVE_SIZE], 0)


def in_short(facts: dict[str, Value]) -> dict[str, Value]:
    """Facts with long texts and lists cut, so that they fit into a lock file."""
    return {key: value[:_SHORT] if isinstance(value, (str, list)) else value for key, value in facts.items()}


def write_durably(path: str, facts: dict[str, Value]) -> None:
    """Replace a file of facts whole: written aside, synced, renamed. Raises OSError."""
    aside = f"{path}.{os.getpid()}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    descriptor = os.open(aside, flags, 0o600)
    try:
        data = flat_toml(facts)
        while data:  # a disk that is nearly full takes a part and refuses the rest
            data = data[os.write(descriptor, data) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.replace(aside, path)
    folder = os.open(os.path.dirname(path), os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value[1:] if value.startswith("@") else _quoted(value)
    if isinstance(value, list):
        return "[" + ", ".join(str(item) for item in value) + "]"
    return repr(value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped) + '"'
