"""Sentences that delegate lose what only says so, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.sentences import Kind, read
from app.model.wrapping import unwrap


def task_text(sentence: str) -> str:
    reading = read(sentence)
    assert reading.kind is Kind.TASK
    assert reading.draft is not None
    return reading.draft.text


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        (
            "I need to implement user authentication. But first, delegate fixing all ESLint errors in the"
            " background.",
            "fixing all ESLint errors",
        ),
        ("Delegate fixing ESLint errors while I work on auth", "fixing ESLint errors"),
        ("Delegate running the test suite to a background agent", "running the test suite"),
        (
            "Can you create a background task to analyze the performance of our API endpoints?",
            "analyze the performance of our API endpoints",
        ),
        ("Create a background task to generate API docs", "generate API docs"),
        ("Run our test suite in the background while I work on the new feature", "run our test suite"),
        ("Generate API documentation in the background", "generate API documentation"),
        ("Analyze code quality in the background", "analyze code quality"),
        ("Run security scan as a background task", "run security scan"),
        ("Generate performance report in background", "generate performance report"),
        ("Build the project in the background", "build the project"),
        ("Compile and run tests as a background task", "compile and run tests"),
        ("Generate production bundle in background", "generate production bundle"),
        ("Monitor log files in the background", "monitor log files"),
        ("Watch for file changes as a background task", "watch for file changes"),
        ("Track system metrics in background", "track system metrics"),
        ('/delegate "run tests"', "run tests"),
        # Other ways to say the same.
        ("delegate fixing all ESLint errors in the background", "fixing all ESLint errors"),
        ("Delegate the API docs to a background agent, please", "the API docs"),
        ("Delegate: run the tests", "run the tests"),
        ("delegate updating the README to the background", "updating the README"),
        ("While I work on auth, run the tests.", "run the tests"),
        ("In the background, run the tests.", "run the tests"),
        ("Could you please run the tests in the background?", "run the tests"),
        ("Please run the tests", "run the tests"),
        ("Have a background agent update all dependencies", "update all dependencies"),
        ("Start a new background job for running the benchmarks", "running the benchmarks"),
        ("I’m going to refactor the parser; meanwhile, delegate running the tests", "running the tests"),
        ("Run the tests while I’m at lunch", "run the tests"),
        ("Use a background agent to run the tests", "run the tests"),
        ("Refactor the auth module while I write docs", "refactor the auth module"),
        ("In the background, while I work on the API, run the tests", "run the tests"),
        ("Hey, run the tests", "run the tests"),
        ("We need to ship. Delegate running all tests in the background, please.", "running all tests"),
        ("API docs: generate them in the background", "API docs: generate them in the background"),
        ("/add fixing the lint errors in the background", "fixing the lint errors"),
        ("/delegate stop using var in src/", "stop using var in src/"),
    ],
)
def test_a_sentence_that_delegates_loses_its_wrapping(sentence: str, text: str) -> None:
    assert task_text(sentence) == text


@pytest.mark.parametrize(
    "sentence",
    [
        "Fix all ESLint errors in src/",
        "Render the gradient in the background",
        "Fix the flicker in the background",
        "Make the image upload run in the background",
        "Generate thumbnails in the background",
        "Track user location in the background",
        "Create a background task queue",
        "Create a background task to send emails",
        "Add a background task to clean up sessions",
        "Test that uploads work while I work on a slow network",
        "Create a background job that sends mails",
        "Move the upload to a background job",
        "Run the sync job in the background instead of on the main thread",
        "Run a background task every hour",
        "Delegate drawing to the Canvas class",
        "Delegate session handling to SessionManager",
        "Delegate rendering to CanvasView",
        "Implement the delegate pattern",
        "Fix the login. Delegate session handling to the SessionManager class.",
        "Fix the crash that happens while I work on a document",
        "Find out why the app crashes while I scroll",
        "Show a spinner while I write",
        "Can you run the tests? If they fail, fix them.",
        "Delegate status reports to the manager",
        "Run the tests\nin the background",
        "in the background",
        "delegate",
        "please",
    ],
)
def test_what_is_not_clearly_wrapping_stays(sentence: str) -> None:
    assert task_text(sentence) == sentence


@given(st.text())
def test_unwrapping_takes_away_from_the_ends_only(text: str) -> None:
    left = unwrap(text)
    assert left.lower() in text.lower()


@given(st.text(st.characters(categories=["L", "N"]), min_size=1))
def test_what_is_delegated_is_never_lost(word: str) -> None:
    work = unwrap(f"Delegate running {word} to a background agent")
    assert work == f"running {word}"
