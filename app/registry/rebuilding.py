"""What ``registry.toml`` should say when it is damaged, gone or wrong: what the tasks themselves prove."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from app.registry.codec import parse
from app.registry.counting import LARGEST_NUMBER, Settings, contradiction, moment_of, salvaged
from app.registry.damage import keep_copy
from app.registry.files import RECORD_LIMIT, read_regular
from app.registry.numbers import number_in
from app.registry.paths import Home
from app.registry.store import Registry
from app.registry.values import BadRecord


def settings_or_rebuilt(registry: Registry) -> Settings:
    """The settings; where they are damaged, what they and the tasks still prove. Raises OSError."""
    try:
        return registry.settings()
    except BadRecord as error:
        return _rebuilt(registry, str(error))


def believed(registry: Registry, settings: Settings, now: datetime) -> Settings:
    """The settings, once more looked at before a number is given away; made anew where the tasks prove them
    wrong: a file from a backup, say, would give numbers twice. Raises OSError."""
    wrong = what_is_wrong(registry, settings, now)
    return _rebuilt(registry, wrong) if wrong else settings


def what_is_wrong(registry: Registry, settings: Settings, now: datetime) -> str:
    """What the tasks prove to be wrong with settings that can be read; empty where nothing is."""
    newest = _newest_id(registry.home)
    number = max(map(_number_in, _records_of(registry.home, newest))) if newest else 0
    return contradiction(settings, newest, number, now)


def _rebuilt(registry: Registry, wrong: str) -> Settings:
    """New settings, which keep what made sense of the old ones; those go into quarantine as they are."""
    home = registry.home
    try:
        old = salvaged(parse(read_regular(home.settings, RECORD_LIMIT)))
    except (OSError, BadRecord):
        old = Settings()
    keep_copy(home, home.settings, home.settings.name, wrong)
    next_number = max((_number_in(path) + 1 for path in _records(home)), default=1)
    return Settings(max(old.next_number, next_number), _newest_id(home), old.paused)


def _newest_id(home: Home) -> str:
    """The newest id of a task, also of those that are in the trash or in quarantine."""
    names = [
        *os.listdir(home.tasks),  # noqa: PTH208 - names are all that is needed, of all tasks
        *(path.name for path in home.trash.glob("*/agent_*")),
        *(path.name.partition(".")[0] for path in home.quarantine.iterdir()),
    ]
    return next((name for name in sorted(names, reverse=True) if moment_of(name)), "")


def _records(home: Home) -> Iterator[Path]:
    yield from home.tasks.glob("agent_*/task.toml")
    yield from home.trash.glob("*/agent_*/task.toml")
    yield from home.quarantine.glob("agent_*/task.toml")


def _records_of(home: Home, task_id: str) -> Iterator[Path]:
    yield home.task_file(task_id, "task.toml")
    yield from home.trash.glob(f"*/{task_id}/task.toml")
    yield from home.quarantine.glob(f"{task_id}*/task.toml")


def _number_in(path: Path) -> int:
    """The number in a record, 0 where there is none that a task can have."""
    try:
        number = number_in(path) or 0
    except OSError:
        return 0
    return number if number < LARGEST_NUMBER else 0
