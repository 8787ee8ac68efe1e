"""Fixes with a real Ruff in a real git repository: what is touched, what is committed, what is refused."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.support import until
from tests.worker.conftest import Site

BAD = "import os\nimport sys\nprint(f'x')\n"
"""Three errors, all fixable: two unused imports and an f-string without placeholders."""

UNFIXABLE = "print(nowhere)\n"
TESTS = "def test_one():\n    assert True\n"


@pytest.fixture
def shop(site: Site) -> Site:
    """A committed project with errors in two files and one test that passes."""
    site.write("pyproject.toml", '[tool.ruff]\nfix = true\nlint.select = ["F"]\n[tool.pytest.ini_options]\n')
    site.write(".gitignore", "__pycache__/\n.pytest_cache/\n.ruff_cache/\n")
    site.write("src/a.py", BAD)
    site.write("src/b.py", BAD)
    site.write("tests/test_shop.py", TESTS)
    site.commit_all()
    return site


def ruff_counts(folder: Path) -> Counter[str]:
    """Ruff's own counts by rule, asked of Ruff directly."""
    argv = [f"{sys.prefix}/bin/ruff", "check", "--no-fix", "--no-cache", "--output-format=json"]
    done = subprocess.run(argv, cwd=folder, capture_output=True, check=False)
    return Counter(entry["code"] for entry in json.loads(done.stdout))


def committed(site: Site) -> set[str]:
    return set(site.git("show", "--format=", "--name-only", "HEAD").split())


def test_the_numbers_are_ruffs_own_and_the_changes_are_left(shop: Site) -> None:
    head = shop.git("rev-parse", "HEAD")
    before = ruff_counts(shop.folder)
    ran = shop.work("fix all ruff errors")
    fixed = before - ruff_counts(shop.folder)
    assert (ran.code, ran.outcome["fixed"]) == (0, fixed.total())
    assert fixed == {"F401": 4, "F541": 2}
    assert ran.summary is not None
    assert all(f"- `{rule}`: {count}" in ran.summary for rule, count in fixed.items())
    assert ran.outcome["headline"] == "6 fixed in 2 files, 1 passed"
    assert ran.outcome["files"] == ["src/a.py", "src/b.py"]
    assert shop.git("rev-parse", "HEAD") == head
    assert "commit" not in ran.outcome
    assert "no commit was asked for" in ran.log
    assert shop.git("status", "--porcelain").split() == ["M", "src/a.py", "M", "src/b.py"]


def test_a_commit_holds_the_fixed_files_and_nothing_else(shop: Site) -> None:
    shop.write("src/mine.py", BAD)
    shop.write("src/staged.py", BAD)
    shop.commit_all()
    mine = shop.write("src/mine.py", BAD + "# mine\n").read_bytes()
    staged = shop.write("src/staged.py", BAD + "# staged\n").read_bytes()
    shop.git("add", "src/staged.py")
    new = shop.write("src/new.py", BAD).read_bytes()
    ran = shop.work("fix lint errors and commit")
    assert ran.code == 0
    assert committed(shop) == {"src/a.py", "src/b.py"}
    assert ran.outcome["commit"] == shop.git("rev-parse", "--short", "HEAD").strip()
    assert (shop.folder / "src/mine.py").read_bytes() == mine
    assert (shop.folder / "src/staged.py").read_bytes() == staged
    assert (shop.folder / "src/new.py").read_bytes() == new
    assert shop.git("diff", "--cached", "--name-only").split() == ["src/staged.py"]
    assert sorted(shop.git("status", "--porcelain").splitlines()) == [
        " M src/mine.py",
        "?? src/new.py",
        "M  src/staged.py",
    ]
    assert "Left alone: src/mine.py (you had changed it)" in ran.log
    assert (ran.outcome["fixed"], ran.outcome["errors"]) == (6, 9)


def test_a_path_limits_what_is_fixed(shop: Site) -> None:
    ran = shop.work("fix ruff errors in src/a.py and commit")
    assert (ran.code, committed(shop)) == (0, {"src/a.py"})
    assert shop.read("src/b.py") == BAD


def test_a_task_in_a_folder_below_the_top_commits_the_right_files(shop: Site) -> None:
    (shop.folder / "deep").mkdir()
    shop.write("deep/c.py", BAD)
    shop.write("deep/pyproject.toml", '[tool.ruff.lint]\nselect = ["F"]\n')
    shop.commit_all()
    deep = Site(shop.folder / "deep", shop.outside, shop.environment)
    ran = deep.work("fix lint errors and commit")
    assert (ran.code, committed(shop)) == (0, {"deep/c.py"})
    assert ran.outcome["files"] == ["c.py"]


