"""Runs git: argument lists, no pager, no colours, no prompts, and no hooks unless they are wanted."""

from __future__ import annotations

import contextlib
import functools
import os
import random
import re
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.model.gitwords import git_command, git_environment

LOCK_PATIENCE_S = 15.0
"""How long a change waits for a lock that another git holds; most hold theirs for milliseconds."""

READ_TIMEOUT_S = 300.0
"""After how long a read is given up: a file system that answers no more must not hang a thread for ever."""

_LOCKED = re.compile(
    rb"\.lock': File exists|cannot lock ref|could not lock config file|Another git process seems"
)

_PASSING = re.compile(rb"failed to read .*worktrees/.*(commondir|gitdir|HEAD)")
"""What a git says that looks at the worktrees while another one makes or removes one."""

_PASSING_TRIES = 50


class GitError(Exception):
    """Git did not do what it was asked for; the message is one line that says why."""


class RepositoryBusy(GitError):  # noqa: N818 - a state of affairs, not a fault
    """Another git has held a lock of the repository for longer than LOCK_PATIENCE_S, or left it behind."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a commit is by; ``when`` is a date in any form that git reads, by default now."""

    name: str
    email: str
    when: str | None = None


OURS = Identity("delegate", "delegate@localhost", "@0 +0000")
"""Who the commits are by that nobody is meant to see: equal content gives equal ids."""


