"""A sentence, delegated to a real ESLint project: what the record says is what ESLint and git say."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.worker.conftest import Site
from tests.worker.test_fixing_with_eslint import FIXABLE, eslint_counts

pytestmark = pytest.mark.xdist_group("npm")


def test_the_record_of_a_delegated_fix_is_true(eslint_site: Callable[..., Site]) -> None:
    site = eslint_site()
    for name in ("a", "b", "mine"):
        site.write(f"src/{name}.js", FIXABLE)
    before = site.commit_all()
    mine = site.write("src/mine.js", FIXABLE + "// mine\n").read_bytes()
    counts = eslint_counts(site.folder)

    sentence = "Can you fix all ESLint errors in src/ and commit +lint p:high"
    done = subprocess.run(
        [sys.executable, "-m", "app", "add", sentence, "--wait", "--json"],
        cwd=site.folder,
        env=site.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    task = json.loads(done.stdout)
    left = eslint_counts(site.folder)

    assert (done.returncode, task["status"], task["exit_code"]) == (0, "complete", 0), done.stderr
    assert (task["agent"], task["priority"], task["tags"]) == ("worker", "high", ["lint"])
    assert task["files"] == ["src/a.js", "src/b.js"]
    assert site.git("log", "--format=%H", f"{before}..").startswith(task["commit"])
    assert site.git("show", "--format=", "--name-only").split() == task["files"]
    fixed = counts.rules - left.rules
    assert f"Fixed {2 * 5} errors and {2 * 2} warnings across 2 files" in task["summary"]
    assert all(f"`{rule}`: {count}" in task["summary"] for rule, count in fixed.items())
    assert (site.folder / "src/mine.js").read_bytes() == mine
