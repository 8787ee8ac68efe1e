"""Cargo: build, check, clippy and test."""

from __future__ import annotations

import re

from app.logs.readers.base import (
    Output,
    Reader,
    Report,
    Sighting,
    because,
    last_match,
    plural,
    shorten,
    verdict_line,
)
from app.logs.readers.traces import rust_panic
from app.model.outcome import Outcome, Progress

_RESULT = re.compile(r"^test result: (ok|FAILED)\. (\d+) passed; (\d+) failed; (\d+) ignored;.*$", re.M)
_RUNNING = re.compile(r"^running (\d+) tests?$", re.M)
_TEST = re.compile(r"^test .+ \.\.\. (ok|FAILED|ignored.*)$", re.M)
_COMPILING = re.compile(r"^ +(Compiling|Checking|Building) ([\w-]+)(?: v\S+)?.*$", re.M)
_BAR = re.compile(r"^ +Building \[[=> ]*\] (\d+)/(\d+)\b.*$", re.M)
_FINISHED = re.compile(r"^ +Finished .*$", re.M)
_RUN = re.compile(r"^ +Running `", re.M)
_NOT_BUILT = re.compile(r"^error: could not compile `.*?`.*?(?:due to (?:(\d+) )?previous errors?.*)?$", re.M)
_ERROR = re.compile(
    r"^(error(?:\[E\d+\])?: (?!could not compile|aborting due).*)\n(?: +--> (\S+?:\d+))?", re.M
)
_WARNINGS = re.compile(r"^warning: `.*` \(.*\) generated (\d+) warnings?(?! \(\d+ duplicates?\)$)", re.M)
_FAILURE = re.compile(r"^---- (.*?) (?:stdout )?----\n", re.M)
_RERUN = re.compile(r"^error: test failed, to rerun.*$|^error: \d+ targets? failed:.*$", re.M)


def progress(output: Output) -> Sighting | None:
    """Tests done, over all the programs that have run so far; before that, what is being compiled.

    While a program's tests run the total of those announced stands beside; once they are done it does not,
    since cargo does not say how many programs are to come.
    """
    begin = _invocation(output.text)
    announced = list(_RUNNING.finditer(output.text, begin))
    if not announced:
        return _building(output.text, begin)
    if output.cut:
        return None
    tests = list(_TEST.finditer(output.text, announced[0].start()))
    ended = [int(a) + int(b) + int(c) for _, a, b, c in _RESULT.findall(output.text, announced[0].start())]
    done, total = max(len(tests), sum(ended)), sum(int(found.group(1)) for found in announced)
    if not done:
        return None
    failed = sum(found.group(1) == "FAILED" for found in tests)
    text = plural(done, "test") + (f", {failed} failed" if failed else "")
    at = max([found.end() for found in tests] + [announced[-1].end()])
    return Sighting(at, Progress(done, total if done < total else None, text=text))


def _invocation(text: str) -> int:
    """Where the newest cargo begins: tests are run by one that has just finished its build."""
    begin = 0
    for found in _FINISHED.finditer(text):
        begin = found.start()
    return begin


def _building(text: str, begin: int) -> Sighting | None:
    bar = last_match(_BAR, text, begin)
    if bar is not None and int(bar.group(1)) <= int(bar.group(2)):
        return Sighting(bar.end(), Progress(int(bar.group(1)), int(bar.group(2)), text="building"))
    found = last_match(_COMPILING, text, begin)
    if found is None:
        return None
    return Sighting(found.end(), Progress(text=f"{found.group(1).lower()} {found.group(2)}"))


def report(text: str) -> Report | None:
    """The tests of the newest invocation added up, or how its build went."""
    begin = _invocation(text)
    results = list(_RESULT.finditer(text, begin))
    unbuilt = last_match(_NOT_BUILT, text)
    if unbuilt is not None and (not results or unbuilt.start() > results[-1].start()):
        return _build_failure(text, unbuilt)
    if results:
        return _tested(text, begin, results)
    finished = _FINISHED.search(text, begin)
    if finished is None or _RUN.search(text, finished.end()):
        return None
    warnings = _warnings(text[: finished.end()])
    headline = f"built, {plural(warnings, 'warning')}" if warnings else "built"
    return Report(finished.end(), Outcome("cargo", headline, warnings=warnings), failing=False)


def _tested(text: str, begin: int, results: list[re.Match[str]]) -> Report:
    passed, failed, skipped = (sum(int(found.group(n)) for found in results) for n in (2, 3, 4))
    failing = any(found.group(1) == "FAILED" for found in results)
    end = results[-1].end()
    for rerun in _RERUN.finditer(text, end):
        end, failing = rerun.end(), True
    headline = verdict_line(passed, failed, skipped=skipped) or "no tests ran"
    error = (_test_failure(text[begin:end]) or headline) if failing else None
    return Report(end, Outcome("cargo test", headline, error, passed, failed, skipped), failing)


def _test_failure(region: str) -> str | None:
    found = _FAILURE.search(region)
    if found is None:
        return None
    following = _FAILURE.search(region, found.end())
    block = region[found.end() : following.start() if following else len(region)]
    panic = rust_panic(block)
    plain = block.strip().partition("\n")[0]
    return because(found.group(1), panic[1] if panic else plain)


def _build_failure(text: str, unbuilt: re.Match[str]) -> Report:
    begin = 0
    for found in _FINISHED.finditer(text, 0, unbuilt.start()):
        begin = found.end()
    region = text[begin : unbuilt.end()]
    seen = _ERROR.findall(region)
    errors = int(unbuilt.group(1) or 0) or len(seen) or 1
    warnings = _warnings(region)
    headline = plural(errors, "error") + (f", {plural(warnings, 'warning')}" if warnings else "")
    error = f"{seen[0][0]} ({seen[0][1]})" if seen and seen[0][1] else seen[0][0] if seen else unbuilt.group()
    outcome = Outcome("cargo", headline, shorten(error), errors=errors, warnings=warnings)
    return Report(unbuilt.end(), outcome, failing=True)


def _warnings(region: str) -> int:
    return sum(int(number) for number in _WARNINGS.findall(region))


READER = Reader(
    tool="cargo",
    marks=(
        "test result: ",
        "could not compile `",
        "   Compiling ",
        "    Finished ",
        "    Checking ",
        "    Building ",
        "\nrunning ",
    ),
    progress=progress,
    report=report,
)
