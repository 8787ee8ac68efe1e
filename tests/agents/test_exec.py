"""One-shot clients as tasks: what they are given, what is taken from them, and their conversations."""

from __future__ import annotations

import os

import pytest

from app.model.outcome import Progress
from app.model.run import AgentRun, Channel
from app.model.status import Status
from app.registry.asking import read_report
from app.supervisor import operations
from tests.agents.hosted import Hosted, last
from tests.agents.oneshots import CLIENTS, PLAIN, SESSIONS, client, words
from tests.support import ended, until


@pytest.mark.parametrize("name", CLIENTS)
def test_success(hosted: Hosted, name: str) -> None:
    done = hosted.run("Write the file.", client(name))
    assert (done.status, words(done), last(done).exit_code) == (Status.COMPLETE, None, 0), hosted.log(done)
    assert (hosted.folder / "hello.txt").read_text() == "hello\n"
    assert "Done: hello.txt was created.\n── complete" in hosted.log(done)
    summary = hosted.registry.home.task_file(done.id, "summary.md").read_text()
    assert "Done: hello.txt was created." in summary
    assert not hosted.left(done)


@pytest.mark.parametrize("name", PLAIN)
def test_plain_text_is_passed_as_it_is(hosted: Hosted, name: str) -> None:
    done = hosted.run("[[say:Just words.]] [[write]]", client(name))
    assert (done.status, words(done)) == (Status.COMPLETE, None), hosted.log(done)
    assert "Just words.\n" in hosted.log(done)


@pytest.mark.parametrize("name", [*CLIENTS, *PLAIN])
def test_stdin_is_at_its_end_so_that_reading_it_first_does_not_hang(hosted: Hosted, name: str) -> None:
    done = hosted.run("[[stdin]] [[write]]", client(name))
    assert done.status is Status.COMPLETE, hosted.log(done)
    assert hosted.notes("input") == [{**hosted.notes("input")[0], "read": 0}]
    assert hosted.notes("started")[0]["stdin"] == os.devnull


def test_cwd_and_pwd_are_the_task_s_whatever_the_parent_s_were(hosted: Hosted) -> None:
    hosted.environment["PWD"] = "/"
    done = hosted.run("[[write]]", client("opencode"))
    started = hosted.notes("started")[0]
    assert (started["cwd"], started["pwd"]) == (str(hosted.folder), str(hosted.folder)), hosted.log(done)


def test_sigint_is_not_ignored_and_its_session_is_its_own(hosted: Hosted) -> None:
    hosted.run("[[write]]", client("claude"))
    started = hosted.notes("started")[0]
    assert started["ignores_interrupt"] is False
    assert started["session"] == started["pid"]


def test_noise_on_stdout_is_shown_and_harmless(hosted: Hosted) -> None:
    done = hosted.run("[[noise]] [[write]]", client("gemini"))
    assert (done.status, words(done)) == (Status.COMPLETE, None), hosted.log(done)
    for line in ("Update available!", "42", '{"no":"type"}', '{"type":"vendor.event","data":[1]}', "100%"):
        assert f"{line}\n" in hosted.log(done)


def test_hostile_text_reaches_the_log_harmless(hosted: Hosted) -> None:
    done = hosted.run("[[hostile]] [[write]]", client("kimi"))
    assert done.status is Status.COMPLETE
    assert not set("\x1b\x07\x9b\u202e") & set(hosted.log(done))
    assert "[bold]not markup[/foo]" in hosted.log(done)


def test_a_line_of_many_megabytes_is_no_trouble(hosted: Hosted) -> None:
    done = hosted.run("[[flood:24]] [[write]]", client("codex"))
    assert (done.status, words(done)) == (Status.COMPLETE, None), hosted.log(done)[-2000:]
    assert " … 23 MiB left out\n" in hosted.log(done)


def test_a_flood_on_the_error_output_goes_straight_into_the_log(hosted: Hosted) -> None:
    done = hosted.run("[[stderr]] [[write]]", client("copilot"))
    assert done.status is Status.COMPLETE
    assert hosted.log(done).count("debug: nothing of interest\n") == 50_000


