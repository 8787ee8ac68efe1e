"""What the line under the input says: exactly what Enter will do, or why it cannot."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents.definitions import find_agent
from app.agents.delegation import CannotDelegate
from app.dashboard.drawing.tone import Line, Tone
from app.dashboard.plans.newtask import Setting, describe
from app.dashboard.plans.plan import Known, Plan, make_plan, plan_for, renewed
from app.dashboard.plans.preview import preview, question
from app.model.agent import AgentDefinition
from app.model.estimate import Estimate
from app.model.queue import Waiting
from app.model.request import Draft, parse_request
from app.model.sentences import Kind, read
from app.model.status import Status
from app.model.task import Attempt
from app.registry.config import Config
from tests.dashboard.samples import task

RUNNING = task(8, "Run the integration tests", Status.RUNNING)
FAILED = task(9, "Update all dependencies", Status.FAILED, exit_code=1)
DONE = task(7, "Fix ESLint errors", Status.COMPLETE, exit_code=0)
QUEUED = task(12, "Security scan", Status.QUEUED, queue_reason="after #8")
KNOWN = Known((RUNNING, FAILED, DONE, QUEUED), selected=RUNNING, themes=("dark", "light"))


def line(text: str, known: Known = KNOWN) -> str:
    return preview(make_plan(read(text), known), lambda _: ("starts now · worker", Tone.PLAN))[0]


def tone(text: str, known: Known = KNOWN) -> Tone:
    return preview(make_plan(read(text), known), lambda _: ("starts now", Tone.PLAN))[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Add a login page", "⏎ starts now · worker"),
        ("Add a login page p:low t:30m", "⏎ starts now · worker"),
        ('"Add a login page"', "⏎ starts now · worker"),
        (
            "Can you create a background task to generate API docs?",
            "⏎ “generate API docs” · starts now · worker",
        ),
        ("!make test", "⏎ starts now · worker"),
        ("@claude Add a login page p:low", "⏎ starts now · worker"),
        ("status", "⏎ show how all tasks stand"),
        ("How's the integration tests doing?", "⏎ show how #8 Run the integration tests stands"),
        ("/logs 9", "⏎ show the log of #9 Update all dependencies"),
        ("/result 7", "⏎ show the result of #7 Fix ESLint errors"),
        ("/wait 8", "⏎ tell you when #8 Run the integration tests ends"),
        ("/retry 9", "⏎ run #9 Update all dependencies again"),
        ("stop #8", "⏎ stop #8 Run the integration tests · asks once more"),
        ("/stop", "⏎ stop #8 Run the integration tests · asks once more"),
        ("/stop all", "⏎ stop 2 tasks: #8, #12 · asks once more"),
        ("/delete 7 9", "⏎ delete 2 tasks: #7, #9 · asks once more, U undoes"),
        ("/clean", "⏎ clean up 2 tasks: #7, #9 · asks once more, U undoes"),
        ("/clean failed", "⏎ clean up #9 Update all dependencies · asks once more, U undoes"),
        ("/pause", "⏎ pause the queue: nothing more starts"),
        ("/resume", "⏎ resume the queue"),
        ("/undo", "⏎ bring back what was deleted or discarded last"),
        ("/agents", "⏎ list the agents"),
        ("/help", "⏎ show the keys and commands"),
        ("/quit", "⏎ leave; running tasks go on"),
        ("/theme light", "⏎ change the colours to light"),
        ("/filter failed", "⏎ show only tasks with “failed”"),
        ("/filter", "⏎ show all tasks again"),
        ("start #12 now", "⏎ start #12 Security scan without what it waits for"),
        ("make #12 high priority", "⏎ give high priority to #12 Security scan"),
        ("raise the priority of #12", "⏎ raise the priority of #12 Security scan"),
        ("/limit 6", "⏎ run at most 6 at once from now on"),
        ("/limit", "⏎ show how many run at once"),
    ],
)
def test_what_enter_will_do(text: str, said: str) -> None:
    assert line(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stop #7", "#7 has ended already: complete"),
        ("/wait 7", "#7 has ended already: complete"),
        ("/retry 8", "#8 is running: stop it before running it again"),
        ("/free 8", "#8 does not wait: running"),
        ("/priority high 7", "#7 does not wait: complete"),
        ("/delete 8", "#8 is running: stop it before deleting it"),
        ("/stop 99", "no task fits “99”: name one by its number, such as #7"),
        ("/theme pink", "no theme pink: there are dark, light"),
        ("/theme", "which theme: dark, light?"),
        ("/clean stopped", "nothing to clean up: no stopped task"),
        ("Fix it p:urgent", "p:urgent: a priority is critical, high, normal, low"),
    ],
)
def test_why_it_cannot(text: str, said: str) -> None:
    assert (line(text), tone(text)) == (said, Tone.PROBLEM)


def test_several_equally_good_tasks_are_asked_about() -> None:
    known = Known((task(1, "Run the tests in src"), task(2, "Run the tests in lib")))
    assert line("/stop tests", known) == "which one: #2 Run the tests in lib, #1 Run the tests in src?"


def test_words_that_name_no_task_are_a_task() -> None:
    assert line("Stop the flickering") == "⏎ starts now · worker"


def test_it_is_the_task_under_the_cursor_if_that_is_one_to_do_it_to() -> None:
    tasks = (task(1, "One", Status.RUNNING), task(2, "Two", Status.RUNNING), task(3, "Three", Status.FAILED))
    assert line("stop it", Known(tasks, selected=tasks[0])).startswith("⏎ stop #1 One")
    assert line("stop it", Known(tasks, selected=tasks[2])).startswith("⏎ stop #2 Two")
    assert line("run it again", Known(tasks, selected=tasks[2])) == "⏎ run #3 Three again"
    assert line("run it again", Known(tasks, selected=tasks[0])) == "⏎ run #3 Three again"


def test_words_prefer_the_tasks_that_it_can_be_done_to() -> None:
    tasks = (task(1, "Run the tests", Status.COMPLETE), task(2, "Run the tests", Status.RUNNING))
    assert line("retry the tests", Known(tasks)) == "⏎ run #1 Run the tests again"
    assert line("stop the tests", Known(tasks)).startswith("⏎ stop #2 Run the tests")


def test_stop_all_leaves_out_what_was_lost_long_ago() -> None:
    lost = task(3, "Old", Status.LOST)
    assert line("/stop all", Known((RUNNING, lost))).startswith("⏎ stop #8")


def test_a_plan_is_renewed_when_its_tasks_have_changed() -> None:
    several = make_plan(read("/stop all"), KNOWN)
    now = {one.id: one for one in (task(8, "Run", Status.COMPLETE), QUEUED)}
    assert [one.number for one in renewed(several, now).tasks] == [12]
    assert renewed(several, {}).problem == "#8 is not there any more"
    refused = plan_for(Kind.DELETE, RUNNING)
    assert renewed(refused, {RUNNING.id: task(8, "Run", Status.COMPLETE)}).problem is None
    clean = make_plan(read("/clean failed"), KNOWN)
    again = {FAILED.id: task(9, "Update", Status.QUEUED)}
    assert renewed(clean, again).problem == "#9 is queued again: only finished tasks are cleaned up"
    assert renewed(make_plan(read("/pause"), KNOWN), {}).problem is None


def test_without_any_task_a_command_asks_for_a_name() -> None:
    assert line("/stop", Known()) == "stop which task? name one: #7, or words of it"


@pytest.mark.parametrize("text", ["stop #8", "/delete 7", "/clean"])
def test_what_stops_or_deletes_warns(text: str) -> None:
    assert tone(text) is Tone.CAUTION


def test_nothing_but_options_is_no_problem_yet() -> None:
    assert tone("p:low") is Tone.PLAN


def test_the_question_names_the_task() -> None:
    asked = question(make_plan(read("stop #8"), KNOWN))
    assert asked == "stop #8 Run the integration tests? y or ⏎ does it, any other key does not"


def test_a_key_on_no_task_says_so() -> None:
    assert plan_for(Kind.STOP, None).problem == "there is no task to stop"


@pytest.mark.parametrize("status", list(Status))
def test_every_key_plan_is_refused_or_fits_the_state(status: Status) -> None:
    stands = task(5, "x", status)
    assert (plan_for(Kind.DELETE, stands).problem is None) is not status.live
    assert (plan_for(Kind.RETRY, stands).problem is None) is status.ended
    stoppable = not status.ended or status is Status.LOST
    assert (plan_for(Kind.STOP, stands).problem is None) is stoppable


@given(st.text(max_size=60))
def test_any_text_has_a_line(text: str) -> None:
    plan = make_plan(read(text), KNOWN)
    words, _ = preview(plan, lambda _: ("starts", Tone.PLAN))
    assert isinstance(plan, Plan)
    assert words or not text.strip()


CLAUDE = AgentDefinition("claude", ("claude", "{task}"), "config.toml")


def facts(text: str, tmp_path: Path, **changes: object) -> str:
    return described(text, tmp_path, **changes)[0]


def described(text: str, tmp_path: Path, **changes: object) -> Line:
    known = {7: Status.COMPLETE, 8: Status.RUNNING, 9: Status.FAILED}
    config = Config(limit=2, agents=(CLAUDE,))
    setting = Setting(
        config=config,
        folder=tmp_path,
        home=str(tmp_path.parent),
        statuses=known,
        find=lambda name, folder: CLAUDE if name == "claude" else find_agent(name, config, folder),
    )
    for name, value in changes.items():
        object.__setattr__(setting, name, value)
    return describe(parse_request(text), setting)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Run the tests", "starts now · worker · normal · stops after 1h · "),
        ("Run the tests p:low t:30m", "starts now · worker · low · stops after 30m · "),
        ("Run the tests t:none", "starts now · worker · normal · no time limit · "),
        ("Run the tests @claude", "starts now · claude · may use every tool · normal · stops after 1h · "),
        ("!make", "starts now · shell command · normal · stops after 1h · "),
        ("Run the tests after:7", "starts now · worker · "),
        ("Run the tests after:7,8", "starts after #8 · worker · "),
        ("Run the tests after:8?", "starts after #8 ends · worker · "),
        ("Run the tests after:9?", "starts now · worker · "),
        ("Run the tests after:9", "waits: #9 has ended, failed; F starts it all the same · worker · "),
        ("Run the tests delay:10m after:8", "starts after #8, in 10m · worker · "),
        ("Run the tests retries:3", "starts now · worker · normal · stops after 1h · tries again 3 times · "),
        ("Run the tests retries:1", "starts now · worker · normal · stops after 1h · tries again once · "),
        (
            "Run the tests quiet:10m mem:2G twice:yes leftovers:keep",
            "starts now · worker · normal · stops after 1h · stops after 10m of silence"
            " · at most 2G of memory · may run twice · keeps what it leaves running · ",
        ),
        (
            "Run the tests commit:yes",
            "starts now · worker · normal · stops after 1h · commits what it fixed · ",
        ),
    ],
)
def test_what_a_new_task_would_be(text: str, said: str, tmp_path: Path) -> None:
    assert facts(text, tmp_path).startswith(said)


def test_a_new_task_says_why_it_waits(tmp_path: Path) -> None:
    assert facts("Run the tests", tmp_path, running=2).startswith("waits: 2 of 2 running")
    assert facts("Run the tests", tmp_path, paused=True).startswith("waits: queue paused")
    config = Config(agents=(CLAUDE,), agent_limits={"claude": 1}, folder_limits={str(tmp_path): 1})
    elsewhere = (Waiting("x", 8, "claude", "/elsewhere"),)
    assert facts("Run the tests @claude", tmp_path, config=config, busy=elsewhere).startswith(
        "waits: claude 1/1"
    )
    assert facts("Run the tests", tmp_path, config=config, busy=elsewhere).startswith("starts now")
    here = (Waiting("x", 8, "worker", str(tmp_path)),)
    assert facts("Run the tests", tmp_path, config=config, busy=here).startswith("waits: folder busy with #8")
    short = Config(memory_floor=2 << 30)
    assert facts("Run the tests", tmp_path, config=short, memory_free=1 << 30).startswith("waits: memory")


def test_a_new_task_says_when_it_starts(tmp_path: Path) -> None:
    now = datetime.now().astimezone().replace(hour=12, minute=0)
    assert facts("Run the tests at:18:00", tmp_path, now=now).startswith("starts at 18:00 · worker")
    tomorrow = f"{now + timedelta(days=1):%a %d %b} 11:00"
    assert facts("Run the tests at:11:00", tmp_path, now=now).startswith(f"starts {tomorrow} · worker")
    with pytest.raises(CannotDelegate, match="has passed already"):
        facts("Run the tests at:2020-01-01T10:00", tmp_path, now=now)


def test_leaving_is_said_as_the_settings_have_it() -> None:
    def said(policy: str) -> str:
        return preview(make_plan(read("quit"), replace(KNOWN, on_quit=policy)), lambda _: ("", Tone.PLAN))[0]

    assert said("keep") == "⏎ leave; running tasks go on"
    assert said("stop") == "⏎ leave and stop all tasks"
    assert said("ask") == "⏎ leave; asks what becomes of running tasks"


def test_a_failed_task_that_waits_for_its_next_attempt_can_be_run_right_away() -> None:
    waits = task(5, "x", Status.QUEUED)
    state = replace(waits.state, not_before=datetime.now(UTC), attempts=(Attempt(1, "a.log"),))
    assert plan_for(Kind.RETRY, replace(waits, state=state)).problem is None


def test_what_the_worker_will_not_understand_is_said_before(tmp_path: Path) -> None:
    said, tone = described("Rename the billing module", tmp_path)
    assert said == ("starts now, but the worker does not know how · try @claude or !command")
    assert tone is Tone.CAUTION
    assert facts("Bake", tmp_path, config=Config()).endswith("· try !command")
    for text in ("Run the tests", "Fix all ESLint errors in src/", "!bake a cake", "Bake @claude"):
        assert described(text, tmp_path)[1] is Tone.PLAN, text
        assert "only" not in facts(text, tmp_path)


def test_an_agent_that_is_not_approved_yet_is_said_to_need_a_yes(tmp_path: Path) -> None:
    def needs(agent: AgentDefinition, _: Path) -> str:
        return "needs your yes" if agent.name == "claude" else ""

    said = described("Bake @claude", tmp_path, needs_yes=needs)
    assert said == ("needs your yes: claude may use every tool", Tone.CAUTION)
    assert described("Run the tests", tmp_path, needs_yes=needs)[1] is Tone.PLAN


def test_a_new_task_says_where_it_works(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    assert facts("Run the tests in:src", tmp_path).endswith(f" · ~/{tmp_path.name}/src · no estimate yet")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Run the tests @nobody", "there is no agent nobody; there are: worker, claude"),
        ("Run the tests in:nowhere", "nowhere is not a folder"),
        ("Run the tests in:~nobody-of-that-name/x", "~nobody-of-that-name/x is not a folder"),
        ("Run the tests after:99", "there is no task #99 to wait for"),
    ],
)
def test_what_a_new_task_cannot_be(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CannotDelegate, match=said):
        facts(text, tmp_path)


def test_what_cannot_be_delegated_is_a_problem_in_the_line() -> None:
    def refuse(draft: Draft) -> Line:
        raise CannotDelegate(f"nobody does {draft.text}")

    assert preview(make_plan(read("Sing"), KNOWN), refuse) == ("nobody does Sing", Tone.PROBLEM)


def test_a_new_task_says_how_long_its_like_took(tmp_path: Path) -> None:
    asked: list[tuple[str, str, str]] = []

    def expected(agent: str, text: str, folder: str) -> Estimate:
        asked.append((agent, text, folder))
        return Estimate(540.0, 720.0, 900.0, 7)

    assert facts("Run the tests p:low", tmp_path, expected=expected).endswith(" · usually 9–15m")
    assert facts("!make test", tmp_path, expected=expected).endswith(" · usually 9–15m")
    here = str(tmp_path)
    assert asked == [("worker", "Run the tests", here), ("command", "make test", here)]
