"""A task from its text to its record, with an agent that speaks the Agent Client Protocol."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.model.outcome import Progress
from app.model.report import Usage
from app.model.run import AgentRun
from app.model.status import Status
from tests.agents.hosted import RUN, Hosted, last
from tests.support import until


def test_a_prompt_is_worked_on_to_its_end(hosted: Hosted) -> None:
    done = hosted.run("Write the file.")
    assert (done.status, last(done).qualifier, last(done).exit_code) == (Status.COMPLETE, None, 0)
    assert (hosted.folder / "hello.txt").read_text().startswith("hello\n")
    assert hosted.log(done) == (
        "I will write the file.\n● Write hello.txt · done +2 −0\nDone: hello.txt was created.\n── complete\n"
    )
    assert last(done).session == hosted.received("session/prompt")[0]["sessionId"]
    assert hosted.received("session/prompt")[0]["prompt"] == [{"type": "text", "text": "Write the file."}]
    assert not hosted.left(done)


def test_the_summary_is_the_last_message_with_tools_and_files(hosted: Hosted) -> None:
    done = hosted.run("Write the file.")
    summary = hosted.registry.home.task_file(done.id, last(done).summary or "").read_text()
    assert summary.startswith("# ✓ complete\n\nDone: hello.txt was created.\n")
    assert "## Tools used\n\n- `Write hello.txt`: 1\n" in summary
    assert "- `hello.txt` +2 −0\n" in summary


def test_the_client_gets_its_folder_a_session_of_its_own_and_no_ignored_interrupt(hosted: Hosted) -> None:
    hosted.run("[[say]]", replace(RUN, environment=(("TERM", "of-the-definition"),)))
    (started,) = hosted.notes("started")
    assert (started["cwd"], started["pwd"]) == (str(hosted.folder), str(hosted.folder))
    assert started["session"] == started["pid"]
    assert not started["ignores_interrupt"]
    assert started["environment"]["TERM"] == "of-the-definition"
    assert hosted.received("session/new") == [{"cwd": str(hosted.folder), "mcpServers": []}]


def test_nothing_is_announced_that_we_do_not_do(hosted: Hosted) -> None:
    hosted.run("[[say]]")
    (hello,) = hosted.received("initialize")
    assert hello["protocolVersion"] == 1
    assert hello["clientCapabilities"]["terminal"] is False
    assert not any(hello["clientCapabilities"]["fs"].values())


def test_plan_and_usage_become_progress_tokens_and_cost(hosted: Hosted) -> None:
    done = hosted.run("[[plan]] [[usage]] [[write]]")
    assert hosted.report(done).progress == Progress(done=3, total=3)
    assert last(done).usage == Usage(input_tokens=1200, output_tokens=34, cost=0.0421, currency="USD")
    assert "plan 1/3 · Change it\n" in hosted.log(done)
    assert hosted.log(done).endswith("── complete · 1,200 tokens in, 34 out, 0.0421 USD\n")


def test_every_attempt_has_a_conversation_of_its_own(hosted: Hosted) -> None:
    first, second = hosted.run("[[say]]"), hosted.run("[[recall]]")
    assert last(first).session != last(second).session
    assert "You asked before: \n" in hosted.log(second)


def test_a_failed_tool_is_told_and_qualifies(hosted: Hosted) -> None:
    done = hosted.run("[[fail]]")
    assert "● make test · failed: exit code 3\n" in hosted.log(done)
    assert last(done).qualifier == "last tool failed: make test"


def test_a_client_that_is_not_there(hosted: Hosted) -> None:
    done = hosted.run("[[say]]", replace(RUN, command=("no-such-client", "acp")))
    assert (done.status, last(done).exit_code) == (Status.FAILED, 127)
    assert last(done).reason == "no-such-client: command not found"


def test_a_definition_that_has_changed_starts_nothing(hosted: Hosted, tmp_path: Path) -> None:
    definition = tmp_path / "careful.json"
    definition.write_text('{"name": "careful"}')
    run = with_fingerprint(replace(RUN, definition=str(definition)), hosted.folder)
    assert hosted.run("[[say]]", run).status is Status.COMPLETE
    started = len(hosted.notes("started"))
    definition.write_text('{"name": "careful", "allowedTools": ["*"]}')
    done = hosted.run("[[say]]", run)
    assert done.status is Status.FAILED
    expected = "the definition of careful has changed since it was approved: approve it again"
    assert last(done).reason == expected
    assert len(hosted.notes("started")) == started


def with_fingerprint(run: AgentRun, folder: Path) -> AgentRun:
    """A run as it is approved now."""
    from app.agents.fingerprint import current_fingerprint

    return replace(run, fingerprint=current_fingerprint(run, folder) or "")


def test_the_host_is_small_and_rests(hosted: Hosted) -> None:
    task = hosted.submit("[[long]]")
    hosted.noted("tool")
    host = next(pid for pid, line in hosted.processes(task).items() if "app.agents.host" in line)
    usage = Path(f"/proc/{host}/status").read_text()
    resident_kb = int(usage.split("VmRSS:")[1].split()[0])
    assert resident_kb < 32 * 1024
    assert until(lambda: wakeups(host) == wakeups(host, after_s=1.0))  # once all is written down


def wakeups(pid: int, after_s: float = 0.0) -> int:
    """How often a process has gone to sleep by itself, after a while."""
    until(lambda: False, after_s)
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("\nvoluntary_ctxt_switches:")[1].split()[0])
