"""What the line under the input says: exactly what Enter will do, or why it cannot."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents.delegation import CannotDelegate
from app.dashboard.drawing.tone import Tone
from app.dashboard.plans.newtask import Setting, describe
from app.dashboard.plans.plan import Known, Plan, make_plan, plan_for
from app.dashboard.plans.preview import preview, question
from app.model.agent import AgentDefinition
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
    return preview(make_plan(read(text), known), lambda _: "starts now · worker")[0]


def tone(text: str, known: Known = KNOWN) -> Tone:
    return preview(make_plan(read(text), known), lambda _: "starts now")[1]


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
        ("/clean", "⏎ clean up 2 tasks: #9, #7 · asks once more, U undoes"),
        ("/clean failed", "⏎ clean up #9 Update all dependencies · asks once more, U undoes"),
        ("/pause", "⏎ pause the queue: nothing more starts"),
        ("/resume", "⏎ resume the queue"),
        ("/undo", "⏎ bring back what was deleted last"),
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
    words, _ = preview(plan, lambda _: "starts")
    assert isinstance(plan, Plan)
    assert words or not text.strip()


CLAUDE = AgentDefinition("claude", ("claude", "{task}"), "config.toml")


def facts(text: str, tmp_path: Path, **changes: object) -> str:
    known = {7: Status.COMPLETE, 8: Status.RUNNING, 9: Status.FAILED}
    setting = Setting(
        config=Config(limit=2, agents=(CLAUDE,)), folder=tmp_path, home=str(tmp_path.parent), statuses=known
    )
    for name, value in changes.items():
        object.__setattr__(setting, name, value)
    return describe(parse_request(text), setting)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Run it", "starts now · worker · normal · stops after 1h · "),
        ("Run it p:low t:30m", "starts now · worker · low · stops after 30m · "),
        ("Run it t:none", "starts now · worker · normal · no time limit · "),
        ("Run it @claude", "starts now · claude · may use every tool · normal · stops after 1h · "),
        ("!make", "starts now · shell command · normal · stops after 1h · "),
        ("Run it after:7", "starts now · worker · "),
        ("Run it after:7,8", "starts after #8 · worker · "),
        ("Run it after:8?", "starts after #8 ends · worker · "),
        ("Run it after:9?", "starts now · worker · "),
        ("Run it after:9", "waits: #9 has ended, failed; f starts it all the same · worker · "),
        ("Run it delay:10m after:8", "starts after #8, in 10m · worker · "),
        ("Run it retries:3", "starts now · worker · normal · stops after 1h · tries again 3 times · "),
        ("Run it retries:1", "starts now · worker · normal · stops after 1h · tries again once · "),
        (
            "Run it quiet:10m mem:2G twice:yes leftovers:keep",
            "starts now · worker · normal · stops after 1h · stops after 10m of silence"
            " · at most 2G of memory · may run twice · keeps what it leaves running · ",
        ),
        ("Run it commit:yes", "starts now · worker · normal · stops after 1h · commits what it fixed · "),
    ],
)
def test_what_a_new_task_would_be(text: str, said: str, tmp_path: Path) -> None:
    assert facts(text, tmp_path).startswith(said)


def test_a_new_task_says_why_it_waits(tmp_path: Path) -> None:
    assert facts("Run it", tmp_path, running=2).startswith("waits: 2 of 2 running")
    assert facts("Run it", tmp_path, paused=True).startswith("waits: queue paused")
    config = Config(agents=(CLAUDE,), agent_limits={"claude": 1}, folder_limits={str(tmp_path): 1})
    elsewhere = (Waiting("x", 8, "claude", "/elsewhere"),)
    assert facts("Run it @claude", tmp_path, config=config, busy=elsewhere).startswith("waits: claude 1/1")
    assert facts("Run it", tmp_path, config=config, busy=elsewhere).startswith("starts now")
    here = (Waiting("x", 8, "worker", str(tmp_path)),)
    assert facts("Run it", tmp_path, config=config, busy=here).startswith("waits: folder busy with #8")
    short = Config(memory_floor=2 << 30)
    assert facts("Run it", tmp_path, config=short, memory_free=1 << 30).startswith("waits: memory")


def test_a_new_task_says_when_it_starts(tmp_path: Path) -> None:
    now = datetime.now().astimezone().replace(hour=12, minute=0)
    assert facts("Run it at:18:00", tmp_path, now=now).startswith("starts at 18:00 · worker")
    tomorrow = f"{now + timedelta(days=1):%a %d %b} 11:00"
    assert facts("Run it at:11:00", tmp_path, now=now).startswith(f"starts {tomorrow} · worker")
    with pytest.raises(CannotDelegate, match="has passed already"):
        facts("Run it at:2020-01-01T10:00", tmp_path, now=now)


def test_leaving_is_said_as_the_settings_have_it() -> None:
    def said(policy: str) -> str:
        return preview(make_plan(read("quit"), replace(KNOWN, on_quit=policy)), lambda _: "")[0]

    assert said("keep") == "⏎ leave; running tasks go on"
    assert said("stop") == "⏎ leave and stop all tasks"
    assert said("ask") == "⏎ leave; asks what becomes of running tasks"


def test_a_failed_task_that_waits_for_its_next_attempt_can_be_run_right_away() -> None:
    waits = task(5, "x", Status.QUEUED)
    state = replace(waits.state, not_before=datetime.now(UTC), attempts=(Attempt(1, "a.log"),))
    assert plan_for(Kind.RETRY, replace(waits, state=state)).problem is None


def test_a_new_task_says_where_it_works(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    assert facts("Run it in:src", tmp_path).endswith(f" · ~/{tmp_path.name}/src")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Run it @nobody", "there is no agent nobody; there are: worker, claude"),
        ("Run it in:nowhere", "nowhere is not a folder"),
        ("Run it after:99", "there is no task #99 to wait for"),
    ],
)
def test_what_a_new_task_cannot_be(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CannotDelegate, match=said):
        facts(text, tmp_path)


def test_what_cannot_be_delegated_is_a_problem_in_the_line() -> None:
    def refuse(draft: Draft) -> str:
        raise CannotDelegate(f"nobody does {draft.text}")

    assert preview(make_plan(read("Sing"), KNOWN), refuse) == ("nobody does Sing", Tone.PROBLEM)
