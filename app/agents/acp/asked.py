"""Answers the permission requests of an agent: by the rules, by what was said before, else by asking."""

from __future__ import annotations

import os
from collections import OrderedDict

from app.agents import rules
from app.agents.acp import permission
from app.agents.acp.link import Link
from app.agents.acp.updates import tool_name
from app.agents.acp.wire import Json, Notification, Request, mapping, text_of
from app.agents.events import Tool, ToolStatus
from app.agents.host.lines import tool_title
from app.agents.host.questions import Questions
from app.agents.host.teller import Teller
from app.agents.rules import EXECUTE, Decision, Use
from app.agents.verdict import By
from app.model.ask import Answer, Choice, ChoiceKind
from app.model.run import AgentRun

_MOST_INPUTS = 1000
_TAKEN_BACK = frozenset({"$/cancel_request", "$/cancelRequest", "notifications/cancelled"})
_WORDS = {
    ChoiceKind.ALLOW_ONCE: "allowed once",
    ChoiceKind.ALLOW_ALWAYS: "always allowed",
    ChoiceKind.REJECT_ONCE: "rejected",
    ChoiceKind.REJECT_ALWAYS: "always rejected",
}


class Permissions:
    """Every permission request of one attempt, each of which gets exactly one answer."""

    def __init__(self, run: AgentRun, folder: str, teller: Teller, questions: Questions) -> None:
        self._run = run
        self._folder = os.path.realpath(folder)
        self._teller = teller
        self._questions = questions
        self._remembered: dict[object, ChoiceKind] = {}
        self._inputs: OrderedDict[str, object] = OrderedDict()
        self.closed = False
        """Whether the turn is over, so that nobody wants answers any more."""
        self.mode_allowed = False
        """Whether a person has allowed the agent to leave its mode."""

    def note_input(self, update: Json) -> None:
        """Keep a tool's input: some agents tell it before they ask, and not again."""
        if "rawInput" in update:
            self._inputs[str(update.get("toolCallId"))] = update["rawInput"]
            if len(self._inputs) > _MOST_INPUTS:
                self._inputs.popitem(last=False)

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
        params = request.params
        tool, raw = self._tool(request, ours=ours)
        choices = permission.choices_of(params)
        if self.closed:
            return link.answer(request, permission.CANCELLED)
        use = permission.use_of(params, tool, raw, _real_paths(tool.paths, self._folder))
        key = remembered_as(use, tool, self._folder)
        decision = self._decision(use, key)
        once = permission.choice_for(ChoiceKind.ALLOW_ONCE, choices)
        if decision is Decision.ALLOW and once is not None:
            self._teller.note(f"✓ allowed: {tool_title(tool)}")
            return link.answer(request, permission.outcome(once))
        if decision is Decision.DENY:
            return self._deny(link, request, tool, choices, By.RULE, "denied by a rule")
        if not choices:
            return self._deny(link, request, tool, choices, By.CLIENT, "denied, no answer was offered")
        return self._put(link, request, tool, choices, key, ours=ours)

    def _put(
        self,
        link: Link,
        request: Request,
        tool: Tool,
        choices: tuple[Choice, ...],
        key: object,
        *,
        ours: bool,
    ) -> None:
        name = tool_name(mapping(request.params.get("toolCall"))) or tool.title or tool.kind or ""
        asked_by = ("tool", tool.id) if ours else ("request", str(request.id))

        def reply(answer: Answer | None) -> None:
            if answer is None:
                self._teller.note(f"– taken back: {tool_title(tool)}")
                return link.answer(request, permission.CANCELLED)
            if not answer.kind.allows:
                by = By.PERSON if answer.by else By.NOBODY
                words = (
                    f"{_WORDS[answer.kind]} by {answer.by}" if answer.by else "not answered in time, rejected"
                )
                self._remember(key, answer.kind)
                return self._deny(link, request, tool, choices, by, words, answer.kind)
            return self._allow(link, request, tool, choices, key, answer)

        detail = permission.detail_of(request.params, tool)
        self._questions.put(asked_by, tool, name, detail, choices, reply)

    def _allow(
        self,
        link: Link,
        request: Request,
        tool: Tool,
        choices: tuple[Choice, ...],
        key: object,
        answer: Answer,
    ) -> None:
        choice = permission.choice_for(answer.kind, choices)
        if choice is None:
            words = "rejected, the agent offers no such answer"
            return self._deny(link, request, tool, choices, By.PERSON, words)
        self._remember(key, answer.kind)
        self.mode_allowed = self.mode_allowed or tool.kind == "switch_mode"
        self._teller.note(f"✓ {_WORDS[answer.kind]} by {answer.by}: {tool_title(tool)}")
        return link.answer(request, permission.outcome(choice))

    def _deny(
        self,
        link: Link,
        request: Request,
        tool: Tool,
        choices: tuple[Choice, ...],
        by: By,
        words: str,
        kind: ChoiceKind = ChoiceKind.REJECT_ONCE,
    ) -> None:
        self._teller.refused(tool, by, words)
        link.answer(request, permission.outcome(permission.choice_for(kind, choices)))

    def _decision(self, use: Use, key: object) -> Decision:
        decision = rules.decide(self._run.allow, self._run.deny, use)
        remembered = self._remembered.get(key)
        if decision is Decision.DENY or remembered is ChoiceKind.REJECT_ALWAYS:
            return Decision.DENY
        if remembered is ChoiceKind.ALLOW_ALWAYS or self._run.trusted:
            return Decision.ALLOW
        return decision

    def _remember(self, key: object, kind: ChoiceKind) -> None:
        if kind in (ChoiceKind.ALLOW_ALWAYS, ChoiceKind.REJECT_ALWAYS):
            self._remembered[key] = kind

    def _tool(self, request: Request, *, ours: bool) -> tuple[Tool, object]:
        """The tool that is asked for and its input; one that was never announced is announced now."""
        call = mapping(request.params.get("toolCall"))
        identifier = str(call.get("toolCallId") or f"request {request.id}")
        if not ours:
            identifier = f"{text_of(request.params.get('sessionId'))} {identifier}"
        self.note_input({**call, "toolCallId": identifier})
        known = self._teller.collected.tool(identifier)
        params = {**request.params, "toolCall": {**call, "toolCallId": identifier}}
        tool = permission.tool_asked_for(params, known, identifier)
        if known is None:
            self._teller.take(tool)
        return tool, self._inputs.get(identifier)


def remembered_as(use: Use, tool: Tool, folder: str) -> object:
    """What "always" covers on our side: of a shell this very command, of another tool its use within the
    task's folder or on these very files."""
    if use.command is not None or use.family == EXECUTE:
        return (EXECUTE, use.command or tool_title(tool))
    name = use.family or (use.names[0] if use.names else tool.title)
    if use.paths and not any(path.startswith("/") for path in use.paths):
        return (name, "within", folder)
    return (name, use.paths or tool_title(tool))


def _real_paths(paths: tuple[str, ...], folder: str) -> tuple[str, ...]:
    """Where files really lie: a link must not make one look as if it lay in the task's folder."""
    found = []
    for path in paths:
        real = os.path.realpath(os.path.join(folder, path))  # noqa: PTH118 - resolves what is not there too
        found.append(os.path.relpath(real, folder) if f"{real}/".startswith(f"{folder}/") else real)
    return tuple(found)
