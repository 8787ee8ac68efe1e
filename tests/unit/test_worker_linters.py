"""Which linter is run, with which words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents.worker.jobs import Linter, UnableError
from app.agents.worker.linters import LintTool, batches, choose_linters, lint_tool, script_arguments
from app.agents.worker.project import Package, Project, Tool

ESLINT = Tool("eslint", "/p/node_modules/.bin/eslint", "node_modules/.bin/eslint", own=True)
RUFF = Tool("ruff", "/usr/bin/ruff", "/usr/bin/ruff", own=False)


def project(
    *tools: Tool,
    needs: frozenset[str] = frozenset(),
    lint: str = "",
    python: bool = False,
    sign: str | None = None,
) -> Project:
    package = Package({"lint": lint} if lint else {}, needs) if needs or lint else None
    named = {tool.name: tool for tool in tools}
    return Project(Path("/p"), Path("/p"), named, ("node_modules/.bin",), package, python, ruff_sign=sign)


def test_the_linters_that_the_project_uses_are_chosen() -> None:
    needs = frozenset({"eslint"})
    assert choose_linters(project(RUFF, needs=needs), None) == (Linter.ESLINT,)
    assert choose_linters(project(sign="ruff.toml"), None) == (Linter.RUFF,)
    assert choose_linters(project(needs=needs, sign="ruff.toml"), None) == (Linter.ESLINT, Linter.RUFF)
    assert choose_linters(project(), Linter.RUFF) == (Linter.RUFF,)


def test_a_linter_of_the_machine_alone_is_not_the_projects() -> None:
    with pytest.raises(UnableError, match=r"No linter .* was found in /p: looked for"):
        choose_linters(project(RUFF, python=True), None)


def test_a_missing_linter_is_said_with_where_it_was_looked_for() -> None:
    with pytest.raises(
        UnableError, match=r"ESLint was not found: looked in node_modules/\.bin, PATH\. .*npm install"
    ):
        lint_tool(project(), Linter.ESLINT, Path("/p"), ())


def test_checking_changes_nothing_whatever_the_configuration_says() -> None:
    tool = LintTool(Linter.RUFF, RUFF, Path("/p"), ("src",))
    assert tool.check("/t/r.json")[:5] == ("/usr/bin/ruff", "check", "src", "--no-fix", "--no-fix-only")
    assert "--fix" not in tool.check("/t/r.json")
    assert "--fix" not in LintTool(Linter.ESLINT, ESLINT, Path("/p"), (".",)).check("/t/r.json")


def test_the_fix_names_every_file() -> None:
    tool = LintTool(Linter.ESLINT, ESLINT, Path("/p"), (".",), ("--no-ignore",))
    assert tool.fix(["a.js", "-b.js"]) == (ESLINT.path, "--no-ignore", "--fix", "a.js", "./-b.js")


def test_the_lint_script_tells_what_a_project_lints() -> None:
    tool = lint_tool(
        project(ESLINT, lint="eslint --ext .ts,.tsx src --fix --max-warnings 0"),
        Linter.ESLINT,
        Path("/p"),
        (),
    )
    assert (tool.options, tool.targets) == (("--ext", ".ts,.tsx"), ("src",))


def test_a_named_path_wins_over_the_lint_script() -> None:
    tool = lint_tool(project(ESLINT, lint="eslint --ext .ts src"), Linter.ESLINT, Path("/p"), ("lib/",))
    assert (tool.options, tool.targets) == (("--ext", ".ts"), ("lib/",))


@pytest.mark.parametrize(
    "script",
    ["", "tsc && eslint src", "eslint 'src", "next lint", "eslint --strange src", "eslint src | tee log"],
)
def test_a_script_that_is_not_one_plain_call_tells_nothing(script: str) -> None:
    assert script_arguments(script) == ((), ())


@given(st.lists(st.text(min_size=1, max_size=30), max_size=50))
def test_batches_hold_every_file_once_and_fit(files: list[str]) -> None:
    lists = batches(files, most=100)
    assert [name for names in lists for name in names] == files
    assert all(len(names) == 1 or sum(len(name.encode()) + 1 for name in names) <= 100 for names in lists)
    assert all(lists)
