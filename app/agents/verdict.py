"""Whether an agent has done what it was asked for: from plain facts, and never from its exit code alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from app.agents.events import Ended, Retrying
from app.agents.trouble import fault_in, last_fault_in, status_in, trouble_of
from app.model.status import Status

SHOWN = 4
"""How many tools are named in one line; the others are counted."""


class By(StrEnum):
    """Who refused the use of a tool."""

    CLIENT = "client"
    PERSON = "person"
    RULE = "rule"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The use of a tool was refused; ``NOBODY`` answered in time, or the client had nobody to ask."""

    tool: str
    by: By = By.CLIENT


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a run once it is over.

    ``exit_code`` and ``signal`` are the client's; neither, where it was still there when its turn ended.
    ``exit_words`` say what this exit code of this client means, ``exit_trouble`` whether that is quota or
    login. ``stream`` says that the client tells what it does in events; then ``ended`` is the last word of
    the turn, and none means that the stream was cut. ``used`` counts the tools that did their work, ``acted``
    those of them that can change something; ``last_failed`` names the last tool if that one failed.
    ``said`` is what the agent said last, after its last tool, ``complaint`` the last error it or its client
    told of without ending. ``changed`` is whether the folder of the task is another than before; None where
    nobody knows. ``given_up`` is the attempt of the client to reach its model that was one too many for us,
    ``fallback`` the mode or agent that it took instead of the one it was given.
    """

    exit_code: int | None = None
    signal: int | None = None
    exit_words: str = ""
    exit_trouble: str | None = None
    stream: bool = True
    ended: Ended | None = None
    refusals: tuple[Refusal, ...] = ()
    used: int = 0
    acted: int = 0
    last_failed: str | None = None
    said: str = ""
    complaint: str = ""
    changed: bool | None = None
    given_up: Retrying | None = None
    fallback: str | None = None

    @property
    def worked(self) -> bool:
        """Whether something came of it: a change, or where nobody knows, a tool that can have made one."""
        return self.acted > 0 if self.changed is None else self.changed


@dataclass(frozen=True, slots=True)
class Verdict:
    """Complete or failed; the ``reason`` of a failure, or the ``qualifier`` without which "complete" would
    say too much; ``trouble`` is ``quota`` or ``login`` where no other task of this agent could do better."""

    status: Status
    reason: str | None = None
    qualifier: str | None = None
    trouble: str | None = None


def judge(facts: Facts) -> Verdict:
    """The first rule that applies; without one the run is complete, with the words it needs."""
    for rule in _RULES:
        if verdict := rule(facts):
            return verdict
    return Verdict(Status.COMPLETE, qualifier=_one_line(", ".join(_qualifiers(facts))) or None)


def _fallback(facts: Facts) -> Verdict | None:
    return _failed(f"it fell back to {facts.fallback}") if facts.fallback else None


def _given_up(facts: Facts) -> Verdict | None:
    retry = facts.given_up
    if retry is None:
        return None
    cause = f" ({retry.cause})" if retry.cause else ""
    reason = f"could not reach its model{cause}, ended at attempt {retry.attempt or '?'}"
    return _failed(reason, trouble_of(retry.why, retry.status))


def _said_so(facts: Facts) -> Verdict | None:
    """The client itself says that its turn went wrong, also where it exits with 0."""
    ended = facts.ended
    if ended is None or (ended.ok and not ended.error and ended.reason not in _STOPS):
        return None
    words = _STOPS.get(ended.reason) or ended.reason.replace("_", " ") or "it says that it failed"
    error = ended.error or (facts.complaint if ended.reason not in _STOPS else "")
    status = ended.status or status_in(facts.exit_words)
    if status and str(status) not in error:
        error = f"{status} {error}".strip()
    trouble = trouble_of(error, status) if error else None
    return _failed(error or words, trouble or facts.exit_trouble)


def _exited(facts: Facts) -> Verdict | None:
    if facts.signal is not None:
        return _failed(f"its client was ended by signal {facts.signal}")
    if not facts.exit_code:
        return None
    error = facts.complaint or fault_in(facts.said) or ""
    if facts.exit_words or error:
        reason = ": ".join(filter(None, [facts.exit_words, error]))
        return _failed(reason, facts.exit_trouble or trouble_of(error))
    return _failed(f"its client ended with exit code {facts.exit_code}")


def _cut(facts: Facts) -> Verdict | None:
    if not facts.stream or facts.ended is not None:
        return None
    if facts.refusals:  # some clients just end there
        return _failed(f"ended where it was denied: {_names(list(facts.refusals))}")
    if facts.complaint:
        return _failed(f"broke off: {facts.complaint}", trouble_of(facts.complaint))
    return _failed("broke off: its stream has no end")


def _error_as_answer(facts: Facts) -> Verdict | None:
    """Some clients pass an error of their interface on as the model's words, and call the turn well ended."""
    if facts.changed or (facts.stream and facts.used and not facts.complaint):
        return None
    fault = fault_in(facts.said)
    return _failed(fault, trouble_of(facts.said)) if fault else None


