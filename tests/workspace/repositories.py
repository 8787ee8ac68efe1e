"""What tests do to a real repository, with plain git: the evidence does not come from the code under test."""

from __future__ import annotations

import hashlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from app.workspace import repository as facts
from app.workspace.place import Workspace
from app.workspace.repository import Repository
from app.workspace.worktrees import Wanted, create


@dataclass(frozen=True, slots=True)
class Repo:
    """A checkout that tests work in."""

    top: Path

    @classmethod
    def make(cls, top: Path, *arguments: str) -> Repo:
        """An empty repository on the branch main."""
        top.mkdir(parents=True)
        repo = cls(top)
        repo.git("init", "-q", "-b", "main", *arguments)
        repo.git("config", "user.name", "Test")
        repo.git("config", "user.email", "test@localhost")
        return repo

    def git(self, *arguments: str) -> str:
        """What git prints, without white space around it."""
        done = subprocess.run(["git", *arguments], cwd=self.top, capture_output=True, check=True)
        return os.fsdecode(done.stdout).strip()

    def write(self, path: str, content: str | bytes) -> Path:
        """Write a file, with the folders above it."""
        file = self.top / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def read(self, path: str) -> str:
        """A file's text."""
        return (self.top / path).read_text()

    def commit(self, message: str) -> str:
        """Commit everything; returns the id."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.head()

    def head(self) -> str:
        """The commit the checkout is at."""
        return self.git("rev-parse", "HEAD")

    def facts(self) -> Repository:
        """The checkout as the code under test sees it."""
        found = facts.look(self.top)
        assert found is not None
        return found

    def state(self, *, refs: bool = True) -> dict[str, str]:
        """All that must stay as it is: each file's bytes and mode, the index, HEAD, stash and branches."""
        found = {}
        for folder, names, files in os.walk(self.top):
            if ".git" in names and Path(folder) == self.top:
                names.remove(".git")
            for name in files + [name for name in names if (Path(folder) / name).is_symlink()]:
                found[str(Path(folder) / name)] = _digest(Path(folder) / name)
        for name in ("index", "HEAD", "ORIG_HEAD", "MERGE_HEAD", "logs/HEAD", "index.lock"):
            if (self.top / ".git" / name).exists():
                found[f".git/{name}"] = _digest(self.top / ".git" / name)
        if refs:
            found["refs"] = self.git("for-each-ref")
        return found

    def workspace(self, number: int = 7, name: str = "fix-lint", **options: object) -> Workspace:
        """A workspace of a task beside the repository."""
        place = self.top.parent / "workspaces" / f"{number}-{name}"
        return create(self.facts(), Wanted(number, name, place, **options))  # type: ignore[arg-type]

    def within(self, workspace: Workspace) -> Repo:
        """The workspace, to work in as an agent would."""
        return Repo(workspace.folder)


def three_files(top: Path) -> Repo:
    """A repository with three files and one commit."""
    repo = Repo.make(top)
    repo.write("a.txt", "".join(f"line {number}\n" for number in range(1, 21)))
    repo.write("src/b.py", "print('b')\n")
    repo.write("keep.txt", "keep\n")
    repo.commit("First")
    return repo


def _digest(path: Path) -> str:
    if path.is_symlink():
        return f"-> {path.readlink()}"
    return f"{path.lstat().st_mode:o} {hashlib.sha256(path.read_bytes()).hexdigest()}"
