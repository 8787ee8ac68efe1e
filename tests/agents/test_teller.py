"""Events become a log that people read, a report, a summary; bounded, safe, and whatever the disk does."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sized
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents.events import (
    Denied,
    Ended,
    Event,
    Plan,
    Retrying,
    Spent,
    Started,
    Step,
    Text,
    Tool,
    ToolStatus,
    Warned,
)
from app.agents.host.collected import MOST, SPEECH_LENGTH, Collected
from app.agents.host.log import Log
from app.agents.host.teller import Teller
from app.agents.verdict import By, Verdict
from app.model.outcome import Progress
from app.model.report import Report, Usage
from app.model.status import Status
from app.registry.agentcodec import report_from_record, report_to_record
from app.registry.codec import dump, parse

DONE, FAILED, RUNNING = ToolStatus.DONE, ToolStatus.FAILED, ToolStatus.RUNNING


class Told:
    """A teller that writes into a file, with a clock of its own."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "log"
        self.saved: list[Report] = []
        self.now = 0.0
        self.full = False
        self.summary = folder / "summary.md"
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.teller = Teller(
            Log(descriptor), Report(1), self._save, self.summary, folder="/place", clock=lambda: self.now
        )

    def _save(self, report: Report) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        self.saved.append(report)

    def take(self, *events: Event) -> str:
        """What the log says after these events."""
        for event in events:
            self.teller.take(event)
        return self.path.read_text()


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """A teller that has been told nothing yet."""
    return Told(tmp_path)


def test_text_flows_and_everything_else_is_a_line(told: Told) -> None:
    said = (Text("I will "), Text("look.\nFirst"), Tool("1", "Read", "read", input="src/a.py"), Text("Well."))
    assert told.take(*said) == "I will look.\nFirst\n● Read  src/a.py\nWell."
    assert told.take(Warned("careful"), Denied("Bash")).endswith("Well.\n! careful\n✗ denied: Bash\n")


def test_thoughts_are_marked_line_by_line(told: Told) -> None:
    thinking = (Text("Hm.\nWhat", thought=True), Text(" now?\n", thought=True), Text("This."))
    assert told.take(*thinking) == "  ┊ Hm.\n  ┊ What now?\nThis."


def test_the_outcome_of_a_tool_stands_in_its_line(told: Told) -> None:
    begun = Tool("1", "Edit a.py", "edit", RUNNING)
    assert told.take(begun, Tool("1", status=DONE, added=3, removed=1)) == "● Edit a.py · done +3 −1\n"


def test_the_outcome_of_a_tool_names_it_again_where_something_came_between(told: Told) -> None:
    log = told.take(
        Tool("1", "A"), Tool("2", "B"), Tool("1", status=DONE), Tool("2", status=FAILED, output="x\nno")
    )
    assert log == "● A\n● B\n● A · done\n● B · failed: no\n"


def test_files_are_named_from_the_tasks_folder(told: Told) -> None:
    log = told.take(
        Tool("1", "Edit", "edit", DONE, input="/place/src/a.py", paths=("/place/src/a.py",), added=1)
    )
    assert log == "● Edit  src/a.py · done +1 −0\n"
    assert told.teller.collected.files == {"src/a.py": (1, 0)}


def test_a_plan_is_progress_and_told_when_it_changes(told: Told) -> None:
    plan = Plan((Step("read", "completed"), Step("write", "in_progress"), Step("test", "pending")))
    assert told.take(plan, plan) == "plan 1/3 · write\n"
    assert told.teller.report.progress == Progress(1, 3, text="write")


def test_a_retry_is_shown_until_the_model_answers(told: Told) -> None:
    assert told.take(Retrying(3, 10, 529, "overloaded")) == "↻ retrying, 529 overloaded, attempt 3 of 10\n"
    assert told.teller.report.retrying == "retrying, 529 overloaded, attempt 3 of 10"
    told.take(Text("Here."))
    assert told.teller.report.retrying is None


def test_retries_in_a_row_are_given_up(told: Told) -> None:
    told.take(*[Retrying(status=500)] * 4, Text("."), *[Retrying(status=500)] * 4)
    assert told.teller.given_up is None
    told.take(Retrying(status=500))
    assert told.teller.given_up == Retrying(attempt=5, status=500)


