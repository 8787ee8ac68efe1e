"""The worker as a process of its own, in projects made for one test, with real tools and a real git."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support import need

ARGV = (sys.executable, "-I", "-m", "app.agents.worker")


@dataclass(frozen=True, slots=True)
class Ran:
    """How one run of the worker ended and what it left: its log, its summary, its outcome."""

    code: int
    log: str
    summary: str | None
    outcome: dict[str, Any] = field(default_factory=dict)

    @property
    def error(self) -> str:
        """The explaining line, empty when there is none."""
        return str(self.outcome.get("error", ""))


@dataclass(frozen=True, slots=True)
class Site:
    """A project folder to let the worker loose in; ``outside`` is a folder beside it for what it writes."""

    folder: Path
    outside: Path
    environment: dict[str, str]

    def write(self, name: str, text: str, executable: bool = False) -> Path:
        """Put a file into the project."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if executable:
            path.chmod(0o755)
        return path

    def read(self, name: str) -> str:
        """The text of a file of the project."""
        return (self.folder / name).read_text()

    def git(self, *arguments: str) -> str:
        """Run git in the project and return what it printed."""
        argv = ["git", *arguments]
        done = subprocess.run(
            argv, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, text=True, check=True
        )
        return done.stdout

    def commit_all(self) -> str:
        """Make a repository of the project, or one more commit in it, and return the commit's id."""
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=Everything so far")
        return self.git("rev-parse", "HEAD").strip()

    def start(self, text: str, **variables: str) -> subprocess.Popen[bytes]:
        """Start the worker as a runner does: no input, output appended to a log, a session of its own."""
        places = {"DELEGATE_SUMMARY": "summary.md", "DELEGATE_OUTCOME": "outcome.toml"}
        own = {name: str(self.outside / file) for name, file in places.items()}
        with (self.outside / "log").open("ab") as log:
            return subprocess.Popen(
                [*ARGV, text],
                cwd=self.folder,
                env=self.environment | own | variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def log(self) -> str:
        """The log as far as it is written."""
        return (self.outside / "log").read_text()

    def work(self, text: str, **variables: str) -> Ran:
        """Run the worker to its end."""
        code = self.start(text, **variables).wait(timeout=120)
        summary, outcome = self.outside / "summary.md", self.outside / "outcome.toml"
        return Ran(
            code,
            self.log,
            summary.read_text() if summary.exists() else None,
            tomllib.loads(outcome.read_text()) if outcome.exists() else {},
        )


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An empty project; the virtual environment of this test run is active, and git knows who commits."""
    need("git")
    folder, outside = tmp_path / "project", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    foreign = ("PYTEST", "GIT_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    environment |= {"VIRTUAL_ENV": sys.prefix, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for role in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{role}_NAME": "Test", f"GIT_{role}_EMAIL": "test@example.invalid"}
    return Site(folder, outside, environment)


@pytest.fixture(scope="session")
def eslint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node_modules folder with ESLint in it, installed from npm once for all tests."""
    npm = need("npm")
    place = tmp_path_factory.mktemp("npm")
    (place / "package.json").write_text('{"private": true}')
    quiet = ("--no-audit", "--no-fund", "--no-save", "--no-package-lock", "--loglevel=error")
    done = subprocess.run(
        [npm, "install", *quiet, f"--cache={place / 'cache'}", "eslint@^9"],
        cwd=place,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and not os.environ.get("DELEGATE_TEST_REQUIRE_ALL"):
        pytest.skip(f"npm could not install ESLint: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    return place / "node_modules"


@pytest.fixture
def eslint_site(site: Site, eslint: Path) -> Callable[..., Site]:
    """Makes the project one with ESLint: core rules, some fixable and one that is not, and a test script."""

    def make(test: str = "node --test") -> Site:
        (site.folder / "node_modules").symlink_to(eslint)
        site.write(".gitignore", "node_modules\n")
        site.write("package.json", f'{{"type": "module", "scripts": {{"test": "{test}"}}}}')
        site.write("eslint.config.js", ESLINT_CONFIG)
        site.write("shop.test.js", NODE_TESTS)
        return site

    return make


NODE_TESTS = 'import test from "node:test";\ntest("one", () => {});\ntest("two", () => {});\n'

ESLINT_CONFIG = """export default [{
  files: ["src/**/*.js"],
  rules: {
    "no-var": "error", "prefer-const": "error", "eqeqeq": "error", "dot-notation": "error",
    "no-extra-boolean-cast": "error", "object-shorthand": "warn", "prefer-template": "warn",
  },
}];
"""
