"""Where one storm rages: a registry of its own, its clients, and what is known of its tasks from outside."""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import psutil

from app.registry.paths import Home
from app.registry.store import Registry
from tests.support import processes_with

PROJECT = Path(__file__).parents[2]
PAYLOAD = Path(__file__).with_name("payload.py")
CAP_MIB = 1

HEAVY = bool(os.environ.get("DELEGATE_TEST_HEAVY"))
"""Whether floods are as large as they get, or a twentieth of it."""

FLOOD_MIB = {"flood": 200, "line": 100}
"""What a payload prints in lines, and in a single one."""


class Place:
    """A registry, its clients, and the books that are kept of every fault."""

    def __init__(self, base: Path, chance: random.Random, stranger: int, limit: int | None = None) -> None:
        self.base = base
        self.chance = chance
        self.stranger = stranger
        self.evidence = base / "evidence"
        self.evidence.mkdir(parents=True)
        self.limit = limit or chance.randint(1, 4)
        self.home = Home((base / "state").resolve())
        self.registry = Registry(self.home).open()
        self.environment = self._environment()
        self.accepted: set[str] = set()
        self.after: dict[str, str] = {}
        self.unheard = 0
        self.unwitnessed: set[str] = set()
        self.disturbed: set[str] = set()
        self.damaged: set[str] = set()
        self.faults: Counter[str] = Counter()
        self.killed = 0

    def _environment(self) -> dict[str, str]:
        settings = self.base / "config" / "delegate"
        settings.mkdir(parents=True)
        (settings / "config.toml").write_text(f'limit = {self.limit}\ngrace = "1s"\nlog_mib = {CAP_MIB}\n')
        kept = {key: value for key, value in os.environ.items() if not key.startswith("DELEGATE_")}
        own = {"HOME": self.base, "DELEGATE_HOME": self.home.root, "XDG_CONFIG_HOME": self.base / "config"}
        return {**kept, **{key: str(value) for key, value in own.items()}}

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a client."""
        return subprocess.Popen(
            [sys.executable, "-m", "app", *words],
            cwd=PROJECT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def shell(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a client to its end."""
        with self.start(*words) as client:
            out, errors = client.communicate(timeout=120)
        return subprocess.CompletedProcess(words, client.returncode, out, errors)

    def adding(self, kind: str, code: int, *options: str) -> subprocess.Popen[str]:
        """Start a client that delegates a payload."""
        size = FLOOD_MIB.get(kind, 0) * 1024 * 1024 // (1 if HEAVY else 20)
        payload = [str(PAYLOAD), str(self.evidence), kind, str(code), str(size)]
        return self.start("add", "--json", *options, "--", sys.executable, "-I", "-S", *payload)

    def heard(self, client: subprocess.Popen[str]) -> str | None:
        """The id that a client told before it ended: from then on the task is accepted."""
        out, _ = client.communicate(timeout=120)
        try:
            task_id = str(json.loads(out)["id"])
        except ValueError:
            self.unheard += 1
            return None
        self.accepted.add(task_id)
        return task_id

    def moment(self, most_s: float) -> None:
        """Let a random time pass, in which everything may happen."""
        select.select([], [], [], self.chance.uniform(0, most_s))

    def ours(self, role: str) -> list[int]:
        """The pids of this registry's own processes of a role."""
        mine = processes_with(f"DELEGATE_HOME={self.home.root}")
        return sorted(set(mine) & set(processes_with(f"DELEGATE_ROLE={role}")))

    def kill(self, pid: int, kind: str) -> None:
        """Kill a process of this storm, if it is still there."""
        try:
            psutil.Process(pid).send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            return
        self.killed += 1
        self.faults[kind] += 1

    def some(self, ids: list[str]) -> str | None:
        """One of these, by chance."""
        return self.chance.choice(ids) if ids else None
