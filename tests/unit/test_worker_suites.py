"""Which command runs a project's tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.agents.worker.jobs import NoTestsError, RunTests, UnableError
from app.agents.worker.project import Package, Project, Tool
from app.agents.worker.suites import choose_tests


def own(name: str) -> Tool:
    return Tool(name, f"/p/bin/{name}", f"bin/{name}", own=True)


def machine(name: str) -> Tool:
    return Tool(name, f"/usr/bin/{name}", f"/usr/bin/{name}", own=False)


TOOLS = {tool.name: tool for tool in map(machine, ("node", "npm", "pnpm", "python3"))}
BARE = Project(Path("/p"), Path("/p"), TOOLS, (".venv/bin",))


def python(
    *tools: Tool,
    tests: tuple[str, ...] = ("tests/test_a.py",),
    unittest: bool = False,
    sign: str | None = None,
) -> Project:
    named = TOOLS | {tool.name: tool for tool in tools}
    return replace(
        BARE, tools=named, python=True, python_tests=tests, unittest_only=unittest, pytest_sign=sign
    )


def node(
    scripts: dict[str, str], *tools: Tool, tests: tuple[str, ...] = ("test/a.test.js",), manager: str = "npm"
) -> Project:
    named = TOOLS | {tool.name: tool for tool in tools}
    return replace(BARE, tools=named, package=Package(scripts, frozenset(), manager), node_tests=tests)


def argv(project: Project, job: RunTests | None = None) -> tuple[str, ...]:
    (recipe,) = choose_tests(project, job or RunTests())
    return recipe.argv


def test_pytest_of_the_project_runs_all_kinds_of_python_tests() -> None:
    assert argv(python(own("pytest"), unittest=True)) == ("/p/bin/pytest",)
    assert argv(python(own("pytest")), RunTests(("tests/test_a.py::test_b",))) == (
        "/p/bin/pytest",
        "tests/test_a.py::test_b",
    )


def test_unittest_is_used_where_nothing_asks_for_pytest() -> None:
    project = python(own("python"), machine("pytest"), unittest=True)
    assert argv(project) == ("/p/bin/python", "-m", "unittest", "discover", "-s", "tests")
    packaged = replace(project, python_packages=frozenset({"tests"}))
    assert argv(packaged)[-4:] == ("-s", "tests", "-t", ".")
    assert argv(project, RunTests(("tests/test_a.py",)))[-1] == "tests/test_a.py"


def test_pytest_of_the_machine_is_used_when_the_tests_need_it() -> None:
    assert argv(python(machine("pytest"))) == ("/usr/bin/pytest",)
    assert argv(python(machine("pytest"), unittest=True, sign="pytest.ini")) == ("/usr/bin/pytest",)


def test_a_missing_pytest_is_said_with_where_it_was_looked_for() -> None:
    with pytest.raises(
        UnableError, match=r"pytest was not found \(pytest\.ini .*looked in \.venv/bin, PATH"
    ) as caught:
        argv(python(sign="pytest.ini"))
    assert not isinstance(caught.value, NoTestsError)


def test_the_projects_own_script_runs_node_tests() -> None:
    assert argv(node({"test": "node --test"})) == ("/usr/bin/npm", "test")
    assert argv(node({"test": "vitest"}, manager="pnpm")) == ("/usr/bin/pnpm", "test")
    assert argv(node({"test": "vitest"}, manager="yarn")) == ("/usr/bin/npm", "test")


def test_the_placeholder_script_of_npm_init_is_none() -> None:
    project = node({"test": 'echo "Error: no test specified" && exit 1'}, own("mocha"))
    assert argv(project) == ("/p/bin/mocha",)


def test_without_a_script_the_installed_runner_is_used() -> None:
    assert argv(node({}, own("vitest"))) == ("/p/bin/vitest", "run")
    assert argv(node({}, own("jest"))) == ("/p/bin/jest",)
    assert argv(node({})) == ("/usr/bin/node", "--test", "--test-reporter=spec")


def test_node_is_given_files_where_a_folder_was_named() -> None:
    project = node({"test": "node --test"}, tests=("test/a.test.js", "test/b.test.js", "lib/c.test.js"))
    assert argv(project, RunTests(("test",)))[3:] == ("test/a.test.js", "test/b.test.js")


def test_paths_go_to_the_runner_that_the_script_uses() -> None:
    assert argv(node({"test": "tsc && jest"}, own("jest")), RunTests(("test",))) == ("/p/bin/jest", "test")
    assert argv(node({"test": "ava"}), RunTests(("test",))) == ("/usr/bin/npm", "test", "--", "test")


def test_a_scope_is_a_script_or_a_folder() -> None:
    assert argv(node({"test:e2e": "playwright test"}), RunTests(scope="e2e")) == (
        "/usr/bin/npm",
        "run",
        "test:e2e",
    )
    tests = ("tests/integration/test_a.py", "tests/unit/test_b.py")
    project = replace(
        python(own("pytest"), tests=tests), folders=frozenset({"tests", "tests/integration", "tests/unit"})
    )
    assert argv(project, RunTests(scope="integration")) == ("/p/bin/pytest", "tests/integration")


def test_a_scope_that_is_not_there_never_runs_other_tests() -> None:
    for project in (python(own("pytest")), node({"test": "node --test"})):
        with pytest.raises(NoTestsError, match=r"No integration tests were found in /p: .*test:integration"):
            choose_tests(project, RunTests(scope="integration"))


def test_both_languages_of_a_project_are_tested() -> None:
    project = replace(node({"test": "jest"}, own("pytest")), python_tests=("tests/test_a.py",))
    assert [recipe.tool for recipe in choose_tests(project, RunTests())] == ["pytest", "npm test"]
    assert [recipe.tool for recipe in choose_tests(project, RunTests(tool="python"))] == ["pytest"]
    assert [recipe.tool for recipe in choose_tests(project, RunTests(("tests/",)))] == ["pytest"]


def test_nothing_to_test_is_said_with_what_was_looked_for() -> None:
    with pytest.raises(NoTestsError, match=r"No tests were found in /p: looked for test_\*\.py"):
        choose_tests(BARE, RunTests())


def test_a_named_runner_that_is_missing_is_said() -> None:
    with pytest.raises(UnableError, match="jest was not found"):
        choose_tests(node({"test": "node --test"}), RunTests(tool="jest"))
