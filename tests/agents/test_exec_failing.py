"""One-shot clients that fail, are denied or do less than was asked, and what stands behind the status."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.model.run import AgentRun
from app.model.status import Status
from app.registry.asking import read_report
from tests.agents.hosted import Hosted, last
from tests.agents.oneshots import CLIENTS, ONESHOT, client, words
from tests.support import ended, until


@pytest.mark.parametrize("name", [name for name in CLIENTS if name != "llm"])
def test_permission_needed_and_nobody_there_is_not_complete(hosted: Hosted, name: str) -> None:
    done = hosted.run("[[denied]]", client(name))
    assert last(done).exit_code == 0
    hidden = name in ("codex", "gemini", "qwen", "kimi")  # those say nothing at all of it
    if hidden:
        assert (done.status, words(done)) == (Status.COMPLETE, "no tool used"), hosted.log(done)
    else:
        assert (done.status, words(done)) == (Status.FAILED, words(done)), hosted.log(done)
        assert (words(done) or "").startswith("denied: "), hosted.log(done)
        assert hosted.report(done).denied


@pytest.mark.parametrize("name", ["claude", "copilot", "opencode"])
def test_denied_but_it_went_on_and_changed_something(hosted: Hosted, name: str) -> None:
    done = hosted.run("[[denied]] [[write]] [[say:Done.]]", client(name))
    assert (done.status, words(done)) == (Status.COMPLETE, "1 denied"), hosted.log(done)


@pytest.mark.parametrize("name", CLIENTS)
def test_api_error_401_is_a_failure_and_trouble_with_the_login(hosted: Hosted, name: str) -> None:
    done = hosted.run("[[error:401]]", client(name))
    assert done.status is Status.FAILED, hosted.log(done)
    assert "invalid api key" in (words(done) or ""), words(done)
    assert hosted.report(done).trouble == "login"


@pytest.mark.parametrize("name", CLIENTS)
def test_a_quota_that_is_used_up_is_a_failure_and_trouble(hosted: Hosted, name: str) -> None:
    done = hosted.run("[[quota]]", client(name))
    assert (done.status, hosted.report(done).trouble) == (Status.FAILED, "quota"), hosted.log(done)
    assert "usage limit" in (words(done) or "")


@pytest.mark.parametrize("name", CLIENTS)
def test_api_error_500_is_a_failure_without_trouble(hosted: Hosted, name: str) -> None:
    done = hosted.run("[[error:500]]", client(name))
    assert done.status is Status.FAILED, hosted.log(done)
    assert "500" in (words(done) or "")
    assert hosted.report(done).trouble is None


def test_api_error_with_exit_code_0_of_aider_is_a_failure(hosted: Hosted) -> None:
    done = hosted.run("[[error:401]]", client("aider"))
    assert last(done).exit_code == 0
    assert (done.status, hosted.report(done).trouble) == (Status.FAILED, "login"), hosted.log(done)
    assert words(done) == "litellm.AuthenticationError: 401 scripted: invalid api key"


def test_plain_text_whose_error_is_on_the_error_output(hosted: Hosted) -> None:
    done = hosted.run("[[error:401]]", client("llm"))
    assert words(done) == "Error: Error code: 401 - scripted: invalid api key", hosted.log(done)


@pytest.mark.parametrize("name", ["codex", "copilot", "qwen"])
def test_stream_cut_by_the_model_is_a_failure_where_the_client_says_so(hosted: Hosted, name: str) -> None:
    done = hosted.run("[[cut]]", client(name))
    assert done.status is Status.FAILED, hosted.log(done)


@pytest.mark.parametrize("name", ["claude", "gemini", "kimi"])
def test_stream_cut_that_is_taken_as_the_answer_is_not_plainly_complete(hosted: Hosted, name: str) -> None:
    done = hosted.run("[[cut]]", client(name))
    assert (done.status, words(done)) == (Status.COMPLETE, "no tool used"), hosted.log(done)


def test_stream_cut_endlessly_is_ended_by_our_ceiling(hosted: Hosted) -> None:
    done = hosted.run("[[cut]]", client("opencode", retries=4))
    assert done.status is Status.FAILED, hosted.log(done)
    assert words(done) == "could not reach its model (the answer broke off), ended at attempt 4"
    assert last(done).exit_code == 1  # and not that of the signal by which we ended it
    assert not hosted.left(done)


@pytest.mark.parametrize("name", ["claude", "codex", "copilot", "gemini", "kimi", "qwen"])
def test_retries_without_end_are_shown_and_ended_by_our_ceiling(hosted: Hosted, name: str) -> None:
    done = hosted.run("[[retry:for-ever]]", client(name, retries=5))
    assert done.status is Status.FAILED, hosted.log(done)
    assert (words(done) or "").startswith("could not reach its model (529"), words(done)
    assert "retrying, 529" in hosted.log(done)
    assert not hosted.left(done)


def test_a_retry_that_is_going_on_stands_in_the_report(hosted: Hosted) -> None:
    task = hosted.submit("[[retry:3]] [[until:go]] [[write]]", client("claude", retries=9))
    wanted = "retrying, 529, attempt 3 of 10"
    home = hosted.registry.home
    assert until(lambda: (report := read_report(home, task.id, 1)) and report.retrying == wanted)
    (hosted.folder / "go").touch()
    done = ended(hosted.registry, task)
    assert (done.status, hosted.report(done).retrying) == (Status.COMPLETE, None)


def test_a_client_that_retries_without_a_word_is_ended_by_the_limit_of_silence(hosted: Hosted) -> None:
    task = hosted.submit("[[until:never]]", client("opencode"), quiet_timeout_s=1.0)
    done = ended(hosted.registry, task)
    assert (done.status, words(done)) == (Status.TIMED_OUT, "said nothing for 1 s")
    assert not hosted.left(done)


def test_exit_code_0_without_the_final_event_is_not_complete(hosted: Hosted) -> None:
    done = hosted.run("[[write]] [[truncated]]", client("claude"))
    assert last(done).exit_code == 0
    assert (done.status, words(done)) == (Status.FAILED, "broke off: its stream has no end")


def test_died_within_an_event(hosted: Hosted) -> None:
    done = hosted.run("[[say]] [[half-line]]", client("claude"))
    assert (done.status, words(done)) == (Status.FAILED, "its client was ended by signal 9")
    assert last(done).exit_code == 128 + 9


def test_a_failing_tool_does_not_make_it_fail_but_is_told(hosted: Hosted) -> None:
    done = hosted.run("[[fail]]", client("codex"))
    assert (done.status, words(done)) == (Status.COMPLETE, "last tool failed: shell  echo broken; exit 3")


def test_a_failing_tool_that_was_put_right_is_not_told(hosted: Hosted) -> None:
    done = hosted.run("[[fail]] [[write]]", client("codex"))
    assert (done.status, words(done)) == (Status.COMPLETE, None)


def test_limit_of_turns(hosted: Hosted) -> None:
    done = hosted.run("[[write]] [[max-turns]]", client("claude"))
    assert (done.status, words(done)) == (Status.FAILED, "reached its limit of turns")


@pytest.mark.parametrize(("name", "marker"), [("claude", "silent"), ("aider", "empty"), ("llm", "empty")])
def test_no_output_and_no_change_is_nothing_happened(hosted: Hosted, name: str, marker: str) -> None:
    done = hosted.run(f"[[{marker}]]", client(name))
    assert (done.status, words(done)) == (Status.COMPLETE, "nothing happened"), hosted.log(done)


def test_no_output_of_a_stream_is_a_stream_without_end(hosted: Hosted) -> None:
    assert words(hosted.run("[[empty]]", client("codex"))) == "broke off: its stream has no end"


def kiro(**changes: object) -> AgentRun:
    """How the stand-in of kiro-cli is run headless."""
    script = str(Path(ONESHOT).with_name("kiro_cli.py"))
    command = (sys.executable, script, "chat", "--no-interactive", "{task}")
    return client("kiro", command=command, client="kiro-cli", **changes)


def test_kiro_s_transcript_is_passed_on_and_its_denials_are_noticed(hosted: Hosted) -> None:
    done = hosted.run("[[write]]", kiro())
    assert last(done).exit_code == 0
    assert (done.status, words(done)) == (Status.FAILED, "denied: fs_write"), hosted.log(done)
    assert "Done! I've created hello.txt for you.\n" in hosted.log(done)


def test_kiro_with_its_tools_trusted_does_it(hosted: Hosted) -> None:
    run = kiro()
    trusting = (*run.command[:-1], "--trust-all-tools", run.command[-1])
    done = hosted.run("[[write]]", client("kiro", command=trusting))
    assert (done.status, words(done)) == (Status.COMPLETE, None), hosted.log(done)
    assert (hosted.folder / "hello.txt").exists()


@pytest.mark.parametrize(
    ("marker", "reason", "trouble"),
    [
        ("quota", "monthly request limit", "quota"),
        ("login", "not logged in", "login"),
        ("mcp", "one of its MCP servers failed to start", None),
    ],
)
def test_kiro_s_exit_codes(hosted: Hosted, marker: str, reason: str, trouble: str | None) -> None:
    done = hosted.run(f"[[{marker}]]", kiro())
    assert done.status is Status.FAILED
    assert reason in (words(done) or ""), words(done)
    assert hosted.report(done).trouble == trouble
