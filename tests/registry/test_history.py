"""The history of durations: noted at each end, one small read for an estimate, made anew when it is gone."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.agents.expectation import expected, expected_of
from app.model.status import Status
from app.model.task import Attempt, Request, State, Task
from app.registry import history
from app.registry.codec import dump, request_to_record, state_to_record
from app.registry.config import Config
from app.registry.files import read_regular
from app.registry.store import Registry
from tests.support import delegate, ended, need, until

START = datetime(2026, 11, 20, tzinfo=UTC)


def finished(
    number: int, duration_s: float = 60.0, verdict: Status = Status.COMPLETE, **changes: object
) -> Task:
    moment = START + timedelta(seconds=number)
    request = Request(
        id=f"agent_{moment:%Y%m%d_%H%M%S}",
        number=number,
        name=f"task-{number}",
        text="make lint",
        agent="command",
        command=("make", "lint"),
        folder="/srv/shop",
        created=moment,
    )
    attempt = Attempt(1, f"{request.id}.log", verdict=verdict, duration_s=duration_s, exit_code=0)
    return Task(replace(request, **changes), State(verdict, attempts=(attempt,)))  # type: ignore[arg-type]


def write(registry: Registry, *tasks: Task) -> None:
    """Records as another process would have left them."""
    for task in tasks:
        folder = registry.home.task(task.id)
        folder.mkdir(mode=0o700)
        (folder / "task.toml").write_bytes(dump(request_to_record(task.request)))
        (folder / "state.toml").write_bytes(dump(state_to_record(task.state)))


def durations(registry: Registry, agent: str = "command", folder: str = "/srv/shop") -> list[float]:
    return [sample.duration_s for sample in history.samples(registry, agent, folder)]


def test_a_task_that_completes_tells_how_long_the_next_will_take(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    assert expected(registry, "command", "sleep 0.2", str(tmp_path)) is None
    ended(registry, delegate(registry, "!sleep 0.2", config, tmp_path))
    assert until(lambda: expected(registry, "command", "sleep 0.2", str(tmp_path)))
    found = expected(registry, "command", "sleep 0.2", str(tmp_path))
    assert found is not None
    assert found.count == 1
    assert 0.2 <= found.middle_s < 10
    assert expected(registry, "command", "sleep 0.2", "/elsewhere") is None
    assert expected(registry, "worker", "sleep 0.2", str(tmp_path)) is None


def test_what_failed_tells_nothing(registry: Registry, config: Config, tmp_path: Path) -> None:
    history.samples(registry, "command", str(tmp_path))
    ended(registry, delegate(registry, "!exit 3", config, tmp_path))
    ended(registry, delegate(registry, "!true", config, tmp_path))
    assert until(lambda: durations(registry, folder=str(tmp_path)))
    assert len(durations(registry, folder=str(tmp_path))) == 1


def test_only_open_tasks_have_an_estimate(registry: Registry) -> None:
    write(registry, finished(1))
    assert expected_of(registry, finished(2)) is None
    waiting = replace(finished(3), state=State(Status.QUEUED))
    assert expected_of(registry, waiting) is not None


def test_the_worker_knows_that_two_sentences_mean_one_job(registry: Registry) -> None:
    write(registry, finished(1, agent="worker", text="Run the test suite"))
    for text, known in (("run our tests", True), ("run the tests", True), ("run unit tests", False)):
        assert (expected(registry, "worker", text, "/srv/shop") is not None) is known


def test_it_is_made_from_the_records_when_it_is_missing(registry: Registry) -> None:
    twice = finished(3, 30.0)
    first = replace(twice.state.attempts[0], verdict=Status.FAILED)
    second = replace(twice.state.attempts[0], number=2, text="make lint", duration_s=31.0)
    write(registry, finished(1, 10.0), finished(2, 20.0, Status.FAILED))
    write(registry, replace(twice, state=replace(twice.state, attempts=(first, second))))
    assert durations(registry) == [10.0, 31.0]
    shutil.rmtree(registry.home.history)
    assert durations(registry) == [10.0, 31.0]


def test_it_outlives_the_tasks_it_tells_of(registry: Registry) -> None:
    write(registry, finished(1))
    assert durations(registry) == [60.0]
    shutil.rmtree(registry.home.task(finished(1).id))
    assert durations(registry) == [60.0]


def test_an_attempt_noted_twice_counts_once_and_damage_costs_its_own_line(registry: Registry) -> None:
    write(registry, finished(1, 10.0))
    assert durations(registry) == [10.0]
    history.note(registry, finished(1, 10.0))
    history.note(registry, finished(2, 20.0))
    (file,) = registry.home.history.iterdir()
    with file.open("ab") as opened:
        opened.write(b"\xff\x00\n1\t2\na\tcommand\t/srv/shop\t/\tx\tlong\na\tcommand\t/\t/\t\\x\t1\nhalf")
    history.note(registry, finished(3, 30.0))
    assert durations(registry)[:2] == [10.0, 20.0]
    history.note(registry, finished(4, 40.0))
    assert durations(registry)[-1] == 40.0


def test_files_are_ours_alone_and_stay_small(registry: Registry) -> None:
    durations(registry)
    long = "x" * 10_000
    for number in range(1, 1000):
        history.note(registry, finished(number, float(number), text=long))
    (file,) = registry.home.history.iterdir()
    assert file.stat().st_size < history.FILE_BYTES
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert durations(registry)[-1] == 999.0


def test_a_link_in_its_place_is_not_followed(registry: Registry, tmp_path: Path) -> None:
    durations(registry)
    history.note(registry, finished(1))
    (file,) = registry.home.history.iterdir()
    target = tmp_path / "precious"
    target.write_text("mine")
    file.unlink()
    file.symlink_to(target)
    with pytest.raises(OSError):
        history.note(registry, finished(2))
    assert target.read_text() == "mine"
    assert durations(registry) == []


def test_a_registry_that_cannot_be_written_gives_no_estimate_and_no_error(
    registry: Registry, tmp_path: Path
) -> None:
    write(registry, finished(1))
    registry.home.history.symlink_to(tmp_path / "nowhere")
    assert durations(registry) == []


def test_a_folder_belongs_to_the_project_at_the_top_of_its_repository(tmp_path: Path) -> None:
    git = need("git")
    shop, beside = tmp_path / "shop", tmp_path / "beside"
    (shop / "api").mkdir(parents=True)
    for argv in (
        ("init", "--quiet", "."),
        (
            "-c",
            "user.name=T",
            "-c",
            "user.email=t@example.invalid",
            "commit",
            "-q",
            "--allow-empty",
            "-m",
            "x",
        ),
        ("worktree", "add", "--quiet", str(beside)),
    ):
        subprocess.run(
            [git, *argv], cwd=shop, check=True, env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
        )
    for folder in (shop, shop / "api", beside):
        assert history.project_of(str(folder)) == str(shop)
    assert history.project_of(str(tmp_path)) == str(tmp_path)
    assert history.project_of("/no/such/folder") == "/no/such/folder"
    (shop / "stripped" / ".git").mkdir(parents=True)
    assert history.project_of(str(shop / "stripped")) == str(shop)


def test_a_file_of_any_size_that_is_called_git_is_no_burden(tmp_path: Path) -> None:
    (tmp_path / ".git").write_bytes(b"")
    os.truncate(tmp_path / ".git", 1 << 40)
    assert history.project_of(str(tmp_path)) == str(tmp_path)


def test_while_somebody_types_the_file_is_read_once_and_again_when_it_is_another(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(registry, finished(1))
    durations(registry)
    reads: list[Path] = []

    def read(path: Path, limit: int) -> bytes:
        reads.append(path)
        return read_regular(path, limit)

    monkeypatch.setattr(history, "read_regular", read)
    history.note(registry, finished(2, 90.0))
    assert [durations(registry) for _ in range(3)] == [[60.0, 90.0]] * 3
    assert len(reads) == 1
    (file,) = registry.home.history.iterdir()
    stamp = file.stat()
    file.write_bytes(file.read_bytes().replace(b"90.000", b"95.000"))
    os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns + 1))
    assert durations(registry) == [60.0, 95.0]
    file.unlink()
    assert durations(registry) == []


def test_ten_thousand_finished_tasks_cost_an_estimate_no_look_at_their_records(registry: Registry) -> None:
    """The records of thousands are stood in for by ids that cannot be read: a look would find nothing."""
    write(registry, finished(1))
    durations(registry)
    for number in range(2, 10_000):
        history.note(registry, finished(number, folder=f"/srv/{number % 50}"))
        (registry.home.tasks / finished(number).id).mkdir()
    spent = []
    for _ in range(5):
        start = time.process_time()
        assert expected(registry, "command", "make lint", "/srv/7") is not None
        spent.append(time.process_time() - start)
    assert min(spent) < 0.02
