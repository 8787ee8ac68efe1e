"""Which uses of a tool are allowed or denied without asking anybody: patterns over a tool's name and what it
works on. Pure.

A pattern is ``Tool`` or ``Tool(glob)``, with the wildcards of a shell in both. The names that clients give
the same tool mean the same here: ``Bash(npm test)`` is also a rule for ``run_shell_command``. A denial wins
over an allowance, and what is not certain is asked: also a command in which the forbidden one may hide,
behind a variable, a path, quotes, or another shell. Against a program that wants to hide it, only a fence
helps.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from app.agents.tools import EXECUTE, FAMILIES

METACHARACTERS = re.compile(r"[;&|`<>\n\r]|\$\(|\$\{|<\(")
"""What makes more than one plain command of a line: a rule for the one must not allow the others."""

_BLANKS = re.compile(r"[ \t]+")
_BETWEEN_WORDS = re.compile(r"[\s;&|`<>(){}$=]+")
_QUOTES = str.maketrans("", "", "\"'\\")

_CHANGING = frozenset({EXECUTE, "edit", "delete", "move"})
_FAMILY_OF = {name: family for family, names in FAMILIES.items() for name in names}


class Decision(StrEnum):
    """What becomes of a question."""

    ALLOW = "allow"
    DENY = "deny"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Use:
    """The use of a tool that an agent wants.

    ``names`` are the tool's own and what else it is called; ``kind`` is the protocol's word. ``command`` is
    the command line of a shell, ``paths`` are the files it concerns, as they really lie, relative to the
    task's folder where they lie in it; None and empty where that is not known for certain.
    """

    names: tuple[str, ...] = ()
    kind: str | None = None
    command: str | None = None
    paths: tuple[str, ...] = ()
    about: tuple[str, ...] = ()

    @property
    def family(self) -> str | None:
        """Which of the tools that all clients have it is; the kind counts more than a name."""
        if self.kind in FAMILIES:
            return self.kind
        return next((_FAMILY_OF[name.lower()] for name in self.names if name.lower() in _FAMILY_OF), None)


def decide(allow: Sequence[str], deny: Sequence[str], use: Use) -> Decision:
    """What the rules say of the use of a tool."""
    for pattern in deny:
        name, glob = parts(pattern)
        if not _names(name, use, strict=False):
            continue
        if glob is None or _denies(glob, use):
            return Decision.DENY
    globs = [glob for name, glob in map(parts, deny) if glob is not None and _names(name, use, strict=False)]
    unsure = any(not _known(use) or _may_hide(glob, use.command or "") for glob in globs)
    if not unsure and any(_allows(*parts(pattern), use) for pattern in allow):
        return Decision.ALLOW
    return Decision.ASK


def parts(pattern: str) -> tuple[str, str | None]:
    """The name and the glob of a pattern; None for one without."""
    name, bracket, rest = pattern.strip().partition("(")
    return (name.strip(), rest.removesuffix(")")) if bracket else (name, None)


def _allows(name: str, glob: str | None, use: Use) -> bool:
    if not _names(name, use, strict=True):
        return False
    if glob is None:
        return True
    if use.family == EXECUTE or use.command is not None:
        command = use.command
        return command is not None and not METACHARACTERS.search(command) and _fits(command, glob)
    return bool(use.paths) and all(_path_fits(path, glob) for path in use.paths)


def _denies(glob: str, use: Use) -> bool:
    """A denial looks everywhere that the forbidden may stand: in each part of a line, in every text."""
    glob = posixpath.expanduser(glob)
    texts = [use.command or "", *use.about]
    commands = [part.strip() for text in texts for part in METACHARACTERS.split(text)]
    if any(_fits(text, glob) for text in (*filter(None, texts), *filter(None, commands))):
        return True
    return any(_path_fits(path, glob) or _path_fits(posixpath.basename(path), glob) for path in use.paths)


def _may_hide(glob: str, command: str) -> bool:
    """Whether the words of a glob stand in a command in this order, whatever else stands there."""
    wanted = [word for word in _BETWEEN_WORDS.split(_spelled(glob).translate(_QUOTES)) if word.strip("*")]
    words = iter(_BETWEEN_WORDS.split(command.translate(_QUOTES)))
    return bool(wanted) and all(
        any(fnmatchcase(word, one) or fnmatchcase(posixpath.basename(word), one) for word in words)
        for one in wanted
    )


def _known(use: Use) -> bool:
    return use.command is not None or (use.family != EXECUTE and bool(use.paths))


def _names(pattern: str, use: Use, *, strict: bool) -> bool:
    """Whether a pattern's name means this tool. Not strictly, every name it goes by counts, not only what
    its kind says it is."""
    if pattern == "*":
        return True
    family = _FAMILY_OF.get(pattern.lower())
    by_name = {_FAMILY_OF.get(name.lower()) for name in use.names}
    if strict and family not in (EXECUTE, None) and EXECUTE in by_name:
        return False  # a shell by its name, whatever it says it is for
    if strict and family is None and use.kind in _CHANGING:
        # Its title may be the model's own words: "use_aws" as the title of a shell is no use of that tool.
        return _called(pattern, Use(FAMILIES[use.kind or ""]))
    if family is not None and family == use.family:
        # What runs a command is a shell, whatever it says that it is.
        return not strict or family == EXECUTE or use.command is None
    if family is not None and strict:
        return use.family is None and _called(pattern, use)
    return _called(pattern, use)


def _called(pattern: str, use: Use) -> bool:
    lowered = pattern.lower()
    if lowered.startswith("@") and "/" not in lowered:  # every tool of a service
        lowered += "/*"
    return any(fnmatchcase(name.lower(), lowered) for name in use.names)


def _fits(text: str, glob: str) -> bool:
    """``npm test *`` also means it without arguments; how many blanks there are matters in quotes only."""
    glob = _spelled(glob)
    line = text.strip(" \t") if re.search("[\"'\\\\]", text) else _BLANKS.sub(" ", text).strip(" ")
    return fnmatchcase(line, glob) or (glob.endswith(" *") and fnmatchcase(line, glob[:-2]))


def _spelled(glob: str) -> str:
    """``npm test:*`` is how some definitions spell ``npm test *``."""
    return glob.removesuffix(":*") + " *" if glob.endswith(":*") else glob


def _path_fits(path: str, glob: str) -> bool:
    """A glob that does not begin at the root is about files in the task's folder only."""
    path, glob = posixpath.normpath(path), posixpath.expanduser(glob)
    if path == ".." or path.startswith("../") or (path.startswith("/") and not glob.startswith("/")):
        return False
    return fnmatchcase(path, glob.removeprefix("./"))
