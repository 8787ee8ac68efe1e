"""What one dashboard works with: the registry, the settings, the place it was opened in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.dashboard.input.history import InputStore
from app.registry.config import Config
from app.registry.store import Registry


@dataclass(frozen=True, slots=True)
class Session:
    """The surroundings: ``folder`` is where new tasks work, ``environment`` what they inherit."""

    registry: Registry
    config: Config
    folder: Path
    environment: Mapping[str, str]

    @property
    def inputs(self) -> InputStore:
        """History and draft of the input bar, apart from the watched folders."""
        return InputStore(self.registry.home.root / "dashboard")
