"""How each program is told to run a command, to stop it as well as it can, and to go away itself."""

from __future__ import annotations

import shlex
import socket
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from tests.bench.screen import Screen
from tests.bench.tools import Tools
from tests.bench.world import delegate_command
from tests.support import until

PATIENCE_S = 20.0
GRACE_S = 5
"""The time between the polite signal and the other one, for those that can be told; ours has the same."""


class Peer(Protocol):
    """One program that runs commands in the background."""

    program: str

    def start(self, command: list[str]) -> None:
        """Run a command."""

    def stop(self) -> None:
        """Stop it and wait until the program says that it is done."""

    def close(self) -> None:
        """Make the program itself go away."""


def run(*words: str, check: bool = True) -> str:
    """Run a command to its end and return what it printed."""
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL
    )
    if check and done.returncode:
        raise RuntimeError(f"{shlex.join(words)}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


class Ours:
    """`delegate`."""

    def __init__(self, _tools: Tools, _folder: Path) -> None:
        self.program = delegate_command()

    def start(self, command: list[str]) -> None:
        run(self.program, "add", "--", *command)

    def stop(self) -> None:
        run(self.program, "stop", "1")

    def close(self) -> None:
        """Nothing stays that would have to go."""


class TaskSpooler:
    """`tsp`: stops by SIGTERM to the process group."""

    def __init__(self, tools: Tools, _folder: Path) -> None:
        self.program = tools["tsp"]

    def start(self, command: list[str]) -> None:
        run(self.program, *command)

    def stop(self) -> None:
        run(self.program, "-k")
        until(lambda: "running" not in run(self.program, "-l").splitlines()[1:][0], PATIENCE_S)

    def close(self) -> None:
        run(self.program, "-K", check=False)


class Supervisor:
    """supervisord, told to signal the whole group."""

    def __init__(self, tools: Tools, folder: Path) -> None:
        self.program = tools["supervisord"]
        self.file = folder / "supervisord.conf"
        self.socket = folder / "supervisor.sock"

    def start(self, command: list[str]) -> None:
        place = self.file.parent
        self.file.write_text(
            f"[supervisord]\nlogfile={place}/supervisord.log\npidfile={place}/supervisord.pid\n"
            f"[unix_http_server]\nfile={self.socket}\n"
            "[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory="
            "supervisor.rpcinterface:make_main_rpcinterface\n"
            f"[supervisorctl]\nserverurl=unix://{self.socket}\n"
            f"[program:hard]\ncommand={shlex.join(command)}\nautorestart=false\nstartsecs=0\n"
            f"stopasgroup=true\nkillasgroup=true\nstopwaitsecs={GRACE_S}\n"
        )
        run(self.program, "-c", str(self.file))

    def _control(self, *words: str) -> str:
        program = str(Path(self.program).with_name("supervisorctl"))
        return run(program, "-c", str(self.file), *words)

    def stop(self) -> None:
        self._control("stop", "hard")

    def close(self) -> None:
        self._control("shutdown")


class Circus:
    """circus, told to stop the children too."""

    def __init__(self, tools: Tools, folder: Path) -> None:
        self.program = tools["circusd"]
        self.folder = folder
        self.endpoint = f"ipc://{folder}/circus.control"

    def start(self, command: list[str]) -> None:
        file = self.folder / "circus.ini"
        file.write_text(
            f"[circus]\nendpoint = {self.endpoint}\npubsub_endpoint = ipc://{self.folder}/circus.events\n"
            f"[watcher:hard]\ncmd = {command[0]}\nargs = {shlex.join(command[1:])}\n"
            f"stop_children = True\ngraceful_timeout = {GRACE_S}\nrespawn = False\ncopy_env = True\n"
        )
        run(self.program, "--daemon", "--log-output", f"{self.folder}/circus.log", str(file))

    def _control(self, *words: str, check: bool = True) -> None:
        program = str(Path(self.program).with_name("circusctl"))
        run(program, "--endpoint", self.endpoint, "--timeout", "15", *words, check=check)

    def stop(self) -> None:
        self._control("stop", "hard", "--waiting")

    def close(self) -> None:
        self._control("quit", check=False)


class Mprocs:
    """mprocs in a terminal of the bench's, told by its remote control: first politely, then not."""

    def __init__(self, tools: Tools, folder: Path) -> None:
        self.program = tools["mprocs"]
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.server = f"127.0.0.1:{free.getsockname()[1]}"
        self.screen: Screen | None = None

    def start(self, command: list[str]) -> None:
        self.screen = Screen([self.program, "--server", self.server, shlex.join(command)])

    def stop(self) -> None:
        self._control("term-proc")
        if not self._is_down():
            self._control("kill-proc")  # what its user does next
            self._is_down()

    def _is_down(self) -> bool:
        assert self.screen is not None
        with suppress(TimeoutError):
            self.screen.wait_for("DOWN", GRACE_S)
            return True
        return False

    def _control(self, what: str) -> None:
        run(self.program, "--server", self.server, "--ctl", f"{{c: {what}}}", check=False)

    def close(self) -> None:
        if self.screen is not None:
            self._control("force-quit")
            self.screen.close()


class Pm2:
    """pm2, which kills the tree that it finds by parents."""

    def __init__(self, tools: Tools, _folder: Path) -> None:
        self.program = tools["pm2"]

    def start(self, command: list[str]) -> None:
        words = ["--name", "hard", "--no-autorestart", "--interpreter", "none", "--kill-timeout", "5000"]
        run(self.program, "start", command[0], *words, "--", *command[1:])

    def stop(self) -> None:
        run(self.program, "stop", "hard")

    def close(self) -> None:
        run(self.program, "kill")


PEERS: Mapping[str, tuple[Callable[[Tools, Path], Peer], str]] = {
    "delegate": (Ours, "--version"),
    "tsp": (TaskSpooler, "-V"),
    "supervisord": (Supervisor, "--version"),
    "circus": (Circus, "--version"),
    "mprocs": (Mprocs, "--version"),
    "pm2": (Pm2, "--version"),
}
"""What stands beside ours, and how each tells its version."""
