"""Which command runs a project's tests: decided from what is known of the project, nothing is run here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.agents.worker.jobs import NoTestsError, RunTests, UnableError
from app.agents.worker.project import Package, Project, Tool

_PLACEHOLDER = "no test specified"
_NODE_RUNNERS = ("vitest", "jest", "mocha")
_PYTHON_RUNNERS = ("pytest", "unittest")
_OTHER_WORDS = {"e2e": ("e2e", "end-to-end", "end_to_end", "endtoend")}
_NODE_OWN_FILE = re.compile(
    r"(?:^|/)(?:[^/]*[._-]test|test-[^/]*|test)\.[cm]?js$|(?:^|/)test/(?:.*/)?[^/]*\.[cm]?js$"
)


@dataclass(frozen=True, slots=True)
class SuiteCommand:
    """A command that runs tests. ``using`` says in words which tool it is and where it was found.

    ``variables`` are added to the environment; ``virtual_env`` is activated first.
    """

    tool: str
    argv: tuple[str, ...]
    folder: Path
    using: str
    variables: Mapping[str, str] = field(default_factory=dict)
    virtual_env: Path | None = None


def choose_tests(project: Project, job: RunTests) -> tuple[SuiteCommand, ...]:
    """The commands for ``job``, whose paths are relative to the project's root: one for each language.

    Raises NoTestsError when the project has no such tests, UnableError when the tool for them is missing.
    """
    wanted = _languages(project, job)
    recipes = [
        recipe
        for language, make in (("python", _python_recipe), ("node", _node_recipe))
        if language in wanted and (recipe := make(project, job)) is not None
    ]
    if not recipes:
        raise NoTestsError(nothing_to_test(project, job))
    return tuple(recipes)


def _languages(project: Project, job: RunTests) -> tuple[str, ...]:
    """The languages whose tests are meant: those named, else those of the paths, else both."""
    if job.tool:
        return ("python",) if job.tool in ("python", *_PYTHON_RUNNERS) else ("node",)
    python = any(_under(test, path) for test in project.python_tests for path in job.paths)
    node = any(_under(test, path) for test in project.node_tests for path in job.paths)
    if python != node:
        return ("python",) if python else ("node",)
    return ("python", "node")


def _under(file: str, path: str) -> bool:
    place = path.partition("::")[0].rstrip("/")
    return place in ("", ".") or file == place or file.startswith(f"{place}/")


def nothing_to_test(project: Project, job: RunTests) -> str:
    """Why no tests can be run: none were found, and where they were looked for."""
    if job.scope:
        return (
            f"No {job.scope} tests were found in {project.root}: looked for a folder tests/{job.scope} and a "
            f'package.json script "test:{job.scope}". "run the tests" runs all there are.'
        )
    return (
        f"No tests were found in {project.root}: looked for test_*.py (pytest, unittest), for a test "
        "script in package.json, and for *.test.js (node --test, jest, vitest, mocha)."
    )


def _scope_folders(project: Project, scope: str) -> tuple[str, ...]:
    """The folders that hold the tests of a scope, the one highest up only."""
    words = _OTHER_WORDS.get(scope, (scope,))
    names = {f"{name}{end}" for name in words for end in ("", "_tests", "-tests", "_test")}
    matching = [
        path for path in project.folders if path.rpartition("/")[2] in names and _holds_tests(project, path)
    ]
    return tuple(sorted(matching, key=lambda path: (path.count("/"), path))[:1])


def _holds_tests(project: Project, folder: str) -> bool:
    return any(_under(test, folder) for test in (*project.python_tests, *project.node_tests))


def _python_recipe(project: Project, job: RunTests) -> SuiteCommand | None:
    paths = job.paths
    if job.scope and not paths:
        paths = _scope_folders(project, job.scope)
        if not any(_under(test, path) for test in project.python_tests for path in paths):
            return None
    if not (project.python_tests or paths or project.pytest_sign or job.tool in _PYTHON_RUNNERS):
        return None
    if job.tool == "unittest":
        return _unittest(project, paths)
    pytest = project.tool("pytest")
    wants_pytest = bool(project.pytest_sign) or not project.unittest_only or job.tool == "pytest"
    if pytest and (pytest.own or wants_pytest):
        return _recipe(project, "pytest", pytest, (pytest.path, *paths))
    if wants_pytest:
        raise UnableError(_pytest_missing(project))
    return _unittest(project, paths)


def _pytest_missing(project: Project) -> str:
    sign = project.pytest_sign or (project.python_tests[0] if project.python_tests else "you named it")
    return f"pytest was not found ({sign} shows that it is needed): looked in {project.looked}."


def _unittest(project: Project, paths: tuple[str, ...]) -> SuiteCommand:
    python = project.tool("python") or project.tool("python3")
    if python is None:
        raise UnableError(f"Python was not found: looked in {project.looked}.")
    files = tuple(path for path in paths if path.endswith(".py"))
    places = tuple(path.rstrip("/") for path in paths if path not in files)
    if (files and places) or len(places) > 1:
        raise UnableError("unittest runs one folder, or files, at a time: name one folder, or files only.")
    if files:
        arguments: tuple[str, ...] = files
    else:
        arguments = ("discover", *_discover(project, places[0] if places else _unittest_folder(project)))
    return _recipe(project, "unittest", python, (python.path, "-m", "unittest", *arguments))


def _unittest_folder(project: Project) -> str:
    """Where all the test files lie: ``tests``, ``test``, or the project's root."""
    tops = {test.partition("/")[0] for test in project.python_tests if "/" in test}
    alone = len(tops) == 1 and all("/" in test for test in project.python_tests)
    return tops.pop() if alone else "."


