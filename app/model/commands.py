"""The one table of commands and keys.

The shell command, the slash commands, the footer, the help screen and the README are all made from it.
"""

from __future__ import annotations

from app.model.command import (
    ANSWER,
    ANSWERING,
    APP,
    APPROVAL,
    CHANGES,
    DELEGATING,
    ENDING,
    INPUT,
    MOVING,
    QUEUE,
    TABLE,
    TAKING,
    VIEW,
    WATCHING,
    Command,
    Key,
    Option,
    key_label,
)
from app.model.keytable import (
    ANSWER_KEYS,
    APPROVAL_KEYS,
    CHANGES_FOOTER,
    CHANGES_KEYS,
    FOOTER,
    GROUPS,
    INPUT_FOOTER,
    KEYS,
)

__all__ = [
    "ANSWER",
    "ANSWER_KEYS",
    "APP",
    "APPROVAL",
    "APPROVAL_KEYS",
    "CHANGES",
    "CHANGES_FOOTER",
    "CHANGES_KEYS",
    "COMMANDS",
    "FOOTER",
    "GROUPS",
    "INPUT",
    "INPUT_FOOTER",
    "KEYS",
    "MOVING",
    "TABLE",
    "Command",
    "Key",
    "Option",
    "all_keys",
    "find_command",
    "find_option",
    "key_label",
    "keys_of",
]

_JSON = Option(("--json",), "print JSON")
_YES = Option(("-y", "--yes"), "without the question")

_ADD_OPTIONS = (
    Option(("-a", "--agent"), "who does the work", "NAME"),
    Option(
        ("-p", "--priority"),
        "what starts first when slots are few",
        "LEVEL",
        ("critical", "high", "normal", "low"),
    ),
    Option(("-t", "--timeout"), "stop it after this time: 90s, 30m, 1h30m, 2d or none", "TIME"),
    Option(("--after",), "start only once task N is complete; N? for any end", "N", repeat=True),
    Option(("--at",), "start at this local time: 18:00 or 2026-11-21T18:00", "TIME"),
    Option(("--delay",), "start after this time: 10m, 2h", "TIME"),
    Option(("--in",), "the folder to work in", "FOLDER"),
    Option(("--name",), "a short name of your own", "NAME"),
    Option(("--tag",), "a word to find it by", "TAG", repeat=True),
    Option(("--commit",), "commit what the worker fixed, or never do", "yes|no", ("yes", "no")),
    Option(("--retries",), "try again by itself so often when it fails, after ever longer pauses", "N"),
    Option(("--twice",), "it may run twice: on_lost may start it again by itself after it was lost"),
    Option(("--quiet-timeout",), "stop it when it says nothing for this time", "TIME"),
    Option(("--memory",), "stop it when it uses more than this: 512M, 2G", "SIZE"),
    Option(
        ("--leftovers",), "let what outlives the command go on, or end it", "keep|sweep", ("keep", "sweep")
    ),
    Option(("--worktree",), "work in a git worktree of its own, or in place", "yes|no", ("yes", "no")),
    Option(("--base",), "the commit or branch that the worktree starts from", "COMMIT"),
    Option(("--with-changes",), "take what you have not committed along into the worktree"),
    Option(("--check",), "a command that has to succeed after it; no for none", "COMMAND"),
    Option(("--wait",), "wait for the end and exit with the task's code"),
    Option(("-y", "--yes"), "ask nothing: start only what is approved already"),
    Option(("--trust",), "ask nothing: approve the agent for this task, whatever it may do"),
    _JSON,
)

