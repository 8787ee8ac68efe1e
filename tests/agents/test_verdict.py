"""A run is judged by all that is known of it; each way to fail or to be less than done has its own words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents.events import Ended, Retrying
from app.agents.trouble import LOGIN, QUOTA
from app.agents.verdict import By, Facts, Refusal, Verdict, judge
from app.model.status import Status

GOOD = Ended(ok=True)
DONE = Facts(exit_code=0, ended=GOOD, used=2, acted=1, said="Done.", changed=True)
"""A run that went as it should."""

BASH = Refusal("Bash")


def failed(reason: str, trouble: str | None = None) -> Verdict:
    return Verdict(Status.FAILED, reason=reason, trouble=trouble)


def complete(qualifier: str | None = None) -> Verdict:
    return Verdict(Status.COMPLETE, qualifier=qualifier)


CASES: dict[str, tuple[Facts, Verdict]] = {
    "done": (DONE, complete()),
    "exit code 0 without a last word": (
        replace(DONE, ended=None),
        failed("broke off: its stream has no end"),
    ),
    "plain text has no last word": (replace(DONE, ended=None, stream=False), complete()),
    "still there at the end of its turn": (replace(DONE, exit_code=None), complete()),
    "exit code 3 after its last word": (
        replace(DONE, exit_code=3),
        failed("its client ended with exit code 3"),
    ),
    "an exit code with a meaning": (
        replace(DONE, exit_code=41, ended=None, exit_words="it has no valid login", exit_trouble=LOGIN),
        failed("it has no valid login", LOGIN),
    ),
    "killed": (replace(DONE, exit_code=None, signal=9), failed("its client was ended by signal 9")),
    "only the error output says why": (
        Facts(exit_code=1, complaint="provider.auth_error: 401 invalid api key"),
        failed("provider.auth_error: 401 invalid api key", LOGIN),
    ),
    # Denied
    "denied, nobody to ask, nothing changed": (
        replace(DONE, refusals=(BASH, Refusal("Write"), BASH), used=0, acted=0, changed=False),
        failed("denied: Bash, Write"),
    ),
    "denied, nothing changed although tools were used": (
        replace(DONE, refusals=(BASH,), changed=False),
        failed("denied: Bash"),
    ),
    "denied, nobody knows of changes, only reading": (
        replace(DONE, refusals=(BASH,), acted=0, changed=None),
        failed("denied: Bash"),
    ),
    "denied, but went on and changed something": (
        replace(DONE, refusals=(BASH, BASH)),
        complete("2 denied"),
    ),
    "denied, nobody knows of changes, but tools did their work": (
        replace(DONE, refusals=(BASH,), changed=None),
        complete("1 denied"),
    ),
    "rejected by the person": (
        replace(DONE, refusals=(Refusal("git push", By.PERSON),), changed=False),
        complete("1 rejected"),
    ),
    "denied by a rule": (
        replace(DONE, refusals=(Refusal("rm", By.RULE),), changed=False),
        complete("1 denied by a rule"),
    ),
    "nobody answered, nothing changed": (
        replace(DONE, refusals=(Refusal("git push", By.NOBODY),), changed=False),
        failed("nobody answered: git push"),
    ),
    "nobody answered, but went on": (
        replace(DONE, refusals=(Refusal("git push", By.NOBODY),)),
        complete("1 unanswered"),
    ),
    "refused by several": (
        replace(DONE, refusals=(BASH, Refusal("a", By.PERSON), Refusal("b", By.RULE))),
        complete("1 denied, 1 rejected, 1 denied by a rule"),
    ),
    "many tools denied": (
        replace(DONE, refusals=tuple(Refusal(f"t{n}") for n in range(9)), changed=False),
        failed("denied: t0, t1, t2, t3 and 5 more"),
    ),
    "ends where it was denied": (
        replace(DONE, refusals=(BASH,), ended=None),
        failed("ended where it was denied: Bash"),
    ),
    # What the client says of itself
    "is_error with success": (
        replace(DONE, ended=Ended(False, error="API Error: 401 invalid", status=401)),
        failed("API Error: 401 invalid", LOGIN),
    ),
    "a status that the error does not name": (
        replace(DONE, ended=Ended(False, error="scripted: overloaded", status=529)),
        failed("529 scripted: overloaded"),
    ),
    "turn.failed": (
        replace(DONE, ended=Ended(False, error="unexpected status 500: scripted")),
        failed("unexpected status 500: scripted"),
    ),
    "failed without a word": (replace(DONE, ended=Ended(False)), failed("it says that it failed")),
    "failed, and complained before": (
        replace(DONE, ended=Ended(False), complaint="Authentication failed (HTTP 401)"),
        failed("Authentication failed (HTTP 401)", LOGIN),
    ),
    "an error in paragraphs": (
        replace(
            DONE, ended=Ended(False), complaint="Authentication failed.\n  Check your key,\n\n  or log in."
        ),
        failed("Authentication failed. Check your key, or log in.", LOGIN),
    ),
    "refusal": (replace(DONE, ended=Ended(True, "refusal")), failed("the model refused")),
    "max_tokens": (
        replace(DONE, ended=Ended(True, "max_tokens")),
        failed("its answer was cut at the limit of tokens"),
    ),
    "max_turn_requests": (
        replace(DONE, ended=Ended(True, "max_turn_requests")),
        failed("reached its limit of requests in a turn"),
    ),
    "error_max_turns": (
        replace(DONE, ended=Ended(False, "error_max_turns")),
        failed("reached its limit of turns"),
    ),
    "its own limit of cost": (
        replace(DONE, ended=Ended(False, "error_max_budget_usd")),
        failed("reached its limit of cost"),
    ),
    "interrupted, exit code 0": (
        replace(DONE, ended=Ended(False, "aborted_tools")),
        failed("was interrupted at its tools"),
    ),
    "cancelled": (replace(DONE, ended=Ended(False, "cancelled")), failed("was cancelled")),
    "an unknown end": (replace(DONE, ended=Ended(False, "gave_up_thinking")), failed("gave up thinking")),
    # An error as the answer
    "an API error behind end_turn": (
        Facts(ended=GOOD, said="Execution failed: CAPIError: 400 bad request", changed=False),
        failed("Execution failed: CAPIError: 400 bad request"),
    ),
    "a 401 behind end_turn": (
        Facts(ended=GOOD, said="[API Error: 401 invalid api key]", changed=None),
        failed("[API Error: 401 invalid api key]", LOGIN),
    ),
    "a quota behind end_turn": (
        Facts(ended=GOOD, said="You've hit your usage limit. Try again at 18:00.", changed=False),
        failed("You've hit your usage limit. Try again at 18:00.", QUOTA),
    ),
    "an error of plain text, exit code 0": (
        Facts(
            exit_code=0, stream=False, said="Aider v0.86\nlitellm.AuthenticationError: bad key", changed=False
        ),
        failed("litellm.AuthenticationError: bad key", LOGIN),
    ),
    "an error that was got over": (
        replace(DONE, said="Error: 503 service unavailable. I have fixed the retry."),
        complete(),
    ),
    "speaks of an error that its tools have seen": (
        replace(DONE, said="Error 404 was returned by the endpoint.", changed=False),
        complete(),
    ),
    # Unreachable
    "given up after 401": (
        Facts(ended=None, given_up=Retrying(5, 10, 401, "authentication_failed")),
        failed("could not reach its model (401 authentication_failed), ended at attempt 5", LOGIN),
    ),
    "given up, its status in the words of the client too": (
        Facts(given_up=Retrying(5, 10, 429, "429 scripted:\n429")),
        failed("could not reach its model (429 scripted: 429), ended at attempt 5"),
    ),
    "given up, overloaded": (
        Facts(given_up=Retrying(5, 10, 529, "overloaded")),
        failed("could not reach its model (529 overloaded), ended at attempt 5"),
    ),
    "given up, out of quota": (
        Facts(given_up=Retrying(5, None, 429, "insufficient_quota")),
        failed("could not reach its model (429 insufficient_quota), ended at attempt 5", QUOTA),
    ),
    "fell back": (
        replace(DONE, fallback="the mode bypassPermissions"),
        failed("it fell back to the mode bypassPermissions"),
    ),
    # Less than done
    "nothing at all": (Facts(exit_code=0, ended=GOOD, changed=False), complete("nothing happened")),
    "nothing at all, nobody knows of changes": (Facts(exit_code=0, ended=GOOD), complete("nothing happened")),
    "nothing at all in plain text": (Facts(exit_code=0, stream=False), complete("nothing happened")),
    "only words": (Facts(exit_code=0, ended=GOOD, said="Done!", changed=False), complete("no tool used")),
    "only a change": (Facts(exit_code=0, ended=GOOD, changed=True), complete()),
    "the last tool failed": (
        replace(DONE, last_failed="Bash  npm test"),
        complete("last tool failed: Bash  npm test"),
    ),
    "a warning was its last word": (
        replace(DONE, complaint="Loop detected, stopping execution"),
        complete("Loop detected, stopping execution"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_verdict(case: str) -> None:
    facts, verdict = CASES[case]
    assert judge(facts) == verdict


def test_an_error_for_last_words_is_told_also_after_work() -> None:
    said = "Done so far.\nAPI Error: 401 invalid api key"
    for stream in (True, False):
        facts = replace(DONE, said=said, stream=stream, ended=GOOD if stream else None)
        assert judge(facts) == complete("its last words: API Error: 401 invalid api key")


def test_nothing_happened_is_told_beside_a_complaint() -> None:
    facts = Facts(exit_code=0, ended=GOOD, complaint="no metadata", changed=False)
    assert judge(facts) == complete("no metadata, nothing happened")


@given(st.text(max_size=3000))
def test_no_text_is_too_strange(text: str) -> None:
    verdict = judge(Facts(exit_code=0, ended=Ended(True, text=text), said=text, complaint=text))
    assert verdict.status in (Status.COMPLETE, Status.FAILED)


@given(
    st.builds(
        Facts,
        exit_code=st.sampled_from([None, 0, 1]),
        ended=st.sampled_from([None, GOOD, Ended(False), Ended(True, "refusal")]),
        refusals=st.lists(st.builds(Refusal, st.just("x"), st.sampled_from(By)), max_size=2).map(tuple),
        used=st.integers(0, 2),
        acted=st.integers(0, 2),
        changed=st.sampled_from([None, True, False]),
        said=st.sampled_from(["", "Done."]),
        last_failed=st.sampled_from([None, "Bash"]),
    )
)
def test_complete_without_words_only_when_all_is_well(facts: Facts) -> None:
    verdict = judge(facts)
    if verdict == complete():
        assert facts.ended == GOOD
        assert not facts.exit_code
        assert not facts.refusals
        assert facts.last_failed is None
        assert facts.used or facts.changed
    assert (verdict.status is Status.FAILED) == (verdict.reason is not None)
