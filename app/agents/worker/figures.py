"""What tools report in their machine-readable forms, as a headline, counts, and lines for the summary."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.agents.worker.findings import Findings, read_eslint, read_ruff

_MOST = 10
"""Lines of one kind in a summary; a reader wants the worst, not all."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The result in a few words, lines that say more, and counts; ``worst`` is what explains a failure."""

    headline: str
    lines: tuple[str, ...] = ()
    errors: int | None = None
    warnings: int | None = None
    worst: str | None = None


def read_figures(name: str, report: str, said: str) -> Figures | None:
    """The figures of a tool by the name of its format: from its ``report``, or from what it ``said``.

    None where neither holds any, be it that the tool has given up.
    """
    reader = READERS.get(name)
    try:
        return reader(report, said) if reader else None
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, ArithmeticError):
        return None


def counted(count: int, noun: str, plural: str = "") -> str:
    """``1 problem``, ``2 problems``."""
    return f"{count} {noun}" if count == 1 else f"{count} {plural or noun + 's'}"


def _lint(tool: str, findings: Findings) -> Figures:
    rules = [f"{rule}: {count}" for rule, count in findings.rules.most_common(_MOST)]
    files = Counter(problem.path for problem in findings.problems).most_common(_MOST)
    count = len(findings.problems)
    lines = (*rules, *(f"{_near_end(path)}: {counted(number, 'problem')}" for path, number in files))
    where = counted(len({problem.path for problem in findings.problems}), "file")
    headline = f"{counted(count, tool + ' problem')} in {where}" if count else f"no {tool} problems"
    return Figures(headline, lines, findings.errors, findings.warnings, headline if count else None)


def _ruff(report: str, said: str) -> Figures:
    del said
    return _lint("ruff", read_ruff(report))


def _eslint(report: str, said: str) -> Figures:
    del said
    return _lint("ESLint", read_eslint(report))


def _coverage(report: str, said: str) -> Figures:
    """coverage.py's ``coverage json``."""
    del said
    data = json.loads(report)
    files = {name: entry["summary"]["percent_covered"] for name, entry in data["files"].items()}
    totals = data["totals"]
    lines = f"{totals['covered_lines']} of {totals['num_statements']} lines"
    return _covered(totals["percent_covered"], files, lines)


def _istanbul(report: str, said: str) -> Figures:
    """The json-summary reporter of Istanbul, as Jest, Vitest and c8 write it."""
    del said
    data = json.loads(report)
    total = data.pop("total")["lines"]
    files = {_near_end(name): entry["lines"]["pct"] for name, entry in data.items()}
    return _covered(float(total["pct"]), files, f"{total['covered']} of {total['total']} lines")


def _llvm_cov(report: str, said: str) -> Figures:
    """``cargo llvm-cov --json --summary-only``."""
    del said
    data = json.loads(report)["data"][0]
    files = {_near_end(entry["filename"]): entry["summary"]["lines"]["percent"] for entry in data["files"]}
    lines = data["totals"]["lines"]
    return _covered(lines["percent"], files, f"{lines['covered']} of {lines['count']} lines")


def _go_profile(report: str, said: str) -> Figures:
    """Go's coverage profile: ``file:from,to statements count`` a line, under one line with the mode."""
    del said
    seen: dict[str, list[int]] = {}
    for line in report.splitlines()[1:]:
        place, statements, count = line.rsplit(" ", 2)
        sums = seen.setdefault(place.rpartition(":")[0], [0, 0])
        sums[0] += int(statements) if int(count) else 0
        sums[1] += int(statements)
    covered, total = (sum(sums[index] for sums in seen.values()) for index in (0, 1))
    files = {_near_end(name): 100 * sums[0] / sums[1] for name, sums in seen.items() if sums[1]}
    return _covered(100 * covered / total, files, f"{covered} of {total} statements")


_NODE_TOTAL = re.compile(r"^(?:\S )?all files\s*\|\s*([\d.]+)\s*\|", re.M)
_NODE_FILE = re.compile(r"^(?:\S )?\s*(\S+\.\w+)\s*\|\s*([\d.]+)\s*\|", re.M)


def _node_coverage(report: str, said: str) -> Figures | None:
    """The table of Node's own test runner."""
    del report
    total = _NODE_TOTAL.search(said)
    files = {name: float(share) for name, share in _NODE_FILE.findall(said)}
    return _covered(float(total[1]), files, "lines, by Node's own count") if total else None


def _covered(percent: float, files: Mapping[str, float], lines: str) -> Figures:
    worst = sorted(files.items(), key=lambda pair: (pair[1], pair[0]))[:_MOST]
    least = [f"{name}: {_percent(share)}" for name, share in worst if share < 100]
    return Figures(f"{_percent(percent)} covered", (f"{_percent(percent)}: {lines}", *least))


def _percent(share: float) -> str:
    """Rounded down: only what is covered whole is 100 %."""
    return f"{int(share * 10) / 10:g} %"


def _npm_audit(report: str, said: str) -> Figures:
    del said
    data = json.loads(report)
    if "metadata" not in data:
        raise ValueError("npm has given up")
    counts = {
        kind: number
        for kind, number in data["metadata"]["vulnerabilities"].items()
        if kind != "total" and number
    }
    entries = data.get("vulnerabilities") or {
        entry["module_name"]: {"severity": entry["severity"], "fixAvailable": entry.get("patched_versions")}
        for entry in (data.get("advisories") or {}).values()
    }
    lines = [
        f"{name}: {entry['severity']}{', a fix is available' if entry.get('fixAvailable') else ''}"
        for name, entry in sorted(entries.items(), key=lambda pair: _SEVERITY.get(pair[1]["severity"], 9))
    ]
    return _vulnerable(sum(counts.values()), counts, lines)


