"""The summary of an agent's task: its last message, and what it used and changed."""

from __future__ import annotations

import re

from app.agents.host.collected import Collected
from app.agents.host.lines import usage_words
from app.agents.verdict import By, Verdict
from app.logs.sanitise import sanitise, sanitise_keep_newlines
from app.model.report import Usage
from app.model.status import Status

_MOST_LISTED = 50

_BY = {
    By.CLIENT: "refused by its client",
    By.PERSON: "rejected",
    By.RULE: "denied by a rule",
    By.NOBODY: "not answered in time",
}


def summary_of(collected: Collected, verdict: Verdict, usage: Usage | None = None) -> str:
    """Markdown for one ended attempt. The agent's message is Markdown of its own and stays that; all other
    text from outside is set as code."""
    lines = [_title(verdict), ""]
    if verdict.status is Status.FAILED and verdict.reason:
        lines += [_code(verdict.reason), ""]
    if message := sanitise_keep_newlines(collected.message).strip():
        lines += [message, ""]
    lines += _list("Files changed", [_file(path, *size) for path, size in collected.files.items()])
    lines += _list("Tools used", [f"{_code(name)}: {count}" for name, count in collected.names.items()])
    refused = dict.fromkeys(f"{_code(item.tool)}: {_BY[item.by]}" for item in collected.refusals)
    lines += _list("Refused", list(refused))
    if usage is not None and (words := usage_words(usage)):
        lines += [f"Used: {words}", ""]
    return "\n".join(lines).rstrip() + "\n"


def _title(verdict: Verdict) -> str:
    words = f": {sanitise(verdict.qualifier)}" if verdict.qualifier else ""
    return f"# {verdict.status.glyph} {verdict.status.word}{words}"


def _file(path: str, added: int, removed: int) -> str:
    return f"{_code(path)} +{added} −{removed}"


def _list(title: str, items: list[str]) -> list[str]:
    if not items:
        return []
    more = len(items) - _MOST_LISTED
    listed = [f"- {item}" for item in items[:_MOST_LISTED]] + ([f"- and {more} more"] if more > 0 else [])
    return [f"## {title}", "", *listed, ""]


def _code(text: str) -> str:
    """One line as inline code, within more backticks than it holds itself."""
    line = sanitise(text.replace("\n", " ")).strip()
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{pad}{line}{pad}{ticks}" if line else "(nothing)"
