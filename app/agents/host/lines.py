"""What the log says of the things an agent does: pure words, not yet made safe."""

from __future__ import annotations

from dataclasses import replace

from app.agents.events import Plan, Retrying, Tool, ToolStatus
from app.model.report import Usage

MOST_TITLE = 300
"""The longest title of a tool that is kept, in characters."""


def tool_title(tool: Tool) -> str:
    """The use of a tool in one line: its title, and what it works on where the title does not say so."""
    title = " ".join((tool.title or tool.kind or "tool")[: MOST_TITLE * 2].split())
    about = (tool.input or "")[: MOST_TITLE * 2] or ", ".join(tool.paths[:3])
    about = " ".join(about.split())
    said = about in title or (tool.paths and about.rpartition("/")[2] in title)
    return (title if not about or said else f"{title}  {about}")[:MOST_TITLE]


def nearby(tool: Tool, folder: str) -> Tool:
    """A tool with the files in the task's folder named from there."""
    within = f"{folder}/"
    title, given = (text and text.replace(within, "") for text in (tool.title, tool.input))
    paths = tuple(path.removeprefix(within) for path in tool.paths)
    return replace(tool, title=title, input=given, paths=paths)


def tool_outcome(tool: Tool) -> str:
    """How the use of a tool ended: ``done +3 −1``, ``failed: exit code 3``."""
    words = {ToolStatus.DONE: "done", ToolStatus.DENIED: "denied"}.get(
        tool.status or ToolStatus.DONE, "failed"
    )
    if tool.status is ToolStatus.FAILED and (why := last_line(tool.output)):
        words = f"{words}: {why}"
    return f"{words}{counts(tool)}"


def counts(tool: Tool) -> str:
    """The size of a change, as `` +3 −1``; empty where there is none."""
    if tool.added is None and tool.removed is None:
        return ""
    return f" +{tool.added or 0} −{tool.removed or 0}"


def last_line(text: str | None) -> str:
    """The last line of an output that says something."""
    lines = (text or "")[-4096:].rstrip().splitlines()
    return lines[-1].strip()[:MOST_TITLE] if lines else ""


def plan_step(plan: Plan) -> str:
    """The step of a plan that is being done, else the next one; empty when all are done."""
    for status in ("in_progress", "pending"):
        for step in plan.steps:
            if step.status == status:
                return " ".join(step.text.split())[:MOST_TITLE]
    return ""


def plan_line(plan: Plan) -> str:
    """``plan 2/5 · write the test``."""
    done = sum(step.status == "completed" for step in plan.steps)
    step = plan_step(plan)
    return f"plan {done}/{len(plan.steps)}" + (f" · {step}" if step else "")


def retrying_words(retry: Retrying) -> str:
    """``retrying, 529 overloaded, attempt 3 of 10``."""
    attempt = f"attempt {retry.attempt}" if retry.attempt is not None else ""
    most = f" of {retry.most}" if attempt and retry.most else ""
    return ", ".join(filter(None, ["retrying", retry.cause[:MOST_TITLE], f"{attempt}{most}"]))


def usage_words(usage: Usage) -> str:
    """``1,234 tokens in, 56 out, 0.02 USD``; empty where nothing is known."""
    words = [] if usage.input_tokens is None else [f"{usage.input_tokens:,} tokens in"]
    words += [] if usage.output_tokens is None else [f"{usage.output_tokens:,} out"]
    words += [] if usage.cost is None else [f"{usage.cost:.4g} {usage.currency}"]
    return ", ".join(words)
