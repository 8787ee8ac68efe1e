"""Questions of an agent: answered by a person, by rules, by nobody; by what a choice means, not its name."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.agents.acp import permission
from app.agents.rules import Use
from app.model.ask import ChoiceKind
from app.model.status import Status
from tests.agents.hosted import RUN, Hosted, last
from tests.support import until

COMMAND = "printf hello > hello.txt"


def chosen(hosted: Hosted) -> object:
    """The option that reached the stand-in, None for a cancellation."""
    return hosted.noted("permission")[0]["chosen"]


def test_a_question_waits_for_its_answer(hosted: Hosted) -> None:
    task = hosted.submit("[[permission]]")
    (ask,) = hosted.asked(task)
    assert hosted.registry.load(task.id).status is Status.ASKING
    assert (ask.title, ask.detail) == (COMMAND, COMMAND)
    assert [choice.kind for choice in ask.choices] == [
        ChoiceKind.ALLOW_ONCE,
        ChoiceKind.ALLOW_ALWAYS,
        ChoiceKind.REJECT_ONCE,
    ]
    hosted.answer(task, ChoiceKind.ALLOW_ONCE)
    assert chosen(hosted) == "approve_once"
    done = hosted.ended(task)
    assert (done.status, last(done).qualifier) == (Status.COMPLETE, None)
    assert f"✓ allowed once by you: {COMMAND}\n" in hosted.log(done)
    assert hosted.report(done).answered == (f"allowed once by you: {COMMAND}",)
    assert not list(hosted.registry.home.task(task.id).glob("a*-*.toml"))


def test_an_answer_is_taken_at_once(hosted: Hosted) -> None:
    task = hosted.submit("[[permission]]")
    ask = hosted.asked(task)[0]
    import time

    began = time.time()
    hosted.answer(task, ChoiceKind.ALLOW_ONCE, ask)
    assert hosted.noted("permission")[0]["at"] - began < 0.5


@pytest.mark.parametrize(
    ("options", "kind", "option"),
    [
        ("", ChoiceKind.ALLOW_ALWAYS, "approve_always"),
        ("", ChoiceKind.REJECT_ONCE, "reject"),
        ("backwards", ChoiceKind.ALLOW_ONCE, "1"),
        ("backwards", ChoiceKind.REJECT_ALWAYS, "3"),
        ("lying", ChoiceKind.ALLOW_ONCE, "deny"),
        ("lying", ChoiceKind.REJECT_ONCE, "allow"),
        ("lying", ChoiceKind.ALLOW_ALWAYS, "deny"),
        ("always", ChoiceKind.ALLOW_ONCE, None),
        ("always", ChoiceKind.REJECT_ONCE, None),
        ("allow-only", ChoiceKind.REJECT_ONCE, None),
        ("vendor", ChoiceKind.ALLOW_ONCE, "proceed_once"),
        ("vendor", ChoiceKind.REJECT_ONCE, "cancel"),
    ],
)
def test_an_answer_is_chosen_by_kind(
    hosted: Hosted, options: str, kind: ChoiceKind, option: str | None
) -> None:
    task = hosted.submit(f"[[permission:{options}]]")
    hosted.answer(task, kind)
    assert chosen(hosted) == option
    done = hosted.ended(task)
    allowed = kind.allows and option is not None
    assert (hosted.folder / "hello.txt").exists() == allowed
    assert last(done).qualifier == (None if allowed else "1 rejected")
    assert hosted.report(done).denied == (() if allowed else (COMMAND,))


def test_a_question_without_an_answer_on_offer_is_declined(hosted: Hosted) -> None:
    done = hosted.run("[[permission:empty]]")
    assert chosen(hosted) is None
    assert (done.status, last(done).reason) == (Status.FAILED, f"denied: {COMMAND}")


def test_a_question_that_nobody_answers_is_declined_and_the_agent_goes_on(hosted: Hosted) -> None:
    done = hosted.run("[[permission]] [[write:other.txt]]", replace(RUN, answer_s=0.3))
    assert chosen(hosted) == "reject"
    assert (hosted.folder / "other.txt").exists()
    assert (done.status, last(done).qualifier) == (Status.COMPLETE, "1 unanswered")
    assert f"✗ not answered in time, rejected: {COMMAND}\n" in hosted.log(done)


def test_a_question_that_nobody_answers_is_no_success_where_nothing_else_came_of_it(hosted: Hosted) -> None:
    done = hosted.run("[[permission]]", replace(RUN, answer_s=0.3))
    assert (done.status, last(done).reason) == (Status.FAILED, f"nobody answered: {COMMAND}")


def test_two_questions_at_once_each_have_their_answer(hosted: Hosted) -> None:
    task = hosted.submit("[[permission-two]]")
    first, second = hosted.asked(task, 2)
    assert first.number != second.number
    hosted.answer(task, ChoiceKind.REJECT_ONCE, second)
    hosted.noted("permission")
    assert hosted.registry.load(task.id).asks == (first,)
    hosted.answer(task, ChoiceKind.ALLOW_ONCE, first)
    hosted.noted("permission", 2)
    assert "1 of 2 were allowed.\n" in hosted.log(hosted.ended(task))


def test_a_tool_is_not_announced_before_its_question(hosted: Hosted) -> None:
    task = hosted.submit("[[permission-unannounced]]")
    (ask,) = hosted.asked(task)
    assert ask.title == COMMAND
    hosted.answer(task, ChoiceKind.ALLOW_ONCE)
    done = hosted.ended(task)
    assert done.status is Status.COMPLETE
    assert f"● {COMMAND} · done +2 −0\n" in hosted.log(done)


def test_always_is_remembered_where_the_agent_does_not(hosted: Hosted) -> None:
    task = hosted.submit("[[permission]] [[permission]]")
    hosted.answer(task, ChoiceKind.ALLOW_ALWAYS)
    first, second = hosted.noted("permission", 2)
    assert (first["chosen"], second["chosen"]) == ("approve_always", "approve_once")
    assert hosted.ended(task).status is Status.COMPLETE


def test_a_rejection_for_good_is_remembered_too(hosted: Hosted) -> None:
    task = hosted.submit("[[permission:backwards]] [[permission:backwards]]")
    hosted.answer(task, ChoiceKind.REJECT_ALWAYS)
    assert [note["chosen"] for note in hosted.noted("permission", 2)] == ["3", "2"]
    assert not hosted.registry.load(task.id).asks


def test_a_rule_allows_without_asking(hosted: Hosted) -> None:
    done = hosted.run("[[permission]]", replace(RUN, allow=("Bash",)))
    assert chosen(hosted) == "approve_once"
    assert f"✓ allowed: {COMMAND}\n" in hosted.log(done)
    assert "? asks" not in hosted.log(done)


def test_a_rule_for_a_command_does_not_allow_what_is_more_than_one(hosted: Hosted) -> None:
    task = hosted.submit("[[permission]]", replace(RUN, allow=("Bash(printf *)",)))
    assert hosted.asked(task)[0].title == COMMAND


def test_a_rule_denies_also_what_another_allows(hosted: Hosted) -> None:
    done = hosted.run("[[permission]]", replace(RUN, allow=("Bash",), deny=("Bash(printf *)",)))
    assert chosen(hosted) == "reject"
    assert last(done).qualifier == "1 denied by a rule"


def test_a_rule_never_says_always(hosted: Hosted) -> None:
    task = hosted.submit("[[permission:always]]", replace(RUN, allow=("Bash",)))
    assert [choice.id for choice in hosted.asked(task)[0].choices] == ["all", "none"]


def test_an_agent_that_is_trusted_with_everything_is_not_asked_about(hosted: Hosted) -> None:
    assert hosted.run("[[permission]]", replace(RUN, trusted=True)).status is Status.COMPLETE
    assert chosen(hosted) == "approve_once"


def test_a_rejection_may_end_the_turn(hosted: Hosted) -> None:
    hosted.environment["STANDIN_REJECT"] = "ends"
    task = hosted.submit("[[permission]] [[write:other.txt]]")
    hosted.answer(task, ChoiceKind.REJECT_ONCE)
    done = hosted.ended(task)
    assert (done.status, last(done).qualifier) == (Status.COMPLETE, "1 rejected")
    assert not (hosted.folder / "other.txt").exists()


def test_a_question_goes_with_a_client_that_dies(hosted: Hosted) -> None:
    import os
    import signal

    task = hosted.submit("[[permission]]")
    hosted.asked(task)
    os.kill(hosted.notes("started")[0]["pid"], signal.SIGKILL)
    done = hosted.ended(task)
    assert last(done).reason == "its client was ended by signal 9"
    assert until(lambda: not list(hosted.registry.home.task(task.id).glob("a*-*.toml")))


def test_an_open_question_costs_next_to_nothing(hosted: Hosted) -> None:
    import psutil

    task = hosted.submit("[[permission]]")
    hosted.asked(task)
    host = next(pid for pid, line in hosted.processes(task).items() if "app.agents.host" in line)
    used = psutil.Process(host).cpu_times()
    assert not until(lambda: False, 1.0)
    now = psutil.Process(host).cpu_times()
    assert (now.user + now.system) - (used.user + used.system) <= 0.02


def test_a_question_is_no_silence(hosted: Hosted) -> None:
    task = hosted.submit("[[permission]] [[long]]", quiet_timeout_s=1.0)
    hosted.asked(task)
    assert not until(lambda: hosted.registry.load(task.id).status is not Status.ASKING, 2.5)
    hosted.answer(task, ChoiceKind.ALLOW_ONCE)
    done = hosted.ended(task)
    assert (done.status, last(done).reason) == (Status.TIMED_OUT, "said nothing for 1 s")
    assert not hosted.left(task)


def test_a_question_says_when_it_is_declined(hosted: Hosted) -> None:
    ask = hosted.asked(hosted.submit("[[permission]]"))[0]
    assert ask.expires - ask.asked == timedelta(seconds=600)


def use_of(raw: dict[str, object], folder: Path, **call: object) -> Use:
    """What the rules look at for an edit with this input, in a folder."""
    params = {"toolCall": {"toolCallId": "1", "kind": "edit", "rawInput": raw, **call}}
    return permission.use_of(
        params, permission.tool_asked_for(params, None, "1"), None, raw, os.path.realpath(folder)
    )


@pytest.mark.parametrize(
    "path", ["~/.bashrc", "$HOME/.bashrc", "file:///etc/passwd", "src/../../x", "link/x", "/etc/passwd"]
)
def test_no_spelling_makes_a_file_look_as_if_it_lay_in_the_folder(path: str, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc")
    (found,) = use_of({"path": path}, tmp_path).paths
    assert found.startswith("/")
    assert use_of({"path": "src/a b.py"}, tmp_path).paths == ("src/a b.py",)


def test_every_file_that_an_input_names_counts(tmp_path: Path) -> None:
    named: dict[str, object] = {"edits": [{"path": "src/a"}, {"notebook_path": "/etc/x"}], "filename": "y"}
    used = use_of(named, tmp_path, locations=[{"path": "src/a"}])
    assert set(used.paths) == {"src/a", "/etc/x", "y"}
    assert use_of({"edits": [{"path": f"src/{n}"} for n in range(101)]}, tmp_path).paths == ()
    assert str(tmp_path.resolve() / "y") in used.about


@pytest.mark.parametrize(
    ("more", "command"),
    [
        ({}, "npm test"),
        ({"cwd": "sub"}, "npm test"),
        ({"cwd": "/etc"}, None),
        ({"workdir": "~"}, None),
        ({"env": {"PATH": "."}}, None),
    ],
)
def test_a_command_in_another_place_is_not_the_one_that_was_allowed(
    more: dict[str, object], command: str | None, tmp_path: Path
) -> None:
    use = use_of({"command": "npm test", **more}, tmp_path, kind="execute")
    assert use.command == command
    assert "npm test" in use.about


@pytest.mark.parametrize("shell", ["./bash", "/srv/bash", "tools/sh"])
def test_a_shell_of_the_agent_s_own_is_no_shell(shell: str, tmp_path: Path) -> None:
    use = use_of({"command": [shell, "-c", "npm test"]}, tmp_path, kind="execute")
    assert use.command == f"{shell} -c 'npm test'"
    use = use_of({"command": ["/bin/bash", "-lc", "npm test"]}, tmp_path, kind="execute")
    assert use.command == "npm test"


def test_a_person_is_told_where_and_with_what_a_command_is_to_run() -> None:
    raw = {"command": "npm test", "cwd": "/etc", "env": {"PATH": "."}}
    tool = permission.tool_asked_for({"toolCall": {"toolCallId": "1", "rawInput": raw}}, None, "1")
    assert permission.detail_of({}, tool, raw) == "npm test\nin /etc\nwith PATH=."
