"""What one dashboard works with: the registry, the settings, the place it was opened in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.dashboard.agents import KnownAgents
from app.dashboard.input.history import InputStore
from app.registry.config import Config, config_path, load_config
from app.registry.store import Registry

Stamp = tuple[int, int, int] | None


@dataclass(slots=True)
class Session:
    """The surroundings: ``folder`` is where new tasks work, ``environment`` what they inherit."""

    registry: Registry
    loaded: Config
    folder: Path
    environment: Mapping[str, str]
    agents: KnownAgents = field(init=False)
    _stamp: Stamp = field(default_factory=lambda: _stamp(config_path()))

    def __post_init__(self) -> None:
        self.agents = KnownAgents(self.registry.home)

    @property
    def config(self) -> Config:
        """The settings as their file has them now: a limit that was lowered elsewhere holds here too."""
        stamp = _stamp(config_path())
        if stamp != self._stamp:
            self._stamp = stamp
            self.loaded = load_config()
        return self.loaded

    @property
    def inputs(self) -> InputStore:
        """History and draft of the input bar, apart from the watched folders."""
        return InputStore(self.registry.home.root / "dashboard")


def _stamp(path: Path) -> Stamp:
    """What changes when the file does; None while there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