def _refused(facts: Facts) -> Verdict | None:
    """What was refused without anybody being asked, where nothing else came of the run either."""
    denied = [refusal for refusal in facts.refusals if refusal.by in (By.CLIENT, By.NOBODY)]
    if not denied or facts.worked:
        return None
    asked = all(refusal.by is By.NOBODY for refusal in denied)
    return _failed(f"{'nobody answered' if asked else 'denied'}: {_names(denied)}")


def _qualifiers(facts: Facts) -> list[str]:
    counts = Counter(refusal.by for refusal in facts.refusals)
    words = [f"{counts[by]} {word}" for by, word in _REFUSED_BY.items() if counts[by]]
    # A tool that fails on the way is daily work: a search without a hit, a test before its fix. The last one
    # tells how things stood when the agent went away.
    if facts.last_failed is not None:
        words.append(f"last tool failed: {facts.last_failed}" if facts.last_failed else "last tool failed")
    idle = not (words or facts.used or facts.changed)
    if facts.complaint:
        words.append(facts.complaint)
    elif fault := last_fault_in(facts.said):  # it has worked before that: whether that was all, nobody knows
        words.append(f"its last words: {fault}")
    if idle:
        # Also how a client looks that was never offered its tools, or was denied them without a word.
        words += ["no tool used"] if facts.said.strip() and facts.stream else []
        words += [] if facts.said.strip() else ["nothing happened"]
    return words


def _names(refusals: list[Refusal]) -> str:
    names = list(dict.fromkeys(refusal.tool or "a tool" for refusal in refusals))
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _failed(reason: str, trouble: str | None = None) -> Verdict:
    return Verdict(Status.FAILED, reason=_one_line(reason), trouble=trouble)


def _one_line(words: str) -> str:
    """Clients lay their errors out in paragraphs; a row, and a line of the log, has one."""
    return " ".join(line for line in map(str.strip, words.splitlines()) if line)


_RULES: tuple[Callable[[Facts], Verdict | None], ...] = (
    _fallback,
    _given_up,
    _said_so,
    _exited,
    _refused,
    _cut,
    _error_as_answer,
)

_REFUSED_BY = {
    By.CLIENT: "denied",
    By.NOBODY: "unanswered",
    By.PERSON: "rejected",
    By.RULE: "denied by a rule",
}

_STOPS = {
    "refusal": "the model refused",
    "max_tokens": "its answer was cut at the limit of tokens",
    "max_turn_requests": "reached its limit of requests in a turn",
    "error_max_turns": "reached its limit of turns",
    "error_max_budget_usd": "reached its limit of cost",
    "error_during_execution": "failed while it worked",
    "aborted_tools": "was interrupted at its tools",
    "cancelled": "was cancelled",
    "aborted": "was interrupted",
    "length": "its answer was cut at the limit of tokens",
}
"""What the clients' own words for an end mean that is none of work done (ACP's stop reasons, and others)."""
