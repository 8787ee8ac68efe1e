"""Installs the real clients that tests drive: `python -m tests.clients.install`, or `make clients`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).parents[2] / ".clients"
"""Where the clients are installed; git ignores it."""

BIN = FOLDER / "node_modules" / ".bin"
"""The folder of their commands, with a Node that is new enough for all of them."""

CACHE = FOLDER / "cache"
"""What copilot unpacks of itself, 235 MB: once for all homes."""

READY = FOLDER / ".ready"
"""There when all that this file lists is installed, and newer than this file."""

PACKAGES = {
    "node": "node@22.23.3",
    "copilot": "@github/copilot@1.0.102",
    "codex": "@openai/codex@0.169.0",
    "kimi": "@moonshot-ai/kimi-code@2.1.0",
}
"""Every command with its package, pinned: what clients print and ask changes from version to version."""


def install(folder: Path = FOLDER) -> str:
    """Install every package and return what went wrong, nothing if nothing did."""
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not installed"
    folder.mkdir(parents=True, exist_ok=True)
    # A package file of its own, or npm would look for one in the folders above.
    (folder / "package.json").write_text(json.dumps({"name": "clients-for-tests", "private": True}))
    argv = [
        npm,
        "install",
        "--fetch-retries=1",
        "--prefix",
        str(folder),
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]
    done = subprocess.run([*argv, *PACKAGES.values()], capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        return lines[0] if lines else f"npm ended with {done.returncode}"
    missing = [name for name in PACKAGES if not (folder / "node_modules" / ".bin" / name).exists()]
    return f"npm installed no command {', '.join(missing)}" if missing else _unpacked(folder)


def _unpacked(folder: Path) -> str:
    """Start copilot once: it unpacks itself at its first start, which no two tests may do at a time."""
    command = folder / "node_modules" / ".bin" / "copilot"
    home = {"HOME": str(folder), "COPILOT_HOME": str(folder / "home"), "COPILOT_CACHE_HOME": str(CACHE)}
    done = subprocess.run(
        [command, "--version"],
        env={**os.environ, **home},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return f"copilot does not start: {done.returncode}" if done.returncode else ""


def main() -> int:
    """Install what is missing; 1 only where every client is required."""
    started = time.monotonic()
    problem = install()
    if problem:
        sys.stderr.write(f"The tests with real clients are left out: {problem}\n")
        return int(bool(os.environ.get("DELEGATE_TEST_REQUIRE_ALL")))
    READY.touch()
    sys.stdout.write(f"Installed {', '.join(PACKAGES.values())} in {time.monotonic() - started:.0f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
