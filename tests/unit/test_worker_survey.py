"""What the worker sees in a folder before it runs anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.agents.worker.jobs import UnableError
from app.agents.worker.places import resolve
from app.agents.worker.scan import scan, unittest_only
from app.agents.worker.survey import nearest_lint_folder, project_root, survey

NOWHERE = {"PATH": "/nonexistent", "HOME": "/nonexistent"}


def put(root: Path, name: str, text: str = "", executable: bool = False) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    if executable:
        path.chmod(0o755)
    return path


def test_tools_of_the_project_come_before_those_of_the_machine(tmp_path: Path) -> None:
    machine = tmp_path / "machine"
    for place in (tmp_path / "p/.venv/bin", tmp_path / "p/node_modules/.bin", machine):
        for name in ("pytest", "eslint"):
            put(place, name, executable=True)
    put(machine, "mocha", executable=True)
    (tmp_path / "p/.git").mkdir()
    project = survey(tmp_path / "p", {"PATH": str(machine), "HOME": "/nonexistent"})
    shown = {name: (tool.shown, tool.own) for name, tool in project.tools.items()}
    assert shown == {
        "pytest": (".venv/bin/pytest", True),
        "eslint": ("node_modules/.bin/eslint", True),
        "mocha": (str(machine / "mocha"), False),
    }
    assert project.looked == ".venv/bin, node_modules/.bin, PATH"
    assert project.virtual_env == tmp_path / "p/.venv"


def test_tools_are_looked_for_up_to_the_top_of_the_repository_and_no_further(tmp_path: Path) -> None:
    put(tmp_path, "node_modules/.bin/jest", executable=True)
    put(tmp_path, "repo/node_modules/.bin/eslint", executable=True)
    put(tmp_path, "repo/packages/api/package.json", "{}")
    (tmp_path / "repo/.git").mkdir()
    (tmp_path / "repo/.git/HEAD").write_text("ref: refs/heads/main\n")
    project = survey(tmp_path / "repo/packages/api", NOWHERE)
    assert set(project.tools) == {"eslint"}
    assert project.root == tmp_path / "repo/packages/api"


def test_the_active_virtual_environment_is_used_where_the_project_has_none(tmp_path: Path) -> None:
    put(tmp_path, "elsewhere/bin/ruff", executable=True)
    (tmp_path / "p").mkdir()
    project = survey(tmp_path / "p", NOWHERE | {"VIRTUAL_ENV": str(tmp_path / "elsewhere")})
    assert project.tools["ruff"].own


def test_what_lies_in_the_home_folder_belongs_to_no_project(tmp_path: Path) -> None:
    put(tmp_path, "package.json", '{"scripts": {"test": "jest"}}')
    (tmp_path / "plain/src").mkdir(parents=True)
    project = survey(tmp_path / "plain/src", {"PATH": "", "HOME": str(tmp_path)})
    assert (project.root, project.package) == (tmp_path / "plain/src", None)


def test_nothing_is_looked_for_above_a_folder_that_is_gone(tmp_path: Path) -> None:
    put(tmp_path, "pyproject.toml", "")
    folder = tmp_path / "gone" / "deep"
    assert project_root(folder, NOWHERE) == folder


def test_package_json_is_read_whatever_it_holds(tmp_path: Path) -> None:
    put(
        tmp_path,
        "package.json",
        '{"scripts": {"test": "jest", "odd": 3}, "devDependencies": {"eslint": "9"}}',
    )
    put(tmp_path, "pnpm-lock.yaml")
    package = survey(tmp_path, NOWHERE).package
    assert package is not None
    assert package.scripts == {"test": "jest"}
    assert (package.needs, package.manager) == (frozenset({"eslint"}), "pnpm")
    for broken in ("", "[]", "{", '{"scripts": []}', "\x00"):
        put(tmp_path, "package.json", broken)
        package = survey(tmp_path, NOWHERE).package
        assert package is not None
        assert package.scripts == {}


@pytest.mark.parametrize(
    ("name", "text", "sign"),
    [
        ("pytest.ini", "", "pytest.ini"),
        ("pyproject.toml", "[tool.pytest.ini_options]\n", "[tool.pytest] in pyproject.toml"),
        ("tox.ini", "[pytest]\n", "[pytest] in tox.ini"),
        ("setup.cfg", "[tool:pytest]\n", "[tool:pytest] in setup.cfg"),
        ("tests/conftest.py", "", "tests/conftest.py"),
        ("pyproject.toml", "not toml [", None),
        ("setup.py", "", None),
    ],
)
def test_signs_of_pytest(tmp_path: Path, name: str, text: str, sign: str | None) -> None:
    put(tmp_path, name, text)
    assert survey(tmp_path, NOWHERE).pytest_sign == sign


def test_test_files_are_found_outside_of_what_tools_brought_along(tmp_path: Path) -> None:
    for name in (
        "tests/unit/test_a.py",
        "pkg/a_test.py",
        "test/b.js",
        "src/c.test.ts",
        "src/d.js",
        "node_modules/x/e.test.js",
        "env39/pyvenv.cfg",
        "env39/lib/test_f.py",
        ".tox/test_g.py",
    ):
        put(tmp_path, name)
    found = scan(tmp_path)
    assert found.python_tests == ("pkg/a_test.py", "tests/unit/test_a.py")
    assert found.node_tests == ("src/c.test.ts", "test/b.js")
    assert "tests/unit" in found.folders


def test_a_huge_tree_is_looked_at_in_part_only(tmp_path: Path) -> None:
    put(tmp_path, "test_top.py")
    put(tmp_path, "a/b/c/test_deep.py")
    assert scan(tmp_path, most=2).python_tests == ("test_top.py",)


def test_unittest_is_told_from_pytest(tmp_path: Path) -> None:
    put(tmp_path, "test_a.py", "import unittest\n")
    put(tmp_path, "test_b.py", "def test_b(): pass\n")
    assert unittest_only(tmp_path, ["test_a.py"])
    assert not unittest_only(tmp_path, ["test_a.py", "test_b.py"])
    assert not unittest_only(tmp_path, [])


def test_the_nearest_eslint_configuration_counts(tmp_path: Path) -> None:
    put(tmp_path, "packages/api/eslint.config.mjs")
    (tmp_path / "packages/api/src").mkdir()
    assert nearest_lint_folder(tmp_path / "packages/api/src", tmp_path) == tmp_path / "packages/api"
    assert nearest_lint_folder(tmp_path / "packages", tmp_path) is None


def test_places_are_told_as_the_tools_will_see_them(tmp_path: Path) -> None:
    put(tmp_path, "api/src/a.js")
    put(tmp_path, "api/src/b.js")
    assert resolve(tmp_path / "api", ["src/"], tmp_path) == ("api/src/",)
    assert resolve(tmp_path / "api", ["src/*.js"], tmp_path / "api") == ("src/a.js", "src/b.js")
    assert resolve(tmp_path / "api", ["src/a.js::one"], tmp_path / "api") == ("src/a.js::one",)
    for missing in ("push", "lib/*.js", "/nonexistent/*", "~nobody-of-that-name/x"):
        with pytest.raises(UnableError, match="There is no file or folder"):
            resolve(tmp_path / "api", [missing], tmp_path)
