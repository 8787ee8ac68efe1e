"""A shell for tests of the registry that look at it from outside."""

from tests.cli.conftest import shell as shell