def _discover(project: Project, place: str) -> tuple[str, ...]:
    """A folder that is a package is imported by its name from the root, so the root must be told."""
    if place in ("", "."):
        return ()
    return ("-s", place, "-t", ".") if place in project.python_packages else ("-s", place)


def _node_recipe(project: Project, job: RunTests) -> SuiteCommand | None:
    if job.tool in _NODE_RUNNERS:
        return _node_runner(project, job.tool, job.paths)
    script = _script(project.package, None if job.paths else job.scope)
    if job.paths or (job.scope and script is None):
        return _node_paths(project, job)
    if script is not None and project.package is not None:
        return _run_script(project, project.package, script)
    return _bare_node(project, ())


def _script(package: Package | None, scope: str | None) -> str | None:
    """The name of the package.json script that runs these tests."""
    if package is None:
        return None
    words = _OTHER_WORDS.get(scope, (scope,)) if scope else ()
    forms = [
        form.format(word) for word in words for form in ("test:{}", "test-{}", "{}", "{}:test", "{}-test")
    ]
    for name in forms if scope else ["test"]:
        if name in package.scripts and _PLACEHOLDER not in package.scripts[name]:
            return name
    return None


def _run_script(
    project: Project, package: Package, script: str, arguments: tuple[str, ...] = ()
) -> SuiteCommand:
    manager = project.tool(package.manager) or project.tool("npm")
    if manager is None:
        raise UnableError(
            f"The project's tests are a package.json script, and {package.manager} was not found in PATH."
        )
    run = ("test",) if script == "test" and manager.name != "bun" else ("run", script)
    dashes = ("--",) if arguments and manager.name == "npm" else ()
    argv = (manager.path, *run, *dashes, *arguments)
    # CI keeps test runners from waiting for a key or for changes of files.
    variables = {"CI": "true", "npm_config_update_notifier": "false"}
    using = f'the script "{script}" of package.json: {package.scripts[script]}'
    return SuiteCommand(f"{manager.name} {' '.join(run)}", argv, project.root, using, variables)


def _node_paths(project: Project, job: RunTests) -> SuiteCommand | None:
    """Tests in certain places: the runner itself, since a script may not take paths."""
    paths = job.paths or _scope_folders(project, job.scope or "")
    if not paths:
        return None
    script = _script(project.package, None)
    line = project.package.scripts[script] if project.package and script else ""
    for name in _NODE_RUNNERS:
        if re.search(rf"\b{name}\b", line) and project.tool(name):
            return _node_runner(project, name, paths)
    if script and project.package and not re.search(r"\bnode\b.*--test\b", line):
        return _run_script(project, project.package, script, paths)
    return _bare_node(project, paths)


def _bare_node(project: Project, paths: tuple[str, ...]) -> SuiteCommand | None:
    """The runner that the project has installed, else Node's own for the files that it would find itself."""
    for name in _NODE_RUNNERS:
        tool = project.tool(name)
        if tool and tool.own and (project.node_tests or paths):
            return _node_runner(project, name, paths)
    tests = [test for test in project.node_tests if any(_under(test, path) for path in paths or (".",))]
    files = tuple(test for test in tests if _NODE_OWN_FILE.search(test) or test in paths)
    if not files:
        return None
    node = project.tool("node")
    if node is None:
        raise UnableError(f"{files[0]} is a test for Node, and node was not found in PATH.")
    argv = (node.path, "--test", "--test-reporter=spec", *(files if paths else ()))
    return _recipe(project, "node --test", node, argv)


def _node_runner(project: Project, name: str, paths: tuple[str, ...]) -> SuiteCommand:
    tool = project.tool(name)
    if tool is None:
        raise UnableError(
            f"{name} was not found: looked in {project.looked}. It may be that npm install is needed."
        )
    run = ("run",) if name == "vitest" else ()
    return _recipe(project, name, tool, (tool.path, *run, *paths), {"CI": "true"})


def _recipe(
    project: Project, name: str, tool: Tool, argv: tuple[str, ...], variables: Mapping[str, str] | None = None
) -> SuiteCommand:
    environment = project.virtual_env if name in _PYTHON_RUNNERS else None
    return SuiteCommand(name, argv, project.root, f"{name} from {tool.shown}", variables or {}, environment)
