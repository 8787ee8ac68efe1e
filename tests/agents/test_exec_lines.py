"""What comes out of a pipe becomes lines, and a run becomes a command line."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents.exec.command import CannotContinue, call_of
from app.agents.exec.hearing import Hearing
from app.agents.exec.reading import in_words
from app.agents.splitting import HEAD_BYTES, Line, Splitter
from app.model.run import AgentRun, Channel

RUN = AgentRun(
    Channel.EXEC,
    ("client", "--session-id", "{session}", "-p", "{task}"),
    resume=("client", "--resume={session}", "{task}"),
)


@given(st.binary(max_size=400), st.lists(st.integers(1, 50), max_size=20))
def test_lines_are_the_same_however_they_are_cut(data: bytes, sizes: list[int]) -> None:
    splitter, lines, rest = Splitter(), [], data
    for size in sizes:
        lines += splitter.feed(rest[:size])
        rest = rest[size:]
    lines += splitter.feed(rest)
    lines += splitter.rest()
    whole = data.split(b"\n")
    expected = [line.decode(errors="replace").removesuffix("\r") for line in whole]
    if not whole[-1]:
        expected.pop()
    assert lines == [Line(text) for text in expected]


@given(st.integers(0, 5000), st.lists(st.integers(1, 3000), min_size=1, max_size=10))
def test_no_line_is_kept_beyond_its_bound(longest: int, sizes: list[int]) -> None:
    splitter = Splitter(longest)
    lines = [line for size in sizes for line in splitter.feed(b"x" * size)] + splitter.feed(b"\nnext\n")
    total = sum(sizes)
    assert len(lines[0].text) <= max(longest, HEAD_BYTES)
    assert len(lines[0].text) + lines[0].dropped == total
    assert total <= longest or lines[0].dropped or total <= HEAD_BYTES
    assert lines[1].text == "next"


def test_a_new_conversation_gets_an_id_of_ours() -> None:
    first, second = call_of(RUN, "do it"), call_of(RUN, "do it")
    assert first.session is not None
    assert first.session != second.session
    assert first.command == ("client", "--session-id", first.session, "-p", "do it")


def test_where_the_client_chooses_it_there_is_none() -> None:
    assert call_of(replace(RUN, command=("client", "{task}")), "do it").session is None


def test_an_earlier_conversation_goes_on() -> None:
    call = call_of(RUN, "now also {session}", "abc")
    assert (call.command, call.session) == (("client", "--resume=abc", "now also {session}"), "abc")
    with pytest.raises(CannotContinue):
        call_of(replace(RUN, resume=()), "x", "abc")


def test_our_own_interpreter_can_be_named() -> None:
    assert call_of(AgentRun(Channel.EXEC, ("{python}", "-c", "{task}")), "1 + 1").command == (
        sys.executable,
        "-c",
        "1 + 1",
    )


def test_a_text_that_looks_like_an_option_is_none() -> None:
    assert call_of(RUN, "--help").command[-1] == " --help"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("plain", "plain"),
        ('{"error": {"code": 401, "message": "no key"}}', "401 no key"),
        ('API Error: {"message": "no key"}', "no key"),
        ("{half", "{half"),
        ("{}", "{}"),
    ],
)
def test_an_error_in_words(error: str, words: str) -> None:
    assert in_words(error) == words


def test_the_log_is_listened_to_from_now_on(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("log") / "x.log"
    path.write_text("error: an old one\n")
    with path.open("rb") as file:
        hearing = Hearing(file.fileno())
        assert hearing.complaint() == ""
        with path.open("a") as log:
            log.write("Attempt 1 failed\nhalf")
        assert hearing.news() == "Attempt 1 failed\n"
        with path.open("a") as log:
            log.write(" a line\n\x1b[31merror: 401 no key\x1b[0m\nSee the log\n")
        assert hearing.news().startswith("half a line\n")
        assert hearing.complaint() == "error: 401 no key"
