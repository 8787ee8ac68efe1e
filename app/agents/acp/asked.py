"""Answers the permission requests of an agent: by the rules, by what was said before, else by asking."""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from app.agents import rules
from app.agents.acp import content, permission
from app.agents.acp.link import Link
from app.agents.acp.updates import tool_name
from app.agents.acp.wire import Json, Notification, Request, mapping, text_of
from app.agents.events import Tool, ToolStatus
from app.agents.host.lines import nearby, tool_title
from app.agents.host.questions import MOST_OPEN, Questions
from app.agents.host.teller import Teller
from app.agents.rules import Decision, Use
from app.agents.tools import EXECUTE
from app.agents.verdict import By
from app.model.ask import Answer, Choice, ChoiceKind
from app.model.run import AgentRun

ALLOW_ONCE = ChoiceKind.ALLOW_ONCE
_MOST_CALLS = 1000
_TAKEN_BACK = frozenset({"$/cancel_request", "$/cancelRequest", "notifications/cancelled"})
_WORDS = {
    ChoiceKind.ALLOW_ONCE: "allowed once",
    ChoiceKind.ALLOW_ALWAYS: "always allowed",
    ChoiceKind.REJECT_ONCE: "rejected",
    ChoiceKind.REJECT_ALWAYS: "always rejected",
}


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A request that waits for its answer; ``key`` is what "always" covers."""

    link: Link
    request: Request
    tool: Tool
    choices: tuple[Choice, ...]
    key: object

    def answer(self, choice: Choice | None) -> None:
        self.link.answer(self.request, permission.outcome(choice))


class Permissions:
    """Every permission request of one attempt, each of which gets exactly one answer."""

    def __init__(self, run: AgentRun, folder: str, teller: Teller, questions: Questions) -> None:
        self._run = run
        self._named, self._folder = folder, os.path.realpath(folder)
        self._teller = teller
        self._questions = questions
        self._remembered: dict[object, ChoiceKind] = {}
        self._inputs: OrderedDict[str, object] = OrderedDict()
        self._names: OrderedDict[str, str] = OrderedDict()
        self.closed = False
        """Whether the turn is over, so that nobody wants answers any more."""
        self._mode_allowed = False

    def note_call(self, call: Json) -> str | None:
        """Keep what only one message about a tool tells, its input and its name; returns the name.

        Some agents tell these before they ask, and not again.
        """
        identifier = str(call.get("toolCallId"))
        if (given := content.given(call)) is not None:
            _keep(self._inputs, identifier, given)
        if name := tool_name(call):
            _keep(self._names, identifier, name)
        return self._names.get(identifier)

    def was_mode_allowed(self) -> bool:
        """Whether a person has allowed the agent to leave its mode; true once for each time."""
        allowed, self._mode_allowed = self._mode_allowed, False
        return allowed

    def note_status(self, tool: Tool) -> None:
        """A tool that is over waits for no answer any more."""
        if tool.status in (ToolStatus.DONE, ToolStatus.FAILED, ToolStatus.DENIED):
            self._questions.withdraw(("tool", tool.id))

    def take_back(self, notification: Notification) -> bool:
        """Whether this takes a question back; if so it is gone."""
        if notification.method not in _TAKEN_BACK:
            return False
        self._questions.withdraw(("request", str(notification.params.get("requestId"))))
        self._questions.withdraw(("request", str(notification.params.get("id"))))
        return True

    def ask(self, link: Link, request: Request, *, ours: bool) -> None:
        """Answer a request, at once or when somebody has. ``ours`` is False for another conversation."""
        tool = self._tool(request, ours=ours)
        name = self._names.get(tool.id)
        use = permission.use_of(request.params, tool, name, self._inputs.get(tool.id), self._folder)
        wanted = _Wanted(link, request, tool, permission.choices_of(request.params), remembered_as(use, tool))
        decision = self._decision(use, wanted.key)
        if self.closed:
            wanted.answer(None)
        elif decision is Decision.DENY:
            self._deny(wanted, By.RULE, "denied by a rule")
        elif decision is Decision.ALLOW and (once := permission.choice_for(ALLOW_ONCE, wanted.choices)):
            self._teller.note(f"✓ allowed: {tool_title(tool)}")
            wanted.answer(once)
        elif not wanted.choices:
            self._deny(wanted, By.CLIENT, "denied, no answer was offered")
        elif self._questions.full:
            self._deny(wanted, By.NOBODY, f"rejected, {MOST_OPEN} questions wait already")
        else:
            self._put(wanted, name or tool.title or tool.kind or "")

    def _put(self, wanted: _Wanted, name: str) -> None:
        """Ask a person."""

        def reply(answer: Answer | None) -> None:
            if answer is not None:
                return self._take_answer(wanted, answer)
            self._teller.note(f"– taken back: {tool_title(wanted.tool)}")
            return wanted.answer(None)

        keys = frozenset({("tool", wanted.tool.id), ("request", str(wanted.request.id))})
        detail = permission.detail_of(wanted.request.params, wanted.tool, self._inputs.get(wanted.tool.id))
        self._questions.put(keys, wanted.tool, name, detail, wanted.choices, reply)

    def _take_answer(self, wanted: _Wanted, answer: Answer) -> None:
        words = f"{_WORDS[answer.kind]} by {answer.by}" if answer.by else "not answered in time, rejected"
        self._teller.answered(wanted.tool, words)
        choice = permission.choice_for(answer.kind, wanted.choices)
        by = By.PERSON if answer.by else By.NOBODY
        if answer.kind.allows and choice is None:
            return self._deny(wanted, by, "rejected, the agent offers no such answer")
        if answer.kind in (ChoiceKind.ALLOW_ALWAYS, ChoiceKind.REJECT_ALWAYS):
            self._remembered[wanted.key] = answer.kind
        if not answer.kind.allows:
            return self._deny(wanted, by, words, answer.kind)
        self._mode_allowed = self._mode_allowed or wanted.tool.kind == "switch_mode"
        self._teller.note(f"✓ {words}: {tool_title(wanted.tool)}")
        return wanted.answer(choice)

    def _deny(self, wanted: _Wanted, by: By, words: str, kind: ChoiceKind = ChoiceKind.REJECT_ONCE) -> None:
        self._teller.refused(wanted.tool, by, words)
        wanted.answer(permission.choice_for(kind, wanted.choices))

    def _decision(self, use: Use, key: object) -> Decision:
        decision = rules.decide(self._run.allow, self._run.deny, use)
        remembered = self._remembered.get(key)
        if decision is Decision.DENY or remembered is ChoiceKind.REJECT_ALWAYS:
            return Decision.DENY
        if remembered is ChoiceKind.ALLOW_ALWAYS or self._run.trusted:
            return Decision.ALLOW
        return decision

    def _tool(self, request: Request, *, ours: bool) -> Tool:
        """The tool that is asked for; one that was never announced is announced now."""
        call = mapping(request.params.get("toolCall"))
        identifier = str(call.get("toolCallId") or f"request {request.id}")
        if not ours:
            identifier = f"{text_of(request.params.get('sessionId'))} {identifier}"
        self.note_call({**call, "toolCallId": identifier})
        known = self._teller.collected.tool(identifier)
        params = {**request.params, "toolCall": {**call, "toolCallId": identifier}}
        tool = nearby(permission.tool_asked_for(params, known, identifier), self._named)
        if known is None:
            self._teller.take(tool)
        return tool


def _keep(told: OrderedDict[str, Any], identifier: str, value: object) -> None:
    told[identifier] = value
    if len(told) > _MOST_CALLS:
        told.popitem(last=False)


def remembered_as(use: Use, tool: Tool) -> object:
    """What "always" covers on our side: of a shell this very command, of another tool its use within the
    task's folder or on these very files."""
    if use.command is not None or use.family == EXECUTE:
        return (EXECUTE, use.command or (tool.title, tool.input, use.about))
    name = use.family or (use.names[0] if use.names else tool.title)
    if use.paths and not any(path.startswith("/") for path in use.paths):
        return (name, "within")
    return (name, use.paths or (tool.title, tool.input))