COMMANDS: tuple[Command, ...] = (
    Command(
        "add",
        "TEXT… | -- COMMAND [ARG…]",
        "delegate a task, or a command run as it is",
        group=DELEGATING,
        options=_ADD_OPTIONS,
        aliases=("delegate",),
    ),
    Command(
        "status",
        "[TASK…]",
        "how the tasks stand",
        group=WATCHING,
        options=(Option(("--all",), "all of them, not only the newest"), _JSON),
    ),
    Command(
        "logs",
        "[TASK]",
        "print the log of a task, or of an attempt such as 7.2",
        group=WATCHING,
        options=(
            Option(("-f", "--follow"), "go on until the task ends"),
            Option(("-n", "--lines"), "only the last N lines", "N"),
        ),
        aliases=("log",),
    ),
    Command(
        "wait",
        "[TASK…]",
        "wait for the end and exit with the task's code",
        group=WATCHING,
        options=(Option(("-t", "--timeout"), "give up after this time (exit code 3)", "TIME"),),
    ),
    Command(
        "result",
        "[TASK]",
        "what a finished task reports",
        group=WATCHING,
        options=(_JSON,),
        aliases=("results",),
    ),
    Command(
        "changes",
        "[TASK]",
        "what a task changed: files, commits, lines",
        keys=("d",),
        label="changes",
        group=WATCHING,
        options=(Option(("--diff",), "the difference itself, as git prints it"), _JSON),
    ),
    Command(
        "merge",
        "TASK",
        "take its work into your branch, shown first",
        keys=("m",),
        label="merge",
        group=TAKING,
        options=(
            Option(("--squash",), "as one commit of yours"),
            Option(("--cherry-pick",), "its commits, one after the other, on top of yours"),
            Option(("--no-ff",), "with a merge commit even where none is needed"),
            _YES,
        ),
    ),
    Command(
        "push",
        "TASK",
        "push its branch to where you push, never by force",
        keys=("P",),
        label="push",
        group=TAKING,
    ),
    Command("patch", "TASK", "print a task's work as git am reads it", slash=False, group=TAKING),
    Command(
        "discard",
        "TASK…",
        "throw a task's worktree and branch away; undo brings them back",
        destructive=True,
        group=TAKING,
        options=(_YES,),
    ),
    Command(
        "answer",
        "[TASK] [CHOICE]",
        "answer what an agent asks, or see what they ask",
        keys=("a",),
        label="answer",
        group=ANSWERING,
        options=(Option(("-q", "--question"), "only if it is still this question", "N"), _JSON),
    ),
    Command(
        "continue",
        "TASK TEXT…",
        "go on in its conversation, or tell a running agent",
        keys=("c",),
        label="continue",
        group=ANSWERING,
    ),
    Command(
        "stop",
        "TASK… | --all",
        "stop a task and everything it started",
        keys=("x",),
        label="stop",
        destructive=True,
        group=ENDING,
        options=(
            Option(("--kill",), "at once, without asking it to end first"),
            Option(("--all",), "all that wait or run, after a question"),
            _YES,
        ),
    ),
    Command(
        "retry",
        "TASK…",
        "run it again as a new attempt; earlier logs stay",
        keys=("r",),
        label="retry",
        group=ENDING,
    ),
    Command(
        "delete",
        "TASK…",
        "move finished tasks and their logs to the trash",
        keys=("D",),
        label="delete",
        destructive=True,
        group=ENDING,
        options=(_YES,),
    ),
    Command(
        "undo", "", "bring back what was deleted or discarded last", keys=("U",), label="undo", group=ENDING
    ),
    Command(
        "clean",
        "[STATUS…]",
        "delete all finished tasks, or those that ended so",
        keys=("C",),
        label="clean up",
        destructive=True,
        group=ENDING,
        options=(_YES,),
    ),
    Command("pause", "", "start nothing more until you resume", keys=("p",), label="pause", group=QUEUE),
    Command(
        "resume",
        "[AGENT]",
        "start waiting tasks again, also of agents paused by quota or login",
        group=QUEUE,
    ),
    Command(
        "free",
        "TASK…",
        "start it without what it waits for",
        keys=("F",),
        label="start now",
        group=QUEUE,
        where=TABLE,
    ),
    Command(
        "priority",
        "LEVEL TASK…",
        "what starts first: critical, high, normal, low, or one step up or down",
        group=QUEUE,
    ),
    Command("limit", "[N]", "show, or set, how many tasks run at once", group=QUEUE),
    Command(
        "agents",
        "[NAME]",
        "list those who can do the work, or show one whole",
        group=DELEGATING,
        options=(Option(("--in",), "as seen from this folder", "FOLDER"), _JSON),
    ),
    Command(
        "approve",
        "NAME",
        "let an agent work without the question, until its definition changes",
        group=DELEGATING,
        options=(
            Option(("--project",), "in this project (the default)"),
            Option(("--always",), "everywhere"),
            Option(("--revoke",), "take every approval of it back"),
            Option(("--in",), "as seen from this folder", "FOLDER"),
            Option(("--trust",), "without the question"),
        ),
    ),
    Command(
        "doctor",
        "",
        "check that all is as it should be, and say what to do where it is not",
        slash=False,
        group=VIEW,
        options=(Option(("--fix",), "repair what can be repaired without a loss"), _JSON),
    ),
    Command(
        "filter",
        "[WORDS]",
        "show only tasks with these words",
        keys=("slash",),
        label="filter",
        shell=False,
        group=VIEW,
        where=TABLE,
    ),
    Command("theme", "[NAME]", "change the colours", shell=False, group=VIEW),
    Command("help", "", "keys and commands", keys=("question_mark",), label="help", shell=False, group=VIEW),
    Command(
        "quit",
        "",
        "leave; running tasks go on, unless set otherwise",
        keys=("q",),
        label="quit",
        shell=False,
        group=VIEW,
        aliases=("exit",),
    ),
)
"""Every command, in the order help shows them."""


def find_command(word: str) -> Command | None:
    """The command of that name or alias, or None."""
    wanted = word.lower()
    return next((c for c in COMMANDS if wanted == c.name or wanted in c.aliases), None)


def find_option(command: Command, flag: str) -> Option | None:
    """The option of a command that is written so, or None."""
    return next((option for option in command.options if flag in option.flags), None)


def all_keys() -> tuple[Key, ...]:
    """Every key with its help: those of `KEYS` and those of the commands, commands first."""
    of_commands = tuple(Key(c.name, c.keys, c.help, c.where, c.label, c.group) for c in COMMANDS if c.keys)
    return of_commands + KEYS


def keys_of(identity: str) -> Key:
    """The key entry of that id; KeyError when the table has none."""
    for key in all_keys():
        if key.id == identity:
            return key
    raise KeyError(identity)