@dataclass(frozen=True, slots=True)
class Git:
    """Git as it is run in a folder.

    ``index`` is used instead of the checkout's own, and ``objects`` takes what is written while everything
    else is read from ``shared``, the repository's own objects. ``held`` is a descriptor that each git which
    changes something inherits, so that a lock lives as long as it does.
    """

    folder: Path
    index: Path | None = None
    objects: Path | None = None
    shared: Path | None = None
    held: int | None = None

    def read(self, *arguments: str, data: bytes | None = None) -> bytes:
        """What a command prints. It takes no lock and runs no hook. Raises GitError."""
        done = self.run(arguments, data)
        if done.returncode:
            raise GitError(explain(arguments, done))
        return done.stdout

    def line(self, *arguments: str) -> str | None:
        """What a command prints, without the end of the line; None where it fails or prints nothing."""
        done = self.run(arguments)
        return None if done.returncode else os.fsdecode(done.stdout).removesuffix("\n") or None

    def ok(self, *arguments: str) -> bool:
        """Whether a command succeeds."""
        return self.run(arguments).returncode == 0

    def write(
        self,
        *arguments: str,
        data: bytes | None = None,
        by: Identity | None = None,
        author: Identity | None = None,
    ) -> str:
        """Change something, without hooks; waits while another git holds a lock. Returns what it prints.

        ``by`` is who commits and who wrote it, ``author`` who wrote it; without them git's settings say.
        Raises RepositoryBusy when the lock stays, GitError for everything else.
        """
        deadline = time.monotonic() + LOCK_PATIENCE_S
        pause = 0.01
        while True:
            done = self.run(arguments, data, by=by, author=author, writes=True)
            if done.returncode == 0:
                return os.fsdecode(done.stdout).removesuffix("\n")
            if not _LOCKED.search(done.stderr):
                raise GitError(explain(arguments, done))
            if time.monotonic() > deadline:
                raise RepositoryBusy(f"{explain(arguments, done)}; another git works there, or left its lock")
            time.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(pause * 2, 0.5)

    def run(
        self,
        arguments: Sequence[str],
        data: bytes | None = None,
        *,
        by: Identity | None = None,
        author: Identity | None = None,
        writes: bool = False,
        hooks: bool = False,
        timeout_s: float | None = READ_TIMEOUT_S,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a command whatever its exit code. Raises GitError where it cannot run or never ends.

        A git that changes something has a session of its own and no time limit: the terminal's interrupt
        must not leave its work half done.
        """
        for _ in range(_PASSING_TRIES):
            try:
                done = subprocess.run(
                    self.command(arguments, hooks=hooks),
                    cwd=self.folder,
                    env=self.environment(writes=writes) | _signed(by, author or by),
                    input=data if data is not None else b"",
                    capture_output=True,
                    check=False,
                    timeout=None if writes and not hooks else timeout_s,
                    start_new_session=writes,
                    pass_fds=() if self.held is None else (self.held,),
                )
            except subprocess.TimeoutExpired:
                raise GitError(
                    f"git {arguments[0]} did not end in {timeout_s:.0f} s in {self.folder}"
                ) from None
            except OSError as error:
                raise GitError(_cannot_run(error, self.folder)) from None
            if not (done.returncode and _PASSING.search(done.stderr)):
                break
            time.sleep(0.02)
        return done

    def command(self, arguments: Sequence[str], *, hooks: bool = False) -> list[str]:
        """The argument list, with the user's settings neutralised that would change what it prints."""
        return git_command(arguments, hooks=hooks)

    def environment(self, *, writes: bool = False) -> dict[str, str]:
        """The environment: the folder says which repository is meant, and nothing may ask for input."""
        found = git_environment(os.environ, writes=writes)
        if self.index is not None:
            found["GIT_INDEX_FILE"] = str(self.index)
        if self.objects is not None and self.shared is not None:
            found["GIT_OBJECT_DIRECTORY"] = str(self.objects)
            found["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = _listed(self.shared)
        return found


def _signed(committer: Identity | None, author: Identity | None) -> dict[str, str]:
    """The environment that says who commits, and who wrote it."""
    found: dict[str, str] = {}
    for role, who in (("COMMITTER", committer), ("AUTHOR", author)):
        if who is not None:
            found |= {f"GIT_{role}_NAME": who.name, f"GIT_{role}_EMAIL": who.email}
            if who.when is not None:
                found[f"GIT_{role}_DATE"] = who.when
    return found


def explain(arguments: Sequence[str], done: subprocess.CompletedProcess[bytes]) -> str:
    """Why a command failed, as one line: git's own words where it has any."""
    if b"tell me who you are" in done.stderr:
        return 'git does not know who is committing: set it with git config user.name "…" and user.email "…"'
    said = [line.strip() for line in os.fsdecode(done.stderr).splitlines() if line.strip()]
    telling = [line for line in said if line.startswith(("fatal:", "error:"))] or said
    if not telling:
        return f"git {arguments[0]} failed with exit code {done.returncode}"
    reason = telling[0].removeprefix("fatal:").removeprefix("error:").strip()
    if "dubious ownership" in reason:
        reason += "; allow it with: git config --global --add safe.directory FOLDER"
    return f"git {arguments[0]}: {reason}"


@functools.lru_cache(maxsize=1)
def version() -> tuple[int, int]:
    """Major and minor version of the git in PATH. Raises GitError where there is none."""
    said = Git(Path("/")).line("version") or ""
    found = re.search(r"(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def paths_in(raw: bytes) -> tuple[str, ...]:
    """The paths in a list that git ends with NUL bytes, each as the file system has it."""
    return tuple(os.fsdecode(name) for name in raw.split(b"\0") if name)


def listed_paths(paths: Sequence[str]) -> bytes:
    """Paths as the list with NUL bytes that git reads from its standard input."""
    return b"".join(os.fsencode(path) + b"\0" for path in paths)


def remove_file(path: Path) -> None:
    """Remove a file that may be gone already."""
    with contextlib.suppress(FileNotFoundError):
        path.unlink()


def _listed(path: Path) -> str:
    """A path as an entry of a list that colons part: quoted the way git(1) reads it, where it must be."""
    text = str(path)
    if ":" not in text and not text.startswith('"') and "\n" not in text:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _cannot_run(error: OSError, folder: Path) -> str:
    if isinstance(error, FileNotFoundError) and folder.is_dir():
        return "git was not found in PATH; install it, or let the task run without a worktree (worktree:no)"
    return f"git cannot run in {folder}: {error.strerror}"
