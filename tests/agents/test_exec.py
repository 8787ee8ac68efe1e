"""One-shot clients as tasks: each thing that a supervisor has to handle, with the stand-ins that do it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from app.model.outcome import Progress
from app.model.run import AgentRun, Channel
from app.model.status import Status
from app.model.task import Task
from app.registry.asking import read_report
from app.supervisor import operations
from tests.agents.hosted import Hosted, last
from tests.support import ended, is_alive, mark_of, processes_with, until

ONESHOT = str(Path(__file__).parents[1] / "standins" / "oneshot.py")
CLIENTS = ("claude", "codex", "copilot", "gemini", "kimi", "opencode", "qwen")
PLAIN = ("aider", "llm")

SESSIONS = {
    "claude": (["--session-id", "{session}"], ["--resume", "{session}"]),
    "copilot": (["--session-id={session}"], ["--resume={session}"]),
    "codex": (["exec", "--json"], ["exec", "--json", "resume", "{session}"]),
    "kimi": ([], ["--session", "{session}"]),
}
"""How a client is told of a new conversation and of an earlier one, as the real ones are."""


def client(name: str, **changes: object) -> AgentRun:
    """How the stand-in of a client is run."""
    new, earlier = SESSIONS.get(name, ([], []))
    base = [sys.executable, ONESHOT, name]
    given: dict[str, object] = {
        "channel": Channel.EXEC,
        "command": (*base, *new, "{task}"),
        "resume": (*base, *earlier, "{task}") if earlier else (),
        "client": name,
        "events": "" if name in PLAIN else name,
        **changes,
    }
    return AgentRun(**given)  # type: ignore[arg-type]


def words(task: Task) -> str | None:
    """What stands behind the status: the reason of a failure, or the qualifier."""
    return last(task).reason or last(task).qualifier


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


def test_stop_while_a_tool_runs_in_a_session_of_its_own_leaves_nothing(hosted: Hosted) -> None:
    task = hosted.submit("[[long]]", client("opencode"))
    tool = hosted.noted("tool")[0]["tool"]
    assert is_alive(tool)
    operations.stop(hosted.registry, task.id)
    done = ended(hosted.registry, task)
    assert done.status is Status.STOPPED
    assert not hosted.left(done)
    assert not is_alive(tool)


@pytest.mark.parametrize("name", ["gemini", "copilot"])
def test_sigterm_ignored_is_ended_all_the_same(hosted: Hosted, name: str) -> None:
    hosted.config = type(hosted.config)(grace_s=0.5)
    task = hosted.submit("[[ignore-term]] [[ignore-int]] [[long]]", client(name))
    hosted.noted("tool")
    operations.stop(hosted.registry, task.id)
    done = ended(hosted.registry, task)
    assert done.status is Status.STOPPED
    assert not hosted.left(done)


def test_a_launcher_that_dies_leaves_the_real_agent_to_the_sweep(hosted: Hosted) -> None:
    """qwen and copilot are launchers: with them gone, agent and tools live on, the pipe in their hands."""
    real = f"{sys.executable} {ONESHOT} qwen '[[long]]'"
    run = client("qwen", command=("/bin/sh", "-c", f"setsid {real} & echo started; sleep 60"))
    task = hosted.submit("go", run)
    hosted.noted("tool")
    operations.stop(hosted.registry, task.id)
    done = ended(hosted.registry, task)
    assert done.status is Status.STOPPED
    assert not hosted.left(done)


def test_a_tool_that_outlives_its_client_and_holds_the_pipe_does_not_hang_us(hosted: Hosted) -> None:
    run = client("aider", command=("/bin/sh", "-c", "sleep 60 & echo '{task}'"))
    done = hosted.run("over", run)
    assert done.status is Status.COMPLETE, hosted.log(done)
    assert (last(done).duration_s or 0) < 15
    assert last(done).swept == 1
    assert not hosted.left(done)


def test_a_tool_that_is_left_running_is_swept(hosted: Hosted) -> None:
    done = hosted.run("[[leave]] [[write]]", client("codex"))
    left = hosted.notes("left")[0]["tool"]
    assert done.status is Status.COMPLETE, hosted.log(done)
    assert not is_alive(left)
    assert not hosted.left(done)


def test_a_host_whose_runner_was_killed_takes_its_client_along(hosted: Hosted) -> None:
    import signal

    import psutil

    task = hosted.submit("[[long]]", client("claude"))
    hosted.noted("tool")
    live = hosted.registry.load(task.id).live
    assert live is not None
    assert live.runner is not None
    psutil.Process(live.runner.pid).send_signal(signal.SIGKILL)
    assert until(lambda: not processes_with(mark_of(hosted.registry, task)))


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
