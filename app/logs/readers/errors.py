"""The line that explains a failure of any program: compilers, shells, package managers, stack traces."""

from __future__ import annotations

import re

from app.logs.readers.base import first_filled, last_match, shorten
from app.logs.readers.traces import go_panic, node_error, python_error, rust_panic

_COMPILER = re.compile(
    r"^(?P<place>[^\s:()'\"][^\s:()'\"]*(?::\d+(?::\d+)?|\(\d+,\d+\))): (?:fatal )?error(?: (?P<code>\w+))?: (?P<said>.*)$",
    re.M,
)
_NPM = re.compile(r"^npm (?:ERR!|error)(?: (.*))?$", re.M)
_NPM_NOISE = re.compile(
    r"^(?:code |path |command |errno |syscall |signal |workspace |location |dest |file |node |npm |argv |cwd "
    r"|A complete log|Lifecycle script|Exit status|Test failed|This is probably|Failed at the|Additional logging"
    r"|Exit code|in workspace|at |gyp (?:verb|info)|\s*$|[A-Z][\w.]+@\S+ \w+: `)"
)
_NPM_CODE = re.compile(r"^(?:E?\d{3}|E[A-Z]+|notarget|enoent|gyp ERR!) ", re.I)
_SHELL = re.compile(
    r"^(?:(?:\S*/)?(?:ba|z|da|k|fi)?sh: .*|(?:\S+: line \d+: )\S.*|.*: command not found.*|.*: not found"
    r"|.*: No such file or directory|.*: [Pp]ermission denied|.*: cannot access .*)$"
)
_STRONG = re.compile(
    r"^\W{0,4}(?:\[?[\d:.TZ -]{5,30}\]? ?)?\W{0,3}(?:[\w./-]+: )?(?:(?:fatal|panic|critical|uncaught)\b|error\b(?:\[\w+\])?|E:)\s*[:!\]-]\s*\S"
    r"|^(?:\w+\.)*[A-Z]\w*(?:Error|Exception): \S|^\s*(?:Caused by|Cause): \S",
    re.I,
)
_WEAK = re.compile(
    r"\b(?:errors?|fail(?:ed|ure|s)?|fatal|cannot|can't|could not|couldn't|unable|denied|refused|invalid|missing|abort(?:ed|ing)?|conflict|unexpected|timed out|exception|not found)\b",
    re.I,
)
_NOISE = re.compile(
    r"^\s*(?:make(?:\[\d+\])?: .*(?:\*\*\*|Error \d+|directory).*|.*ELIFECYCLE.*|error Command failed.*|info Visit .*"
    r"|error: Recipe .*|ninja: build stopped.*|Node\.js v\d.*|npm (?:ERR!|error|warn|WARN|notice)\b.*|To see .*"
    r"|.*[Pp]rocess completed with exit code.*|.*exit(?:ed)?(?: with)?(?: (?:status|code))+:? -?\d+\.?|at .*|\^+|~+|[-=_*─━ ]+|[\])}]+;?"
    r"|.*0 errors.*|.*[Nn]o errors.*|.*\b0 fail(?:ed|ures?)\b.*|warning\b.*|note\b.*|hint\b.*|Usage: .*|usage: .*)\s*$"
)
_SUPPORTED = 60_000
"""Characters at the end in which an explanation is looked for."""


def strong_error(text: str) -> str | None:
    """The line that surely explains a failure, or None: the last of the kinds that name an error as such."""
    text = text[-_SUPPORTED:]
    found = [hit for hit in (python_error(text), node_error(text), rust_panic(text), go_panic(text)) if hit]
    found += [hit for hit in (_compiler(text), _npm(text)) if hit]
    at, line = max(found, default=(-1, ""))
    later = _last_matching(text, at)
    return later or line or None


def any_error(text: str) -> str | None:
    """The line that best explains a failure: one that looks like an error, else the last one said."""
    return strong_error(text) or _weak(text[-_SUPPORTED:]) or last_said(text)


def last_said(text: str) -> str | None:
    """The last line that is more than a rule, a wrapper's notice or a stack frame."""
    lines = [line for line in text[-_SUPPORTED:].split("\n") if line.strip()]
    said = next((line for line in reversed(lines) if not _NOISE.match(line)), lines[-1] if lines else None)
    return shorten(said) if said else None


def _last_matching(text: str, after: int) -> str | None:
    """The last error-like line behind an offset; of several in a row the first, which the others follow from."""
    hit = None
    end = len(text)
    for line in reversed(text.split("\n")):
        start = end - len(line)
        if start <= after:
            break
        if not _NOISE.match(line) and (_STRONG.match(line) or _SHELL.match(line)):
            hit = line
        elif hit is not None and line.strip():
            break
        end = start - 1
    return shorten(hit) if hit else None


def _weak(text: str) -> str | None:
    for line in reversed(text.split("\n")[-200:]):
        if _WEAK.search(line) and not _NOISE.match(line) and len(line) < 2000:
            return shorten(line)
    return None


def _compiler(text: str) -> tuple[int, str] | None:
    """The first error of the newest stretch of compiler output."""
    found = _COMPILER.search(text)
    if found is None:
        return None
    last = last_match(_COMPILER, text) or found
    code = f" [{found.group('code')}]" if found.group("code") else ""
    return last.start(), shorten(f"{found.group('said')}{code} ({found.group('place')})")


def _npm(text: str) -> tuple[int, str] | None:
    """What npm itself complains about, if it does more than repeat that a script failed."""
    lines = list(_NPM.finditer(text))
    said = [found for found in lines if not _NPM_NOISE.match(found.group(1) or "")]
    if not lines or not said or "Lifecycle script" in text[lines[0].start() :] or " ELIFECYCLE" in text:
        return None
    conflict = next((found for found in said if found.group(1).startswith("peer ")), None)
    message = _NPM_CODE.sub("", said[0].group(1)).strip()
    if conflict is not None:
        message = f"{message}: {conflict.group(1)}"
    return lines[-1].start(), shorten(message)


def first_line(text: str) -> str | None:
    """The first line with something on it."""
    return first_filled(text)
