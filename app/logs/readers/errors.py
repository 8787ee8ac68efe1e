"""The line that explains a failure of any program: compilers, shells, package managers, stack traces."""

from __future__ import annotations

import re

from app.logs.readers.base import last_match, shorten
from app.logs.readers.traces import go_panic, node_error, python_error, rust_panic

_COMPILER = re.compile(
    r"^(?P<place>[^\s:()'\"]+(?::\d+(?::\d+)?|\(\d+,\d+\))): "
    r"(?:fatal )?error(?: (?P<code>\w+))?: (?P<said>.*)$",
    re.M,
)
_NPM = re.compile(r"^npm (?:ERR!|error)(?: (.*))?$", re.M)
_NPM_NOISE = re.compile(
    r"(?:code|path|command|errno|syscall|signal|workspace|location|dest|file|node|npm|argv|cwd|at) "
    r"|in workspace|A complete log|Lifecycle script|Exit status"
    r"|Exit code|Test failed|This is probably|Failed at the"
    r"|Additional logging|gyp (?:verb|info)|\s*$|\S+@\S+ \w+: `"
)
_NPM_CODE = re.compile(r"^(?:\d{3}|E[A-Z]+|notarget|enoent|gyp ERR!) ")
_SHELL = re.compile(
    r"(?:\S*/)?(?:ba|z|da|k|fi)?sh: .*|\S+: line \d+: \S.*|.*: command not found.*|.*: not found"
    r"|.*: No such file or directory|.*: [Pp]ermission denied|.*: cannot access .*"
)
_STRONG = re.compile(
    r"\W{0,4}(?:\[?[\d:.TZ -]{5,30}\]? ?)?\W{0,3}(?:[\w./-]+(?: [\w./-]+){0,4}: )?"
    r"(?:(?:fatal|panic|critical|uncaught)\b|error\b(?:\[\w+\])?|E:)\s*[:!\]-]\s*\S"
    r"|(?:\w+\.)*[A-Z]\w*(?:Error|Exception): \S|\s*(?:Caused by|Cause): \S",
    re.I,
)
_WEAK = re.compile(
    r"\b(?:errors?|fail(?:ed|ure|s)?|fatal|cannot|can't|could not|couldn't|unable|denied|refused|invalid"
    r"|missing|abort(?:ed|ing)?|conflict|unexpected|timed out|exception|not found)\b",
    re.I,
)
_NOISE = re.compile(
    r"\s*(?:make(?:\[\d+\])?: .*(?:\*\*\*|Error \d+|directory).*|.*ELIFECYCLE.*|error Command failed.*"
    r"|info Visit .*|error: Recipe .*|error: script \".*|ninja: build stopped.*|Node\.js v\d.*|To see .*"
    r"|npm (?:ERR!|error|warn|WARN|notice)\b.*|.*[Pp]rocess completed with exit code.*"
    r"|.*exit(?:ed)?(?: with)?(?: (?:status|code))+:? -?\d+\.?|.*returned non-zero exit status.*"
    r"|at .*|[\^~=_*─━ -]+|[\])}]+;?|(?:error: )?usage: .*|warning\b.*|note\b.*|hint\b.*"
    r"|.*\b(?:0|no) (?:errors?|fail(?:ed|ures?))\b.*)\s*",
    re.I,
)
_WITHIN = 60_000
"""Characters at the end in which an explanation is looked for."""
_LONGEST = 4000
"""Characters of a line that are looked at: a longer one is data."""


def strong_error(text: str) -> str | None:
    """The line that surely explains a failure, or None: the last of those that name an error as such."""
    text = text[-_WITHIN:]
    kinds = (python_error, node_error, rust_panic, go_panic, _compiler, _npm)
    at, line = max((hit for kind in kinds if (hit := kind(text))), default=(-1, ""))
    return _last_named(text, at) or line or None


def any_error(text: str) -> str | None:
    """The line that best explains a failure: one that looks like an error, else the last one said."""
    return strong_error(text) or _weak(text[-_WITHIN:]) or last_said(text)


def last_said(text: str) -> str | None:
    """The last line that is more than a rule, a wrapper's notice or a stack frame."""
    lines = [line for line in text[-_WITHIN:].split("\n") if line.strip()]
    said = next((line for line in reversed(lines) if not _is_noise(line)), lines[-1] if lines else None)
    return shorten(said) if said else None


def _is_noise(line: str) -> bool:
    return len(line) > _LONGEST or _NOISE.fullmatch(line) is not None


def _names_error(line: str) -> bool:
    if ":" not in line or len(line) > _LONGEST:
        return False
    return bool(_STRONG.match(line) or _SHELL.fullmatch(line)) and not _is_noise(line)


def _last_named(text: str, after: int) -> str | None:
    """The last line behind an offset that names an error; of several in a row the first, as the cause."""
    hit = None
    end = len(text)
    for line in reversed(text.split("\n")):
        start = end - len(line)
        if start <= after:
            break
        if _names_error(line):
            hit = line
        elif hit is not None and line.strip():
            break
        end = start - 1
    return shorten(hit) if hit else None


def _weak(text: str) -> str | None:
    for line in reversed(text.split("\n")[-200:]):
        if not _is_noise(line) and _WEAK.search(line):
            return shorten(line)
    return None


def _compiler(text: str) -> tuple[int, str] | None:
    """The first error of a compiler, since later ones may follow from it; placed where the last stands."""
    found = _COMPILER.search(text) if " error" in text else None
    if found is None:
        return None
    last = last_match(_COMPILER, text) or found
    code = f" [{found.group('code')}]" if found.group("code") else ""
    return last.start(), shorten(f"{found.group('said')}{code} ({found.group('place')})")


def _npm(text: str) -> tuple[int, str] | None:
    """What npm itself complains about, if it does more than repeat that a script failed."""
    lines = list(_NPM.finditer(text)) if "npm " in text else []
    said = [line.group(1) or "" for line in lines]
    first = next((n for n, line in enumerate(said) if not _NPM_NOISE.match(line)), None)
    if first is None or any("Lifecycle script" in line or "ELIFECYCLE" in line for line in said):
        return None
    message = _sentence(said[first:])
    conflict = next((line for line in said if line.startswith("peer ")), None)
    return lines[-1].start(), shorten(f"{message}: {conflict}" if conflict else message)


def _sentence(lines: list[str]) -> str:
    """npm's first words without their code, with the lines over which it wrapped them."""
    words = [_NPM_CODE.sub("", lines[0], count=1)]
    for line in lines[1:4]:
        if not line or line.startswith((" ", "404")) or words[-1].endswith((".", ":")):
            break
        words.append(line)
    return " ".join(words)
