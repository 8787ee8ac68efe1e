"""The keys that are not just a command's, where hints of keys stand, and the groups of the help."""

from __future__ import annotations

from collections.abc import Mapping

from app.model.command import (
    ANSWER,
    ANSWERING,
    APPROVAL,
    CHANGES,
    DELEGATING,
    ENDING,
    INPUT,
    MOVING,
    QUEUE,
    TABLE,
    TAKING,
    TYPING,
    VIEW,
    WATCHING,
    Key,
)

CHANGES_KEYS: tuple[Key, ...] = (
    Key("diff", ("enter", "right"), "show how a file changed, line by line", CHANGES, "diff", VIEW),
    Key("files", ("left", "escape"), "back from a file to the list of them", CHANGES, "files", VIEW),
    Key("hunk", ("n",), "the next place that changed", CHANGES, "next change", VIEW),
    Key("hunk-before", ("N",), "the place before that changed", CHANGES, "change before", VIEW),
    Key("file", ("right_square_bracket",), "the next file that changed", CHANGES, "next file", VIEW),
    Key(
        "file-before", ("left_square_bracket",), "the file before that changed", CHANGES, "file before", VIEW
    ),
    Key("editor-at", ("v",), "open the file at this line in your own editor", CHANGES, "editor", VIEW),
    Key("pager", ("o",), "read the whole difference in your own pager", CHANGES, "pager", VIEW),
)
"""The keys that look through what a task has changed."""

KEYS: tuple[Key, ...] = (
    Key("input", ("n", "i"), "write a new task", label="new", group=DELEGATING),
    Key("complete", ("tab",), "complete the word, or go to the table", INPUT, "complete", TYPING),
    Key("history", ("up",), "what you typed before; ↓ comes back", INPUT, "history", TYPING),
    Key("editor", ("ctrl+g",), "write in your own editor", INPUT, "editor", TYPING),
    Key("newline", ("ctrl+j",), "begin a new line", INPUT, "new line", TYPING),
    Key(
        "answer-now",
        ("ctrl+o",),
        "answer from wherever you are, also while typing",
        label="answer",
        group=ANSWERING,
    ),
    Key("allow", ("y",), "allow what it asks for, this once", ANSWER, "allow once", ANSWERING),
    Key("always", ("a",), "allow it, and the like from now on", ANSWER, "always", ANSWERING),
    Key("reject", ("n",), "decline it this once", ANSWER, "reject", ANSWERING),
    Key("never", ("N",), "decline it, and the like from now on", ANSWER, "never", ANSWERING),
    Key("once", ("y",), "let the agent run this once", APPROVAL, "once", ANSWERING),
    Key("project", ("p",), "let it run in this project", APPROVAL, "this project", ANSWERING),
    Key("everywhere", ("A",), "let it run everywhere", APPROVAL, "always", ANSWERING),
    Key("refuse", ("n",), "start nothing", APPROVAL, "no", ANSWERING),
    Key("open", ("enter",), "open the task: log, summary, changes, details", TABLE, label="open", group=VIEW),
    Key("kill", ("X",), "stop at once, without asking it to end first", group=ENDING),
    Key("edit", ("R",), "edit the text and retry", group=ENDING),
    Key("export", ("E",), "write its work as a patch file in your folder", label="patch", group=TAKING),
    Key("seen", ("space",), "mark as seen", TABLE, group=WATCHING),
    Key(
        "next",
        ("u",),
        "next task that asks, or ended without you seeing it",
        label="next for me",
        group=WATCHING,
    ),
    Key("raise", ("plus",), "one step up in priority, while it waits", TABLE, group=QUEUE),
    Key("lower", ("minus",), "one step down in priority, while it waits", TABLE, group=QUEUE),
    Key("zoom", ("z",), "give the whole screen to this pane, and back", label="zoom", group=VIEW),
    Key("pane", ("tab",), "next pane", group=VIEW),
    Key(
        "back",
        ("escape",),
        "out of the input bar (draft kept), zoom, filter",
        label="back",
        group=VIEW,
    ),
    Key("follow", ("f",), "follow the end of the log, or stop following", label="follow", group=VIEW),
    Key("wrap", ("w",), "wrap long lines of the log, or cut them", label="wrap", group=VIEW),
    *CHANGES_KEYS,
    Key("up", ("up", "k"), "one line up", TABLE, group=MOVING),
    Key("down", ("down", "j"), "one line down", TABLE, group=MOVING),
    Key("page-up", ("pageup",), "one page up", TABLE, group=MOVING),
    Key("page-down", ("pagedown",), "one page down", TABLE, group=MOVING),
    Key("first", ("home", "g"), "to the beginning", TABLE, group=MOVING),
    Key("last", ("end", "G"), "to the end", TABLE, group=MOVING),
)
"""Every key that is not just a command's. Moving keys work in the log pane too."""

FOOTER: tuple[str, ...] = (
    *(
        "input",
        "answer",
        "pause",
        "open",
        "stop",
        "free",
        "continue",
        "retry",
        "merge",
        "next",
        "filter",
        "help",
    ),
)
"""The ids the footer shows, most wanted first; what does not fit is left out from the right, help never."""

CHANGES_FOOTER: Mapping[str, tuple[str, ...]] = {
    "changes": (
        *("answer", "diff", "merge", "push", "export", "editor-at", "pager"),
        *("back", "changes", "zoom", "help"),
    ),
    "diff": ("answer", "hunk", "file", "files", "merge", "editor-at", "pager", "zoom", "help"),
}
"""The same over the list of what a task changed, and over how a file did."""

INPUT_FOOTER: tuple[str, ...] = ("answer-now", "back", "complete", "history", "editor", "newline")
"""The same while the input bar has the focus."""

ANSWER_KEYS: tuple[str, ...] = ("allow", "always", "reject", "never")
"""The ids of the keys under a question of an agent, in their order."""

APPROVAL_KEYS: tuple[str, ...] = ("once", "project", "everywhere", "refuse")
"""The ids of the keys under an agent that is shown before it runs, in their order."""

GROUPS: tuple[str, ...] = (DELEGATING, TYPING, ANSWERING, WATCHING, TAKING, ENDING, QUEUE, VIEW, MOVING)
"""The groups of the help screen, in its order."""
