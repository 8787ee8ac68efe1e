"""The steps of a well-behaved agent, and every way in which a turn may end, by their markers."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from tests.standins.acp_turn import Turn, step
from tests.standins.peer import CancelledError, Refused, start_tool

# ---- what an agent does when all is well ------------------------------------------------------


@step("say")
def _say(turn: Turn, text: str) -> None:
    turn.say(text or "Just an answer.")


@step("think")
def _think(turn: Turn, text: str) -> None:
    turn.say(text or "Let me see.", "agent_thought_chunk")


@step("write")
def _write(turn: Turn, name: str) -> None:
    name = name or "hello.txt"
    call = turn.call(f"Write {name}", "edit", locations=[{"path": name}])
    turn.write(call, name)


@step("fail")
def _fail(turn: Turn, code: str) -> None:
    call = turn.call("make test")
    turn.ended(call, "failed", "broken", rawOutput={"exitCode": int(code or 3), "stderr": "broken\n"})
    turn.say("The command failed.")


@step("plan")
def _plan(turn: Turn, _: str) -> None:
    for done in range(4):
        states = ["completed" if n < done else "in_progress" if n == done else "pending" for n in range(3)]
        names = ("Read the code", "Change it", "Test it")
        entries = [
            {"content": name, "priority": "medium", "status": state}
            for name, state in zip(names, states, strict=True)
        ]
        turn.update("plan", entries=entries)


@step("usage")
def _usage(turn: Turn, _: str) -> None:
    turn.update("usage_update", used=12_000, size=200_000, cost={"amount": 0.0421, "currency": "USD"})
    turn.result["usage"] = {
        "inputTokens": 1200,
        "outputTokens": 34,
        "totalTokens": 1234,
        "cachedReadTokens": 800,
    }


@step("title")
def _title(turn: Turn, text: str) -> None:
    turn.update("session_info_update", title=text or "A title")


@step("recall")
def _recall(turn: Turn, _: str) -> None:
    asked = [u["content"]["text"] for u in turn.session.history if u["sessionUpdate"] == "user_message_chunk"]
    turn.say("You asked before: " + " | ".join(asked[:-1]))


@step("slow")
def _slow(turn: Turn, pieces: str) -> None:
    for n in range(int(pieces or 20)):
        turn.say(f"piece {n}\n")
        if turn.session.cancelled.wait(0.1):
            raise CancelledError


@step("until")
def _until(turn: Turn, name: str) -> None:
    turn.wait(Path(turn.session.folder, name).exists)


@step("tool")
def _tool(turn: Turn, _: str) -> None:
    """A tool that never ends, with a child in the background; the turn goes on."""
    turn.session.tools.append(start_tool(turn.session.folder))
    turn.call("npm run dev")


@step("long")
def _long(turn: Turn, argument: str) -> None:
    _tool(turn, argument)
    turn.wait(lambda: False)


# ---- permissions ---------------------------------------------------------------------------------


@step("permission")
def _permission(turn: Turn, options: str) -> str | None:
    call = turn.call("printf hello > hello.txt")
    return _asked(turn, call, options)


@step("permission-unannounced")
def _permission_unannounced(turn: Turn, options: str) -> str | None:
    return _asked(turn, turn.call("", announced=False), options)


def _asked(turn: Turn, call: str, options: str) -> str | None:
    if turn.session.mode == "yolo" or turn.permitted(call, "printf hello > hello.txt", options):
        turn.write(call, "hello.txt")
        turn.say("Done: hello.txt was created.")
        return None
    turn.ended(call, "failed", "The user rejected it.")
    turn.say("I was not allowed to, so all is done.")
    return "end_turn" if os.environ.get("STANDIN_REJECT") == "ends" else None


@step("permission-foreign")
def _permission_foreign(turn: Turn, _: str) -> None:
    """A question in the name of an unknown conversation; without an answer, nothing goes on."""
    turn.permitted("child-call", "rm -rf build", session="child-of-" + turn.session.id)


@step("permission-two")
def _permission_two(turn: Turn, _: str) -> None:
    """Two questions at once."""
    answers: list[bool] = []

    def ask(number: int) -> None:
        try:
            answers.append(turn.permitted(f"two-{number}", f"npm publish {number}"))
        except CancelledError:
            pass

    asking = [threading.Thread(target=ask, args=(n,)) for n in (1, 2)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    turn.say(f"{answers.count(True)} of 2 were allowed.")


# ---- how a turn ends -----------------------------------------------------------------------------


@step("stop")
def _stop(_: Turn, reason: str) -> str:
    """refusal, max_tokens, max_turn_requests, or one that no schema has."""
    return reason or "refusal"


@step("hidden-error")
def _hidden_error(turn: Turn, text: str) -> str:
    turn.say(text or 'API Error: 401 {"error":{"type":"authentication_error","message":"invalid api key"}}')
    return "end_turn"


@step("error")
def _error(_: Turn, code: str) -> None:
    raise Refused(int(code or -32603), "Internal error", {"details": "500 server error"})


@step("login")
def _login(_: Turn, _text: str) -> None:
    raise Refused(-32000, "Authentication required", {"status": 401})


@step("quota")
def _quota(_: Turn, _text: str) -> None:
    raise Refused(429, "You have reached your usage limit. It resets at 18:00.", {"status": 429})


@step("silent")
def _silent(_: Turn, _text: str) -> str:
    return "end_turn"


@step("late")
def _late(turn: Turn, text: str) -> None:
    said = {"type": "text", "text": text or "This comes after the answer."}
    turn.late.append(("agent_message_chunk", {"content": said}))
    turn.late.append(("usage_update", {"used": 15_000, "size": 200_000}))
