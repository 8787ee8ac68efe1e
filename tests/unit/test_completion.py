"""What the word at the cursor can become."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dashboard.input.choices import paths_like
from app.dashboard.input.completion import Choices, complete, complete_with, with_paths

CHOICES = Choices(
    agents=("worker", "claude", "kiro"),
    tasks=((12, "security-scan"), (11, "rename-billing"), (8, "run-tests")),
    commands=(("stop", "stop a task"), ("status", "how the tasks stand"), ("theme", "change the colours")),
    options=(("p:", "priority"), ("after:", "start once N is complete"), ("in:", "folder")),
    themes=("dark", "light"),
    tags=("nightly",),
    folders=lambda prefix: [name for name in ("src/", "src/app/", "tests/") if name.startswith(prefix)],
)


def offered(text: str, cursor: int | None = None) -> list[str]:
    completion = complete(text, len(text) if cursor is None else cursor, CHOICES)
    return [candidate.text for candidate in completion.candidates] if completion else []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fix it @", ["@worker", "@claude", "@kiro"]),
        ("fix it @cl", ["@claude"]),
        ("fix it p:", ["p:critical", "p:high", "p:normal", "p:low"]),
        ("fix it p:h", ["p:high"]),
        ("fix it t:", ["t:10m", "t:30m", "t:1h", "t:2h", "t:none"]),
        ("fix it after:1", ["after:12", "after:11"]),
        ("fix it after:8,1", ["after:8,12", "after:8,11"]),
        ("fix it after:8,11,1", ["after:8,11,12"]),
        ("fix it in:s", ["in:src/", "in:src/app/"]),
        ("fix it commit:", ["commit:yes", "commit:no"]),
        ("fix it +ni", ["+nightly"]),
        ("stop #1", ["#12", "#11"]),
        ("/st", ["/stop", "/status"]),
        ("/stop ", ["12", "11", "8"]),
        ("/stop #8", []),
        ("/theme l", ["light"]),
        ("fix it a", ["after:"]),
    ],
)
def test_what_is_offered(text: str, expected: list[str]) -> None:
    assert offered(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "fix it",
        "fix it ",
        "!make p:",
        "worktree:yes !make p:",
        'fix "p:',
        "fix \\p:",
        "https://x",
        "fix it p:low",
        "note: @x/y",
    ],
)
def test_where_nothing_is_offered(text: str) -> None:
    assert offered(text) == []


def test_a_plain_word_is_completed_on_demand_only() -> None:
    completion = complete("fix it a", 8, CHOICES)
    assert completion is not None
    assert completion.quiet
    assert completion.ghost("fix it a") == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fix errors in s", ["src/", "setup.py"]),
        ("fix errors in src/", ["src/a.py", "src/deep/"]),
        ("!cat se", ["setup.py"]),
        ("fix a", ["after:", "app.py"]),
        ("fix p:h", ["p:high"]),
        ("fix setup.py", []),
        ("fix nothing-like", []),
        ("fix ", []),
        ('fix "s', []),
        ("fix \\s", []),
        ("fix .", [".hidden"]),
        ("", []),
    ],
)
def test_files_and_folders_are_offered_when_they_are_asked_for(
    text: str, expected: list[str], tmp_path: Path
) -> None:
    (tmp_path / "src" / "deep").mkdir(parents=True)
    for name in ("setup.py", "src/a.py", "app.py", ".hidden", "two words", "s\x1b[2J"):
        (tmp_path / name).touch()
    choices = replace(CHOICES, paths=lambda typed: paths_like(tmp_path, typed))
    offer = with_paths(complete(text, len(text), choices), text, len(text), choices)
    assert {candidate.text for candidate in (offer.candidates if offer else ())} == set(expected)


def test_the_ghost_is_what_is_missing() -> None:
    completion = complete("fix @cl", 7, CHOICES)
    assert completion is not None
    assert completion.ghost("fix @cl") == "aude"


@pytest.mark.parametrize(
    ("text", "cursor", "expected"),
    [
        ("fix @cl", 7, ("fix @claude ", 12)),
        ("fix @cl now", 7, ("fix @claude now", 11)),
        ("fix in:s", 8, ("fix in:src/", 11)),
        ("fix a", 5, ("fix after:", 10)),
    ],
)
def test_a_candidate_takes_the_place_of_the_word(text: str, cursor: int, expected: tuple[str, int]) -> None:
    completion = complete(text, cursor, CHOICES)
    assert completion is not None
    assert complete_with(text, completion, completion.candidates[0]) == expected


@given(st.text(alphabet='ab @+#/:"\\!p1,\n', max_size=20), st.integers(min_value=0, max_value=20))
def test_completing_never_touches_what_stands_around(text: str, cursor: int) -> None:
    cursor = min(cursor, len(text))
    completion = complete(text, cursor, CHOICES)
    if completion is None:
        return
    for candidate in completion.candidates:
        done, position = complete_with(text, completion, candidate)
        assert done.startswith(text[: completion.start])
        assert done.endswith(text[cursor:])
        assert 0 <= position <= len(done)


def test_a_whole_number_is_left_alone_until_tab_is_pressed() -> None:
    offer = complete("fix it after:1", 14, Choices(tasks=((10, "ten"), (1, "one"))))
    assert offer is not None
    assert offer.quiet
    assert offer.ghost("fix it after:1") == ""
