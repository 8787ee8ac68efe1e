"""How far runs are, read from the real output of each tool as it stood midway."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.logs.readers import read_outcome, read_progress
from app.model.outcome import Progress
from tests.unit.outputs import ALL, output

WITH_PROGRESS = (
    "cargo/test_failed",
    "go/verbose_failed",
    "jest/failed",
    "mocha/spec_failed",
    "mocha/tap_failed",
    "node_test/spec_failed",
    "node_test/tap_failed",
    "pytest/count",
    "pytest/failed",
    "pytest/quiet",
    "pytest/verbose",
    "pytest/worker_crashed",
    "pytest/xdist",
    "pytest/xdist_verbose",
    "unittest/failed",
    "unittest/verbose",
    "vitest/failed",
    "vitest/verbose",
)


def cuts(text: str, number: int) -> range:
    """About that many places in a text, none of them chosen with an eye to its lines."""
    return range(0, len(text) + 1, max(1, len(text) // number | 1))


def until(name: str, words: str) -> str:
    """The output as it stood when those words had just been written for the first time."""
    text = output(name)
    return text[: text.index(words) + len(words)]


@pytest.mark.parametrize(
    ("name", "words", "label", "percent"),
    [
        ("pytest/failed", "collected 157 items\n", "0/157", None),
        ("pytest/failed", "[ 27%]", "43/157", 27),
        ("pytest/failed", "[ 61%]", "97/157", 61),
        ("pytest/failed", "[ 61%]\n......FFF", "106/157", 61),
        ("pytest/failed", "[100%]", "157/157", 100),
        ("pytest/count", "[ 94/157]", "94/157", 59),
        ("pytest/verbose", "test_charge[5] PASSED                                 [ 31%]", "49/157", 31),
        ("pytest/xdist", "[ 45%]", "72/157", 45),
        ("pytest/xdist", "2 workers [157 items]\n", "0/157", None),
        ("pytest/xdist_verbose", "PASSED tests/test_cart.py::test_add[19] ", "1/157", 0),
        ("pytest/quiet", "[ 45%]", "45%", 45),
        ("pytest/deselected", "1 selected\n", "0/1", None),
    ],
)
def test_pytest_midway(name: str, words: str, label: str, percent: int | None) -> None:
    progress = read_progress(until(name, words))
    assert progress is not None
    assert (progress.label, progress.percent) == (label, percent)


@pytest.mark.parametrize(
    ("name", "words", "label"),
    [
        ("cargo/test_failed", "   Compiling shop v0.1.0 (/shop)\n", "compiling shop"),
        ("cargo/test_failed", "test tests::a4 ... ok\n", "4/8"),
        ("cargo/test_failed", "test tests::unwraps ... FAILED\n", "8 tests, 2 failed"),
        ("cargo/test_failed", "test w1 ... ok\n", "9/10"),
        ("go/failed", "FAIL\texample.com/shop/cart\t0.004s\n", "1 package, 1 failed"),
        ("go/passed", "ok  \texample.com/shop/cart\t0.004s\n", "1 package"),
        ("go/verbose_failed", "--- FAIL: TestTotal (0.00s)\n", "2 tests, 1 failed"),
        ("jest/failed", "FAIL test/pay.test.js\n", "2 test files, 2 failed"),
        ("jest/failed", "4 total\nTests:       2 failed, 1 skipped, 1 todo, 12 passed, 16 total\n", "4/4"),
        ("mocha/spec_failed", "    ✔ adds item 3\n", "4 tests"),
        ("mocha/spec_failed", "    1) totals\n", "7 tests, 1 failed"),
        ("mocha/tap_failed", "not ok 7 cart totals\n", "7 tests, 1 failed"),
        ("node_test/spec_failed", "✔ adds item 4 (0.068657ms)\n", "5 tests"),
        ("node_test/tap_passed", "ok 2 - ok 1\n  ---\n  duration_ms: 0.113611\n  ...\n", "2 tests"),
        ("unittest/passed", "..s", "3 tests"),
        ("unittest/verbose", "test_n01 (tests.test_shop.Cart.test_n01) ... ok\n", "3 tests, 1 failed"),
        ("vitest/failed", " ❯ test/pay.test.js (2 tests | 1 failed) 5ms\n", "11 tests, 2 failed"),
        ("vitest/verbose", "adds item 3 0ms\n", "4 tests"),
    ],
)
def test_other_tools_midway(name: str, words: str, label: str) -> None:
    progress = read_progress(until(name, words))
    assert progress is not None
    assert progress.label == label


def test_a_plan_at_the_top_of_tap_gives_the_total() -> None:
    progress = read_progress("TAP version 13\n1..4\nok 1 - adds\nnot ok 2 - totals\n")
    assert progress is not None
    assert progress.label == "2/4"


def test_django_says_how_many_tests_there_are() -> None:
    progress = read_progress("Found 12 test(s).\nSystem check identified no issues (0 silenced).\n..F.")
    assert progress is not None
    assert (progress.label, progress.text) == ("4/12", "1 failed")


def test_letters_that_wait_are_no_tests() -> None:
    assert read_progress("Waiting for the database\n.....\n") is None


@pytest.mark.parametrize("name", WITH_PROGRESS)
def test_progress_never_goes_back_as_the_output_grows(name: str) -> None:
    text = output(name)
    done = percent = 0
    for end in cuts(text, 100):
        progress = read_progress(text[:end])
        if progress is None:
            continue
        assert (progress.done or done) >= done
        assert (progress.percent or percent) >= percent
        done, percent = progress.done or done, progress.percent or percent
    assert done or percent


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_done_that_the_tool_did_not_say(name: str) -> None:
    text = output(name)
    for end in cuts(text, 20):
        progress = read_progress(text[:end])
        if progress is not None and progress.fraction is not None:
            assert progress.fraction < 1 or str(progress.total or "100%") in text[:end]


@pytest.mark.parametrize("name", WITH_PROGRESS)
def test_a_tail_without_its_beginning_counts_nothing_itself(name: str) -> None:
    text = output(name)
    whole = read_progress(text)
    for start in cuts(text, 10):
        progress = read_progress(text[start:], cut=True)
        if progress is not None and progress.done is not None:
            assert whole is not None
            assert progress.done <= (whole.done or 0)
    assert read_progress("....F..s" * 9 + "\n", cut=True) is None


def test_of_two_tools_the_newer_counts() -> None:
    text = output("pytest/passed") + until("mocha/spec_failed", "    ✔ adds item 3\n")
    assert read_progress(text) == Progress(done=4, text="4 tests")


def test_after_a_tool_has_ended_another_programs_count_is_seen() -> None:
    progress = read_progress(output("pytest/passed") + "Uploading 3/10 files\n")
    assert progress is not None
    assert progress.label == "3/10"


def test_numbers_that_failing_tests_print_are_not_the_progress() -> None:
    text = until("pytest/failed", "Captured stdout call") + " ---\nConverted 3/10 files, 30%\n"
    progress = read_progress(text)
    assert progress is not None
    assert progress.label == "157/157"


@given(st.text(max_size=400))
def test_any_text_is_read_without_an_error(text: str) -> None:
    progress = read_progress(text)
    assert progress is None or progress.percent is None or 0 <= progress.percent <= 100
    assert read_outcome(text, text, 1, None).error


PIECES = st.sampled_from(
    [
        *(
            "collected 5 items\n",
            "tests/a.py ..F",
            "[ 45%]\n",
            "[ 99/5]",
            "= FAILURES =",
            "FAILED a::b - c...\n",
        ),
        *(
            "5 passed in 0.1s\n",
            "Ran 0 tests in 0s\n\nOK\n",
            "ℹ tests 4\nℹ pass 9\n",
            "TAP version 13\n",
            "1..0\n",
        ),
        *(
            "ok 1 - a\n",
            "not ok 2\n",
            "  ---\n",
            "  ...\n",
            "Test Suites: 1 failed, 0 total\nTests: 0 total\n",
        ),
        *("PASS a.js\n", " RUN  v3\n", " Test Files  1 (1)\n      Tests  9 passed (1)\n", "  0 passing\n"),
        *(
            "  1) a\n",
            "running 0 tests\n",
            "test a ... ok\n",
            "test result: ok. 9 passed; 0 failed; 0 ignored;\n",
        ),
        *(
            "--- FAIL: T (0.0s)\n",
            "FAIL\tx\t0.1s\n",
            "✖ 1 problem (0 errors, 0 warnings)\n",
            "Found 0 errors.\n",
        ),
        *(
            "150%",
            "99/98",
            "0/0",
            "1/1",
            "100%|###| 5/4",
            "\r",
            "\n",
            " ",
            "Traceback (most recent call last):\n",
        ),
        *(
            "npm error code 1\n",
            "npm error x\n",
            "x:1: error: y\n",
            "=" * 70 + "\n",
            "FAIL: a (b)\n",
            "! a !\n" * 3,
        ),
    ]
)


@given(st.lists(PIECES, max_size=25).map("".join), st.booleans(), st.integers(0, 255))
def test_pieces_of_output_in_any_order_are_read_without_an_error(text: str, cut: bool, code: int) -> None:
    progress = read_progress(text, cut=cut)
    if progress is not None:
        assert progress.percent is None or 0 <= progress.percent <= 100
        assert progress.done is None or progress.total is None or 0 <= progress.done <= progress.total
        assert progress.label
    outcome = read_outcome(text[:100], text, code, None)
    assert (outcome.error is None) == (code == 0)
