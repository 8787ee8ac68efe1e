"""How runs ended, read from the real output of each tool: headline and the line that explains it."""

from __future__ import annotations

import pytest

from app.logs.readers import read_outcome
from tests.unit.outputs import ALL, output

CODES = {"cargo/test_failed": 101, "pytest/none_ran": 5, "pytest/interrupted": 2, "pytest/usage": 4}

PASSING = {
    "bar/rich": (None, None),
    "bar/tqdm": (None, None),
    "cmake/make_passed": (None, None),
    "ctest/passed": ("ctest", "1 passed"),
    "maven/passed": ("maven", "built"),
    "mypy/passed": ("mypy", "no type errors in 1 file"),
    "ninja/nothing": ("ninja", "nothing to build"),
    "ninja/passed": ("ninja", "built in 14 steps"),
    "nox/one": ("nox", "1 session: 1 passed"),
    "nox/passed": ("nox", "3 sessions: 2 passed, 1 skipped"),
    "npm/installed": ("npm", "packages: 2 added"),
    "npm/uptodate": ("npm", "nothing to install"),
    "pip/installed": ("pip", "2 packages installed"),
    "pip/resolver": ("pip", "1 package installed, conflict in base"),
    "tox/parallel": ("tox", "3 environments: 3 passed"),
    "tox/passed": ("tox", "3 environments: 3 passed"),
    "tsc/watch": ("tsc", "no type errors"),
    "cargo/build_warned": ("cargo", "built, 1 warning"),
    "cargo/test_passed": ("cargo test", "1 passed"),
    "eslint/clean": (None, None),
    "eslint/warnings_only": ("eslint", "1 warning"),
    "go/none_ran": ("go test", "1 package passed"),
    "go/passed": ("go test", "2 packages passed"),
    "go/verbose_passed": ("go test", "2 passed"),
    "jest/coverage": ("jest", "5 passed"),
    "jest/passed": ("jest", "5 passed"),
    "mocha/passed": ("mocha", "5 passed"),
    "node_test/spec_passed": ("node --test", "5 passed"),
    "node_test/tap_passed": ("node --test", "5 passed"),
    "pytest/passed": ("pytest", "41 passed"),
    "pytest/quiet_passed": ("pytest", "41 passed"),
    "ruff/all_fixed": ("ruff", "1 fixed"),
    "ruff/format": ("ruff", "1 file reformatted"),
    "ruff/passed": ("ruff", "all checks passed"),
    "unittest/none_ran": ("unittest", "no tests ran"),
    "unittest/passed": ("unittest", "2 passed"),
    "unittest/passed_verbose": ("unittest", "2 passed"),
    "vitest/passed": ("vitest", "5 passed"),
}

_EQUAL = "AssertionError: Expected values to be strictly equal: 3 !== 4"
_TOTAL = "tests/test_pay.py::test_total - assert 3 == 4"
_RUST = "assertion `left == right` failed: the total, left: 3, right: 4 (src/lib.rs:12)"
_MYPY = 'Incompatible types in assignment (expression has type "str", variable has type "int") [assignment]'
_LOCK = (
    "The `npm ci` command can only install with an existing package-lock.json or npm-shrinkwrap.json with "
    "lockfileVersion >= 1. Run an install with npm@5 or later to generate a package-lock.json file, then try "
    "again."
)

_MAVEN = (
    "shop: Execution default-resources of goal org.apache.maven.plugins:maven-resources-plugin:2.6:resources "
    "failed: Plugin org.apache.maven.plugins:maven-resources-plugin:2.6 or one of its dependencies could not "
    "be resolved: Failed to collect dependencies at org.apache.maven.plugins:maven-resources-plu…"
)

