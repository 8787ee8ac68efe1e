"""What the recipes of a project and of the user add to the sentences that the worker understands."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from app.agents.worker.book import Book, open_book
from app.agents.worker.survey import project_root


def book_for(folder: Path, environment: Mapping[str, str]) -> Book:
    """The recipes that count in a folder. ``environment`` tells where the settings lie."""
    return open_book(project_root(folder, environment), settings_folder(environment))


def sayings_in(folder: Path) -> Mapping[str, str]:
    """The sentences that mean jobs of the project's or the user's own, in a folder."""
    try:
        return book_for(folder, os.environ).sayings
    except OSError:
        return {}


def settings_folder(environment: Mapping[str, str]) -> Path:
    """The folder of the user's settings, as the rest of the program finds it."""
    base = environment.get("XDG_CONFIG_HOME") or str(Path(environment.get("HOME", "/"), ".config"))
    return Path(base, "delegate")
