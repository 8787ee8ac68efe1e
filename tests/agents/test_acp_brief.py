"""Clients without manners: some go as soon as they have answered, others want more than anybody can give."""

from __future__ import annotations

import sys

import psutil
import pytest

from app.agents.acp.client import MOST_UNSENT
from app.model.run import AgentRun, Channel
from app.model.status import Status
from app.registry.messages import write_message
from app.supervisor import operations
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
    assert until((hosted.folder / "hello.txt").exists)
    write_message(hosted.registry.home, task.id, 1, "and the docs")
    (hosted.folder / "go").touch()
    done = hosted.ended(task)
    assert done.status is Status.COMPLETE, hosted.log(done)
    assert last(done).undelivered == ("and the docs",)
    assert "was not delivered" in hosted.log(done)
    assert "» you" not in hosted.log(done)


GREEDY = """
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    answer = {"jsonrpc": "2.0", "id": message.get("id"), "result": {"sessionId": "one", "protocolVersion": 1}}
    if message.get("method") == "session/prompt":
        break
    print(json.dumps(answer), flush=True)
number = 0
while sys.argv[1] == "floods":
    number += 1
    sys.stdout.write('{"jsonrpc":"2.0","id":%d,"method":"%s"}\\n' % (number, "x" * 1000))
options = [{"optionId": kind, "name": kind, "kind": kind} for kind in ("allow_once", "reject_once")]
for number in range(105):
    params = {"sessionId": "one", "toolCall": {"toolCallId": str(number)}, "options": options}
    request = {"jsonrpc": "2.0", "id": number, "method": "session/request_permission", "params": params}
    print(json.dumps(request), flush=True)
rejected = [json.loads(sys.stdin.readline())["id"] for _ in range(5)]
result = {"stopReason": str(rejected)}
print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}), flush=True)
"""


def greedy(how: str) -> AgentRun:
    """A client that wants more than anybody can give."""
    return AgentRun(Channel.ACP, (sys.executable, "-c", GREEDY, how), client="greedy")


def test_a_client_that_asks_and_never_reads_costs_no_more_memory_than_is_set(hosted: Hosted) -> None:
    task = hosted.submit("go", greedy("floods"))

    def clients() -> list[psutil.Process]:
        return [psutil.Process(pid) for pid, words in hosted.processes(task).items() if "floods" in words]

    assert until(clients)
    host = clients()[0].parent()
    assert host is not None

    def rests() -> bool:
        before = host.cpu_times().user
        return not until(lambda: host.cpu_times().user > before, 0.7)

    assert until(lambda: host.memory_info().rss > MOST_UNSENT, 60)
    assert until(rests, 90)
    assert host.memory_info().rss < 5 * MOST_UNSENT
    operations.stop(hosted.registry, task.id)
    assert hosted.ended(task).status is Status.STOPPED


def test_more_questions_than_anybody_answers_are_rejected(hosted: Hosted) -> None:
    done = hosted.run("go", greedy("asks"))
    assert "[100, 101, 102, 103, 104]" in hosted.log(done) + str(last(done).reason)
    assert hosted.log(done).count("✗ rejected, 100 questions wait already: ") == 5
