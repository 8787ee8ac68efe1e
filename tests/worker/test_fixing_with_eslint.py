"""A real ESLint project, installed from npm: its numbers are true, its commit holds what was fixed."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.worker.conftest import Site

pytestmark = pytest.mark.xdist_group("npm")

FIXABLE = """var one = 1;
let two = 2;
var shop = { two: two };
console.log(shop["two"] + "x", !!!one);
"""
"""Of errors two no-var, one each of dot-notation and no-extra-boolean-cast and prefer-const; two warnings."""

UNFIXABLE = "export const same = (a, b) => a == b;\n"
"""One error, eqeqeq, for which ESLint only has a suggestion."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What ESLint itself counts."""

    errors: int
    warnings: int
    fixable_errors: int
    fixable_warnings: int
    rules: Counter[str]


def eslint_counts(folder: Path) -> Counts:
    """Asked of ESLint directly."""
    argv = ["node_modules/.bin/eslint", "src/", "--format=json"]
    results = json.loads(subprocess.run(argv, cwd=folder, capture_output=True, check=False).stdout)

    def total(key: str) -> int:
        return sum(result[key] for result in results)

    return Counts(
        total("errorCount"),
        total("warningCount"),
        total("fixableErrorCount"),
        total("fixableWarningCount"),
        Counter(message["ruleId"] for result in results for message in result["messages"]),
    )


def test_the_summary_is_true_to_eslint_and_the_commit_to_the_fix(eslint_site: Callable[..., Site]) -> None:
    site = eslint_site()
    for name in ("a", "b", "c", "mine", "staged"):
        site.write(f"src/{name}.js", FIXABLE)
    site.write("src/clean.js", "export const ok = 1;\n")
    site.commit_all()
    mine = site.write("src/mine.js", FIXABLE + "// mine\n").read_bytes()
    staged = site.write("src/staged.js", FIXABLE + "// staged\n").read_bytes()
    site.git("add", "src/staged.js")
    new = site.write("src/new.js", FIXABLE).read_bytes()

    before = eslint_counts(site.folder)
    ran = site.work("fix all ESLint errors in src/ and commit")
    after = eslint_counts(site.folder)

    assert ran.code == 0, ran.log
    assert (before.errors, before.warnings) == (6 * 5, 6 * 2)
    fixed = before.rules - after.rules
    assert ran.outcome["fixed"] == fixed.total() == 3 * 7
    assert (ran.outcome["errors"], ran.outcome["warnings"]) == (after.errors, after.warnings)
    assert ran.outcome["headline"] == "21 fixed in 3 files, 21 left, 2 passed"
    assert ran.summary is not None
    lines = ran.summary.splitlines()
    assert lines[0] == "# Fixed 15 errors and 6 warnings across 3 files"
    assert lines[2] == (
        f"ESLint found {before.errors} errors and {before.warnings} warnings "
        f"({before.fixable_errors} errors and {before.fixable_warnings} warnings fixable); "
        f"{after.errors} errors and {after.warnings} warnings left."
    )
    by_rule = lines[lines.index("## By rule") + 2 : lines.index("## By file") - 1]
    assert Counter(by_rule) == Counter(f"- `{rule}`: {count}" for rule, count in fixed.items())

    held = site.git("show", "--format=", "--name-only", "HEAD").split()
    assert sorted(held) == ["src/a.js", "src/b.js", "src/c.js"]
    assert ran.outcome["commit"] in site.git("rev-parse", "HEAD")
    assert (site.folder / "src/mine.js").read_bytes() == mine
    assert (site.folder / "src/staged.js").read_bytes() == staged
    assert (site.folder / "src/new.js").read_bytes() == new
    assert sorted(site.git("status", "--porcelain").splitlines()) == [
        " M src/mine.js",
        "?? src/new.js",
        "M  src/staged.js",
    ]


def test_errors_without_a_fix_are_left_and_said(eslint_site: Callable[..., Site]) -> None:
    site = eslint_site()
    site.write("src/a.js", FIXABLE)
    site.write("src/b.js", UNFIXABLE)
    site.commit_all()
    ran = site.work("fix all ESLint errors")
    assert (ran.code, ran.error) == (1, "1 error is left that ESLint cannot fix: eqeqeq 1")
    assert ran.outcome["headline"] == "7 fixed in 1 file, 1 left, 2 passed"
    assert eslint_counts(site.folder).rules == {"eqeqeq": 1}


def test_failing_tests_prevent_the_commit(eslint_site: Callable[..., Site]) -> None:
    site = eslint_site(test="node -e 'process.exit(3)'")
    site.write("src/a.js", FIXABLE)
    head = site.commit_all()
    ran = site.work("fix all ESLint errors in src/ and commit")
    assert (ran.code, site.git("rev-parse", "HEAD").strip()) == (1, head)
    assert ran.error.startswith("Tests failed after the fix, nothing was committed: ")
    assert eslint_counts(site.folder).errors == 0


def test_names_with_brackets_are_files_and_no_patterns(eslint_site: Callable[..., Site]) -> None:
    site = eslint_site()
    site.write("src/[id].js", FIXABLE)
    site.write("src/i.js", FIXABLE)
    site.commit_all()
    mine = site.write("src/i.js", FIXABLE + "// mine\n").read_bytes()
    ran = site.work("fix eslint errors in src and commit")
    assert (ran.code, ran.outcome["files"]) == (0, ["src/[id].js"])
    assert (site.folder / "src/i.js").read_bytes() == mine


def test_a_link_to_a_file_of_the_users_is_not_followed(eslint_site: Callable[..., Site]) -> None:
    site = eslint_site()
    site.write("src/real.js", FIXABLE)
    (site.folder / "src/link.js").symlink_to("real.js")
    site.commit_all()
    mine = site.write("src/real.js", FIXABLE + "// mine\n").read_bytes()
    site.work("fix eslint errors in src and commit")
    assert (site.folder / "src/real.js").read_bytes() == mine
    assert (site.folder / "src/link.js").is_symlink()


def test_a_broken_configuration_ends_with_eslints_own_exit_code(eslint_site: Callable[..., Site]) -> None:
    site = eslint_site()
    site.write("eslint.config.js", "export default [{ rules: { 'no-such-rule': 'error' } }];")
    site.write("src/a.js", FIXABLE)
    ran = site.work("fix all ESLint errors")
    assert ran.code == 2
    assert ran.error.startswith("ESLint could not check the files: ")
    assert site.read("src/a.js") == FIXABLE


def test_an_eslint_that_is_not_installed_is_one_clear_line(site: Site) -> None:
    site.write("package.json", '{"devDependencies": {"eslint": "^9"}}')
    site.environment["PATH"] = "/nonexistent"
    ran = site.work("fix all ESLint errors")
    assert (ran.code, len(ran.log.splitlines())) == (1, 1)
    assert ran.error.startswith("ESLint was not found: looked in ")
