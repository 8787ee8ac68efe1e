"""Jobs done by recipes, in real projects with real tools; what is missing is one clear line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support import need
from tests.unit.outputs import FOLDER
from tests.worker.conftest import Site

RUFF = "[tool.ruff]\nline-length = 100\n"
SHOP = '"""Shop."""\n\n\ndef total(a: int, b: int) -> int:\n    """Add up."""\n    return a + b\n'


# Python


def test_types_are_checked_with_the_projects_mypy(site: Site) -> None:
    site.write("pyproject.toml", "[tool.mypy]\nstrict = true\n")
    site.write("shop.py", SHOP)
    ran = site.work("type check the project")
    assert (ran.code, ran.outcome["headline"]) == (0, "no type errors in 1 file")
    assert "Running: mypy ." in ran.log
    site.write("bad.py", "def total(a: int) -> str:\n    return a\n")
    ran = site.work("check types in bad.py")
    assert (ran.code, ran.outcome["errors"]) == (1, 1)
    assert ran.error.startswith('Incompatible return value type (got "int", expected "str")')
    assert "Running: mypy bad.py" in ran.log
    assert ran.summary is not None
    assert ran.summary.startswith("# 1 error in 1 file\n")


def test_the_files_that_a_formatter_changed_are_told(site: Site) -> None:
    site.write("pyproject.toml", RUFF)
    site.write("shop.py", "x  =  1\n")
    site.write("lib/cart.py", "y  =  1\n")
    site.write("fine.py", "z = 1\n")
    ran = site.work("format the code in lib")
    assert (ran.outcome["headline"], ran.outcome["files"]) == ("1 file changed", ["lib/cart.py"])
    assert site.read("shop.py") == "x  =  1\n"
    ran = site.work("format the code")
    assert ran.outcome["files"] == ["shop.py"]
    assert site.read("shop.py") == "x = 1\n"
    assert site.work("format the code").outcome["headline"] == "nothing to change"


def test_a_code_quality_report_has_the_tools_own_numbers_and_is_no_failure(site: Site) -> None:
    site.write("pyproject.toml", RUFF + "[tool.mypy]\n")
    site.write("shop.py", "import os\nimport sys\n\nx: int = 'a'\n")
    ran = site.work("Analyze code quality in the background")
    assert ran.code == 0
    assert ran.outcome["headline"] == "2 ruff problems in 1 file; 1 error in 1 file"
    assert ran.outcome["errors"] == 3
    assert ran.summary is not None
    assert "- F401: 2" in ran.summary
    assert "error" not in ran.outcome


def test_what_a_security_scan_finds_is_a_failure(site: Site) -> None:
    site.write("pyproject.toml", RUFF)
    site.write("shop.py", "import subprocess\n\nsubprocess.call('ls', shell=True)\n")
    ran = site.work("run a security scan with ruff")
    assert ran.code == 1
    assert ran.outcome["headline"] == "2 ruff problems in 1 file"
    assert ran.error == "2 ruff problems in 1 file"
    assert ran.summary is not None
    assert "S60" in ran.summary


METADATA = "Metadata-Version: 2.1\nName: {}\nVersion: {}\n"


def wheel(folder: Path, name: str, version: str, *requires: str) -> None:
    """A package that can be installed without any index."""
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as file:
        info = f"{name}-{version}.dist-info"
        wanted = "".join(f"Requires-Dist: {one}\n" for one in requires)
        file.writestr(f"{name}.py", "")
        file.writestr(f"{info}/METADATA", METADATA.format(name, version) + wanted)
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{info}/RECORD", "")


def test_a_dependency_update_tells_which_packages_conflict(site: Site) -> None:
    wheels = site.outside / "wheels"
    wheels.mkdir()
    for name, version, *requires in (
        ("base", "1.0"),
        ("base", "2.0"),
        ("alpha", "1.0", "base<2"),
        ("beta", "1.0", "base>=2"),
    ):
        wheel(wheels, name, version, *requires)
    subprocess.run([sys.executable, "-m", "venv", site.folder / ".venv"], check=True)
    site.environment.update({"VIRTUAL_ENV": "", "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)})
    site.write("requirements.txt", "alpha\n")
    ran = site.work("update all dependencies")
    assert (ran.code, ran.outcome["headline"]) == (0, "2 packages installed")
    site.write("requirements.txt", "alpha\nbeta\n")
    ran = site.work("dependency update")
    assert ran.code == 1
    assert ran.error == "conflict in base: alpha 1.0 wants <2, beta 1.0 wants >=2"


# Node, Rust, Make


MAKE_JS = """const fs = require("fs");
fs.mkdirSync("dist", {recursive: true});
fs.writeFileSync("dist/a.js", "12345");
"""
LOCK = {
    "name": "shop",
    "version": "1.0.0",
    "lockfileVersion": 3,
    "packages": {"": {"name": "shop", "version": "1.0.0"}},
}
NODE_TEST = 'const test = require("node:test");\ntest("adds", () => require("./cart").add(1, 2));\n'
MAKEFILE = """build:
\t@mkdir -p dist && echo 1234 > dist/a
test:
\t@echo all is well
audit:
\t@exit 3
"""


def test_a_build_script_is_run_and_what_it_made_is_measured(site: Site) -> None:
    need("npm")
    site.write("make.js", MAKE_JS)
    scripts = {"build": "node make.js", "build:prod": "node make.js"}
    site.write("package.json", json.dumps({"scripts": scripts}))
    ran = site.work("Build the project in the background")
    assert (ran.code, ran.outcome["headline"]) == (0, "1 file, 5 B, in dist")
    assert "Using npm run build from" in ran.log
    ran = site.work("Generate production bundle in background")
    assert "Running: npm run build:prod" in ran.log
    assert ran.outcome["headline"] == "1 file, 5 B, in dist"


def test_nodes_own_coverage_is_read(site: Site) -> None:
    need("node")
    site.write("cart.js", "exports.add = (a, b) => a + b;\nexports.unused = () => {\n  return 1;\n};\n")
    site.write("cart.test.js", NODE_TEST)
    site.write("package.json", "{}")
    ran = site.work("measure test coverage")
    assert ran.code == 0
    assert "% covered, 1 passed" in ran.outcome["headline"].replace(" %", "%")
    assert ran.outcome["passed"] == 1


def test_what_npm_audit_says_through_its_json(site: Site) -> None:
    need("npm")
    site.write("package.json", '{"name": "shop", "version": "1.0.0"}')
    site.write("package-lock.json", json.dumps(LOCK))
    ran = site.work("npm audit")
    assert (ran.code, ran.outcome["headline"]) == (0, "no known vulnerabilities")


def test_cargo_is_asked_in_a_rust_project(site: Site) -> None:
    """By a stand-in that prints what the real one has printed."""
    said = {"test": "test_passed", "check": "build_failed"}
    cases = "".join(f"{word}) cat {FOLDER / f'cargo/{name}.txt'};;\n" for word, name in said.items())
    ends = 'case "$1" in check) exit 101;; esac\n'
    tool = site.outside / "bin" / "cargo"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\ncase "$1" in\n{cases}esac\n{ends}')
    tool.chmod(0o755)
    site.environment["PATH"] = f"{tool.parent}{os.pathsep}{site.environment['PATH']}"
    site.write("Cargo.toml", "[package]\n")
    ran = site.work("run the tests")
    assert (ran.code, ran.outcome["headline"]) == (0, "1 passed")
    ran = site.work("type check the project")
    assert ran.code == 101
    assert ran.error == "error[E0308]: mismatched types (src/main.rs:2)"
    assert "Running: cargo check --all-targets" in ran.log


def test_make_is_asked_where_no_language_answers(site: Site) -> None:
    need("make")
    site.write("Makefile", MAKEFILE)
    ran = site.work("Compile and run tests as a background task")
    assert ran.code == 0
    assert [words in ran.log for words in ("Running: make build", "Running: make test")] == [True, True]
    assert site.work("run the tests").code == 0
    assert site.work("run security scan").code == 2


# What is not there


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("measure coverage", ["coverage", "for Python", "pip install coverage"]),
        ("type check the project", ["mypy for Python", "pip install mypy"]),
        ("build the project", ["Python's build", "pip install build"]),
    ],
)
def test_a_missing_tool_is_one_line_with_what_to_install(text: str, words: list[str], site: Site) -> None:
    site.environment.update({"VIRTUAL_ENV": "", "PATH": os.defpath})
    site.write("pyproject.toml", '[build-system]\nrequires = []\n[project]\nname = "shop"\n[tool.mypy]\n')
    ran = site.work(text)
    assert (ran.code, len(ran.log.splitlines())) == (1, 1)
    assert all(word in ran.error for word in words)


def test_a_project_of_no_known_kind_is_one_line(site: Site) -> None:
    ran = site.work("build the project")
    assert (ran.code, len(ran.log.splitlines())) == (1, 1)
    assert ran.error.startswith("Nothing was found in ")
    assert ".delegate/recipes.toml" in ran.error


# Recipes of one's own


def test_a_project_says_itself_how_a_job_is_done_and_is_named_for_it(site: Site) -> None:
    site.write("pyproject.toml", RUFF)
    own = '[[recipe]]\njob = "type check"\nrun = ["sh", "-c", "echo checked; exit 4"]\n'
    site.write(".delegate/recipes.toml", own)
    ran = site.work("type check the project")
    assert ran.code == 4
    assert "(recipe of .delegate/recipes.toml)" in ran.log
    assert "checked" in ran.log


def test_a_project_adds_jobs_with_sentences_of_their_own(site: Site) -> None:
    site.write(
        ".delegate/recipes.toml",
        '[[recipe]]\njob = "publish"\nsays = ["publish the docs"]\n'
        'run = [["sh", "-c", "echo one"], ["scripts/two"]]\n',
    )
    site.write("scripts/two", "#!/bin/sh\necho two\n", executable=True)
    for sentence in ("publish the docs", "run publish"):
        ran = site.work(sentence)
        assert ran.code == 0
        assert "\none\n" in ran.log
        assert "\ntwo\n" in ran.log


def test_the_users_recipes_count_in_every_project(site: Site) -> None:
    settings = site.outside / "config" / "delegate"
    settings.mkdir(parents=True)
    (settings / "recipes.toml").write_text('[[recipe]]\njob = "build"\nrun = ["sh", "-c", "echo mine"]\n')
    ran = site.work("build the project", XDG_CONFIG_HOME=str(site.outside / "config"))
    assert ran.code == 0
    assert "\nmine\n" in ran.log


def test_a_recipe_with_a_fault_is_named_and_the_others_count(site: Site) -> None:
    site.write(
        ".delegate/recipes.toml",
        '[[recipe]]\njob = "build"\nrun = "make"\n\n'
        '[[recipe]]\njob = "build"\nrun = ["sh", "-c", "echo built"]\n',
    )
    ran = site.work("build the project")
    assert ran.code == 0
    assert ".delegate/recipes.toml: recipe 1: run must be a command as a list of words" in ran.log
    assert "\nbuilt\n" in ran.log
