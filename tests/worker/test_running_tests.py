"""Tests of real projects, run by the worker with the project's own tools."""

from __future__ import annotations

import os
import signal
import subprocess

import psutil

from tests.support import is_alive, need, until
from tests.worker.conftest import ARGV, Site

PASSING = "def test_one(): pass\n\n\ndef test_two(): pass\n"
FAILING = "def test_three():\n    total = 3\n    assert total == 4\n"
UNITTEST = """import unittest


class Tests(unittest.TestCase):
    def test_one(self) -> None:
        self.assertTrue(True)

    def test_two(self) -> None:
        self.assertEqual(1, 1)
"""
NODE = 'import test from "node:test";\nimport assert from "node:assert";\n'


def test_pytest_passes(site: Site) -> None:
    site.write("tests/test_shop.py", PASSING)
    ran = site.work("Run the test suite")
    assert ran.code == 0
    assert (ran.outcome["passed"], ran.outcome["headline"]) == (2, "2 passed")
    assert "error" not in ran.outcome
    assert ran.summary is not None
    assert ran.summary.startswith("# 2 passed\n")


def test_every_line_of_the_workers_own_has_its_time_and_names_the_tool(site: Site) -> None:
    site.write("tests/test_shop.py", PASSING)
    lines = site.work("run the tests").log.splitlines()
    clock = r"[dd:dd:dd] "
    own = ["".join("d" if char.isdigit() else char for char in line[:11]) == clock for line in lines]
    assert own[:2] == [True, True]
    assert lines[0].endswith("bin/pytest")
    assert lines[1][11:] == "Running: pytest"


def test_pytest_fails_with_its_own_exit_code_and_the_line_that_explains_it(site: Site) -> None:
    site.write("tests/test_shop.py", PASSING + "\n\n" + FAILING)
    ran = site.work("run the tests")
    assert ran.code == 1
    assert (ran.outcome["passed"], ran.outcome["failed"]) == (2, 1)
    assert "assert 3 == 4" in ran.error


def test_only_the_named_tests_are_run(site: Site) -> None:
    site.write("tests/unit/test_a.py", PASSING)
    site.write("tests/integration/test_b.py", FAILING)
    assert site.work("run the tests in tests/unit").outcome["passed"] == 2
    assert site.work("run unit tests").outcome["passed"] == 2
    assert site.work("run integration tests").code == 1


def test_unittest_is_run_with_the_projects_python(site: Site) -> None:
    site.write("tests/__init__.py", "")
    site.write("tests/test_shop.py", UNITTEST)
    ran = site.work("run python -m unittest")
    assert (ran.code, ran.outcome["passed"]) == (0, 2)
    assert "Running: python -m unittest discover -s tests -t ." in ran.log


def test_node_runs_its_own_tests(site: Site) -> None:
    need("node")
    site.write("package.json", '{"type": "module"}')
    site.write("shop.test.js", NODE + 'test("one", () => {});\ntest("two", () => {});\n')
    ran = site.work("run the tests")
    assert (ran.code, ran.outcome["passed"], ran.outcome["failed"]) == (0, 2, 0)
    site.write("shop.test.js", NODE + 'test("one", () => {});\ntest("sums", () => assert.equal(1 + 1, 3));\n')
    ran = site.work("run the tests")
    assert (ran.code, ran.outcome["passed"], ran.outcome["failed"]) == (1, 1, 1)


def test_the_test_script_of_a_package_is_run_with_its_own_exit_code(site: Site) -> None:
    need("npm")
    site.write("package.json", '{"scripts": {"test": "node check.js"}}')
    site.write("check.js", "console.log(process.env.CI, process.stdin.isTTY === true); process.exit(7);")
    ran = site.work("run the tests")
    assert ran.code == 7
    assert "true false" in ran.log


def test_a_missing_tool_is_one_clear_line(site: Site) -> None:
    site.write("tests/test_shop.py", PASSING)
    site.environment.update({"VIRTUAL_ENV": "", "PATH": os.defpath})
    ran = site.work("run the tests")
    assert ran.code == 1
    sign = "tests/test_shop.py shows that it is needed"
    assert ran.error.startswith(f"pytest was not found ({sign}): looked in ")
    assert ran.error in ran.log.splitlines()[-1]


def test_a_folder_without_tests_is_one_clear_line(site: Site) -> None:
    ran = site.work("run the tests")
    assert (ran.code, len(ran.log.splitlines())) == (1, 1)
    assert ran.error.startswith("No tests were found in ")


def test_a_strange_sentence_fails_at_once_with_what_to_do(site: Site) -> None:
    site.write("tests/test_shop.py", PASSING)
    ran = site.work("write a poem")
    assert (ran.code, len(ran.log.splitlines())) == (2, 1)
    for way in ("@name", "!command", ".delegate/recipes.toml", "It tests, fixes lint errors"):
        assert way in ran.error


def test_output_is_in_the_log_while_the_tests_still_run(site: Site) -> None:
    go = site.outside / "go"
    site.write(
        "tests/test_shop.py",
        "import pathlib, threading\n\n\ndef test_one():\n    print('first words')\n"
        f"    while not pathlib.Path({str(go)!r}).exists():\n        threading.Event().wait(0.01)\n",
    )
    site.write("pytest.ini", "[pytest]\naddopts = --capture=no\n")
    worker = site.start("run the tests")
    assert until(lambda: "first words" in site.log, seconds=30)
    assert worker.poll() is None
    go.touch()
    assert worker.wait(timeout=30) == 0


def test_what_is_meant_for_the_worker_alone_does_not_reach_the_tests(site: Site) -> None:
    site.write(
        "test_environment.py",
        "import os\n\n\ndef test_one():\n    assert os.environ['PYTHONUNBUFFERED'] == '1'\n"
        "    assert os.environ['DELEGATE_TASK_ID'] == 'agent_x'\n"
        "    assert not {'DELEGATE_SUMMARY', 'DELEGATE_OUTCOME', 'DELEGATE_COMMIT'} & set(os.environ)\n",
    )
    assert site.work("run the tests", DELEGATE_TASK_ID="agent_x", DELEGATE_COMMIT="yes").code == 0


def test_counts_are_read_through_a_pipe_too(site: Site) -> None:
    site.write("tests/test_shop.py", PASSING)
    outcome = site.outside / "outcome.toml"
    done = subprocess.run(
        [*ARGV, "run the tests"],
        cwd=site.folder,
        env=site.environment | {"DELEGATE_OUTCOME": str(outcome)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 passed in" in done.stdout
    assert "passed = 2" in outcome.read_text()


def test_sigterm_ends_the_worker_and_its_tools_as_that_signal(site: Site) -> None:
    pid_file = site.outside / "pid"
    site.write(
        "tests/test_shop.py",
        "import pathlib, subprocess, sys\n\n\ndef test_one():\n"
        "    child = subprocess.Popen([sys.executable, '-c', 'import threading; threading.Event().wait()'])\n"
        f"    pathlib.Path({str(pid_file)!r}).write_text(str(child.pid))\n    child.wait()\n",
    )
    worker = site.start("run the tests")
    assert until(lambda: pid_file.exists() and pid_file.read_text(), seconds=30)
    tree = psutil.Process(worker.pid).children(recursive=True)
    assert int(pid_file.read_text()) in {process.pid for process in tree}
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=10) == -signal.SIGTERM
    assert until(lambda: not [process for process in tree if is_alive(process.pid)])
