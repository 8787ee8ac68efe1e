"""A project with definitions of agents, and a PATH with the clients that are to be there."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.agents.catalog.catalog import Catalog
from app.agents.definitions import catalog, find_agent
from app.agents.describing import describe
from app.model.agent import AgentDefinition
from app.registry.config import Config, load_config

SHOP = {
    "name": "shop",
    "description": "knows the shop",
    "prompt": "You know the shop.",
    "tools": ["fs_read", "fs_write", "execute_bash", "use_aws"],
    "allowedTools": ["fs_read", "fs_write"],
    "toolsSettings": {"execute_bash": {"allowedCommands": ["npm test", "pytest", "cargo test"]}},
}
REVIEWER = "---\nname: reviewer\ndescription: Reviews changes\ntools: Read, Grep\n---\nYou review.\n"


@dataclass(frozen=True)
class Project:
    """A git repository in ``folder``, the user's ``home``, and ``programs``, the only folder on the PATH."""

    folder: Path
    home: Path
    programs: Path

    def write(self, name: str, content: str | bytes | Mapping[str, object]) -> Path:
        """Write a file of the project."""
        return _write(self.folder / name, content)

    def write_home(self, name: str, content: str | bytes | Mapping[str, object]) -> Path:
        """Write a file of the user."""
        return _write(self.home / name, content)

    def install(self, *names: str) -> None:
        """Put programs on the PATH that do nothing."""
        for name in names:
            path = _write(self.programs / name, "#!/bin/sh\n")
            path.chmod(0o755)

    def config(self, text: str) -> Config:
        """Settings as they would be read from the file."""
        return load_config(_write(self.home / "settings" / "config.toml", text))

    def catalog(self, config: Config | None = None) -> Catalog:
        """Every agent there is."""
        return catalog(config or Config(), self.folder)

    def agent(self, name: str, config: Config | None = None) -> AgentDefinition:
        """The agent of a name. Raises UnknownAgent."""
        return find_agent(name, config or Config(), self.folder)

    def described(self, name: str, config: Config | None = None) -> list[str]:
        """What is said of an agent, with folders written short."""
        lines = describe(self.agent(name, config))
        return [line.replace(str(self.folder), "PROJECT").replace(str(self.home), "HOME") for line in lines]


def new_project(base: Path) -> Project:
    """An empty project below a folder; the PATH must be set to its programs."""
    project = Project(base / "shop", Path(os.environ["HOME"]), base / "programs")
    for folder in (project.folder / ".git", project.programs):
        folder.mkdir(parents=True)
    (project.folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    return project


def _write(path: Path, content: str | bytes | Mapping[str, object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Mapping):
        content = json.dumps(content, indent=2)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
