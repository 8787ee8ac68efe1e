"""What every test of agents gets."""

from tests.agents.hosted import hosted as hosted
