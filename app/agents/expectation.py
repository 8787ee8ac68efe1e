"""How long a task will probably take, from the history of tasks like it."""

from __future__ import annotations

from functools import lru_cache

from app.model.estimate import Estimate, estimate, no_kind
from app.model.task import WORKER, Task
from app.registry import history
from app.registry.store import Registry


def expected(registry: Registry, agent: str, text: str, folder: str) -> Estimate | None:
    """What completed attempts of an agent in a folder's project say of a further task; None when nothing.

    ``text`` is the task's own, without the words that delegate it. Costs one small file.
    """
    known = history.samples(registry, agent, folder)
    return estimate(text, folder, known, _worker_kind if agent == WORKER else no_kind) if known else None


def expected_of(registry: Registry, task: Task) -> Estimate | None:
    """The same for a task that waits or runs; None for one that has ended, of which more is known."""
    if task.status.ended:
        return None
    return expected(registry, task.request.agent, task.text, task.request.folder)


@lru_cache(maxsize=1024)
def _worker_kind(text: str) -> str:
    """What job the worker takes a text for; empty where it takes it for none."""
    from app.agents.worker.understanding import understand  # 10 ms that a project without history saves

    job = understand(text)
    return repr(job) if job else ""
