"""Finding processes where there is no ``/proc``, as on macOS: by what ``ps`` prints."""

from __future__ import annotations

import os
import subprocess
import time

import pytest

from app.supervisor import processes
from app.supervisor.kill import sweep
from tests.support import need


def test_without_proc_a_tree_is_found_and_ended_and_ps_is_not_part_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    need("ps")
    monkeypatch.setattr(processes, "ON_LINUX", False)
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")

    def find() -> dict[int, processes.Process]:
        return processes.members(processes.snapshot(), b"NO_SUCH=MARK", session=child.pid)

    def children_of_ours() -> set[int]:
        return {each.pid for each in processes.snapshot().values() if each.parent == os.getpid()}

    before = children_of_ours()
    child = subprocess.Popen(["sh", "-c", "sleep 100 & sleep 100"], start_new_session=True)
    try:
        assert children_of_ours() - before == {child.pid}
        assert child.pid in find()
        swept = sweep(find, 2.0, time.sleep)
    finally:
        child.kill()
        child.wait()
    assert swept.survivors == []
    assert swept.ended >= 2
