"""The grammar of a request: options anywhere, everything else is the task."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.options import MOST_RETRIES
from app.model.request import NOTHING_TO_DO, UNSET, Draft, format_request, parse_request
from app.model.size import LARGEST, SMALLEST
from app.model.status import Priority
from app.model.when import Delay, TimeOfDay


@pytest.mark.parametrize(
    ("typed", "draft"),
    [
        (
            "Fix all ESLint errors in src/ p:low t:30m @worker",
            Draft("Fix all ESLint errors in src/", "worker", priority=Priority.LOW, timeout_s=1800.0),
        ),
        ("p:high run @worker the tests", Draft("run the tests", "worker", priority=Priority.HIGH)),
        ("run t:none", Draft("run", timeout_s=None)),
        ("run after:8", Draft("run", after=(8,))),
        ("run after:8,#9 after:10 after:8", Draft("run", after=(8, 9, 10))),
        ("run in:packages/api", Draft("run", folder="packages/api")),
        ('run in:"my project"', Draft("run", folder="my project")),
        ("run +lint +nightly +lint", Draft("run", tags=("lint", "nightly"))),
        ("fix it commit:yes name:eslint", Draft("fix it", commit=True, name="eslint")),
        ("fix it Commit:No P:H", Draft("fix it", commit=False, priority=Priority.HIGH)),
        ("run p:critical, then rest", Draft("run then rest", priority=Priority.CRITICAL)),
        ("@worker: run the tests", Draft("run the tests", "worker")),
        ("run after:7? after:8,#9?", Draft("run", after=(8,), after_any=(7, 9))),
        ("run at:18:00", Draft("run", when=TimeOfDay(time(18)))),
        ("run at:7:05:30", Draft("run", when=TimeOfDay(time(7, 5, 30)))),
        ("run at:2026-11-21T18:00", Draft("run", when=TimeOfDay(time(18), date(2026, 11, 21)))),
        ("run delay:1h30", Draft("run", when=Delay(5400.0))),
        ("run retries:3 twice:yes", Draft("run", retries=3, twice=True)),
        ("run quiet:10m mem:2G", Draft("run", quiet_timeout_s=600.0, memory_bytes=2 << 30)),
        ("run quiet:none MEM:1.5gib", Draft("run", quiet_timeout_s=None, memory_bytes=1536 << 20)),
        ("serve leftovers:keep", Draft("serve", keep_leftovers=True)),
        ("serve leftovers:sweep twice:no", Draft("serve", keep_leftovers=False, twice=False)),
    ],
)
def test_options_stand_anywhere(typed: str, draft: Draft) -> None:
    assert parse_request(typed) == draft


@pytest.mark.parametrize(
    "text",
    [
        "Fix http://localhost:3000 and foo:bar",
        "upgrade @types/node to 20",
        "mail me@example.org about c++ +1 and +x",
        "in: the parser, after: the lexer",
        "split on:12 and c:\\temp",
        "look at: the delay: of quiet: tasks",
        "match \\d+ and \\w",
        'rename "p:low" to `t:30m`',
        "keep 'in:src' as it is",
        'say "hello world p:low" twice',
        "first line\n\n    @decorator(x)\nlast line",
        "```\np:low\n@worker\n``` is what I typed",
        "(p:low) and (@worker)",
    ],
)
def test_everything_else_is_the_task_as_typed(text: str) -> None:
    assert parse_request(text) == Draft(text)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ('"run tests"', "run tests"),
        ("'run tests'", "run tests"),
        ('"run p:low tests"', "run p:low tests"),
        ("set \\p:low for \\@worker and \\+tag", "set p:low for @worker and +tag"),
        ("\\!important", "!important"),
        ("\\/stop 8", "/stop 8"),
        ('\\"run tests"', '"run tests"'),
        ("\\\\p:low", "\\p:low"),
        ("  run  tests  ", "run  tests"),
    ],
)
def test_quotes_and_backslashes_keep_words_in_the_task(typed: str, text: str) -> None:
    assert parse_request(typed) == Draft(text)


def test_quotes_round_the_task_go_while_options_beside_them_count() -> None:
    assert parse_request('"run tests" p:low') == Draft("run tests", priority=Priority.LOW)


def test_lines_stay_lines_when_an_option_between_them_goes() -> None:
    assert parse_request("one\np:low\ntwo").text == "one\ntwo"
    assert parse_request("one p:low\ntwo").text == "one\ntwo"
    assert parse_request("one\n\np:low two").text == "one\n\ntwo"


@pytest.mark.parametrize("command", ["make p:low @worker", "printf a\\ ", ' echo "a  b" \\!x ', "a\n  b"])
def test_a_shell_command_is_taken_word_for_word(command: str) -> None:
    assert parse_request(f"!{command}") == Draft(command.strip(), shell=command)


def test_options_before_a_shell_command_are_its_own_and_what_follows_is_the_shells() -> None:
    typed = 'worktree:yes p:low in:"a b" +nightly !make p:high @worker'
    expected = Draft(
        "make p:high @worker",
        shell="make p:high @worker",
        worktree=True,
        priority=Priority.LOW,
        folder="a b",
        tags=("nightly",),
    )
    assert parse_request(typed) == expected
    assert parse_request(format_request(expected)) == expected
    assert parse_request("p:low \\!important") == Draft("!important", priority=Priority.LOW)
    assert parse_request("fix p:low !now") == Draft("fix !now", priority=Priority.LOW)


def test_a_shell_command_is_done_by_no_agent_and_its_options_are_checked() -> None:
    assert "leave it out" in parse_request("@worker !make").problems[0]
    assert "yes or no" in parse_request("worktree:perhaps !make").problems[0]
    assert "Nothing to run" in parse_request("worktree:yes !").problems[0]


@pytest.mark.parametrize(
    ("typed", "allowed"),
    [
        ("run p:urgent", "critical, high, normal, low"),
        ("run t:soon", "1h30m"),
        ("run t:0", "none"),
        ("run after:it", "after:8"),
        ("run commit:maybe", "yes or no"),
        ("run name:7", "at least one letter"),
        ("run after:7??", "any end"),
        ("run at:12", "18:00"),
        ("run at:25:00", "there is no such time"),
        ("run at:2026-02-30T10:00", "there is no such time"),
        ("run delay:soon", "30m"),
        ("run delay:none", "10m"),
        ("run retries:101", "0 to 100"),
        ("run retries:-1", "0 to 100"),
        ("run twice:maybe", "yes or no"),
        ("run quiet:0", "none"),
        ("run mem:2", "512M"),
        ("run mem:1k", "at least 1M"),
        ("run leftovers:eat", "keep"),
    ],
)
def test_a_bad_value_is_a_problem_that_says_what_is_allowed(typed: str, allowed: str) -> None:
    draft = parse_request(typed)
    (problem,) = draft.problems
    assert draft.text == "run"
    assert problem.startswith(typed.removeprefix("run "))
    assert allowed in problem


def test_options_that_contradict_each_other_are_a_problem() -> None:
    (problem,) = parse_request("explain @dataclass to @worker").problems
    assert "@worker" in problem
    assert parse_request("run p:low p:l").problems == ()
    assert "contradicts" in parse_request("run at:18:00 delay:1h").problems[0]


@pytest.mark.parametrize("typed", ["", "   ", "p:low", '""', "@worker +tag"])
def test_no_text_is_a_problem(typed: str) -> None:
    assert parse_request(typed).problems == (NOTHING_TO_DO,)


def test_an_empty_shell_command_is_a_problem() -> None:
    assert len(parse_request("! ").problems) == 1


def test_bare_means_that_there_is_only_a_text() -> None:
    assert parse_request("run tests").bare
    assert parse_request("").bare
    assert not parse_request("run p:low").bare
    assert not parse_request("run p:bad").bare
    assert not parse_request("!run").bare


_WORD = st.text(st.characters(categories=["Lu", "Ll", "Nd", "Po", "Sm"]), min_size=1, max_size=8)
_TRICKY = st.sampled_from(
    [
        "p:low",
        "@worker",
        "+tag",
        '"',
        "'",
        "`",
        "```",
        '"a',
        'b"',
        "\\",
        "\\p:low",
        "!x",
        "/stop",
        "in:",
        "t:1",
        "at:9:00",
        "after:7?",
        "mem:2G",
        "\n",
        "  ",
    ]
)
_TEXT = st.lists(_WORD | _TRICKY, min_size=1).map(" ".join).map(str.strip).filter(bool)
_PLAIN = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{1,8}", fullmatch=True)
_DRAFT = st.builds(
    Draft,
    text=_TEXT,
    agent=st.none() | _PLAIN,
    priority=st.none() | st.sampled_from(Priority),
    timeout_s=st.just(UNSET) | st.none() | st.integers(1, 10**8).map(float),
    after=st.lists(st.integers(0, 10**9 - 1), unique=True, max_size=3).map(tuple),
    folder=st.none()
    | st.sampled_from(["src", "a b", 'a "b" c', "it's here", " lead", '"', "..", "p:low", "a,"]),
    tags=st.lists(_PLAIN, unique=True, max_size=3).map(tuple),
    commit=st.none() | st.booleans(),
    name=st.none() | _PLAIN,
    after_any=st.lists(st.integers(0, 10**9 - 1), unique=True, max_size=3).map(tuple),
    when=st.none()
    | st.builds(TimeOfDay, st.times().map(lambda clock: clock.replace(microsecond=0)), st.none() | st.dates())
    | st.builds(Delay, st.integers(1, 10**8).map(float)),
    retries=st.none() | st.integers(0, MOST_RETRIES),
    twice=st.none() | st.booleans(),
    keep_leftovers=st.none() | st.booleans(),
    quiet_timeout_s=st.just(UNSET) | st.none() | st.integers(1, 10**8).map(float),
    memory_bytes=st.none() | st.integers(SMALLEST, LARGEST),
)


@given(_DRAFT)
def test_what_is_written_reads_back(draft: Draft) -> None:
    assert parse_request(format_request(draft)) == draft


@given(_DRAFT, st.from_regex(r"[a-z][^\n]{0,20}", fullmatch=True))
def test_a_shell_command_with_options_written_reads_back(draft: Draft, command: str) -> None:
    shell = replace(draft, text=command.strip(), shell=command, agent=None)
    assert parse_request(format_request(shell)) == shell


@given(st.text().filter(lambda text: text.strip() != "" and "\n" not in text))
def test_a_shell_command_written_reads_back(command: str) -> None:
    draft = Draft(command.strip(), shell=command)
    assert parse_request(format_request(draft)) == draft


def test_thousands_of_backslashes_are_text() -> None:
    text = "x " + "\\" * 20_000
    assert parse_request(text).text == text


@given(st.text() | _TEXT)
def test_any_text_is_read_and_what_was_read_reads_back(text: str) -> None:
    draft = parse_request(text)
    if draft.shell is None and draft.text:
        valid = replace(draft, problems=())
        assert parse_request(format_request(valid)) == valid


@given(_TEXT)
def test_a_text_in_double_quotes_is_the_task_whatever_it_says(text: str) -> None:
    quotable = text.replace('"', "").replace("\n", " ").strip()
    if quotable:
        assert parse_request(f'"{quotable}"') == Draft(quotable)
