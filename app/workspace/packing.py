"""Ignored files of a worktree, packed beside git's objects, so that an undo brings them back."""

from __future__ import annotations

import os
import stat
import tarfile
import tempfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from gzip import BadGzipFile
from pathlib import Path

from app.registry.files import sync_folder
from app.workspace.extras import Extra, as_given, walk
from app.workspace.place import Workspace
from app.workspace.repository import Repository


def pack(repository: Repository, workspace: Workspace, extras: Iterable[Extra]) -> str:
    """Write extras into a file in the repository's own folder, whole or not at all; returns its name.

    It lies beside git's objects and not among them: what git was told to ignore is never to be pushed.
    Raises OSError.
    """
    folder = _folder(repository)
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    given = as_given(workspace)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".new-", delete=False) as file:
        try:
            with tarfile.open(fileobj=file, mode="w:gz", compresslevel=1) as archive:
                for path, status in (one for extra in extras for one in _all_of(workspace, extra, given)):
                    _add(archive, workspace.folder, path, status)
            file.flush()
            os.fsync(file.fileno())
            name = f"{Path(file.name).name.removeprefix('.new-')}.tar.gz"
            Path(file.name).replace(folder / name)
        except BaseException:
            Path(file.name).unlink()
            raise
    sync_folder(folder)
    return name


def unpack(repository: Repository, name: str, target: Path) -> str:
    """Bring extras back into a worktree that has nothing else in their places; returns why not, in words.

    Raises OSError where there is no room or no permission: it can be repeated then.
    """
    try:
        file = (_folder(repository) / Path(name).name).open("rb")
    except FileNotFoundError:
        return "its ignored files are not back: the file that held them was removed"
    try:
        with file, tarfile.open(fileobj=file, mode="r:gz") as archive:
            archive.extraction_filter = _inside
            archive.extractall(target)
    except (tarfile.TarError, EOFError, zlib.error, BadGzipFile) as error:
        return f"not all of its ignored files are back: {error}"
    return ""


def forget_packed(repository: Repository, name: str) -> None:
    """Remove a file of extras; it may be gone. Raises OSError."""
    (_folder(repository) / Path(name).name).unlink(missing_ok=True)


def sweep(repository: Repository, before: float) -> None:
    """Remove what nobody can want any more: files of extras older than a time, in seconds since the epoch.

    A discard that was killed leaves such a file that no reference names. Raises OSError.
    """
    folder = _folder(repository)
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.lstat().st_mtime < before:
            path.unlink(missing_ok=True)


def _folder(repository: Repository) -> Path:
    return repository.common / "delegate" / "discarded"


def _all_of(
    workspace: Workspace, extra: Extra, given: Collection[str]
) -> Iterator[tuple[str, os.stat_result]]:
    for path, status in walk(workspace.folder, extra.path, given):
        if status is None:
            raise PermissionError(f"{path} cannot be read")
        yield path, status


def _add(archive: tarfile.TarFile, top: Path, path: str, status: os.stat_result) -> None:
    member = archive.gettarinfo(str(top / path), arcname=path)
    if stat.S_ISREG(status.st_mode) and member.isreg():
        with (top / path).open("rb") as file:
            archive.addfile(member, file)
    else:
        archive.addfile(member)


def _inside(member: tarfile.TarInfo, target: str) -> tarfile.TarInfo | None:
    """A member with all its modes, unless it would come to lie outside of the target."""
    top = Path(os.path.realpath(target))
    place = Path(os.path.realpath((top / member.name).parent))
    return member if place == top or top in place.parents else None
