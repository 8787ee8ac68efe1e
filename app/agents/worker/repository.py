"""Asks git about a working tree and commits to it, with all that is the user's: hooks, identity, index."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.agents.git import ask_git
from app.agents.worker.jobs import UnableError
from app.agents.worker.processes import Run, children_environment, run
from app.agents.worker.worktree import Commit, Worktree, parse_status, parse_tracked
from app.model.gitwords import of_any_repository
from app.registry.checkout import marked

_UNDER_WAY = {
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
}
LOCK_PATIENCE_S = 15.0
"""How long a commit waits for a lock that another git holds; most hold theirs for milliseconds."""

_LOCK_PAUSE_S = 0.1
_LOCKED = re.compile(r"Another git process seems|remove the file manually|cannot lock ref")
_NO_CLEANING = ("-c", "gc.auto=0", "-c", "maintenance.auto=false")
"""A commit may start a clean-up of the repository in the background, which the end of the task would kill."""

_COMMIT_HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg")


@dataclass(frozen=True, slots=True)
class Repository:
    """The git working tree whose top is ``top``."""

    top: Path

    def worktree(self) -> Worktree:
        """What is there right now: which files are unfinished work of the user's, and which are not."""
        return Worktree(
            top=str(self.top),
            head=self._line("rev-parse", "--verify", "--quiet", "HEAD"),
            branch=self._line("symbolic-ref", "--quiet", "HEAD"),
            changed=parse_status(self._output("status", "--porcelain=v1", "-z", "--untracked-files=all")),
            clean=parse_tracked(self._output("ls-files", "-v", "-z")),
        )

    def commit_obstacle(self) -> str | None:
        """Why no commit can be made here just now, as one line; None when nothing is in the way."""
        for name, what in _UNDER_WAY.items():
            if (self.top / self._output("rev-parse", "--git-path", name).decode().strip()).exists():
                return f"Nothing can be committed now: {what} is under way in {self.top}. Finish it first."
        for ident in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
            if self._git("var", ident).returncode:
                return (
                    "Git does not know who is committing: set it with "
                    '`git config user.name "…"` and `git config user.email "…"`.'
                )
        return None

    def commit(self, names: Iterable[str], message: str) -> Commit | str:
        """Commits these files and nothing else, with git's output in the log; what is staged stays staged.

        Gives one line of explanation when git refuses, be it for a hook or for anything else.
        """
        paths = "\0".join(names).encode("utf-8", "surrogateescape")
        argv = ["git", "--literal-pathspecs", *_NO_CLEANING, "commit", "--only", "-m", message]
        argv += ["--pathspec-from-file=-", "--pathspec-file-nul"]
        deadline = time.monotonic() + LOCK_PATIENCE_S
        while True:
            done = run(argv, self.top, of_any_repository(children_environment({})), paths)
            if done.code == 0 or not self._was_locked(done) or time.monotonic() > deadline:
                break
            time.sleep(_LOCK_PAUSE_S)  # another git has the index for a moment, such as the user's own
        return self._made(message.partition("\n")[0]) if done.code == 0 else self._refused(done)

    def _was_locked(self, done: Run) -> bool:
        """Whether git met another git: what it says may be in the user's language, a lock file is none."""
        lock = self._line("rev-parse", "--git-path", "index.lock")
        return _LOCKED.search(done.tail) is not None or (lock is not None and (self.top / lock).exists())

    def _made(self, subject: str) -> Commit:
        show = ("show", "--first-parent", "--no-renames", "--format=", "--name-only", "-z", "HEAD")
        files = [os.fsdecode(name) for name in self._output(*show).split(b"\0") if name]
        branch = self._line("symbolic-ref", "--quiet", "--short", "HEAD")
        return Commit(self._line("rev-parse", "--short", "HEAD") or "HEAD", subject, branch, tuple(files))

    def _refused(self, done: Run) -> str:
        folder = self.top / self._output("rev-parse", "--git-path", "hooks", hooks=True).decode().strip()
        hooks = [name for name in _COMMIT_HOOKS if os.access(folder / name, os.X_OK)]
        present = f" (the hook {' and '.join(hooks)} has its say here)" if hooks else ""
        lines = [line.strip() for line in done.tail.splitlines() if line.strip()]
        said = f": {lines[-1]}" if lines else f" with exit code {done.code}"
        return f"Git refused the commit{present}{said}"

    def _line(self, *arguments: str) -> str | None:
        done = self._git(*arguments)
        return os.fsdecode(done.stdout).strip() or None if done.returncode == 0 else None

    def _output(self, *arguments: str, hooks: bool = False) -> bytes:
        done = self._git(*arguments, hooks=hooks)
        if done.returncode:
            said = os.fsdecode(done.stderr).strip().partition("\n")[0] or f"exit code {done.returncode}"
            raise UnableError(f"git {arguments[0]} failed in {self.top}: {said}")
        return done.stdout

    def _git(self, *arguments: str, hooks: bool = False) -> subprocess.CompletedProcess[bytes]:
        try:
            return ask_git(self.top, *arguments, hooks=hooks)
        except TimeoutError as error:
            raise UnableError(str(error)) from None


def find_repository(folder: Path) -> Repository | None:
    """The repository that ``folder`` is in, None when there is none.

    Raises UnableError when there is one that git will not read: then nobody could tell what is unfinished.
    """
    if not any(marked(folder)):
        return None
    try:
        top = Repository(folder)._output("rev-parse", "--show-toplevel")
    except FileNotFoundError:
        raise UnableError(
            "git was not found in PATH, so changes of yours cannot be told from others."
        ) from None
    return Repository(Path(os.path.realpath(os.fsdecode(top).rstrip("\n"))))


def tracked(folder: Path, names: Iterable[str]) -> frozenset[str]:
    """Those of the files that git keeps: a person's own, whatever else is written there.

    Names are relative to the folder, here and below; where git tells nothing there are none.
    """
    return frozenset(_asked(folder, "ls-files", "-z", "--", *names) or ())


def not_ignored(folder: Path, names: Iterable[str]) -> list[str]:
    """Those of the files that git would show: what a build or the tests write is no change of the project."""
    spelled = {name: f"./{name}" for name in names}  # so that no first character has a meaning
    asked = b"\0".join(map(os.fsencode, spelled.values()))
    ignored = frozenset(_asked(folder, "check-ignore", "-z", "--stdin", data=asked) or ())
    return [name for name, path in spelled.items() if path not in ignored]


def not_hidden(folder: Path) -> tuple[str, ...] | None:
    """Every file of a folder that git keeps or would show, in its order; None where git does not tell."""
    return _asked(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard")


def _asked(folder: Path, *arguments: str, data: bytes = b"") -> tuple[str, ...] | None:
    """The paths that git lists, in its order; None where it fails."""
    try:
        done = ask_git(folder, *arguments, data=data)
    except OSError:
        return None
    listed = tuple(os.fsdecode(name) for name in done.stdout.split(b"\0") if name)
    return listed if done.returncode == 0 else None
