"""What sentences mean: all of those that must be understood, and their neighbours that are plain tasks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.draft import Draft
from app.model.request import parse_request
from app.model.sentences import Kind, Reading, read


def task_text(reading: Reading) -> str:
    assert reading.kind is Kind.TASK
    assert reading.draft is not None
    return reading.draft.text


def test_options_inside_a_sentence_work() -> None:
    reading = read("Run our test suite p:low in the background @worker while I work on auth t:30m")
    assert reading.draft == parse_request("run our test suite p:low @worker t:30m")
    assert read("Fix all ESLint errors in src/ p:low t:30m @worker").draft == parse_request(
        "Fix all ESLint errors in src/ p:low t:30m @worker"
    )


@pytest.mark.parametrize(
    ("sentence", "kind", "targets", "scope"),
    [
        ("/delegate status", Kind.STATUS, (), "all"),
        ("status", Kind.STATUS, (), "all"),
        ("show all active tasks", Kind.STATUS, (), "all"),
        ("what's running?", Kind.STATUS, (), "all"),
        ("Check the status of my API analysis task", Kind.STATUS, ("my API analysis task",), None),
        ("What's the status of my background task?", Kind.STATUS, ("it",), None),
        ("Show me task progress", Kind.STATUS, ("it",), None),
        ("/delegate logs agent_20240102_143515", Kind.LOGS, ("agent_20240102_143515",), None),
        ("/delegate wait 8", Kind.WAIT, ("8",), None),
        ("Show me the results from the documentation task", Kind.RESULT, ("the documentation task",), None),
        ("What did the background task find?", Kind.RESULT, ("it",), None),
        ("show me the detailed results", Kind.RESULT, ("it",), None),
        ("cancel #8", Kind.STOP, ("#8",), None),
        ("kill the last one", Kind.STOP, ("last",), None),
        ("Run it again", Kind.RETRY, ("it",), None),
        ("retry #9", Kind.RETRY, ("#9",), None),
        ("Delete the API analysis task", Kind.DELETE, ("the API analysis task",), None),
        ("Clean up completed tasks", Kind.CLEAN, (), "complete"),
        ("remove everything that failed", Kind.CLEAN, (), "failed"),
        ("show agents", Kind.AGENTS, (), None),
        ("which agents can I use?", Kind.AGENTS, (), None),
        ("/agents", Kind.AGENTS, (), None),
        # Other ways to say the same.
        ("Status?", Kind.STATUS, (), "all"),
        ("What’s going on?", Kind.STATUS, (), "all"),
        ("How are my tasks doing?", Kind.STATUS, (), "all"),
        ("which tasks failed?", Kind.STATUS, (), "failed"),
        ("Can you check on #8, please?", Kind.STATUS, ("#8",), None),
        ("how's it going?", Kind.STATUS, ("it",), None),
        ("show only failed tasks", Kind.FILTER, ("failed",), None),
        ("tail 7.2", Kind.LOGS, ("7.2",), None),
        ("show me the output", Kind.LOGS, ("it",), None),
        ("let me know when it's done", Kind.WAIT, ("it",), None),
        ("wait for everything", Kind.WAIT, (), "all"),
        ("why did #8 fail?", Kind.RESULT, ("#8",), None),
        ("stop 8 and #9", Kind.STOP, ("8", "#9"), None),
        ("stop tasks 8, 9 and 10", Kind.STOP, ("8", "9", "10"), None),
        ("please stop everything", Kind.STOP, (), "all"),
        ("retry all failed tasks", Kind.RETRY, (), "failed"),
        ("Delete the last one", Kind.DELETE, ("last",), None),
        ("clean up the finished ones", Kind.CLEAN, (), "ended"),
        ("pause the queue", Kind.PAUSE, (), None),
        ("resume", Kind.RESUME, (), None),
        ("undo the deletion", Kind.UNDO, (), None),
        ("help", Kind.HELP, (), None),
        ("quit", Kind.QUIT, (), None),
        ("delegate stop 8", Kind.STOP, ("8",), None),
        ("who asks?", Kind.ANSWER, (), None),
        ("what needs my answer?", Kind.ANSWER, (), None),
        ("/answer", Kind.ANSWER, (), None),
        ("answer #11", Kind.ANSWER, ("#11",), None),
        ("continue #7", Kind.CONTINUE, ("#7",), None),
    ],
)
def test_a_sentence_that_clearly_asks_is_read_so(
    sentence: str, kind: Kind, targets: tuple[str, ...], scope: str | None
) -> None:
    assert read(sentence) == Reading(kind, sentence, None, targets, scope)


@pytest.mark.parametrize(
    ("sentence", "kind", "targets", "value"),
    [
        ("make #7 high priority", Kind.PRIORITY, ("#7",), "high"),
        ("Please make 7 and #8 low-priority", Kind.PRIORITY, ("7", "#8"), "low"),
        ("give it critical priority", Kind.PRIORITY, ("it",), "critical"),
        ("set the priority of the last one to Normal", Kind.PRIORITY, ("last",), "normal"),
        ("change #7's priority to high", Kind.PRIORITY, ("#7",), "high"),
        ("raise the priority of #7", Kind.PRIORITY, ("#7",), "up"),
        ("lower the priority of #7", Kind.PRIORITY, ("#7",), "down"),
        ("start #7 now", Kind.FREE, ("#7",), None),
        ("run #7 anyway", Kind.FREE, ("#7",), None),
        ("start the last one without waiting", Kind.FREE, ("last",), None),
        ("let #7 start", Kind.FREE, ("#7",), None),
        ("run at most 2 tasks at once", Kind.LIMIT, (), "2"),
        ("limit to 3 tasks", Kind.LIMIT, (), "3"),
        ("how many tasks can run at once?", Kind.LIMIT, (), None),
        ("/priority high 7 8", Kind.PRIORITY, ("7", "8"), "high"),
        ("/priority UP", Kind.PRIORITY, (), "up"),
        ("/free 7", Kind.FREE, ("7",), None),
        ("/limit", Kind.LIMIT, (), None),
        ("/limit 6", Kind.LIMIT, (), "6"),
        ("delegate free 7", Kind.FREE, ("7",), None),
    ],
)
def test_the_queue_is_put_in_order_by_sentences(
    sentence: str, kind: Kind, targets: tuple[str, ...], value: str | None
) -> None:
    assert read(sentence) == Reading(kind, sentence, None, targets, value=value)


@pytest.mark.parametrize(
    ("sentence", "kind", "target"),
    [
        ("Check on the API analysis", Kind.STATUS, "the API analysis"),
        ("How's the test suite doing?", Kind.STATUS, "the test suite"),
        ("show me the log of the test suite", Kind.LOGS, "the test suite"),
        ("tell me when the tests are done", Kind.WAIT, "the tests"),
        ("Stop the test suite", Kind.STOP, "the test suite"),
        ("try the dependency update again", Kind.RETRY, "the dependency update"),
        ("Is the build done yet?", Kind.STATUS, "the build"),
        ("did the tests pass?", Kind.RESULT, "the tests"),
        ("stop the dev server now", Kind.STOP, "the dev server"),
        ("Cancel fix-eslint-errors", Kind.STOP, "fix-eslint-errors"),
        ("Run the tests again", Kind.RETRY, "the tests"),
        ("/delegate stop the test suite", Kind.STOP, "the test suite"),
    ],
)
def test_a_description_counts_only_if_a_task_fits_it(sentence: str, kind: Kind, target: str) -> None:
    reading = read(sentence)
    assert (reading.kind, reading.targets, reading.needs_match) == (kind, (target,), True)
    assert reading.draft == Draft(sentence.removeprefix("/delegate "))
    assert reading.target == target


@pytest.mark.parametrize(
    "sentence",
    [
        "Show the user their status on the profile page",
        "Stop using var in src/",
        "Stop logging",
        "Stop the test suite from printing warnings",
        "Kill the process on port 3000",
        "kill -9 1234",
        "Cancel orders older than a week",
        "Delete dead code in src/",
        "Delete the task table from the database",
        "Delete the cron task",
        "Delete the send_email task",
        "Delete the tests",
        "delete fix-eslint-errors",
        "remove the last commit",
        "delete everything",
        "Remove completed tasks from the todo list",
        "Delete completed jobs older than 30 days",
        "Clean up everything in dist",
        "clean",
        "Check on which browsers the app fails",
        "Check the status code",
        "check 8 files",
        "Show the status in the header",
        "Show failed tests",
        "Fix the results page",
        "Show me the results page",
        "What did the last commit change in the parser?",
        "Wait for the server and then run the tests",
        "Notify me when the disk is full",
        "Tell the user when the upload is done",
        "Retry failed requests with backoff",
        "restart the server",
        "Run the tests again after every save",
        "Undo the last commit",
        "Pause the video",
        "Filter the list by date",
        "Switch to the dark theme",
        "Help me with the parser",
        "List the agents that crashed",
        "why did the build fail?",
        "I have to go. Stop it.",
        "Make the login form high priority",
        "Make accessibility a high priority",
        "Set the priority of the network queue to low",
        "Set the task priority to high in the config",
        "Raise the priority of the main thread",
        "Give the header high priority in the layout",
        "Start the server now",
        "Start the dev server without waiting",
        "Run the tests now",
        "Free the memory",
        "Let the user start",
        "Run 6 tests at once",
        "Run tasks at once",
        "Limit the upload to 3 files",
        "limit to 3 requests",
        "Set the limit to 100",
        "stop it\nand start again",
        "status\nof the world",
        "/etc/hosts is wrong",
        "/tmp is full",
    ],
)
def test_what_is_unsure_is_a_task_as_typed(sentence: str) -> None:
    reading = read(sentence)
    assert task_text(reading) == sentence
    assert reading.draft is not None
    assert reading.draft.problems == ()


@pytest.mark.parametrize(
    "typed", ['"status"', "'stop 8'", "\\/stop 8", "`stop it`", '"run the tests in the background"']
)
def test_quotes_and_backslashes_make_anything_a_task(typed: str) -> None:
    assert read(typed).draft == parse_request(typed)


@pytest.mark.parametrize("typed", ["stop the test suite p:low", "status @worker", "delete the last one +tag"])
def test_a_sentence_with_options_is_a_task(typed: str) -> None:
    assert read(typed).draft == parse_request(typed)


def test_a_shell_command_is_no_sentence() -> None:
    command = "!echo in the background p:low"
    assert read(command) == Reading(Kind.TASK, command, parse_request(command))
    assert parse_request(command).shell == "echo in the background p:low"


def test_a_paste_of_several_lines_stays_one_task() -> None:
    text = "Fix these:\n\n- stop it\n- delegate the rest\n\nin the background"
    assert task_text(read(text)) == text


_PARTS = st.sampled_from(
    [
        *("stop", "delete", "delegate", "status", "of", "when", "the", "it", "#8", "task", "test suite"),
        *("in the background", "while I work", "/", "/stop", "/add -p", "--", "p:low", "all", "failed"),
        *("done", "?", ".", ",", "\n", '"'),
    ]
)


@given(st.text() | st.lists(_PARTS, max_size=8).map(" ".join))
def test_every_text_has_a_reading_that_keeps_to_its_kind(text: str) -> None:
    reading = read(text)
    assert reading.original == text
    assert (reading.draft is not None) == (reading.kind is Kind.TASK or reading.needs_match)
    if reading.kind in (Kind.DELETE, Kind.CLEAN):
        assert not reading.needs_match


@given(st.text(min_size=1).map(str.strip).filter(bool))
def test_a_text_that_is_read_as_a_task_is_never_lost(text: str) -> None:
    reading = read(text)
    assert reading.draft is not None or reading.kind is not Kind.TASK
    assert reading.draft is None or reading.draft.text or reading.draft.problems