def test_a_file_whose_changes_git_was_told_to_hide_is_not_touched(shop: Site) -> None:
    shop.git("update-index", "--assume-unchanged", "src/b.py")
    mine = shop.write("src/b.py", BAD + "# mine\n").read_bytes()
    assert shop.work("fix ruff errors and commit").code == 0
    assert (shop.folder / "src/b.py").read_bytes() == mine
    assert committed(shop) == {"src/a.py"}


def test_names_that_look_like_options_or_patterns_are_committed_as_they_are(shop: Site) -> None:
    names = {"src/[id].py", "src/*.py", "src/with space.py"}
    for name in names:
        shop.write(name, BAD)
    shop.write("-x.py", BAD)
    shop.commit_all()
    shop.write("src/a.py", BAD + "# mine\n")
    assert shop.work("fix ruff errors and commit").code == 0
    listed = shop.git("show", "--format=", "--name-only", "-z", "HEAD").strip("\0").split("\0")
    assert set(listed) == names | {"-x.py", "src/b.py"}


def test_failing_tests_prevent_the_commit_and_leave_the_changes(shop: Site) -> None:
    shop.write("tests/test_shop.py", "def test_one():\n    assert 3 == 4\n")
    head = shop.commit_all()
    ran = shop.work("fix ruff errors and commit")
    assert (ran.code, shop.git("rev-parse", "HEAD").strip()) == (1, head)
    assert ran.error.startswith("Tests failed after the fix, nothing was committed: ")
    assert shop.read("src/a.py") == "print('x')\n"
    assert (ran.outcome["fixed"], ran.outcome["failed"]) == (6, 1)
    assert ran.log.splitlines()[-1].endswith(ran.error)


def test_errors_that_ruff_cannot_fix_are_told_and_the_rest_is_committed(shop: Site) -> None:
    shop.write("src/c.py", UNFIXABLE)
    shop.commit_all()
    ran = shop.work("fix ruff errors and commit")
    assert (ran.code, ran.error) == (1, "1 error is left that Ruff cannot fix: F821 1")
    assert committed(shop) == {"src/a.py", "src/b.py"}
    assert ran.outcome["headline"] == "6 fixed in 2 files, 1 left, 1 passed"


def test_nothing_to_fix_runs_no_tests(shop: Site) -> None:
    for name in ("src/a.py", "src/b.py"):
        shop.write(name, "print('x')\n")
    shop.commit_all()
    ran = shop.work("fix ruff errors and commit")
    assert (ran.code, ran.outcome["headline"], ran.outcome["fixed"]) == (0, "no problems", 0)
    assert "pytest" not in ran.log


@pytest.mark.parametrize(
    ("text", "wish", "made"),
    [
        ("fix ruff errors", None, False),
        ("fix ruff errors and commit", None, True),
        ("fix ruff errors", "yes", True),
        ("fix ruff errors and commit", "no", False),
    ],
)
def test_a_commit_must_be_asked_for_and_no_wins(shop: Site, text: str, wish: str | None, made: bool) -> None:
    ran = shop.work(text, **({"DELEGATE_COMMIT": wish} if wish else {}))
    assert ran.code == 0
    assert ("commit" in ran.outcome) is made
    assert (committed(shop) == {"src/a.py", "src/b.py"}) is made


def test_a_hook_that_fails_is_reported_and_not_bypassed(shop: Site) -> None:
    head = shop.git("rev-parse", "HEAD")
    hook = "#!/bin/sh\necho 'no commits on Fridays' >&2\nexit 1\n"
    shop.write(".git/hooks/pre-commit", hook, executable=True)
    ran = shop.work("fix ruff errors and commit")
    assert (ran.code, shop.git("rev-parse", "HEAD")) == (1, head)
    assert ran.error.startswith("Git refused the commit (the hook pre-commit")
    assert "no commits on Fridays" in ran.error
    assert shop.git("status", "--porcelain").split() == ["M", "src/a.py", "M", "src/b.py"]


def test_a_hook_that_passes_is_run(shop: Site) -> None:
    shop.write(".git/hooks/pre-commit", "#!/bin/sh\necho the hook was here\n", executable=True)
    ran = shop.work("fix ruff errors and commit")
    assert (ran.code, "the hook was here" in ran.log) == (0, True)


