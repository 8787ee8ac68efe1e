"""What is told to one command or one agent: slash commands, answers, and words for an agent at work."""

from __future__ import annotations

import pytest

from app.model.request import parse_request
from app.model.sentences import Kind, Reading, read
from app.model.status import Priority
from tests.unit.test_sentences import task_text


@pytest.mark.parametrize(
    ("typed", "reading"),
    [
        ("/stop", Reading(Kind.STOP, "/stop")),
        ("/stop 8 9", Reading(Kind.STOP, "/stop 8 9", targets=("8", "9"))),
        ("/stop test suite", Reading(Kind.STOP, "/stop test suite", targets=("test suite",))),
        ("/STOP --kill 8", Reading(Kind.STOP, "/STOP --kill 8", targets=("8",), flags=("--kill",))),
        ("/stop all", Reading(Kind.STOP, "/stop all", scope="all")),
        ("/stop --all", Reading(Kind.STOP, "/stop --all", scope="all", flags=("--all",))),
        ("/log -f 8", Reading(Kind.LOGS, "/log -f 8", targets=("8",), flags=("--follow",))),
        ("/wait -t 5m 8", Reading(Kind.WAIT, "/wait -t 5m 8", targets=("8",), flags=("--timeout=5m",))),
        ("/status", Reading(Kind.STATUS, "/status", scope="all")),
        ("/clean", Reading(Kind.CLEAN, "/clean", scope="ended")),
        ("/clean failed lost", Reading(Kind.CLEAN, "/clean failed lost", scope="failed,lost")),
        ("/filter -x eslint", Reading(Kind.FILTER, "/filter -x eslint", targets=("-x eslint",))),
        ("/theme light", Reading(Kind.THEME, "/theme light", targets=("light",))),
        ("/?", Reading(Kind.HELP, "/?")),
        ("/exit", Reading(Kind.QUIT, "/exit")),
    ],
)
def test_slash_commands_take_the_words_of_the_shell_command(typed: str, reading: Reading) -> None:
    assert read(typed) == reading


def test_add_takes_the_options_of_the_shell_command() -> None:
    draft = read("/add -p low --tag nightly run tests").draft
    assert draft == parse_request("run tests p:low +nightly")
    assert draft is not None
    assert draft.priority is Priority.LOW
    assert read("/add --at 18:00 --twice --after 7? --memory 2G run tests").draft == parse_request(
        "run tests at:18:00 twice:yes after:7? mem:2G"
    )
    assert read("/add -- make -j2 p:low").draft == parse_request("!make -j2 p:low")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        *(("/staus", "/status"), ("/clean foo", "timed_out"), ("/limit many", "/limit 4")),
        *(("/priority 7", "critical, high"), ("/priority", "up, down")),
    ],
)
def test_a_slip_in_a_slash_command_is_a_problem(typed: str, said: str) -> None:
    draft = read(typed).draft
    assert draft is not None
    (problem,) = draft.problems
    assert said in problem


@pytest.mark.parametrize(
    ("sentence", "targets", "value"),
    [
        ("answer #11 yes", ("#11",), "yes"),
        ("Answer 11 with no.", ("11",), "no"),
        ("allow #11", ("#11",), "allow"),
        ("always allow #11", ("#11",), "always"),
        ("never allow it", ("it",), "never"),
        ("deny #11, please", ("#11",), "deny"),
        ("say yes to #11", ("#11",), "yes"),
        ("/answer 11 always", ("11",), "always"),
        ("/answer allow", (), "allow"),
        ("delegate answer 11 never", ("11",), "never"),
    ],
)
def test_an_answer_is_read_with_its_choice(sentence: str, targets: tuple[str, ...], value: str) -> None:
    reading = read(sentence)
    assert (reading.kind, reading.targets, reading.value) == (Kind.ANSWER, targets, value)
    assert not reading.needs_match


def test_an_answer_by_other_words_is_a_task_unless_something_asks_so() -> None:
    reading = read("reject the push")
    assert (reading.kind, reading.targets, reading.value) == (Kind.ANSWER, ("the push",), "reject")
    assert reading.needs_match
    assert reading.draft is not None
    assert reading.draft.text == "reject the push"


@pytest.mark.parametrize(
    "text",
    ["allow users to log in", "reject invalid input", "never allow git push", "accept pull requests"],
)
def test_what_only_sounds_like_an_answer_is_a_task(text: str) -> None:
    assert task_text(read(text)) == text


def test_an_answer_that_is_none_is_refused_with_those_there_are() -> None:
    reading = read("/answer 11 perhaps")
    assert reading.draft is not None
    assert reading.draft.problems == ("/answer 11 perhaps: write allow, always, reject or never",)


@pytest.mark.parametrize(
    ("sentence", "target", "words"),
    [
        ("tell #7 to also fix the docs", "#7", "also fix the docs"),
        ("tell #7 that p:low is meant. And more", "#7", "p:low is meant. And more"),
        ("continue #7: now\nalso the tests", "#7", "now\nalso the tests"),
        ("Please continue #7.1 with the docs", "#7.1", "the docs"),
        ("/continue 7 now also p:low", "7", "now also p:low"),
        ("delegate continue 7 now also the docs", "7", "now also the docs"),
    ],
)
def test_what_an_agent_is_told_is_taken_as_it_stands(sentence: str, target: str, words: str) -> None:
    reading = read(sentence)
    assert (reading.kind, reading.targets, reading.value) == (Kind.CONTINUE, (target,), words)


def test_telling_somebody_else_is_a_task() -> None:
    assert task_text(read("tell the user to log in")) == "tell the user to log in"
    assert read("/continue now also the docs") == Reading(
        Kind.CONTINUE, "/continue now also the docs", value="now also the docs"
    )
