"""Recipes as data: what a file may say, which one is chosen, and what tools' own reports tell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents.worker.book import SHIPPED, Book, open_book, read_recipes
from app.agents.worker.choosing import choose
from app.agents.worker.figures import READERS, read_figures
from app.agents.worker.jobs import Kind, UnableError
from app.agents.worker.survey import survey

NOWHERE = Path("/nonexistent")


def shipped() -> Book:
    return open_book(NOWHERE, NOWHERE)


def test_every_shipped_recipe_is_read_and_fits_a_job() -> None:
    for path in SHIPPED.glob("*.toml"):
        recipes, problems = read_recipes(path, "")
        assert problems == []
        for recipe in recipes:
            assert recipe.job in list(Kind)
            assert not recipe.reads or recipe.reads in READERS
            assert recipe.install or recipe.script
    assert {recipe.job for recipe in shipped().recipes} == set(Kind)


@pytest.mark.parametrize("language", ["Python", "Node", "Rust", "Go", "Make", "Just"])
def test_each_language_has_its_ways(language: str) -> None:
    jobs = {recipe.job for recipe in shipped().recipes if recipe.language.startswith(language)}
    assert {Kind.FORMAT, Kind.BUILD, Kind.COVERAGE, Kind.DEPENDENCIES, Kind.AUDIT, Kind.QUALITY} <= jobs


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[[recipe]]\nrun = ['x']\n", "job is missing"),
        ("[[recipe]]\njob = 'x'\n", "run is missing"),
        ("[[recipe]]\njob = 'x'\nrun = 'make docs'\n", "run must be a command as a list of words"),
        ("[[recipe]]\njob = 'x'\nrun = [[]]\n", "run must be a command"),
        ("[[recipe]]\njob = 'x'\nrun = ['y']\nshout = true\n", "there is no shout"),
        ("[[recipe]]\njob = 'x'\nrun = ['y']\nok = ['0']\n", "ok is not what it should be"),
        ("recipe = 3\n", "write each recipe as [[recipe]]"),
        ("[[recipe]\n", "recipes.toml: "),
    ],
)
def test_what_is_wrong_with_a_file_is_said(text: str, wrong: str, tmp_path: Path) -> None:
    (tmp_path / "recipes.toml").write_text(text)
    recipes, problems = read_recipes(tmp_path / "recipes.toml", "recipes.toml")
    assert recipes == []
    assert len(problems) == 1
    assert wrong in problems[0]


def test_the_nearer_source_replaces_the_others_job_by_job(tmp_path: Path) -> None:
    project, user = tmp_path / "project", tmp_path / "user"
    (project / ".delegate").mkdir(parents=True)
    user.mkdir()
    (project / ".delegate" / "recipes.toml").write_text("[[recipe]]\njob = 'build'\nrun = ['a']\n")
    (user / "recipes.toml").write_text(
        "[[recipe]]\njob = 'build'\nrun = ['b']\n[[recipe]]\njob = 'format'\nrun = ['c']\n"
    )
    book = open_book(project, user)
    assert [recipe.run for recipe in book.of("build")] == [(("a",),)]
    assert [recipe.run for recipe in book.of("format")] == [(("c",),)]
    assert len(book.of("coverage")) > 5
    assert (book.own("build"), book.own("coverage")) == (True, False)
    assert book.sayings == {"build": "build", "format": "format"}


def made(folder: Path, *names: str) -> dict[str, str]:
    """Programs of these names, and an environment that finds no others."""
    place = folder / "bin"
    place.mkdir(exist_ok=True)
    for name in names:
        (place / name).write_text("#!/bin/sh\n")
        (place / name).chmod(0o755)
    return {"PATH": str(place), "HOME": str(folder)}


@pytest.mark.parametrize(
    ("files", "tools", "job", "paths", "commands"),
    [
        ({"mypy.ini": ""}, ["mypy"], Kind.TYPES, (), ["mypy ."]),
        ({"mypy.ini": "files = src"}, ["mypy"], Kind.TYPES, (), ["mypy"]),
        ({"pyrightconfig.json": "{}"}, ["mypy", "pyright"], Kind.TYPES, (), ["pyright --outputjson"]),
        ({"pyproject.toml": "[tool.black]"}, ["black", "ruff"], Kind.FORMAT, (), ["black ."]),
        ({"ruff.toml": ""}, ["black", "ruff"], Kind.FORMAT, ("src",), ["ruff format src"]),
        ({"go.mod": ""}, ["go"], Kind.TESTS, (), ["go test ./..."]),
        ({"go.mod": "", "cart/a.go": ""}, ["go"], Kind.BUILD, ("cart",), ["go build ./cart/..."]),
        ({"Cargo.toml": ""}, ["cargo"], Kind.BUNDLE, (), ["cargo build --release"]),
        ({"Makefile": "release: all\n"}, ["make"], Kind.BUNDLE, (), ["make release"]),
        ({"justfile": "docs:\n  echo\n"}, ["just"], Kind.DOCS, (), ["just docs"]),
        ({"Makefile": "build:\n", "go.mod": ""}, ["make", "go"], Kind.BUILD, (), ["go build ./..."]),
        ({"package.json": '{"scripts": {"build": "x"}}'}, ["npm"], Kind.BUILD, (), ["npm run build"]),
        (
            {"package.json": '{"scripts": {"build": "x"}}', "yarn.lock": ""},
            ["npm", "yarn"],
            Kind.BUNDLE,
            (),
            ["yarn run build"],
        ),
        ({"uv.lock": ""}, ["uv"], Kind.DEPENDENCIES, (), ["uv lock --upgrade", "uv sync"]),
        (
            {"requirements.txt": "", "package-lock.json": ""},
            ["pip-audit", "npm"],
            Kind.AUDIT,
            (),
            ["npm audit --json", "pip-audit --progress-spinner=off -f json -o {report} -r requirements.txt"],
        ),
    ],
)
def test_which_command_does_a_job(
    files: dict[str, str],
    tools: list[str],
    job: str,
    paths: tuple[str, ...],
    commands: list[str],
    tmp_path: Path,
) -> None:
    project = tmp_path / "project"
    for name, text in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    environment = made(tmp_path, *tools)
    chosen = choose(shipped(), survey(project, environment), job, paths)
    shown = [
        " ".join([Path(command[0]).name, *command[1:]])
        for cooked in chosen.cooked
        for command in cooked.commands
    ]
    assert shown == commands


def test_what_is_missing_is_named_beside_what_can_be_done(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "go.mod").write_text("")
    (project / "mypy.ini").write_text("")
    chosen = choose(shipped(), survey(project, made(tmp_path, "go")), Kind.TYPES)
    assert [cooked.tool for cooked in chosen.cooked] == ["go"]
    assert chosen.missing == ("mypy for Python (pip install mypy)",)
    with pytest.raises(UnableError, match="Not installed, and needed for this"):
        choose(shipped(), survey(project, {"PATH": str(NOWHERE), "HOME": "/"}), Kind.TYPES)


NPM = {
    "vulnerabilities": {
        "minimist": {"severity": "low", "fixAvailable": False},
        "lodash": {"severity": "high", "fixAvailable": True},
    },
    "metadata": {"vulnerabilities": {"low": 1, "high": 1, "critical": 0, "total": 2}},
}
PIP = {"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "X-1", "fix_versions": ["2"]}]}]}
ISTANBUL = {
    "total": {"lines": {"total": 40, "covered": 30, "pct": 75}},
    "/srv/shop/src/cart.js": {"lines": {"pct": 50}},
}
LLVM = {
    "data": [
        {
            "files": [{"filename": "/srv/shop/src/lib.rs", "summary": {"lines": {"percent": 99.96}}}],
            "totals": {"lines": {"count": 2500, "covered": 2499, "percent": 99.96}},
        }
    ]
}
GO = "mode: set\nshop/cart.go:3.2,5.4 3 1\nshop/cart.go:7.2,9.4 1 0\n"


@pytest.mark.parametrize(
    ("name", "report", "headline", "first"),
    [
        (
            "npm-audit",
            json.dumps(NPM),
            "2 vulnerabilities (1 high, 1 low)",
            "lodash: high, a fix is available",
        ),
        ("pip-audit", json.dumps(PIP), "1 vulnerability", "a 1: X-1, fixed in 2"),
        ("istanbul", json.dumps(ISTANBUL), "75 % covered", "75 %: 30 of 40 lines"),
        ("llvm-cov", json.dumps(LLVM), "99.9 % covered", "99.9 %: 2499 of 2500 lines"),
        ("go-profile", GO, "75 % covered", "75 %: 3 of 4 statements"),
    ],
)
def test_reports_in_their_documented_forms(name: str, report: str, headline: str, first: str) -> None:
    """Of tools that are not to be had here, written after their documentation."""
    figures = read_figures(name, report, "")
    assert figures is not None
    assert (figures.headline, figures.lines[0]) == (headline, first)


@pytest.mark.parametrize("name", list(READERS))
@given(
    report=st.one_of(st.text(max_size=50), st.recursive(st.none() | st.integers(), st.lists).map(json.dumps))
)
def test_a_report_of_another_kind_has_no_figures_and_is_no_error(name: str, report: str) -> None:
    figures = read_figures(name, report, report)
    assert figures is None or figures.headline
