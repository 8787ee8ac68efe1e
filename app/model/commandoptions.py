"""Options that many commands share, and those with which a task is delegated."""

from __future__ import annotations

from app.model.command import Option

JSON = Option(("--json",), "print JSON")
"""Where data comes out."""
YES = Option(("-y", "--yes"), "without the question")
"""What asks before it stops or deletes."""

ADD_OPTIONS = (
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
    JSON,
)
"""What `delegate add` takes beside the text."""
