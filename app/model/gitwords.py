"""How git is called so that neither the surroundings nor a repository's settings change its answer. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_NEUTRAL = (
    *("core.fsmonitor=false", "core.quotePath=false", "core.safecrlf=false", "core.splitIndex=false"),
    *("color.ui=false", "diff.suppressBlankEmpty=false", "log.showSignature=false"),
    *("gc.auto=0", "maintenance.auto=false", "commit.gpgSign=false", "advice.addEmbeddedRepo=false"),
)
"""Settings of the user's or of a repository's that change what git prints or starts, set to what we read."""

_NO_HOOKS = "core.hooksPath=/dev/null"

_NOT_LITERAL = ("check-ignore",)
"""Commands that refuse to be told that a path is only a path."""

_LOCAL = re.compile(
    r"GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX|COMMON_DIR|NAMESPACE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|"
    r"(LITERAL|GLOB|NOGLOB|ICASE)_PATHSPECS|EXTERNAL_DIFF|DIFF_OPTS|PAGER|EDITOR|SEQUENCE_EDITOR|"
    r"GRAFT_FILE|SHALLOW_FILE|IMPLICIT_WORK_TREE|INTERNAL_SUPER_PREFIX|REFLOG_ACTION|TRACE.*|"
    r"NO_REPLACE_OBJECTS|REPLACE_REF_BASE|(AUTHOR|COMMITTER)_DATE|DEFAULT_HASH|QUARANTINE_PATH)"
)
"""What a git hook, or a shell for one repository, leaves in the environment of whatever is started there."""


def git_command(arguments: Sequence[str], *, hooks: bool = False) -> list[str]:
    """The argument list of a git that starts no pager, watcher or clean-up, and no hooks but for ``hooks``.

    A path in it is that path, whatever characters it has.
    """
    settings = _NEUTRAL if hooks else (*_NEUTRAL, _NO_HOOKS)
    options = [word for setting in settings for word in ("-c", setting)]
    literal = [] if arguments[0] in _NOT_LITERAL else ["--literal-pathspecs"]
    return ["git", "--no-pager", *literal, *options, *arguments]


def of_any_repository(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what names a repository, so that the folder says which; nothing may ask."""
    found = {name: value for name, value in environment.items() if not _LOCAL.fullmatch(name)}
    return found | {"GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": "true"}


def git_environment(environment: Mapping[str, str], *, writes: bool = False) -> dict[str, str]:
    """The environment of a git whose words are read: in English, with no lock that it can do without.

    Unless it ``writes``, it fetches nothing either.
    """
    found = of_any_repository(environment) | {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    return found if writes else found | {"GIT_NO_LAZY_FETCH": "1"}
