"""A shell for tests of the supervisor that look at it from outside."""

from tests.cli.conftest import shell as shell
