"""Go: ``go test``, plain and with ``-v``, and what ``go build`` and ``go vet`` complain about."""

from __future__ import annotations

import re

from app.logs.readers.base import (
    Output,
    Reader,
    Report,
    Sighting,
    because,
    counted,
    last_match,
    plural,
    shorten,
    verdict_line,
)
from app.logs.readers.traces import go_panic
from app.model.outcome import Outcome

_PACKAGE = re.compile(
    r"^(?:(ok)  \t(\S+)\t.*|(FAIL)\t(\S+)(?:\t| \[).*|\?   \t\S+\t\[no test files\])$", re.M
)
_TEST = re.compile(r"^--- (PASS|FAIL|SKIP): (\S+) \([\d.]+s\)$", re.M)
_RUN = re.compile(r"^=== RUN   (\S+)$", re.M)
_FAILURE = re.compile(r"^( *)--- FAIL: (\S+) \([\d.]+s\)\n?", re.M)
_SAID = re.compile(r"^ +(\S+\.go:\d+): ?(.*)\n?((?: {8}.*\n?)*)", re.M)
_TESTIFY = re.compile(r"^\s+Error: +\t?(.*)$", re.M)
_COMPARED = re.compile(r"^\s+(expected|actual) *: (.*)$", re.M)
_BUILD = re.compile(
    r"^# (\S+)(?: \[.*\])?\n((?:(?:vet: )?\.{0,2}/?\S+\.go:\d+(?::\d+)?: .*\n?|\t.*\n?|too many errors\n?)+)",
    re.M,
)
_FINAL = re.compile(r"^(?:PASS|FAIL)$", re.M)


def progress(output: Output) -> Sighting | None:
    """Tests done with ``-v``, else packages done; Go does not say of how many."""
    if output.cut:
        return None
    tests = list(_TEST.finditer(output.text))
    if _RUN.search(output.text):
        failed = sum(found.group(1) == "FAIL" for found in tests)
        return Sighting(tests[-1].end(), counted(len(tests), "test", failed)) if tests else None
    packages = [found for found in _PACKAGE.finditer(output.text) if found.group(1) or found.group(3)]
    failed = sum(found.group(3) is not None for found in packages)
    return Sighting(packages[-1].end(), counted(len(packages), "package", failed)) if packages else None


def report(text: str) -> Report | None:
    """Packages and, with ``-v``, tests; or the build errors where it got no further."""
    packages = list(_PACKAGE.finditer(text))
    failures = [found for found in _TEST.finditer(text) if found.group(1) == "FAIL"]
    if not packages and not (failures or _RUN.search(text)):
        return _build_report(text)
    ends = [found.end() for found in packages] + [found.end() for found in _FINAL.finditer(text)]
    if not ends:
        return None
    good = sum(found.group(1) is not None for found in packages)
    bad = sum(found.group(3) is not None for found in packages)
    failing = bool(bad or failures)
    error = (_explain(text) or "a package failed") if failing else None
    if _RUN.search(text):
        outcome = _by_test(text, error)
    else:
        headline = _by_package(good, bad, len(failures))
        outcome = Outcome("go test", headline, error, failed=len(failures))
    return Report(max(ends), outcome, failing)


def _by_test(text: str, error: str | None) -> Outcome:
    verdicts = [found.group(1) for found in _TEST.finditer(text)]
    passed, failed, skipped = (verdicts.count(word) for word in ("PASS", "FAIL", "SKIP"))
    # A panic ends the program before the test's own line.
    broken = 1 if error and not failed else 0
    headline = verdict_line(passed, failed, broken, skipped) or "no tests ran"
    return Outcome("go test", headline, error, passed, failed, skipped, broken)


def _by_package(good: int, bad: int, failed: int) -> str:
    """Without ``-v`` Go counts no passing tests, so packages stand for them."""
    if bad:
        tests = f"{plural(failed, 'test')} failed" if failed else ""
        packages = f"{bad} of {plural(good + bad, 'package')} failed" if good or not tests else ""
        return ", ".join(part for part in (tests, packages) if part)
    return f"{plural(good, 'package')} passed" if good else "no test files"


def _build_report(text: str) -> Report | None:
    found = last_match(_BUILD, text)
    if found is None:
        return None
    lines = [line for line in found.group(2).split("\n") if ".go:" in line and not line.startswith("\t")]
    outcome = Outcome("go", plural(len(lines), "error"), shorten(lines[0]), errors=len(lines))
    return Report(found.end(), outcome, failing=True)


def _explain(text: str) -> str | None:
    """The innermost first failure with what it said, a panic, or the first build error."""
    panic = go_panic(text)
    found = _innermost(text)
    if found is None or (panic and not _said(text, found)):
        build = _BUILD.search(text)
        first = panic[1] if panic else build.group(2).partition("\n")[0] if build else None
        return because(found.group(2), first) if found and panic else first
    said = _said(text, found)
    return because(found.group(2), said)


def _innermost(text: str) -> re.Match[str] | None:
    """Of a first failing test with failing subtests, the first of those at the deepest level."""
    first = None
    for found in _FAILURE.finditer(text):
        if first is not None and (not found.group(2).startswith(first.group(2) + "/")):
            break
        first = found
        if not text[found.end() :].lstrip("\n").startswith(found.group(1) + "    --- FAIL: "):
            break
    return first


def _said(text: str, failure: re.Match[str]) -> str | None:
    """The test's message: below its line, or with ``-v`` above it since its ``=== RUN``."""
    below = re.match(r"(?:(?! *---|===|FAIL|PASS|ok ) +.*\n?)*", text[failure.end() :])
    run = text.rfind(f"=== RUN   {failure.group(2)}\n", 0, failure.start())
    above = text[run : failure.start()] if run >= 0 else ""
    for block in (below.group() if below else "", above):
        found = _SAID.search(block)
        if found is not None:
            said = found.group(2).strip() or _testify(found.group(3))
            said = said or found.group(3).strip().partition("\n")[0]
            return f"{said} ({found.group(1)})"
    return None


def _testify(details: str) -> str:
    """What the testify package says, which leaves the first line empty."""
    error = _TESTIFY.search(details)
    compared = ", ".join(f"{word} {value}" for word, value in _COMPARED.findall(details))
    return f"{error.group(1).strip()} {compared}".strip() if error else ""


READER = Reader(
    tool="go test",
    marks=("ok  \t", "FAIL\t", "--- FAIL: ", "=== RUN   ", "--- PASS: ", "\t[no test files]", ".go:"),
    progress=progress,
    report=report,
)
