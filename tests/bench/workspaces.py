"""Workspaces and changes: worktrees beside plain `git worktree add`, snapshots, a diff of 50,000 lines."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from app.workspace.applying import merge
from app.workspace.difftext import DiffText
from app.workspace.git import Git
from app.workspace.merging import Mode, plan
from app.workspace.repository import Repository, look
from app.workspace.snapshot import take
from app.workspace.worktrees import Wanted, create, remove
from tests.bench.world import Figure

FILES = 500
LINES = 50_000
AT_ONCE = 20
RUNS = 7
WINDOW = 50


def workspaces() -> Iterator[Figure | str]:
    """A worktree for a task beside plain git's, one and twenty at once; a snapshot beside `git status`."""
    with _repository() as repository:
        yield f"a repository of {FILES:,} files"
        ours = _median(lambda number: _ours(repository, number, carry=False), RUNS)
        theirs = _median(lambda number: _theirs(repository, number), RUNS)
        yield Figure("a worktree for a task", ours, "ms", "git worktree add", theirs)
        _touch(repository)
        carrying = _median(lambda number: _ours(repository, number, carry=True), RUNS)
        yield Figure("a worktree with uncommitted changes", carrying, "ms", "git worktree add", theirs)
        failed: list[int] = []
        all_theirs = _at_once(lambda number: failed.extend([number] * (not _add(repository, number))))
        all_ours = _at_once(lambda number: _create(repository, number))
        yield Figure(f"{AT_ONCE} worktrees at once, all", all_ours, "ms", f"{AT_ONCE} × git", all_theirs)
        yield f"of {AT_ONCE} at once, plain git failed to make {len(failed)}, ours none"
        store = repository.folder.parent / "objects"
        snapshot = _median(lambda _: _clocked(lambda: take(repository, store)), RUNS)
        status = _median(lambda _: _clocked(lambda: repository.git.read("status", "--porcelain")), RUNS)
        yield Figure("a snapshot of the checkout", snapshot, "ms", "git status", status)


def difference() -> Iterator[Figure | str]:
    """A diff of 50,000 lines: to open it, to pair its sides, and any window of it; a merge beside git's."""
    with _repository() as repository:
        git = repository.git
        big = repository.folder / "big.txt"
        big.write_text("".join(f"line {number}\n" for number in range(LINES)))
        start, end = git.line("rev-parse", "HEAD") or "", _commit(git)
        with DiffText(git, start, end) as text:
            opened = _median(lambda _: _clocked(lambda: DiffText(git, start, end).close()), RUNS)
            printed = _median(lambda _: _clocked(lambda: git.read("diff", "--no-ext-diff", start, end)), RUNS)
            yield Figure(f"a diff of {LINES:,} lines, opened", opened, "ms", "git diff", printed)
            yield Figure("its sides paired, once", _clocked(lambda: text.sides), "ms")
            places = range(0, len(text), len(text) // 20)
            windows = [_clocked(lambda place=place: text.rows(place, WINDOW)) for place in places]  # type: ignore[misc]
            yield Figure(f"a window of {WINDOW} rows, slowest of {len(windows)}", max(windows), "ms")
        yield from _merging(repository)


def _merging(repository: Repository) -> Iterator[Figure]:
    workspace = _create(repository, 1)
    (workspace / "new.txt").write_text("new\n")
    _commit(Git(workspace))
    (repository.folder / "other.txt").write_text("other\n")
    _commit(repository.git)
    found = create(repository, Wanted(1, "task", workspace))
    planned = [_clocked(lambda: plan(found, Mode.MERGE)) for _ in range(RUNS)]
    yield Figure("to know what a merge comes to", statistics.median(planned), "ms")
    before = repository.git.line("rev-parse", "HEAD") or ""
    ready = plan(found, Mode.MERGE)
    ours = _clocked(lambda: merge(ready))
    repository.git.write("reset", "--quiet", "--hard", before)
    words = ("merge", "--quiet", "--no-edit", found.branch)
    theirs = _clocked(lambda: repository.git.write(*words))
    yield Figure("the merge", ours, "ms", "git merge", theirs)


@contextmanager
def _repository() -> Iterator[Repository]:
    base = Path(tempfile.mkdtemp(prefix="delegate-bench-"))
    top = base / "shop"
    for number in range(FILES):
        file = top / f"src/{number % 40}/file{number}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {number}\n" + "print('a line of a file')\n" * 40)
    subprocess.run(["git", "init", "-q", "-b", "main", str(top)], check=True)
    for name in ("user.name", "user.email"):
        subprocess.run(["git", "config", name, "bench"], cwd=top, check=True)
    _commit(Git(top))
    found = look(top)
    assert found is not None
    try:
        yield found
    finally:
        shutil.rmtree(base)


def _commit(git: Git) -> str:
    git.write("add", "--all")
    git.write("commit", "--quiet", "-m", "bench")
    return git.line("rev-parse", "HEAD") or ""


def _touch(repository: Repository) -> None:
    for number in range(0, FILES, 100):
        (repository.folder / f"src/{number % 40}/file{number}.py").write_text(f"changed {number}\n")
        (repository.folder / f"src/{number % 40}/new{number}.py").write_text(f"new {number}\n")


def _create(repository: Repository, number: int) -> Path:
    place = repository.folder.parent / "workspaces" / str(number)
    return create(repository, Wanted(number, "task", place)).folder


def _add(repository: Repository, number: int) -> bool:
    """Whether plain git made a worktree: several at once stumble over each other."""
    place = repository.folder.parent / "plain" / str(number)
    words = ["git", "worktree", "add", "--quiet", "-b", f"plain/{number}", str(place)]
    done = subprocess.run(words, cwd=repository.folder, stderr=subprocess.DEVNULL, check=False)
    return done.returncode == 0


def _ours(repository: Repository, number: int, *, carry: bool) -> float:
    place = repository.folder.parent / "workspaces" / f"one-{number}"
    wanted = Wanted(number, "one", place, carry=carry)
    start = time.perf_counter()
    workspace = create(repository, wanted)
    passed = (time.perf_counter() - start) * 1000
    remove(workspace)
    repository.git.write("branch", "--quiet", "-D", workspace.branch)
    return passed


def _theirs(repository: Repository, number: int) -> float:
    passed = _clocked(lambda: _add(repository, number))
    place = repository.folder.parent / "plain" / str(number)
    repository.git.write("worktree", "remove", "--force", str(place))
    repository.git.write("branch", "--quiet", "-D", f"plain/{number}")
    return passed


def _at_once(make: Callable[[int], object]) -> float:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return _clocked(lambda: list(pool.map(make, range(1, AT_ONCE + 1))))


def _median(measure: Callable[[int], float], runs: int) -> float:
    measure(0)
    return statistics.median(measure(number) for number in range(1, runs + 1))


def _clocked(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000