def test_without_an_identity_nothing_is_changed(shop: Site) -> None:
    shop.git("config", "user.useConfigOnly", "true")
    for role in ("AUTHOR", "COMMITTER"):
        for what in ("NAME", "EMAIL"):
            del shop.environment[f"GIT_{role}_{what}"]
    ran = shop.work("fix ruff errors and commit")
    assert ran.code == 1
    assert ran.error.startswith("Git does not know who is committing: set it with `git config user.name")
    assert shop.read("src/a.py") == BAD


def test_a_commit_outside_of_a_repository_is_refused_before_anything_is_changed(site: Site) -> None:
    site.write("ruff.toml", 'lint.select = ["F"]\n')
    site.write("a.py", BAD)
    ran = site.work("fix ruff errors and commit")
    assert ran.code == 1
    assert "is not in a git repository" in ran.error
    assert site.read("a.py") == BAD


def test_without_a_repository_and_a_wish_to_commit_files_are_fixed(site: Site) -> None:
    site.write("ruff.toml", 'lint.select = ["F"]\n')
    site.write("a.py", BAD)
    ran = site.work("fix lint errors")
    assert (ran.code, ran.outcome["headline"], site.read("a.py")) == (0, "3 fixed in 1 file", "print('x')\n")


def test_nothing_is_committed_into_a_merge(shop: Site) -> None:
    head = shop.git("rev-parse", "HEAD").strip()
    shop.write(".git/MERGE_HEAD", f"{head}\n")
    ran = shop.work("fix ruff errors and commit")
    assert (ran.code, "a merge is under way" in ran.error, shop.read("src/a.py")) == (1, True, BAD)


def test_a_file_that_was_edited_while_the_tests_ran_is_not_committed(shop: Site) -> None:
    edit = "import pathlib\n\n\ndef test_one():\n    pathlib.Path('src/a.py').write_text('edited = 1\\n')\n"
    shop.write("tests/test_shop.py", edit)
    shop.commit_all()
    ran = shop.work("fix ruff errors and commit")
    assert (ran.code, committed(shop)) == (0, {"src/b.py"})
    assert "Not committed: src/a.py was changed again since the fix" in ran.log
    assert shop.read("src/a.py") == "edited = 1\n"
    assert shop.git("log", "-1", "--format=%s").strip() == "Fix 3 Ruff errors in 1 file"


def test_nothing_is_committed_to_another_branch(shop: Site) -> None:
    argv = ["git", "switch", "--quiet", "--create", "other"]
    switch = f"import subprocess\n\n\ndef test_one():\n    subprocess.run({argv}, check=True)\n"
    shop.write("tests/test_shop.py", switch)
    head = shop.commit_all()
    ran = shop.work("fix ruff errors and commit")
    assert (ran.code, shop.git("rev-parse", "HEAD").strip()) == (1, head)
    assert "another branch was checked out" in ran.error


def test_a_place_that_does_not_exist_is_one_clear_line(shop: Site) -> None:
    ran = shop.work("fix ruff errors in src/ and push")
    assert (ran.code, ran.error) == (1, f'There is no file or folder "push" in {shop.folder}.')
    assert shop.read("src/a.py") == BAD


def test_a_broken_configuration_ends_with_ruffs_own_exit_code(shop: Site) -> None:
    shop.write("ruff.toml", "nonsense = [\n")
    ran = shop.work("fix ruff errors")
    assert ran.code == 2
    assert ran.error.startswith("Ruff could not check the files: ")
    assert shop.read("src/a.py") == BAD


def test_a_stop_while_the_tests_run_leaves_a_true_summary(shop: Site) -> None:
    started = shop.outside / "started"
    shop.write(
        "tests/test_shop.py",
        "import pathlib, threading\n\n\ndef test_one():\n"
        f"    pathlib.Path({str(started)!r}).touch()\n    threading.Event().wait()\n",
    )
    head = shop.commit_all()
    worker = shop.start("fix ruff errors in src and commit")
    assert until(started.exists, seconds=30)
    worker.terminate()
    assert worker.wait(timeout=10) == -signal.SIGTERM
    summary = (shop.outside / "summary.md").read_text()
    assert summary.startswith("# Fixed 6 errors across 2 files\n")
    assert "- nothing was committed" in summary
    assert "## Tests" not in summary
    assert shop.git("rev-parse", "HEAD").strip() == head
