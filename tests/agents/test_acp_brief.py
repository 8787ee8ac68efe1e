"""Clients that go as soon as they have answered: what they did counts, and what they did not hear is said."""

from __future__ import annotations

import sys

import pytest

from app.model.run import AgentRun, Channel
from app.model.status import Status
from app.registry.messages import write_message
from tests.agents.hosted import Hosted, last
from tests.support import until

BRIEF = """
import json, os, sys, time
for line in sys.stdin:
    message = json.loads(line)
    if message["method"] == "session/prompt":
        open("hello.txt", "w").close()
        while sys.argv[1] == "waits" and not os.path.exists("go"):
            time.sleep(0.01)
        result = {"stopReason": "end_turn"}
    else:
        result = {"sessionId": "one", "protocolVersion": 1}
    print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}), flush=True)
    if message["method"] == "session/prompt":
        os._exit(0)
"""


def brief(how: str = "") -> AgentRun:
    """A client that ends right after its answer to a prompt."""
    return AgentRun(Channel.ACP, (sys.executable, "-c", BRIEF, how), client="brief")


@pytest.mark.parametrize("_", range(3))
def test_an_answer_counts_although_its_client_goes_at_once(hosted: Hosted, _: int) -> None:
    done = hosted.run("go", brief())
    assert (done.status, last(done).reason) == (Status.COMPLETE, None), hosted.log(done)


def test_a_message_to_a_client_that_has_gone_is_not_delivered(hosted: Hosted) -> None:
    task = hosted.submit("go", brief("waits"))
    assert until((hosted.folder / "hello.txt").exists, 15)
    write_message(hosted.registry.home, task.id, 1, "and the docs")
    (hosted.folder / "go").touch()
    done = hosted.ended(task)
    assert done.status is Status.COMPLETE, hosted.log(done)
    assert last(done).undelivered == ("and the docs",)
    assert "was not delivered" in hosted.log(done)
    assert "» you" not in hosted.log(done)
