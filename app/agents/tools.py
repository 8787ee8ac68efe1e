"""What a tool lets an agent do, by the names that clients give to their tools."""

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


_NAMES = {
    Ability.EVERYTHING: "* all",
    Ability.READ: "fs_read read read_file readfile read_many_files view cat notebookread ls list glob grep "
    "search list_directory search_file_content codesearch grep_search",
    Ability.WRITE: "fs_write write edit multiedit notebookedit write_file writefile edit_file replace "
    "apply_patch patch create create_file str_replace_editor",
    Ability.SHELL: "execute_bash execute_cmd shell bash execute run_shell_command run_command exec_command "
    "terminal powershell bashoutput killshell killbash runcommands",
    Ability.WEB: "webfetch websearch web_fetch web_search fetch web google_web_search",
    Ability.AGENTS: "task agent subagent use_subagent delegate custom-agent",
    Ability.NOTES: "todo_list todo todowrite todoread todolist taskcreate taskupdate thinking think "
    "introspect knowledge report report_issue exitplanmode enterplanmode askuserquestion slashcommand skill",
}
_ABILITIES = {name: ability for ability, names in _NAMES.items() for name in names.split()}

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


def same_name(tool: str) -> str:
    """The one name of a tool that its client knows by two."""
    return _TWINS.get(tool, tool)
