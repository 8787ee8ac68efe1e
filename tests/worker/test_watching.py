"""What goes on until it is stopped: it wakes when something happens, and says at its end what that was."""

from __future__ import annotations

import signal
import subprocess
from functools import partial
from itertools import islice
from pathlib import Path
from queue import SimpleQueue

import psutil
import pytest

from app.agents.worker.watching import Burst, changes_from
from tests.support import until
from tests.worker.conftest import Site


def stop(site: Site, worker: subprocess.Popen[bytes]) -> str:
    """End a watch as a stop does, and return its summary."""
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=20) == -signal.SIGTERM
    return (site.outside / "summary.md").read_text()


def test_files_are_watched_and_the_tests_run_after_each_change(site: Site) -> None:
    site.write("tests/test_shop.py", "def test_one(): pass\n")
    site.commit_all()
    worker = site.start("watch for file changes and rerun the tests")
    assert until(lambda: "1 passed, exit code 0" in site.log, seconds=60)
    site.write("tests/test_shop.py", "def test_one(): pass\n\n\ndef test_two(): assert 0\n")
    assert until(lambda: "1 failed, 1 passed, exit code 1" in site.log, seconds=60)
    changed = [line[11:] for line in site.log.splitlines() if "Changed: " in line]
    assert changed == ["Changed: tests/test_shop.py"]
    summary = stop(site, worker)
    assert "1 change in 1 file; 2 runs, 1 failed; last: 1 failed, 1 passed" in summary


def test_a_watch_is_idle_while_nothing_happens(site: Site) -> None:
    worker = site.start("Watch for file changes as a background task")
    assert until(lambda: "Watching" in site.log, seconds=30)
    process = psutil.Process(worker.pid)
    assert until(lambda: process.num_threads() >= 1 and sum(process.cpu_times()[:2]) > 0)
    before, log = sum(process.cpu_times()[:2]), site.log
    with pytest.raises(subprocess.TimeoutExpired):
        worker.wait(timeout=3)
    assert sum(process.cpu_times()[:2]) - before < 0.3
    assert site.log == log
    assert stop(site, worker).startswith("# Watched: 0 changes in 0 files")


def test_what_git_ignores_is_no_change(site: Site) -> None:
    site.write(".gitignore", "out/\n")
    site.write("a.txt", "")
    site.commit_all()
    worker = site.start("watch files")
    assert until(lambda: "Watching" in site.log, seconds=30)
    wait_for_silence(site, worker)
    site.write("out/b.txt", "made")
    site.write("a.txt", "changed")
    assert until(lambda: "Changed: a.txt" in site.log, seconds=30)
    assert "out/b.txt" not in site.log
    stop(site, worker)


def told(folder: Path, *bursts: Burst) -> list[list[str]]:
    """What is told of each of some bursts, looked at when all of them are over."""
    queue: SimpleQueue[Burst] = SimpleQueue()
    for burst in bursts:
        queue.put(burst)
    return [names for _, names in islice(changes_from(folder, queue), len(bursts))]


def test_what_came_and_went_is_no_change_in_however_many_pieces_it_is_told(tmp_path: Path) -> None:
    kept = tmp_path / "kept.py"
    kept.touch()
    made, within = str(tmp_path / "made"), str(tmp_path / "made" / "README.md")
    gone = str(tmp_path / "gone.py")
    only = frozenset
    pieces = [
        Burst(1.0, new=only({made})),
        Burst(2.0, altered=only({within, str(kept)})),
        Burst(3.0, gone=only({made})),
        Burst(4.0, altered=only({gone})),
        Burst(5.0, gone=only({gone})),
    ]
    assert told(tmp_path, *pieces) == [[], ["kept.py"], [], [], ["gone.py"]]
    together = Burst(6.0, new=only({made, str(kept)}), altered=only({within}), gone=only({made, gone}))
    assert told(tmp_path, together) == [["gone.py", "kept.py"]]


def test_a_file_that_stays_is_told_of_when_it_goes_at_last(tmp_path: Path) -> None:
    queue: SimpleQueue[Burst] = SimpleQueue()
    changes = changes_from(tmp_path, queue)
    file = tmp_path / "note.md"
    for there, burst, expected in (
        (False, Burst(1.0, new=frozenset({str(file)})), []),
        (True, Burst(2.0, new=frozenset({str(file)})), ["note.md"]),
        (False, Burst(3.0, gone=frozenset({str(file)})), ["note.md"]),
    ):
        file.touch() if there else file.unlink(missing_ok=True)
        queue.put(burst)
        assert next(changes)[1] == expected


def test_new_errors_in_log_files_are_told(site: Site) -> None:
    log = site.write("logs/app.log", "ERROR an old one\n")
    worker = site.start("Monitor log files in the background")
    assert until(lambda: "Following 1 log file: logs/app.log" in site.log, seconds=30)
    wait_for_silence(site, worker)
    with log.open("a") as file:
        file.write("all is well\nERROR the disk is full\n")
    assert until(lambda: "logs/app.log: ERROR the disk is full" in site.log, seconds=30)
    assert "an old one" not in site.log
    assert "all is well" not in site.log
    assert "1 error in 2 new lines of 1 file" in stop(site, worker)


def test_no_log_file_is_one_line(site: Site) -> None:
    ran = site.work("monitor log files")
    assert (ran.code, len(ran.log.splitlines())) == (1, 1)
    assert ran.error.startswith("There is no log file in ")


def test_the_machine_is_tracked_until_it_is_stopped(site: Site) -> None:
    worker = site.start("Track system metrics in background")
    assert until(lambda: "%, memory " in site.log, seconds=30)
    summary = stop(site, worker)
    assert summary.startswith("# Tracked: cpu ")
    assert "- memory: " in summary


def test_what_the_job_itself_writes_does_not_start_it_for_ever(site: Site) -> None:
    site.write(".delegate/recipes.toml", RECIPE)
    site.write("shop.py", "x = 1\n")
    site.commit_all()
    worker = site.start("build the project on every change")
    assert until(lambda: "done, exit code 0" in site.log, seconds=30)
    wait_for_silence(site, worker)
    for text in ("x = 2\n", "x = 3\n"):
        runs, told = site.log.count("Running: sh"), site.log.count("Changed: shop.py")
        site.write("shop.py", text)
        assert until(partial(more_than, site, "Changed: shop.py", told), seconds=30)
        wait_for_silence(site, worker)
        assert site.log.count("Running: sh") - runs <= 2
    assert site.log.count("Running: sh") - runs == 1
    stop(site, worker)


def more_than(site: Site, words: str, count: int) -> bool:
    """Whether words stand in the log more often than so."""
    return site.log.count(words) > count


def wait_for_silence(site: Site, worker: subprocess.Popen[bytes]) -> None:
    """Until nothing more has been written for two seconds; it must come to that."""
    for _ in range(10):
        before = site.log
        with pytest.raises(subprocess.TimeoutExpired):
            worker.wait(timeout=2)
        if site.log == before:
            return
    raise AssertionError("it does not come to rest")


RECIPE = '[[recipe]]\njob = "build"\nrun = ["sh", "-c", "date +%N > made.txt"]\n'
