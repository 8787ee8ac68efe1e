"""What every test with a real client gets: a model on loopback, a repository, a home."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.homes import repository
from tests.standins.model_server import ModelServer


@pytest.fixture
def model() -> Iterator[ModelServer]:
    """A model of the test's own."""
    with ModelServer() as server:
        yield server


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An empty git repository to work in."""
    return repository(tmp_path / "project")
