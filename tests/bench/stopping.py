"""The hard payloads: what is left of them after each program has stopped them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import payloads
from tests.bench.peers import PEERS, Peer
from tests.bench.tools import Missing, Tools, tools, version
from tests.bench.world import scratch
from tests.support import end_processes_with, until

SETTLE_S = 2.0
"""How long after the end of a stop a process may take to go; what is there then is left over."""


def hard_payloads() -> Iterator[str]:
    """One line a program: how many processes of each payload it leaves behind."""
    with tools() as found:
        yield f"{'processes left after a stop':<30}" + "".join(f"{kind:>12}" for kind in payloads.KINDS)
        for label in PEERS:
            yield from _row(label, found)


def _row(label: str, found: Tools) -> Iterator[str]:
    peer, option = PEERS[label]
    cells = []
    for kind in payloads.KINDS:
        try:
            cells.append(str(_left(peer, found, kind)))
        except Missing as reason:
            yield f"{label:<30} not here: {reason}"
            return
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            cells.append("–")
            yield f"  {label}, {kind}: {' '.join(str(error).split())[:120]}"
    told = version([peer(found, found.folder).program, option])
    yield f"{label} {told}".ljust(30) + "".join(f"{cell:>12}" for cell in cells)


def _left(make: Callable[[Tools, Path], Peer], found: Tools, kind: str) -> int:
    """Start a payload, stop it, and count; then end all that is there, by what it is."""
    with scratch() as registry:
        base = registry.home.root.parent
        ledger = base / "ledger"
        peer = make(found, base)
        os.environ.update(TS_SOCKET=str(base / "tsp"), TMPDIR=str(base), PM2_HOME=str(base / "pm2"))
        try:
            peer.start(payloads.command(kind, ledger))
            if not until(lambda: payloads.complete(kind, ledger), 20):
                raise TimeoutError("the payload did not come up")
            peer.stop()
            until(lambda: not payloads.left(ledger), SETTLE_S)
            return len(payloads.left(ledger))
        finally:
            _clear(peer, ledger, base)


def _clear(peer: Peer, ledger: Path, base: Path) -> None:
    try:
        peer.close()
    except (RuntimeError, OSError, subprocess.SubprocessError):
        pass  # what it leaves of itself is found by its HOME
    payloads.end(ledger)
    end_processes_with(f"HOME={base}")
