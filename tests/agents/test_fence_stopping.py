"""What ran behind the fence, with the real bubblewrap: after a stop, an end or a kill nothing of it stays."""

from __future__ import annotations

import uuid

import psutil
import pytest

from app.model.run import AgentRun
from app.model.status import Status
from app.registry.config import Config
from app.supervisor import operations
from tests.agents.fenced import acp as acp
from tests.agents.fenced import place as place
from tests.agents.fenced import shell
from tests.agents.hosted import Hosted, last
from tests.support import ended, mark_of, processes_with, until


def living(token: str) -> list[str]:
    """The processes whose command line has this word, wherever they are and whatever their environment."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        words = process.info["cmdline"] or []
        if any(token in word for word in words) and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(" ".join(words))
    return found


BROOD = (
    "setsid tail -f --pid=$$ /dev/null {token} & env -i setsid sh -c 'tail -f /dev/null {token}' & "
    "(setsid sh -c 'trap \"\" TERM HUP; tail -f /dev/null {token}' &) ; "
)
"""Children that leave session and parent, one without its environment, one deaf to SIGTERM."""


@pytest.fixture
def token() -> str:
    """A file name that marks the processes of one test."""
    return f"mark-{uuid.uuid4()}"


@pytest.mark.parametrize("kill", [False, True])
def test_after_a_stop_nothing_is_left(place: Hosted, token: str, kill: bool) -> None:
    script = BROOD.format(token=token) + f"touch ready; trap '' TERM; tail -f /dev/null {token}"
    place.config = Config(grace_s=0.5)
    task = place.submit("go", shell(f"touch {token}; {script}"))
    assert until(lambda: (place.folder / "ready").exists()), place.log(task)
    assert until(lambda: len(living(f"{token}")) >= 4)
    operations.stop(place.registry, task.id, kill=kill)
    done = ended(place.registry, task)
    assert done.status is Status.STOPPED
    assert until(lambda: not living(token)), living(token)
    assert not place.left(done)


def test_after_its_end_nothing_is_left(place: Hosted, token: str) -> None:
    done = place.run("go", shell(f"touch {token}; {BROOD.format(token=token)} touch ready"))
    assert done.status is Status.COMPLETE
    assert (place.folder / "ready").exists()
    assert until(lambda: not living(token)), living(token)


def test_a_client_that_is_stopped_may_say_goodbye(place: Hosted) -> None:
    """The fence falls with the process that put it up: it must not be the first to go."""
    script = "trap 'sleep 0.3; touch goodbye; exit 7' TERM; touch ready; while :; do sleep 0.05; done"
    task = place.submit("go", shell(script))
    assert until(lambda: (place.folder / "ready").exists()), place.log(task)
    operations.stop(place.registry, task.id)
    done = ended(place.registry, task)
    assert (done.status, last(done).exit_code) == (Status.STOPPED, 7)
    assert (place.folder / "goodbye").exists()


def test_when_runner_and_host_are_killed_it_ends_too(place: Hosted, token: str) -> None:
    task = place.submit("go", shell(f"touch {token} ready; tail -f /dev/null {token}"))
    assert until(lambda: (place.folder / "ready").exists()), place.log(task)
    live = place.registry.load(task.id).live
    assert live is not None
    assert live.child is not None
    assert live.runner is not None
    for pid in (live.runner.pid, live.child.pid):
        psutil.Process(pid).kill()
    assert until(lambda: not living(token)), living(token)


def test_an_agent_of_the_protocol_is_stopped_with_its_tools(place: Hosted, acp: AgentRun) -> None:
    task = place.submit("[[long]]", acp)
    place.noted("tool")
    assert until(lambda: len(processes_with(mark_of(place.registry, task))) >= 4)
    operations.stop(place.registry, task.id)
    assert ended(place.registry, task).status is Status.STOPPED
    assert not place.left(task)