def test_the_session_id_is_ours_where_the_client_lets_us(hosted: Hosted) -> None:
    task = hosted.submit("[[until:go]] [[write]]", client("claude"))
    argv = hosted.noted("started")[0]["argv"]
    chosen = argv[argv.index("--session-id") + 1]
    home = hosted.registry.home
    assert until(lambda: (report := read_report(home, task.id, 1)) and report.session == chosen)
    (hosted.folder / "go").touch()
    assert last(ended(hosted.registry, task)).session == chosen


@pytest.mark.parametrize("name", SESSIONS)
def test_a_conversation_goes_on_and_remembers(hosted: Hosted, name: str) -> None:
    first = hosted.run("the word is marzipan [[write]]", client(name))
    assert last(first).session
    again = operations.retry(
        hosted.registry,
        first.id,
        {**os.environ, **hosted.environment},
        hosted.config,
        text="[[recall]]",
        continues=1,
    )
    done = ended(hosted.registry, again)
    assert done.status is Status.COMPLETE, hosted.log(done)
    assert "marzipan" in hosted.log(done)
    assert (last(done).continues, last(done).session) == (1, last(first).session)


def test_without_continue_a_retry_knows_nothing(hosted: Hosted) -> None:
    first = hosted.run("the word is marzipan", client("claude"))
    environment = {**os.environ, **hosted.environment}
    again = operations.retry(hosted.registry, first.id, environment, hosted.config, text="[[recall]]")
    assert "marzipan" not in hosted.log(ended(hosted.registry, again))


def test_a_client_that_cannot_continue_says_so_and_starts_nothing(hosted: Hosted) -> None:
    first = hosted.run("one", client("gemini"))
    environment = {**os.environ, **hosted.environment}
    again = operations.retry(
        hosted.registry, first.id, environment, hosted.config, text="[[recall]]", continues=1
    )
    done = ended(hosted.registry, again)
    assert words(done) == "this client cannot go on in an earlier conversation"
    assert len(hosted.notes("started")) == 1


def test_a_client_that_is_not_there(hosted: Hosted) -> None:
    done = hosted.run("go", client("claude", command=("no-such-client", "{task}")))
    assert (done.status, words(done), last(done).exit_code) == (
        Status.FAILED,
        "no-such-client: command not found",
        127,
    )


@pytest.mark.parametrize(
    ("text", "name", "why"), [("a\0b", "A", "embedded null byte"), ("go", "A=B", "illegal environment")]
)
def test_what_no_program_can_be_given_is_said_in_one_line(
    hosted: Hosted, text: str, name: str, why: str
) -> None:
    run = AgentRun(Channel.EXEC, ("/bin/echo", "{task}"), environment=((name, "x"),))
    done = hosted.run(text, run)
    assert (last(done).reason or "").startswith(f"/bin/echo: {why}")
    assert "Traceback" not in hosted.log(done)


def test_an_unknown_shape_starts_nothing(hosted: Hosted) -> None:
    done = hosted.run("go", client("claude", events="clod"))
    assert (words(done) or "").startswith("there is no shape of events clod")
    assert not hosted.notes("started")


@pytest.mark.parametrize("name", ["claude", "codex", "opencode"])
def test_plan_is_progress_and_usage_is_cost(hosted: Hosted, name: str) -> None:
    task = hosted.submit("[[plan]] [[usage]] [[write]]", client(name))
    done = ended(hosted.registry, task)
    assert hosted.report(done).progress == Progress(3, 3)
    usage = last(done).usage
    assert usage is not None
    assert (usage.input_tokens, usage.output_tokens) == (1200, 34)
    assert usage.cost == (None if name == "codex" else pytest.approx(0.0421))


def test_six_at_once_each_with_its_own_conversation(hosted: Hosted) -> None:
    hosted.config = type(hosted.config)(grace_s=2.0, limit=6)
    names = ("claude", "codex", "copilot", "gemini", "kimi", "opencode")
    tasks = [hosted.submit(f"[[until:go]] [[write:{name}.txt]] [[recall]]", client(name)) for name in names]
    hosted.noted("started", 6)
    (hosted.folder / "go").touch()
    for name, task in zip(names, tasks, strict=True):
        done = ended(hosted.registry, task)
        assert done.status is Status.COMPLETE, hosted.log(done)
        assert (hosted.folder / f"{name}.txt").exists()
        assert "You asked before: \n" in hosted.log(done)
