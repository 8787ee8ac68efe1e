"""The names that clients give to their tools: what each does, and what it lets an agent do. Data."""

from __future__ import annotations

from enum import StrEnum


class Ability(StrEnum):
    """What a person wants to know of a tool."""

    EVERYTHING = "everything"
    READ = "read"
    WRITE = "write"
    SHELL = "shell"
    WEB = "web"
    AGENTS = "agents"
    NOTES = "notes"


EXECUTE = "execute"
"""The protocol's word for what a shell does (Agent Client Protocol, ToolKind)."""

_TABLE: tuple[tuple[str | None, Ability | None, bool, str], ...] = (
    (None, Ability.EVERYTHING, False, "* all"),
    (
        "read",
        Ability.READ,
        True,
        "fs_read read read_file readfile read_many_files view cat notebookread ls list_directory",
    ),
    ("read", Ability.READ, False, "list"),
    ("read", None, False, "readmediafile"),
    ("search", Ability.READ, True, "grep glob search search_file_content codesearch grep_search"),
    ("search", None, True, "glob_search"),
    ("search", None, False, "tool_search rg find"),
    (
        "edit",
        Ability.WRITE,
        True,
        "fs_write write edit multiedit notebookedit write_file writefile edit_file replace apply_patch patch"
        " create create_file str_replace_editor",
    ),
    ("edit", None, True, "str_replace strreplacefile"),
    ("edit", None, False, "file_change insert"),
    ("delete", None, True, "delete delete_file remove"),
    ("move", None, True, "move move_file rename"),
    (
        EXECUTE,
        Ability.SHELL,
        True,
        "execute_bash execute_cmd shell bash execute run_shell_command run_command exec_command terminal"
        " powershell",
    ),
    (EXECUTE, Ability.SHELL, False, "bashoutput"),
    (EXECUTE, None, True, "exec run_commands"),
    (EXECUTE, None, False, "command_execution execute_command local_shell write_stdin"),
    (None, Ability.SHELL, False, "killshell killbash runcommands"),
    ("fetch", Ability.WEB, True, "webfetch websearch web_fetch web_search fetch google_web_search"),
    ("fetch", None, True, "fetchurl"),
    ("fetch", None, False, "searchweb"),
    (None, Ability.WEB, False, "web"),
    ("think", Ability.NOTES, True, "think"),
    ("think", Ability.NOTES, False, "exitplanmode skill"),
    ("think", Ability.AGENTS, False, "task agent"),
    ("think", None, False, "exit_plan_mode enter_plan_mode intent report_intent"),
    (None, Ability.AGENTS, False, "subagent use_subagent delegate custom-agent"),
    (
        None,
        Ability.NOTES,
        False,
        "todo_list todo todowrite todoread todolist taskcreate taskupdate thinking introspect knowledge"
        " report report_issue enterplanmode askuserquestion slashcommand",
    ),
)
"""Every name that is known, in small letters: what the tool does in the protocol's word, what it lets an
agent do, and whether rules take it for the others that do the same: they must be certain, and know fewer.
"""

_KINDS = {name: kind for kind, _, _, names in _TABLE if kind for name in names.split()}
_ABILITIES = {name: ability for _, ability, _, names in _TABLE if ability for name in names.split()}

FAMILIES = {
    kind: tuple(name for one, _, ruled, names in _TABLE if ruled and one == kind for name in names.split())
    for kind in sorted(set(_KINDS.values()))
}
"""The names by which rules know the tools of a kind."""

_TWINS = {
    "read": "fs_read",
    "write": "fs_write",
    "shell": "execute_bash",
    "execute_cmd": "execute_bash",
    "aws": "use_aws",
}
"""Newer names of tools that Kiro knows by an older one too."""


def ability_of(tool: str) -> Ability | str:
    """The ability that a tool gives; a tool that is not known, such as a service's, is its own name.

    ``Bash(git *)`` is as ``Bash``.
    """
    name = tool.partition("(")[0].strip()
    return _ABILITIES.get(name.lower(), name)


def kind_of(tool: str) -> str:
    """What a tool does, in the protocol's word for it; ``other`` for one that is not known."""
    return _KINDS.get(tool.lower().rpartition(".")[2], "other")


def same_name(tool: str) -> str:
    """The one name of a tool that its client knows by two."""
    return _TWINS.get(tool, tool)