def test_the_report_is_written_at_once_for_what_matters_and_else_once_a_second(told: Told) -> None:
    told.take(Started("s"), Tool("1", "A"), Tool("2", "B"), Tool("3", "C"))
    assert [report.session for report in told.saved] == ["s"]
    assert told.teller.seconds_to_next() == 1.0
    told.now = 1.0
    told.teller.tick()
    assert [report.doing for report in told.saved] == [None, "C"]
    assert told.teller.seconds_to_next() is None
    told.take(Ended(ok=True), Tool("3", status=DONE), Tool("2", status=DONE))
    told.teller.tell(messages=2)
    assert told.saved[-1].doing == "A"


def test_a_full_disk_costs_the_report_only_until_there_is_room(told: Told) -> None:
    told.full = True
    told.take(Started("s"))
    assert told.teller.seconds_to_next() == 1.0
    told.full, told.now = False, 1.0
    told.teller.tick()
    assert told.saved[-1].session == "s"


def test_a_log_that_takes_nothing_is_survived_and_told_of(tmp_path: Path) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    path = tmp_path / "log"
    room = os.open(path, os.O_WRONLY | os.O_CREAT)
    log = Log(full)
    log.line("lost")
    os.dup2(room, full)
    log.line("kept")
    assert path.read_text() == "\n… 5 bytes could not be written here …\nkept\n"


def test_the_summary_is_the_last_message_and_the_facts(told: Told) -> None:
    told.take(Text("First."), Tool("1", "Edit a", "edit", DONE, paths=("a",), added=2), Text("All **done**."))
    told.take(Spent(Usage(1200, 34, 0.5)))
    told.teller.refused(Tool("2", "Bash"), By.PERSON, "rejected by you")
    told.teller.finish(Verdict(Status.COMPLETE, qualifier="1 rejected"))
    assert told.summary.read_text() == (
        "# ✓ complete: 1 rejected\n\nAll **done**.\n\n## Files changed\n\n- `a` +2 −0\n\n"
        "## Tools used\n\n- `Edit a`: 1\n\n## Refused\n\n- `Bash`: rejected\n\n"
        "Used: 1,200 tokens in, 34 out, 0.5 USD\n"
    )
    assert told.path.read_text().endswith("── complete · 1 rejected · 1,200 tokens in, 34 out, 0.5 USD\n")
    assert told.saved[-1].qualifier == "1 rejected"


def test_a_summary_that_the_task_wrote_itself_stays(told: Told) -> None:
    told.summary.write_text("mine")
    told.teller.finish(Verdict(Status.COMPLETE))
    assert told.summary.read_text() == "mine"


def test_a_tool_that_was_refused_did_not_fail(told: Told) -> None:
    told.take(Tool("1", "Bash"))
    told.teller.refused(Tool("1", "Bash"), By.RULE, "denied by a rule")
    told.take(Tool("1", status=FAILED))
    assert told.teller.collected.facts().last_failed is None


def test_what_is_kept_is_bounded() -> None:
    collected = Collected()
    for number in range(3 * MOST):
        collected.take(Tool(str(number), f"tool {number}", "edit", DONE, paths=(f"{number}",), added=1))
        collected.take(Denied("x"))
        collected.take(Tool(f"open {number}", "still at work"))
    for _ in range(1000):
        collected.take(Text("x" * 4096))
    kept: tuple[Sized, ...] = (
        collected.tools,
        collected.names,
        collected.files,
        collected.refusals,
        collected.at_work,
    )
    assert max(len(part) for part in kept) <= MOST
    assert len(collected.said) == SPEECH_LENGTH
    assert collected.used == 3 * MOST


anything = st.text(st.characters(exclude_categories=()), max_size=50)
events = st.one_of(
    st.builds(Text, anything, st.booleans()),
    st.builds(
        Tool,
        anything,
        anything,
        anything,
        st.sampled_from(ToolStatus),
        anything,
        anything,
        st.tuples(anything),
    ),
    st.builds(Started, anything, anything, anything),
    st.builds(Denied, anything),
    st.builds(Warned, anything),
    st.builds(Retrying, st.integers(), st.integers(), st.integers(), anything),
    st.builds(Plan, st.lists(st.builds(Step, anything, anything)).map(tuple)),
    st.builds(Ended, st.booleans(), anything, anything),
)


@given(st.lists(events, max_size=8), anything)
def test_whatever_a_client_sends_the_log_is_safe_and_the_report_can_be_written(
    tmp_path_factory: pytest.TempPathFactory, sent: list[Event], reason: str
) -> None:
    told = Told(tmp_path_factory.mktemp("told"))
    log = told.take(*sent)
    told.teller.finish(Verdict(Status.FAILED, reason=reason))
    assert not [char for char in log if char != "\n" and unicodedata.category(char) in ("Cc", "Cs")]
    assert report_from_record(parse(dump(report_to_record(told.teller.report)))) == told.teller.report
