"""The steps in which agents go wrong, each seen in a real one, by their markers."""

from __future__ import annotations

import json
import os
import signal
import sys
import time

from tests.standins.acp_turn import Turn, step
from tests.standins.peer import CancelledError, start_tool

# ---- what agents do wrong --------------------------------------------------------------------------


@step("unknown-requests")
def _unknown_requests(turn: Turn, _: str) -> None:
    """Requests that no client has to know; each waits for its answer, whatever it is."""
    for method in ("craft/drainMidTurnQueue", "fs/read_text_file", "terminal/create", "_vendor/ask"):
        params = {"sessionId": turn.session.id, "path": "/etc/hostname", "command": "true"}
        turn.peer.request(method, params, turn.session.cancelled)


@step("unknown-notifications")
def _unknown_notifications(turn: Turn, _: str) -> None:
    turn.peer.notify("_auth/status_update", {"status": "ok"})
    turn.peer.notify(
        "session/update", {"sessionId": "nobody", "update": {"sessionUpdate": "plan", "entries": []}}
    )
    turn.peer.notify("session/update", {"sessionId": turn.session.id})
    turn.update("vendor_update", anything=[1, 2])
    turn.update("tool_call_update", toolCallId="never-announced", status="completed")
    turn.update("agent_message_chunk", content={"type": "image", "data": "AAAA", "mimeType": "image/png"})


@step("collide")
def _collide(turn: Turn, _: str) -> None:
    """A request under the very id of the prompt that is being answered."""
    params = {"sessionId": turn.session.id}
    turn.peer.request("_vendor/ask", params, turn.session.cancelled, request_id=turn.request_id)


@step("mode")
def _mode(turn: Turn, mode: str) -> None:
    """The agent goes to another mode by itself."""
    turn.session.mode = mode or "yolo"
    turn.update("current_mode_update", currentModeId=turn.session.mode)


@step("retry")
def _retry(turn: Turn, times: str) -> None:
    """Retries that are announced in a vendor's way, 0.05 s apart; for ever with ``for-ever``."""
    number = 0
    while times == "for-ever" or number < int(times or 3):
        number += 1
        turn.update("api_retry", attempt=number, max_retries=10, error_status=529)
        sys.stderr.write(f"429/529 overloaded, retrying (attempt {number})\n")
        if turn.session.cancelled.wait(0.05):
            raise CancelledError


@step("garbage")
def _garbage(turn: Turn, _: str) -> None:
    turn.peer.raw(b'Loading model...\n\n[]\n42\nnull\n\x1b[31mred\x1b[0m\n\xff\xfe\x00\n{"jsonrpc":\n')
    turn.peer.raw(
        b'{"jsonrpc":"2.0","id":4711,"result":{}}\n{"jsonrpc":"2.0","method":7}\n{"jsonrpc":"2.0"}\n'
    )


@step("hostile")
def _hostile(turn: Turn, _: str) -> None:
    turn.say("\x1b]0;owned\x07\x1b[2J\x9b31m[bold]not markup[/foo]\r\u202egnp.exe")
    turn.call("[/foo] \x1b]52;c;AAAA\x07 title\nof two lines")


@step("flood")
def _flood(turn: Turn, megabytes: str) -> None:
    """One message of so many megabytes, on one line."""
    turn.say("x" * (int(megabytes or 5) << 20))


@step("pieces")
def _pieces(turn: Turn, _: str) -> None:
    """One message whose bytes come in pieces, some of which end within a character."""
    update = {"sessionUpdate": "agent_message_chunk", "content": {"type": "text", "text": "Größe: 10 µm ✓"}}
    params = {"sessionId": turn.session.id, "update": update}
    data = json.dumps({"jsonrpc": "2.0", "method": "session/update", "params": params}, ensure_ascii=False)
    for byte in data.encode() + b"\n":
        turn.peer.raw(bytes([byte]))


@step("half-line")
def _half_line(turn: Turn, _: str) -> None:
    turn.peer.raw(b'{"jsonrpc":"2.0","method":"session/update","params":{"sess')
    os.kill(os.getpid(), signal.SIGKILL)


@step("die")
def _die(_: Turn, code: str) -> None:
    sys.stderr.write("TypeError: undefined is not a function\n")
    sys.stderr.flush()
    os._exit(int(code or 1))


@step("stderr")
def _stderr(_: Turn, _text: str) -> None:
    """More on the error output than a pipe holds."""
    sys.stderr.write("debug: nothing of interest\n" * 50_000)


@step("deaf")
def _deaf(turn: Turn, _: str) -> None:
    """A turn that never ends, whatever is cancelled."""
    turn.session.tools.append(start_tool(turn.session.folder))
    while True:
        time.sleep(3600)


@step("leave")
def _leave(turn: Turn, _: str) -> None:
    """A tool that the agent forgets: neither a cancellation nor its own end ends it."""
    start_tool(turn.session.folder)


@step("stubborn")
def _stubborn(turn: Turn, _: str) -> None:
    """From now on the process ignores SIGTERM and stays when its input is closed."""
    turn.stubborn.set()
