"""Tasks in a repository, from acceptance to their record: worktrees, work in place, and writers in turn."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from app.model.status import Status
from app.model.task import Task
from app.model.workspace import Workspace
from app.registry.changed import read_changes
from app.registry.checkout import checkout_of
from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations
from app.supervisor.operations import NewTask
from app.workspace.facts import facts_of, place_lines
from app.workspace.taskfiles import workspace_of
from tests.support import ended, until
from tests.workspace.repositories import Repo, three_files


def run(registry: Registry, config: Config, folder: Path, script: str, place: Workspace | None) -> Task:
    """Submit a shell script that works in a certain kind of place."""
    new = NewTask("fix it", "scripted", ("sh", "-c", script), str(folder), "fix-it", workspace=place)
    return operations.submit(registry, new, os.environ, config)


def log_of(registry: Registry, task: Task) -> str:
    """What the newest attempt has written."""
    assert task.attempt is not None
    return registry.home.log(task.attempt.log).read_text()


def test_where_there_is_no_commit_yet_the_status_says_that_it_works_in_place(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    folder = tmp_path / "unborn"
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    done = ended(registry, run(registry, config, folder, "touch here", Workspace(worktree=True)), 60)
    assert (folder / "here").exists()
    said = dict(place_lines(done, facts_of(registry.home, done)))
    assert said["workspace"] == "in place: there was no commit to start a worktree from"


def test_a_task_gets_a_worktree_and_the_checkout_stays_as_it_was(
    registry: Registry, config: Config, repo: Repo
) -> None:
    repo.write("a.txt", "the user's own unfinished work\n")
    before = repo.state(refs=False)
    script = "pwd; echo more >> src/b.py; echo new > new.txt; git add -A; git commit -qm Work; rm keep.txt"
    done = ended(registry, run(registry, config, repo.top, script, Workspace(worktree=True)))
    assert done.status is Status.COMPLETE
    assert repo.state(refs=False) == before
    made = workspace_of(registry.home, done.id)
    assert made is not None
    assert made.branch == f"delegate/{done.number}-fix-it"
    assert log_of(registry, done).startswith(f"workspace: branch {made.branch} from ")
    assert f"\n{made.folder}\n" in log_of(registry, done)
    changes = read_changes(registry.home, done.id, 1)
    assert changes is not None
    assert [(file.path, file.kind.value) for file in changes.files] == [
        ("keep.txt", "D"),
        ("new.txt", "A"),
        ("src/b.py", "M"),
    ]
    assert [commit.subject for commit in changes.commits] == ["Work"]
    assert done.attempt is not None
    assert done.attempt.outcome.files == ("keep.txt", "new.txt", "src/b.py")
    assert done.attempt.outcome.commit == changes.commits[0].id


def test_a_retry_goes_on_in_the_same_worktree(registry: Registry, config: Config, repo: Repo) -> None:
    script = "test -e first && echo found || { touch first; exit 1; }"
    task = ended(registry, run(registry, config, repo.top, script, Workspace(worktree=True)))
    assert task.status is Status.FAILED
    again = ended(registry, operations.retry(registry, task.id, os.environ, config))
    assert again.status is Status.COMPLETE
    assert "as the last attempt left it" in log_of(registry, again)


def test_work_in_place_tells_what_changed(registry: Registry, config: Config, repo: Repo) -> None:
    repo.write("a.txt", "changed by the user before\n")
    place = Workspace(checkout=str(repo.top))
    done = ended(registry, run(registry, config, repo.top, "echo more >> src/b.py; touch new.txt", place))
    changes = read_changes(registry.home, done.id, 1)
    assert changes is not None
    assert [file.path for file in changes.files] == ["new.txt", "src/b.py"]


def test_a_writer_in_a_submodule_and_one_around_it_wait_and_one_in_a_linked_worktree_does_not(
    registry: Registry, config: Config, repo: Repo, tmp_path: Path
) -> None:
    three_files(tmp_path / "library")
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tmp_path / "library"), "lib")
    repo.git("worktree", "add", "-q", str(repo.top / "beside"))
    outer, inner, beside = (
        Workspace(checkout=str(checkout_of(folder)))
        for folder in (repo.top / "src", repo.top / "lib/src", repo.top / "beside/src")
    )
    script = f"touch {tmp_path}/runs; while [ ! -e {tmp_path}/go ]; do sleep 0.02; done; echo 1 > lib/a.txt"
    first = run(registry, config, repo.top, script, outer)
    assert until((tmp_path / "runs").exists)
    second = run(registry, config, repo.top / "lib", "cat a.txt", inner)
    assert second.queue_reason == f"folder busy with #{first.number}"
    third = ended(registry, run(registry, config, repo.top / "beside", "echo 3 > a.txt", beside))
    assert third.status is Status.COMPLETE
    (tmp_path / "go").touch()
    ended(registry, first)
    assert ended(registry, second).status is Status.COMPLETE
    log = registry.home.log(registry.load(second.id).state.attempts[-1].log)
    assert log.read_text().splitlines()[-1] == "1"


def test_writers_in_one_checkout_wait_for_each_other(
    registry: Registry, config: Config, repo: Repo, tmp_path: Path
) -> None:
    place = Workspace(checkout=str(repo.top))
    script = f"touch {tmp_path}/runs; while [ ! -e {tmp_path}/go ]; do sleep 0.02; done; git commit -qam one"
    repo.write("a.txt", "one\n")
    first = run(registry, config, repo.top, script, place)
    assert until((tmp_path / "runs").exists)
    second = run(registry, config, repo.top, "echo two > keep.txt; git commit -qam two", place)
    assert second.queue_reason == f"folder busy with #{first.number}"
    reader = ended(registry, run(registry, config, repo.top, "cat a.txt", None))
    assert reader.status is Status.COMPLETE
    (tmp_path / "go").touch()
    assert ended(registry, first).status is Status.COMPLETE
    assert ended(registry, second).status is Status.COMPLETE
    log = subprocess.run(
        ["git", "log", "--format=%s %P"], cwd=repo.top, capture_output=True, text=True, check=True
    )
    lines = log.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["two", "one", "First"]
    assert all(len(line.split()) <= 2 for line in lines)


def test_a_place_that_cannot_be_made_fails_the_task_in_words(
    registry: Registry, config: Config, repo: Repo
) -> None:
    place = Workspace(worktree=True, base="no-such-branch")
    done = ended(registry, run(registry, config, repo.top, "touch never", place))
    assert done.status is Status.FAILED
    assert done.attempt is not None
    assert "workspace could not be made" in str(done.attempt.reason)
    assert "no-such-branch" in log_of(registry, done)


@pytest.mark.parametrize("code", [0, 3])
def test_the_set_up_command_runs_once_and_its_failure_is_the_tasks(
    registry: Registry, config: Config, repo: Repo, tmp_path: Path, code: int
) -> None:
    setup = f"echo set up >> {tmp_path}/times; exit {code}"
    place = Workspace(worktree=True, setup=setup)
    done = ended(registry, run(registry, config, repo.top, "exit 1", place))
    again = ended(registry, operations.retry(registry, done.id, os.environ, config))
    assert (tmp_path / "times").read_text().count("set up") == (1 if code == 0 else 2)
    assert again.status is Status.FAILED
    assert ("the set-up command failed: exit 3" in log_of(registry, again)) is (code == 3)


@pytest.mark.parametrize(
    ("script", "qualifier"),
    [("true", "nothing happened"), ("echo looked around", None), ("touch made", None)],
)
@pytest.mark.parametrize("worktree", [True, False])
def test_a_success_without_a_trace_says_so(
    registry: Registry, config: Config, repo: Repo, script: str, qualifier: str | None, worktree: bool
) -> None:
    place = Workspace(worktree=worktree, checkout=str(repo.top))
    done = ended(registry, run(registry, config, repo.top, script, place))
    assert done.status is Status.COMPLETE
    assert done.attempt is not None
    assert done.attempt.qualifier == qualifier
