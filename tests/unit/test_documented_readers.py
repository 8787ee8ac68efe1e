"""Tools that were not to be had here: their outputs as their own documentation and sources print them.

Gradle's user manual (console output), RSpec's and PHPUnit's documented formatters, Microsoft's pages on
``dotnet build`` and ``dotnet test``, the output of swift-corelibs-xctest, BuildKit's plain progress and the
classic Docker builder, Surefire's summary. None of these texts comes from a run.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from app.logs.readers import read_outcome, read_progress

FOLDER = Path(__file__).parent / "documented"


def documented(name: str) -> str:
    """The text of that name."""
    return (FOLDER / f"{name}.txt").read_text()


@pytest.mark.parametrize(
    ("name", "tool", "headline", "error"),
    [
        (
            "gradle_failed",
            "gradle",
            "1 failed, 4 passed",
            "ShopTest > totals() - org.opentest4j.AssertionFailedError: "
            "expected: <4> but was: <3> at ShopTest.java:12",
        ),
        (
            "gradle_wrong",
            "gradle",
            "build failed",
            "Could not resolve all files for configuration ':compileClasspath'. "
            "- Could not find com.example:cart:9.9.",
        ),
        ("maven_failed", "maven", "1 failed, 3 passed", "ShopTest.totals:12 expected: <4> but was: <3>"),
        ("maven_compiler", "maven", "build failed", "cannot find symbol (/shop/src/Shop.java:3)"),
        ("rspec_failed", "rspec", "1 failed, 3 passed", "Cart totals - expected: 4, got: 3"),
        (
            "phpunit_failed",
            "phpunit",
            "1 failed, 117 passed",
            "ShopTest::testTotal - Failed asserting that 3 matches expected 4.",
        ),
        ("dotnet_build", "dotnet", "1 error, 2 warnings", "; expected [CS1002] (/shop/Cart.cs:3)"),
        (
            "dotnet_test",
            "dotnet test",
            "1 failed, 11 passed",
            "Shop.Tests.Total - Assert.Equal() Failure: Values differ",
        ),
        (
            "swift_failed",
            "swift test",
            "1 failed, 1 passed",
            'ShopTests.testTotal - XCTAssertEqual failed: ("3") is not equal to ("4") '
            "(Tests/ShopTests.swift:12)",
        ),
        (
            "docker_failed",
            "docker build",
            "build failed",
            "pip install -r requirements.txt: exit 1 - ERROR: No matching distribution found for shopp",
        ),
    ],
)
def test_a_run_that_failed(name: str, tool: str, headline: str, error: str) -> None:
    outcome = read_outcome("", documented(name), 1, None)
    assert (outcome.tool, outcome.headline, outcome.error) == (tool, headline, error)


@pytest.mark.parametrize(
    ("name", "tool", "headline"),
    [
        ("gradle_passed", "gradle", "built"),
        ("docker_passed", "docker build", "built docker.io/library/shop:latest"),
        (
            "docker_classic",
            "docker build",
            "built shop:latest",
        ),
        (
            "phpunit_passed",
            "phpunit",
            "5 passed",
        ),
        ("rspec_passed", "rspec", "3 passed"),
        ("dotnet_built", "dotnet", "built"),
        ("swift_built", "swift", "built"),
    ],
)
def test_a_run_that_passed(name: str, tool: str, headline: str) -> None:
    outcome = read_outcome("", documented(name), 0, None)
    assert (outcome.tool, outcome.headline, outcome.error) == (tool, headline, None)


@pytest.mark.parametrize(
    ("name", "words", "label"),
    [
        ("gradle_failed", "> Task :test FAILED\n", ":test"),
        ("gradle_rich", "3s]", "52%"),
        ("maven_failed", "@ shop-core ---\n", "2/3"),
        ("rspec_failed", "..F*.\n", "5 examples, 1 failed"),
        ("phpunit_failed", "( 52%)\n", "63/120"),
        ("dotnet_build", "Shop.dll\n", "built Shop"),
        ("swift_failed", "Cart.swift\n", "1/4"),
        ("swift_failed", "failed (0.1 seconds)\n", "2 tests, 1 failed"),
        ("docker_failed", "COPY . .\n", "2/4"),
    ],
)
def test_midway(name: str, words: str, label: str) -> None:
    text = documented(name)
    progress = read_progress(text[: text.index(words) + len(words)])
    assert progress is not None
    assert progress.label == label
