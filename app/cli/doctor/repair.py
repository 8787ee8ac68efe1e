"""Repairs that lose nothing: modes, markers, what interrupted work has left, deletions past their time."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from app.cli.doctor.facts import Place, Records, Traces
from app.registry import trash
from app.registry.files import RegistryBusy
from app.registry.paths import Home
from app.registry.store import Registry
from app.registry.transaction import NewerSchema, transaction
from app.supervisor.scheduling import settle_as_configured


def repair(registry: Registry, places: Sequence[Place], records: Records, traces: Traces) -> list[str]:
    """Repair what was found and say what was done, one line for each kind of thing."""
    done = [_close_to_others(registry.home, places)]
    try:
        done.append(_make_settings_anew(registry, records))
        done.append(_set_aside(registry, records))
        done.append(_put_markers_right(registry, records))
        done.append(_remove(registry.home, traces))
        done.append(_forget(registry, traces.stale_deletions))
    except (NewerSchema, RegistryBusy, OSError) as error:
        done.append(f"could not go on: {error}")
    return [line for line in done if line]


def _close_to_others(home: Home, places: Sequence[Place]) -> str:
    """Take from others what they may do with our folders and files; a link is not followed to do so."""
    count = 0
    for place in places:
        wanted = 0o700 if place.folder else 0o600
        fits = place.kind == ("folder" if place.folder else "file") and place.owner == os.geteuid()
        if fits and place.private and place.mode & 0o077:
            with contextlib.suppress(OSError):
                _change_mode(home.root / place.path, wanted)
                count += 1
    return f"{count} folders and files are yours alone now" if count else ""


def _change_mode(path: Path, mode: int) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)


def _make_settings_anew(registry: Registry, records: Records) -> str:
    if not records.reason:
        return ""
    with transaction(registry) as change:
        change.recount()
    return "registry.toml is made anew from the tasks; the old one is in quarantine"


def _set_aside(registry: Registry, records: Records) -> str:
    """Put what cannot be read into quarantine, whole; what only may not be read now stays."""
    if not records.damaged:
        return ""
    before = len(registry.damaged())
    registry.recent(len(registry.ids()))
    count = len(registry.damaged()) - before
    return f"{count} damaged records are set aside, whole, in quarantine" if count else ""


def _put_markers_right(registry: Registry, records: Records) -> str:
    """Make the markers agree with the records, and close what ended unseen."""
    count = len(records.stale) + len(records.unmarked) + len(records.unsettled)
    if not count:
        return ""
    with transaction(registry) as change:
        known = {*registry.ids()}
        for task_id in {*registry.queue(), *registry.in_hand()} - known:
            change.unmark(task_id)
        change.save(replace(change.settings, boot=""))  # as after a boot: they are made anew
    with transaction(registry):
        pass
    settle_as_configured(registry)
    return f"{count} tasks agree with their records again"


def _remove(home: Home, traces: Traces) -> str:
    count = 0
    for name in (*traces.half_made, *traces.empty_errors):
        path = home.root / name
        with contextlib.suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
            count += 1
    return f"{count} files that interrupted work had left are removed" if count else ""


def _forget(registry: Registry, names: Sequence[str]) -> str:
    if not names:
        return ""
    with transaction(registry) as change:
        folders = trash.forget(change, names)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    return f"{len(folders)} deletions past their time are removed"
