"""Scratch homes for real clients: their settings point to the model of the tests, with a key that is none."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients.install import BIN, CACHE, PACKAGES, READY
from tests.support import need

KEY = "fake-key-for-tests"
"""The key of every client; copilot masks this text wherever it prints it, so nothing else may contain it."""

CODEX = """\
model = "scripted"
model_provider = "tests"
[model_providers.tests]
name = "tests"
base_url = "{url}"
env_key = "TESTS_API_KEY"
wire_api = "responses"
request_max_retries = 1
stream_max_retries = 1
"""

KIMI = """\
default_model = "scripted"
telemetry = false
[providers.tests]
type = "openai"
base_url = "{url}"
api_key = "{key}"
[models.scripted]
provider = "tests"
model = "scripted"
max_context_size = 100000
"""


def need_client(name: str) -> str:
    """The path of a client's command: where it is missing, the test is skipped, in CI it fails."""
    path = BIN / name
    if READY.exists() and path.exists():
        return str(path)
    reason = f"{PACKAGES[name]} is not installed: make clients"
    if os.environ.get("DELEGATE_TEST_REQUIRE_ALL"):
        pytest.fail(reason)
    pytest.skip(reason)


def environment(name: str, home: Path, url: str) -> dict[str, str]:
    """All that a client gets: a home of its own, settings for the model at this URL, its command on PATH.

    Meant to be the whole environment, or to be laid over that of the test; several runs may share a home.
    """
    home.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        **{f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "CACHE", "DATA", "STATE")},
        **_SETTINGS[name](home, url),
    }


def _copilot(home: Path, url: str) -> dict[str, str]:
    return {
        "COPILOT_HOME": str(home / "copilot"),
        "COPILOT_CACHE_HOME": str(CACHE),
        "COPILOT_PROVIDER_BASE_URL": url,
        "COPILOT_PROVIDER_TYPE": "openai",
        "COPILOT_PROVIDER_API_KEY": KEY,
        "COPILOT_MODEL": "scripted",
        "COPILOT_OFFLINE": "true",
    }


def _codex(home: Path, url: str) -> dict[str, str]:
    folder = home / "codex"
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(CODEX.format(url=url))
    return {"CODEX_HOME": str(folder), "TESTS_API_KEY": KEY}


def _kimi(home: Path, url: str) -> dict[str, str]:
    folder = home / "kimi"
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(KIMI.format(url=url, key=KEY))
    return {"KIMI_CODE_HOME": str(folder), "KIMI_CODE_NO_AUTO_UPDATE": "1"}


_SETTINGS: dict[str, Callable[[Path, str], dict[str, str]]] = {
    "copilot": _copilot,
    "codex": _codex,
    "kimi": _kimi,
}


def repository(folder: Path) -> Path:
    """An empty git repository: some clients work nowhere else."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([need("git"), "init", "--quiet", str(folder)], check=True)
    return folder
