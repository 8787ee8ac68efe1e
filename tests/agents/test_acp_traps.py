"""What agents were seen to do wrong over the Agent Client Protocol, one trap a test, with a stand-in that
does it and puts down what it got for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.model.status import Status
from tests.agents.hosted import RUN, Hosted, last


def test_unknown_requests_are_answered_with_method_not_found(hosted: Hosted) -> None:
    done = hosted.run("[[unknown-requests]] [[write]]")
    assert done.status is Status.COMPLETE
    answers = hosted.notes("answer")
    assert [answer["to"] for answer in answers] == [
        "craft/drainMidTurnQueue",
        "fs/read_text_file",
        "terminal/create",
        "_vendor/ask",
    ]
    assert {answer["answer"]["error"]["code"] for answer in answers} == {-32601}


def test_unknown_notifications_and_updates_are_ignored(hosted: Hosted) -> None:
    done = hosted.run("[[unknown-notifications]] [[write]]")
    assert (done.status, last(done).qualifier) == (Status.COMPLETE, None)


def test_a_question_of_an_unknown_conversation_is_answered(hosted: Hosted) -> None:
    task = hosted.submit("[[permission-foreign]] [[write]]", replace(RUN, answer_s=0.3))
    (answer,) = hosted.noted("answer")
    assert answer["about"].startswith("child-of-")
    assert answer["answer"]["result"]["outcome"] == {"outcome": "selected", "optionId": "reject"}
    assert hosted.ended(task).status is Status.COMPLETE


def test_ids_of_ours_and_of_the_agents_are_apart(hosted: Hosted) -> None:
    done = hosted.run("[[collide]] [[write]]")
    assert done.status is Status.COMPLETE
    assert hosted.notes("answer")[0]["answer"]["error"]["code"] == -32601


@pytest.mark.parametrize("version", ["2025-08-22", "7"])
def test_a_version_may_be_a_date(hosted: Hosted, version: str) -> None:
    hosted.environment["STANDIN_VERSION"] = version
    assert hosted.run("[[write]]").status is Status.COMPLETE


def test_lines_that_are_no_messages_go_into_the_log(hosted: Hosted) -> None:
    done = hosted.run("[[garbage]] [[write]]")
    assert (done.status, last(done).qualifier) == (Status.COMPLETE, None)
    assert "· Loading model...\n" in hosted.log(done)


def test_a_line_comes_in_pieces_that_end_within_a_character(hosted: Hosted) -> None:
    assert "Größe: 10 µm ✓\n" in hosted.log(hosted.run("[[pieces]]"))


def test_a_line_of_five_megabytes(hosted: Hosted) -> None:
    done = hosted.run("[[flood:5]]")
    assert done.status is Status.COMPLETE
    assert hosted.log(done).count("x") == 5 << 20


def test_escapes_of_an_agent_reach_nobody(hosted: Hosted) -> None:
    done = hosted.run("[[hostile]] [[permission]]", replace(RUN, allow=("Bash",)))
    summary = hosted.registry.home.task_file(done.id, last(done).summary or "").read_text()
    for text in (hosted.log(done), summary):
        assert not [char for char in text if ord(char) < 32 and char != "\n"]
        assert "\u202e" not in text
        assert "\x9b" not in text
    assert "[bold]not markup[/foo]" in hosted.log(done)


def test_updates_after_the_end_of_the_turn_are_taken(hosted: Hosted) -> None:
    done = hosted.run("[[write]] [[late:It took long.]]")
    assert "It took long.\n── complete" in hosted.log(done)


def test_an_error_behind_end_turn(hosted: Hosted) -> None:
    done = hosted.run("[[hidden-error]]")
    assert done.status is Status.FAILED
    assert "401" in (last(done).reason or "")
    assert hosted.report(done).trouble == "login"


def test_an_error_instead_of_a_turn(hosted: Hosted) -> None:
    done = hosted.run("[[error]]")
    assert done.status is Status.FAILED
    assert last(done).reason == "Internal error: 500 server error"


def test_a_quota_that_is_used_up(hosted: Hosted) -> None:
    done = hosted.run("[[quota]]")
    assert done.status is Status.FAILED
    assert "usage limit" in (last(done).reason or "")
    assert hosted.report(done).trouble == "quota"


def test_a_login_that_is_demanded_at_the_first_prompt(hosted: Hosted) -> None:
    done = hosted.run("[[login]]")
    assert (done.status, hosted.report(done).trouble) == (Status.FAILED, "login")


def test_a_login_that_is_demanded_before_a_conversation(hosted: Hosted) -> None:
    hosted.environment["STANDIN_LOGIN"] = "1"
    done = hosted.run("[[write]]")
    assert (done.status, hosted.report(done).trouble) == (Status.FAILED, "login")
    assert "it offers: Log in" in (last(done).reason or "")
    assert hosted.received("authenticate") == []
    assert not hosted.left(done)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("refusal", "the model refused"),
        ("max_tokens", "cut at the limit of tokens"),
        ("max_turn_requests", "limit of requests"),
        ("cancelled", "cancelled"),
        ("of_a_vendor", "of a vendor"),
    ],
)
def test_a_turn_that_stops_before_its_end_is_not_complete(hosted: Hosted, reason: str, words: str) -> None:
    done = hosted.run(f"[[say]] [[stop:{reason}]]")
    assert done.status is Status.FAILED
    assert words in (last(done).reason or "")


def test_a_turn_in_which_nothing_happened_says_so(hosted: Hosted) -> None:
    done = hosted.run("[[silent]]")
    assert (done.status, last(done).qualifier) == (Status.COMPLETE, "nothing happened")


def test_retries_are_shown_and_come_to_an_end(hosted: Hosted) -> None:
    done = hosted.run("[[retry:3]] [[write]]")
    assert done.status is Status.COMPLETE
    assert "↻ retrying, 529, attempt 3 of 10\n" in hosted.log(done)
    assert hosted.report(done).retrying is None


def test_endless_retries_are_given_up(hosted: Hosted) -> None:
    done = hosted.run("[[retry:for-ever]]", replace(RUN, retries=5))
    assert done.status is Status.FAILED
    assert "529" in (last(done).reason or "")
    assert "attempt 5" in (last(done).reason or "")
    assert hosted.received("session/cancel")
    assert not hosted.left(done)


def test_a_client_that_dies_at_work(hosted: Hosted) -> None:
    done = hosted.run("[[tool]] [[die:7]]")
    assert done.status is Status.FAILED
    expected = "its client ended with exit code 7: TypeError: undefined is not a function"
    assert last(done).reason == expected
    assert not hosted.left(done)


def test_a_client_that_dies_within_a_line(hosted: Hosted) -> None:
    done = hosted.run("[[tool]] [[half-line]]")
    assert (done.status, last(done).reason) == (Status.FAILED, "its client was ended by signal 9")
    assert not hosted.left(done)


def test_a_client_that_dies_before_it_answers(hosted: Hosted) -> None:
    hosted.environment["STANDIN_START"] = "crash"
    done = hosted.run("[[say]]")
    assert done.status is Status.FAILED
    assert last(done).reason == "its client ended with exit code 7: error: cannot find module 'left-pad'"


def test_a_client_that_prints_before_it_speaks(hosted: Hosted) -> None:
    hosted.environment["STANDIN_START"] = "garbage"
    done = hosted.run("[[write]]")
    assert done.status is Status.COMPLETE
    assert "· Update available: 1.0 → 1.1\n" in hosted.log(done)


def test_error_output_without_end_does_not_block(hosted: Hosted) -> None:
    hosted.environment["STANDIN_START"] = "stderr"
    done = hosted.run("[[stderr]] [[write]]")
    assert done.status is Status.COMPLETE
    assert hosted.log(done).count("· warning: noise\n") == 100_000
    assert hosted.log(done).count("· debug: nothing of interest\n") == 50_000


def test_a_client_that_stays_when_its_input_is_closed(hosted: Hosted) -> None:
    done = hosted.run("[[stubborn]] [[leave]] [[write]]")
    assert (done.status, last(done).qualifier) == (Status.COMPLETE, None)
    assert not hosted.left(done)
