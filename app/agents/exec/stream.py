"""From the lines of a client to events: by the rules of its shape, with what has to be kept in between."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from app.agents.events import (
    Denied,
    Ended,
    Event,
    Plan,
    Retrying,
    Spent,
    Started,
    Step,
    Text,
    Tool,
    ToolStatus,
    Warned,
)
from app.agents.exec import tooling
from app.agents.exec.reading import Scope, in_words, parsed
from app.agents.exec.shapes import Rule, Shape
from app.agents.tools import kind_of
from app.agents.trouble import status_in
from app.logs.sanitise import sanitise
from app.model.report import Usage

MOST_KEPT = 10_000
"""The most uses of tools, and entries of a plan, that are remembered."""

_OUTPUT_LENGTH = 64 * 1024
_PLAIN_ENDS = frozenset({"success", "completed", "end_turn", "stop", "stop_sequence", "tool_use", "error"})


class Stream:
    """One stream as it is read. No line raises, whatever it holds."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._names: dict[str, str] = {}
        self._plans: set[str] = set()
        self._denied: set[str] = set()
        self._steps: dict[str, Step] = {}
        self._done: set[int] = set()
        self._spent = Usage()
        self._count = 0
        self._makers: dict[str, Callable[[Rule, Scope], Iterator[Event]]] = {
            "started": self._started,
            "text": self._text,
            "thought": self._text,
            "tool": self._tool,
            "result": self._result,
            "denied": self._denial,
            "plan": self._plan,
            "spent": self._spending,
            "retrying": self._retrying,
            "warned": self._warned,
            "ended": self._ended,
        }

    def read(self, text: str) -> list[Event] | None:
        """The events that a line tells; none for one of no interest, None for one that is no event at all."""
        line = {"line": sanitise(text)} if self._shape.plain else parsed(text)
        if line is None:
            return None
        events: list[Event] = []
        fits = False
        for number, rule in enumerate(self._shape.rules):
            if (rule.otherwise and fits) or (rule.once and number in self._done):
                continue
            for scope in self._scopes(rule, line):
                fits = True
                self._done.add(number)
                events += self._makers[rule.gives](rule, scope)
        known = fits or any(Scope(line, line).meets(conditions) for conditions in self._shape.quiet)
        return events if known else None

    def _scopes(self, rule: Rule, line: dict[str, Any]) -> Iterator[Scope]:
        scope = Scope(line, line)
        if not scope.meets(rule.when):
            return
        if rule.match is not None:
            found = rule.match[1].search(scope.text(rule.match[0]) or "")
            if found is not None:
                yield Scope(line, line, found.groupdict())
            return
        if rule.each is None:
            yield scope
            return
        members = scope.value(rule.each)
        for member in members if isinstance(members, list) else []:
            if (inner := Scope(member, line)).meets(rule.where):
                yield inner

    def _started(self, rule: Rule, scope: Scope) -> Iterator[Event]:
        told = {name: scope.text(rule.fields.get(name)) for name in ("session", "model", "mode")}
        if any(told.values()):
            yield Started(**told)

    def _text(self, rule: Rule, scope: Scope) -> Iterator[Event]:
        text = scope.text(rule.fields["text"])
        if text is not None and "without" in rule.fields:
            text = re.sub(rule.fields["without"], "", text).strip()
        if not text:
            return
        if rule.fields.get("whole") and not text.endswith("\n"):
            text += "\n"
        yield Text(text, thought=rule.gives == "thought")

    def _tool(self, rule: Rule, scope: Scope) -> Iterator[Event]:
        """A tool begins, or ends without having told that it began."""
        use = scope.text(rule.fields["id"]) or ""
        name = scope.text(rule.fields.get("name")) or self._names.get(use, "tool")
        given = tooling.arguments_of(scope.value(rule.fields.get("input")))
        if len(self._names) < MOST_KEPT:
            self._names[use] = name
        steps = tooling.steps_in(name, given)
        if steps is None:
            steps = self._changed_steps(name, given)
        if steps is not None:
            self._plans.add(use)
            yield Plan(steps)
            return
        added, removed = tooling.sizes_of(name, given)
        yield Tool(
            use,
            title=tooling.title_of(name),
            kind=kind_of(name),
            status=ToolStatus.RUNNING,
            input=tooling.shown_input(given) or None,
            paths=tooling.paths_of(given),
            added=added,
            removed=removed,
        )

    def _result(self, rule: Rule, scope: Scope) -> Iterator[Event]:
        use = scope.text(rule.fields["id"]) or ""
        if use in self._denied and use not in self._names:
            return  # it has been told already, and its client had nothing to say of it before
        if use not in self._names or (use in self._plans and "input" in rule.fields):
            yield from self._tool(rule, scope)
        if use in self._plans:
            return
        output = (scope.text(rule.fields.get("output")) or "")[-_OUTPUT_LENGTH:]
        status = self._status(rule, scope, output)
        if use in self._denied:
            status = ToolStatus.DENIED
        elif status is ToolStatus.DENIED:
            self._denied.add(use)
        if status is ToolStatus.DONE:
            self._count = 0  # its model was reached, and has got somewhere
        yield Tool(use, status=status, output=output or None)

    def _status(self, rule: Rule, scope: Scope, output: str) -> ToolStatus:
        fields, shape = rule.fields, self._shape
        if "denies" in fields and scope.meets(fields["denies"]):
            return ToolStatus.DENIED
        state = fields.get("states", {}).get(scope.text(fields.get("state")) or "", "completed")
        status = ToolStatus(state)
        if status is ToolStatus.DENIED:
            return status
        unsaid = shape.failed is not None and shape.failed.search(output) is not None
        if ("fails" in fields and scope.meets(fields["fails"])) or scope.number(fields.get("exit")) or unsaid:
            status = ToolStatus.FAILED
        if status is ToolStatus.FAILED and shape.denied is not None and shape.denied.search(output):
            return ToolStatus.DENIED
        return status

    def _denial(self, rule: Rule, scope: Scope) -> Iterator[Event]:
        use = scope.text(rule.fields.get("id")) or ""
        name = scope.text(rule.fields.get("name")) or self._names.get(use, "a tool")
        if use in self._denied:
            return
        if use:
            self._denied.add(use)
        yield Tool(use, status=ToolStatus.DENIED) if use in self._names else Denied(name)

    def _plan(self, rule: Rule, scope: Scope) -> Iterator[Event]:
        yield Plan(tooling.steps_of(scope.value(rule.fields["steps"])))

    def _changed_steps(self, name: str, given: Any) -> tuple[Step, ...] | None:
        """A plan that is written entry by entry: each is made by one tool, and changed by another."""
        if not isinstance(given, dict) or name not in ("TaskCreate", "TaskUpdate"):
            return None
        if name == "TaskCreate" and len(self._steps) < MOST_KEPT:
            subject = str(given.get("subject") or given.get("description") or "")
            self._steps[str(len(self._steps) + 1)] = Step(subject, "pending")
        key = str(given.get("taskId"))
        if name == "TaskUpdate" and key in self._steps:
            if given.get("status") == "deleted":
                self._steps[key] = Step("", "deleted")
            else:
                text = str(given.get("subject") or self._steps[key].text)
                known = {"status": self._steps[key].status, **given}
                self._steps[key] = Step(text, tooling.step_state(known))
        return tuple(step for step in self._steps.values() if step.status != "deleted")

    def _spending(self, rule: Rule, scope: Scope) -> Iterator[Event]:
        usage = Usage(
            scope.number(rule.fields.get("input")),
            scope.number(rule.fields.get("output")),
            scope.amount(rule.fields.get("cost")),
        )
        if rule.fields.get("adds"):
            usage = self._spent = _sum(self._spent, usage)
        if usage != Usage():
            yield Spent(usage)

    def _retrying(self, rule: Rule, scope: Scope) -> Iterator[Event]:
        self._count += 1
        why = scope.text(rule.fields.get("why")) or ""
        yield Retrying(
            attempt=self._count if rule.fields.get("counts") else scope.number(rule.fields.get("attempt")),
            most=scope.number(rule.fields.get("most")),
            status=scope.number(rule.fields.get("status")) or status_in(why),
            why=why,
        )

    def _warned(self, rule: Rule, scope: Scope) -> Iterator[Event]:
        text, status = scope.text(rule.fields["text"]), scope.number(rule.fields.get("status"))
        if text:
            yield Warned(f"{status} {text}" if status and str(status) not in text else text)

    def _ended(self, rule: Rule, scope: Scope) -> Iterator[Event]:
        fields = rule.fields
        ok, text = scope.meets(fields["ok"]), scope.text(fields.get("text"))
        error = None if ok else scope.text(fields.get("error"))
        if ok and self._shape.fault is not None and text and (fault := self._shape.fault.search(text)):
            ok, error = False, fault[1]
        if error is not None:
            error = in_words(error)
        reasons = (scope.text(spec) or "" for spec in fields.get("reasons", ()))
        reason = next((word for word in reasons if word and word not in _PLAIN_ENDS), "")
        yield Ended(ok, reason, error, scope.number(fields.get("status")), text if ok else None)


def _sum(one: Usage, other: Usage) -> Usage:
    def plus(a: float | None, b: float | None) -> Any:
        return b if a is None else a if b is None else a + b

    return Usage(
        plus(one.input_tokens, other.input_tokens),
        plus(one.output_tokens, other.output_tokens),
        plus(one.cost, other.cost),
    )
