"""What the line under the input says: exactly what Enter will do, or why it cannot."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents.delegation import CannotDelegate
from app.dashboard.drawing.tone import Line, Tone
from app.dashboard.plans.plan import Known, Plan, make_plan, plan_for, renewed
from app.dashboard.plans.preview import preview, question
from app.model.request import Draft
from app.model.sentences import Kind, read
from app.model.status import Status
from app.model.task import Attempt
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


def test_what_cannot_be_delegated_is_a_problem_in_the_line() -> None:
    def refuse(draft: Draft) -> Line:
        raise CannotDelegate(f"nobody does {draft.text}")

    assert preview(make_plan(read("Sing"), KNOWN), refuse) == ("nobody does Sing", Tone.PROBLEM)