FAILING: dict[str, tuple[str | None, str]] = {
    "cmake/make_failed": (None, "‘undeclared’ undeclared (first use in this function) (/shop/l4.c:1:21)"),
    "ctest/failed": ("1 failed, 1 passed", "totals - failed"),
    "ctest/none": ("no tests found", "no tests found"),
    "ctest/output": ("1 failed, 1 passed", "totals - failed"),
    "maven/failed": ("build failed", _MAVEN),
    "mypy/failed": ("3 errors in 2 files", f"{_MYPY} (b.py:1)"),
    "mypy/syntax": ("3 errors in 1 file", "Expected an identifier [syntax] (d.py:1)"),
    "mypy/usage": ("1 error in 1 file", "Cannot read file: No such file or directory (nosuch.py)"),
    "ninja/failed": (
        "build failed",
        "‘undeclared’ undeclared (first use in this function) (/shop/l4.c:1)",
    ),
    "nox/failed": ("3 sessions: 1 failed, 1 passed, 1 skipped", "tests: exit 3"),
    "pip/check": ("conflict in base", "conflict in base: beta 1.0 wants >=2, 1.0 is installed"),
    "pip/conflict": ("conflict in base", "conflict in base: alpha 1.0 wants <2, beta 1.0 wants >=2"),
    "pip/missing": (None, "there is no nosuchthing to install"),
    "tox/failed": ("3 environments: 1 failed, 2 passed", "lint: exit 1"),
    "tsc/failed": (
        "3 errors in 2 files",
        "Type 'string' is not assignable to type 'number'. [TS2322] (a.ts:1)",
    ),
    "tsc/pretty": (
        "3 errors in 2 files",
        "Type 'string' is not assignable to type 'number'. [TS2322] (a.ts:1)",
    ),
    "tsc/pretty_one": (
        "1 error in 1 file",
        "Property 'lg' does not exist on type 'Console'. [TS2339] (b.ts:2)",
    ),
    "tsc/watch_failed": (
        "1 error in 1 file",
        "Type 'number' is not assignable to type 'string'. [TS2322] (a.ts:1)",
    ),
    "cargo/build_failed": ("2 errors, 1 warning", "error[E0308]: mismatched types (src/main.rs:2)"),
    "cargo/no_manifest": (None, "error: could not find `Cargo.toml` in `/shop` or any parent directory"),
    "cargo/run_panicked": (None, "index out of bounds: the len is 0 but the index is 3 (src/main.rs:1)"),
    "cargo/test_failed": ("2 failed, 8 passed", f"tests::totals - {_RUST}"),
    "cargo/test_not_built": ("2 errors, 1 warning", "error[E0308]: mismatched types (src/main.rs:2)"),
    "cargo/test_quiet": ("2 failed, 5 passed", f"tests::totals - {_RUST}"),
    "cargo/test_stopped": (
        "2 failed, 5 passed",
        "tests::unwraps - called `Option::unwrap()` on a `None` value (src/lib.rs:15)",
    ),
    "eslint/bad_config": (
        None,
        'TypeError: Key "rules": Key "no-such-rule": Could not find "no-such-rule" in plugin "@".',
    ),
    "eslint/failed": ("11 problems", "no-var: Unexpected var, use let or const instead (src/cart.js:1)"),
    "eslint/fix": ("6 problems", "no-undef: 'missing' is not defined (src2/cart.js:3)"),
    "eslint/max_warnings": (
        "1 warning",
        "too many warnings: eqeqeq: Expected '===' and instead saw '==' (w/a.js:1)",
    ),
    "eslint/no_config": (None, "ESLint couldn't find an eslint.config.* file."),
    "eslint/no_files": (None, 'No files matching the pattern "nowhere" were found.'),
    "eslint/parse_error": ("2 problems", "Parsing error: The keyword 'let' is reserved (w/bad.js:1)"),
    "generic/bash_not_found": (None, "bash: line 1: nosuchtool: command not found"),
    "generic/exception_group": (None, "ExceptionGroup: several failed (2 sub-exceptions)"),
    "generic/gcc": (None, "‘y’ undeclared (first use in this function) (a.c:1:20)"),
    "generic/git_fatal": (None, "fatal: not a git repository (or any of the parent directories): .git"),
    "generic/make": (None, "ls: cannot access 'nowhere': No such file or directory"),
    "generic/mypy": ("2 errors in 1 file", f"{_MYPY} (m.py:1)"),
    "generic/node_rejection": (None, "Error: db closed: refused"),
    "generic/node_syntax": (None, "SyntaxError: Unexpected token ';'"),
    "generic/node_uncaught": (None, "TypeError: Cannot read properties of undefined (reading 'total')"),
    "generic/python_syntax": (None, "SyntaxError: '(' was never closed"),
    "generic/sh_not_found": (None, "sh: 1: nosuchtool: not found"),
    "generic/system_exit": (None, "bad input: 7"),
    "generic/traceback_chained": (None, "RuntimeError: cannot load missing.toml"),
    "generic/traceback_multiline": (None, "ValueError: first line"),
    "generic/tsc": (
        "2 errors in 1 file",
        "Type 'string' is not assignable to type 'number'. [TS2322] (ts/a.ts:1)",
    ),
    "go/build_failed": ("1 of 2 packages failed", "./cart.go:14:9: undefined: totl"),
    "go/failed": ("2 tests failed, 1 of 3 packages failed", "TestTotal - got 3, want 4 (cart_test.go:12)"),
    "go/go_build": ("2 errors", "./main.go:8:14: undefined: run"),
    "go/panic": (
        "1 test failed",
        "TestIndex - panic: runtime error: index out of range [3] with length 3",
    ),
    "go/testify": ("1 test failed", "TestTotal - Not equal: expected 4, actual 3 (cart_test.go:15)"),
    "go/verbose_failed": ("2 failed, 2 passed", "TestTotal - got 3, want 4 (cart_test.go:12)"),
    "jest/broken": (
        "1 error",
        "test/broken.test.js - Cannot find module '../nowhere' from 'test/broken.test.js'",
    ),
    "jest/failed": (
        "2 failed, 1 error, 12 passed",
        "test/cart.test.js › cart › totals - expected 4, received 3",
    ),
    "jest/none": ("no tests found", "no tests found"),
    "jest/npm": (
        "2 failed, 1 error, 12 passed",
        "test/cart.test.js › cart › totals - expected 4, received 3",
    ),
    "jest/verbose": (
        "2 failed, 1 error, 12 passed",
        "test/cart.test.js › cart › totals - expected 4, received 3",
    ),
    "mocha/broken": (None, "Error: Cannot find module './nowhere'"),
    "mocha/dot_failed": ("2 failed, 6 passed", f"cart › totals - {_EQUAL}"),
    "mocha/min_failed": ("2 failed, 6 passed", f"cart › totals - {_EQUAL}"),
    "mocha/missing": (None, 'Error: No test files found: "none"'),
    "mocha/spec_failed": ("2 failed, 6 passed", f"cart › totals - {_EQUAL}"),
    "mocha/tap_failed": (
        "2 failed, 6 passed",
        "cart totals - Expected values to be strictly equal: 3 !== 4",
    ),
    "node_test/dot_failed": (None, f"totals - {_EQUAL}"),
    "node_test/missing": (None, "Could not find '/shop/test/none'"),
    "node_test/spec_broken": ("1 failed", "test/broken.test.js - Error: Cannot find module './nowhere'"),
    "node_test/spec_failed": ("2 failed, 18 passed", f"totals (test/cart.test.js:4) - {_EQUAL}"),
    "node_test/tap_broken": ("1 failed", "test/broken.test.js - Error: Cannot find module './nowhere'"),
    "node_test/tap_failed": (
        "2 failed, 18 passed",
        "totals - Expected values to be strictly equal: 3 !== 4",
    ),
    "npm/e404": (None, "Not Found - GET https://registry.example/no-such-package-zzz-1234"),
    "npm/eresolve": (
        "conflict in react",
        "conflict in react: react-dom@17.0.2 wants 17.0.2, 18.3.1 is there",
    ),
    "npm/missing_script": (None, 'Missing script: "nothing"'),
    "npm/no_lock": (None, _LOCK),
    "npm/not_found": (None, "sh: 1: nosuchtool: not found"),
    "npm/script_failed": (None, "error: schema is stale, run make schema"),
    "pytest/collection": (
        "2 errors",
        "test_broken.py - ModuleNotFoundError: No module named 'no_such_module'",
    ),
    "pytest/conftest": (None, "conftest.py - ModuleNotFoundError: No module named 'no_such_plugin'"),
    "pytest/count": ("3 failed, 1 error, 151 passed", _TOTAL),
    "pytest/deselected": ("1 failed", _TOTAL),
    "pytest/failed": ("3 failed, 1 error, 151 passed", _TOTAL),
    "pytest/internal_error": ("interrupted, no tests ran", "pytest itself - KeyError: 'order'"),
    "pytest/interrupted": ("interrupted, 42 passed", "KeyboardInterrupt"),
    "pytest/missing": ("no tests ran", "file or directory not found: tests/test_missing.py"),
    "pytest/no_summary": ("3 failed, 1 error, 151 passed", "3 failed, 1 error, 151 passed"),
    "pytest/none_ran": ("no tests ran", "no tests ran"),
    "pytest/quiet": ("3 failed, 1 error, 151 passed", _TOTAL),
    "pytest/stopped_at_first": ("1 failed, 101 passed", _TOTAL),
    "pytest/usage": (None, "python -m pytest: error: unrecognized arguments: --no-such-option"),
    "pytest/verbose": ("3 failed, 1 error, 151 passed", _TOTAL),
    "pytest/very_quiet": ("3 failed, 1 error", _TOTAL),
    "pytest/worker_crashed": (
        "1 failed, 42 passed",
        "test_int.py::test_b - worker 'gw0' crashed while running 'test_int.py::test_b'",
    ),
    "pytest/xdist": ("3 failed, 1 error, 151 passed", _TOTAL),
    "pytest/xdist_verbose": ("3 failed, 1 error, 151 passed", _TOTAL),
    "ruff/bad_config": (
        None,
        "Failed to load configuration `/shop/ruff.toml`: unknown field `selct`, expected one of "
        "`allowed-confusables`",
    ),
    "ruff/concise": ("6 problems", "I001 Import block is un-sorted or un-formatted (src/cart.py:1)"),
    "ruff/failed": ("6 problems", "I001 Import block is un-sorted or un-formatted (src/cart.py:1)"),
    "ruff/fix": ("3 fixed, 2 left", "F841 Local variable `x` is assigned to but never used (s2/cart.py:2)"),
    "ruff/format_check": ("1 file would be reformatted", "1 file would be reformatted: src/cart.py"),
    "ruff/grouped": ("6 problems", "I001 Import block is un-sorted or un-formatted (src/cart.py:1)"),
    "ruff/missing": ("1 problem", "E902 No such file or directory (os error 2) (nowhere.py:1)"),
    "ruff/statistics": ("6 problems", "F401 unused-import"),
    "ruff/syntax": (
        "2 problems",
        "invalid-syntax: Expected a parameter or the end of the parameter list (bad.py:1)",
    ),
    "ruff/usage": (None, "error: unexpected argument '--no-such' found"),
    "unittest/failed": (
        "2 failed, 1 error, 91 passed",
        "tests.test_shop.Cart.test_docfail - KeyError: 'sku'",
    ),
    "unittest/import_error": ("1 error", "test_imp - ModuleNotFoundError: No module named 'no_such'"),
    "unittest/verbose": (
        "2 failed, 1 error, 91 passed",
        "tests.test_shop.Cart.test_docfail - KeyError: 'sku'",
    ),
    "vitest/broken": (
        "1 error",
        "bad/bad.test.js - Error: Cannot find module './nowhere.js' imported from /shop/bad/bad.test.js",
    ),
    "vitest/failed": (
        "2 failed, 12 passed",
        "test/cart.test.js > cart > totals - AssertionError: expected 3 to be 4",
    ),
    "vitest/none": ("no test files found", "no test files found"),
    "vitest/verbose": (
        "2 failed, 12 passed",
        "test/cart.test.js > cart > totals - AssertionError: expected 3 to be 4",
    ),
}


def test_every_output_has_its_expectation() -> None:
    assert sorted(PASSING | FAILING) == sorted(ALL)


@pytest.mark.parametrize("name", PASSING)
def test_a_run_that_passed(name: str) -> None:
    outcome = read_outcome("", output(name), 0, None)
    assert (outcome.tool, outcome.headline) == PASSING[name]
    assert outcome.error is None
    assert not outcome.failed


@pytest.mark.parametrize("name", FAILING)
def test_a_run_that_failed(name: str) -> None:
    headline, error = FAILING[name]
    outcome = read_outcome("", output(name), CODES.get(name, 1), None)
    assert outcome.headline == headline
    assert outcome.error is not None
    assert outcome.error == error or (name == "ruff/bad_config" and outcome.error.startswith(error))


@pytest.mark.parametrize("name", ALL)
def test_a_failed_run_always_has_one_line_that_explains_it(name: str) -> None:
    for code in (1, 2, 127):
        error = read_outcome("", output(name), code, None).error
        assert error
        assert "\n" not in error
        assert len(error) <= 300
