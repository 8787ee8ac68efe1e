"""Linters' own JSON becomes counts, and two of them become what was fixed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents.worker.findings import Findings, Problem, compare, read_eslint, read_ruff

ESLINT = json.dumps(
    [
        {
            "filePath": "/p/a.js",
            "messages": [
                {"ruleId": "no-var", "severity": 2, "fix": {"range": [0, 3], "text": "let"}},
                {"ruleId": "eqeqeq", "severity": 2, "suggestions": [{"fix": {"range": [1, 2], "text": "="}}]},
                {"ruleId": "prefer-template", "severity": 1, "fix": {"range": [4, 5], "text": ""}},
                {"ruleId": None, "severity": 1, "fix": {"range": [0, 9], "text": " "}},
            ],
            "errorCount": 2,
            "warningCount": 2,
            "fixableErrorCount": 1,
            "fixableWarningCount": 2,
        },
        {"filePath": "/p/b.js", "messages": [{"ruleId": None, "fatal": True, "severity": 2}]},
        {"filePath": "/p/c.js", "messages": []},
    ]
)
RUFF = json.dumps(
    [
        {"filename": "/p/a.py", "code": "F401", "fix": {"applicability": "safe", "edits": []}},
        {"filename": "/p/a.py", "code": "F841", "fix": {"applicability": "unsafe", "edits": []}},
        {"filename": "/p/b.py", "code": None, "fix": None},
    ]
)


def test_eslint_counts_are_its_own() -> None:
    found = read_eslint(ESLINT)
    assert (found.errors, found.warnings) == (3, 2)
    assert (found.fixable_errors, found.fixable_warnings) == (1, 2)
    assert found.fixable_files == ("/p/a.js",)
    assert found.rules == {
        "no-var": 1,
        "eqeqeq": 1,
        "prefer-template": 1,
        "unused eslint-disable": 1,
        "parsing error": 1,
    }


def test_ruff_offers_unsafe_fixes_that_it_does_not_apply() -> None:
    found = read_ruff(RUFF)
    assert (found.errors, found.fixable_errors) == (3, 1)
    assert found.rules == {"F401": 1, "F841": 1, "invalid-syntax": 1}


@pytest.mark.parametrize(
    "text", ["", "Oops! Something went wrong!", "{}x", '{"a": 1}', "[1]", "null", '[{"filePath": 1}]']
)
def test_what_is_no_report_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        read_eslint(text)


def test_a_rule_that_gained_problems_counts_against_the_fix() -> None:
    before = Findings(
        (Problem("/p/a.js", "no-var"), Problem("/p/a.js", "no-var"), Problem("/p/b.js", "semi", False))
    )
    after = Findings((Problem("/p/a.js", "prefer-const"),))
    difference = compare(before, after)
    assert (difference.errors, difference.warnings, difference.total) == (1, 1, 2)
    assert difference.rules == (("no-var", 2), ("semi", 1), ("prefer-const", -1))
    assert difference.files == (("/p/a.js", 1), ("/p/b.js", 1))


problems = st.lists(
    st.builds(
        Problem,
        st.sampled_from(["/a", "/b", "/c"]),
        st.sampled_from(["x", "y", "z"]),
        st.booleans(),
        st.booleans(),
    )
).map(lambda found: Findings(tuple(found)))


@given(problems, problems)
def test_rules_and_files_add_up_to_before_minus_after(before: Findings, after: Findings) -> None:
    difference = compare(before, after)
    expected = len(before.problems) - len(after.problems)
    assert difference.total == expected
    assert sum(count for _, count in difference.rules) == expected
    assert sum(count for _, count in difference.files) == expected


@given(problems, st.sets(st.sampled_from(["/a", "/b", "/c"])))
def test_within_and_without_part_the_findings(found: Findings, paths: set[str]) -> None:
    inside, outside = found.within(paths), found.without(paths)
    assert len(inside.problems) + len(outside.problems) == len(found.problems)
    assert all(problem.path in paths for problem in inside.problems)