_SEVERITY = {"critical": 0, "high": 1, "moderate": 2, "medium": 2, "low": 3, "info": 4}


def _pip_audit(report: str, said: str) -> Figures:
    del said
    found = [
        (entry["name"], entry["version"], flaw)
        for entry in json.loads(report)["dependencies"]
        for flaw in entry.get("vulns", ())
    ]
    lines = [
        f"{name} {version}: {flaw['id']}"
        + (f", fixed in {flaw['fix_versions'][0]}" if flaw["fix_versions"] else "")
        for name, version, flaw in found
    ]
    return _vulnerable(len(found), {}, lines)


def _cargo_audit(report: str, said: str) -> Figures:
    del said
    found = json.loads(report)["vulnerabilities"]["list"]
    lines = [
        f"{one['package']['name']} {one['package']['version']}: {one['advisory']['id']}" for one in found
    ]
    return _vulnerable(len(found), {}, lines)


def _vulnerable(count: int, kinds: Mapping[str, int], lines: list[str]) -> Figures:
    if not count:
        return Figures("no known vulnerabilities", errors=0)
    order = sorted(kinds.items(), key=lambda pair: _SEVERITY.get(pair[0], 9))
    words = ", ".join(f"{number} {kind}" for kind, number in order)
    headline = counted(count, "vulnerability", "vulnerabilities") + (f" ({words})" if words else "")
    worst = f"{headline}: {lines[0]}" if lines else headline
    return Figures(headline, tuple(lines[:_MOST]), errors=count, worst=worst)


def _bandit(report: str, said: str) -> Figures:
    del said
    results = json.loads(report)["results"]
    order = ("HIGH", "MEDIUM", "LOW")
    results.sort(key=lambda one: order.index(one["issue_severity"]))
    kinds = Counter(one["issue_severity"].lower() for one in results)
    lines = [
        f"{one['issue_severity'].lower()}: {one['issue_text']} [{one['test_id']}]"
        f" ({_clean(one['filename'])}:{one['line_number']})"
        for one in results[:_MOST]
    ]
    if not results:
        return Figures("bandit found nothing", errors=0)
    words = ", ".join(f"{kinds[kind.lower()]} {kind.lower()}" for kind in order if kinds[kind.lower()])
    headline = f"{counted(len(results), 'weakness', 'weaknesses')} ({words})"
    return Figures(headline, tuple(lines), errors=len(results), worst=f"{headline}: {lines[0]}")


def _pyright(report: str, said: str) -> Figures:
    del said
    data = json.loads(report)
    summary = data["summary"]
    errors = [one for one in data["generalDiagnostics"] if one["severity"] == "error"]
    lines = [
        f"{one['message'].splitlines()[0]} ({_near_end(one['file'])}:{one['range']['start']['line'] + 1})"
        for one in errors
    ]
    count = int(summary["errorCount"])
    headline = counted(count, "error") + f" in {counted(summary['filesAnalyzed'], 'file')}"
    return Figures(
        headline, tuple(lines[:_MOST]), count, int(summary["warningCount"]), lines[0] if lines else None
    )


def _clippy(report: str, said: str) -> Figures:
    """Cargo's messages, one JSON object a line."""
    del said
    messages = [json.loads(line) for line in report.splitlines() if line.startswith("{")]
    found = [
        one["message"]
        for one in messages
        if one.get("reason") == "compiler-message" and one["message"]["spans"]
    ]
    errors = sum(one["level"] == "error" for one in found)
    lints = Counter(one["code"]["code"] if one["code"] else one["level"] for one in found)
    headline = counted(len(found), "clippy problem") if found else "no clippy problems"
    lines = tuple(f"{name}: {count}" for name, count in lints.most_common(_MOST))
    return Figures(headline, lines, errors, len(found) - errors, headline if found else None)


def _pytest_benchmark(report: str, said: str) -> Figures:
    del said
    found = json.loads(report)["benchmarks"]
    lines = [
        f"{one['name']}: {_time(one['stats']['median'])} median of {one['stats']['rounds']} rounds"
        for one in found
    ]
    return Figures(counted(len(found), "benchmark"), tuple(lines))


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def _near_end(path: str) -> str:
    parts = path.split("/")
    return path if not path.startswith("/") or len(parts) < 4 else "/".join(parts[-2:])


def _clean(path: str) -> str:
    return path.removeprefix("./")


READERS: Mapping[str, Callable[[str, str], Figures | None]] = {
    "ruff": _ruff,
    "eslint": _eslint,
    "coverage": _coverage,
    "istanbul": _istanbul,
    "llvm-cov": _llvm_cov,
    "go-profile": _go_profile,
    "node-coverage": _node_coverage,
    "npm-audit": _npm_audit,
    "pip-audit": _pip_audit,
    "cargo-audit": _cargo_audit,
    "bandit": _bandit,
    "pyright": _pyright,
    "clippy": _clippy,
    "pytest-benchmark": _pytest_benchmark,
}
"""Every format that recipes can name in ``reads``; anything else is read as any log is."""
