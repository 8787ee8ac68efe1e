"""`delegate answer` and `continue`: what agents ask and are told, from a shell."""

from __future__ import annotations

from app.model.ask import Answer, ChoiceKind
from app.model.report import Report, Usage
from app.model.run import AgentRun, Channel
from app.registry.asking import read_answer, write_report
from app.registry.config import Config
from app.registry.messages import mark_delivered, waiting_messages
from app.registry.store import Registry
from app.supervisor import operations
from tests.asked import REPORTS, TWO, ask, delegate_to_agent
from tests.cli.conftest import Shell
from tests.support import delegate, ended


def test_open_questions_are_listed_with_all_that_is_known(
    shell: Shell, registry: Registry, config: Config
) -> None:
    assert shell.run("answer").out == "Nobody asks you anything.\n"
    task = delegate_to_agent(registry, config)
    ask(registry, task, detail="git push \x1b[2J\norigin main", choices=TWO, ago_s=190, left_s=425)
    ran = shell.run("answer")
    assert ran.code == 0
    assert ran.out.splitlines()[0] == "#1 rename-billing-module · claude · waiting 3m"
    assert "  allow `git push`?\n" in ran.out
    assert "    origin main\n" in ran.out
    assert "\x1b" not in ran.out
    assert "  allow or reject · declined by itself in 7m\n" in ran.out
    assert ran.out.endswith("  delegate answer 1 CHOICE -q 1\n")
    assert shell.run("answer", "--json").json[0]["asks"][0]["title"] == "allow `git push`?"


def test_an_answer_is_written_and_the_second_one_comes_too_late(
    shell: Shell, registry: Registry, config: Config
) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task)
    ran = shell.run("answer", "1", "yes")
    assert (ran.code, ran.out) == (0, "#1 rename-billing-module · allowed once: `git push`\n")
    assert read_answer(registry.home, task.id, 1) == Answer(1, ChoiceKind.ALLOW_ONCE, "you, in a shell")
    assert shell.run("answer", "1", "reject", "-q", "1").failed_with(1, "answered already: allow")
    assert shell.run("answer", "1", "reject").failed_with(1, "#1 asks nothing: running")


def test_without_a_number_the_only_question_is_meant(
    shell: Shell, registry: Registry, config: Config
) -> None:
    assert shell.run("answer", "allow").failed_with(1, "nobody asks you anything")
    first = delegate_to_agent(registry, config)
    ask(registry, first)
    assert shell.run("answer", "never").code == 0
    given = read_answer(registry.home, first.id, 1)
    assert given is not None
    assert given.kind is ChoiceKind.REJECT_ALWAYS
    second = delegate_to_agent(registry, config)
    ask(registry, first)
    ask(registry, second)
    assert shell.run("answer", "allow").failed_with(2, "2 tasks ask you", "name one by its number")


def test_a_question_that_has_made_room_for_the_next_is_not_answered(
    shell: Shell, registry: Registry, config: Config
) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task)
    assert shell.run("answer", "1", "allow", "-q", "1").code == 0
    ask(registry, task, "allow `rm -rf build`?")
    assert shell.run("answer", "1", "allow", "-q", "1").failed_with(1, "too late")
    assert read_answer(registry.home, task.id, 2) is None
    assert shell.run("answer", "1", "reject", "-q", "2").code == 0


def test_what_is_no_answer_is_refused(shell: Shell, registry: Registry, config: Config) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task, choices=TWO)
    assert shell.run("answer", "1", "maybe").failed_with(2, "'maybe' is no answer")
    assert shell.run("answer", "1", "always").failed_with(1, "it offers allow or reject")
    assert shell.run("answer", "1", "allow", "-q", "x").failed_with(2, "not the number of a question")
    assert shell.run("answer", "9", "allow").failed_with(1, "there is no task #9")


def test_sentences_answer_too(shell: Shell, registry: Registry, config: Config) -> None:
    task = delegate_to_agent(registry, config)
    ask(registry, task)
    assert shell.run("reject the push").out == "#1 rename-billing-module · declined: `git push`\n"
    ask(registry, task)
    assert shell.run("answer #1 yes").code == 0
    given = read_answer(registry.home, task.id, 2)
    assert given is not None
    assert given.kind is ChoiceKind.ALLOW_ONCE


def test_status_shows_the_question_and_sorts_it_first(
    shell: Shell, registry: Registry, config: Config
) -> None:
    delegate(registry, "!sleep 300", config)
    task = delegate_to_agent(registry, config)
    ask(registry, task, ago_s=190)
    first = shell.run("status").out.splitlines()[0]
    assert first.startswith(" ? 2 ")
    assert "asking" in first
    assert "allow `git push`? · waiting 3m · delegate answer 2" in first
    assert shell.run("status", "--json").json[0]["status"] == "asking"


def test_a_running_agent_is_told_and_status_says_what_became_of_it(
    shell: Shell, registry: Registry, config: Config
) -> None:
    task = delegate_to_agent(registry, config)
    ran = shell.run("continue", "1", "also", "the docs")
    assert ran.out == "#1 rename-billing-module · running · told at the end of its turn\n"
    assert shell.run("tell #1 to fix p:low too").code == 0
    waiting = waiting_messages(registry.home, task.id, 1)
    assert [message.text for message in waiting] == ["also the docs", "fix p:low too"]
    mark_delivered(registry.home, task.id, 1)
    shown = shell.run("status", "1").out
    assert "“also the docs” delivered" in shown
    assert "“fix p:low too” waits for the end of its turn" in shown
    operations.stop(registry, task.id, kill=True)
    ended(registry, task)
    assert "“fix p:low too” not delivered: it ended before" in shell.run("status", "1").out


def test_an_ended_task_goes_on_in_its_conversation(shell: Shell, registry: Registry, config: Config) -> None:
    ended(registry, delegate_to_agent(registry, config, REPORTS))
    ran = shell.run("continue", "1", "now also the docs")
    assert "attempt 2, in the same conversation" in ran.out
    assert shell.run("wait", "1").code == 0
    shown = " ".join(shell.run("status", "1").out.split())
    assert "complete unverified" in shown
    assert "#1.2 continues #1.1" in shown
    assert "session abc-2" in shown
    assert shell.run("continue", "1").failed_with(2, "what to do")
    plain = ended(registry, delegate(registry, "!true", config))
    assert shell.run("continue", str(plain.number), "more").failed_with(1, "retry it instead")


def test_status_tells_all_that_is_known_of_an_agent(shell: Shell, registry: Registry, config: Config) -> None:
    run = AgentRun(
        Channel.ACP,
        ("claude-acp",),
        client="claude",
        fingerprint="0123456789abcdef",
        trusted=True,
        sandbox="workspace",
        network=False,
    )
    task = delegate_to_agent(registry, config, run=run)
    usage = Usage(12_345, 678, 0.25)
    told = Report(1, session="abc", model="large", mode="default", usage=usage, denied=("Bash", "Write"))
    write_report(registry.home, task.id, told)
    shown = " ".join(shell.run("status", "1").out.split())
    for words in (
        "channel acp · claude",
        "session abc",
        "model large",
        "mode default",
        "used 12,345 tokens in, 678 out, 0.25 USD",
        "denied Bash, Write",
        "fingerprint 0123456789ab",
        "may use every tool, unasked",
        "fence workspace, without network",
    ):
        assert words in shown
    described = shell.status(1)
    assert (described["session"], described["model"]) == ("abc", "large")
    assert described["usage"]["cost"] == 0.25
