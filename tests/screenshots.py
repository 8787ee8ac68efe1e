"""`make screenshots`: the pictures of the README, taken from the real dashboard while real tasks run."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from textual.pilot import Pilot

from app.dashboard.app import DelegateApp
from app.dashboard.session import Session
from app.model.workspace import Workspace
from app.registry.config import load_config, save_setting
from app.registry.store import Registry
from app.supervisor import operations
from app.supervisor.operations import NewTask
from tests.asked import ask, delegate_to_agent
from tests.bench.world import scratch
from tests.support import delegate, until

CELL = 12.2
"""The width of a cell in Textual's pictures."""

PICTURES = Path(__file__).parents[1] / "screenshots"
Scene = Callable[[Pilot[None]], Awaitable[None]]

_SOURCE = "import os\nimport sys\n\n\ndef total(items: list[int]) -> int:\n    return sum(items)\n"
_TEST = """
import time
import pytest

@pytest.mark.parametrize("case", range({count}))
def test_{name}(case):
    time.sleep({pause})
"""
_UPDATE = """#!/bin/sh
echo "checking 41 packages"
sleep 0.4
echo "error: conflict: @types/node 22 is wanted by vite, 20 is pinned" >&2
exit 1
"""
_AGENT = {
    "name": "shop",
    "description": "knows the shop and its billing",
    "tools": ["read", "write", "shell", "use_aws"],
    "allowedTools": ["read", "write"],
    "toolsSettings": {"shell": {"allowedCommands": ["npm test", "pytest"]}},
    "hooks": {"agentSpawn": [{"command": "git fetch"}]},
    "resources": ["file://README.md"],
}
_CHANGE = """--- a/src/billing.py
+++ b/src/billing.py
@@ -5,2 +5,3 @@ def rate(country: str) -> float:
-    return 0.19
+    known = load_rates()
+    return known.get(country, 0.19)"""
_DOCUMENTATION = """#!/bin/sh
for page in $(seq 1 12); do echo "[$page/40] writing docs/api/page-$page.md"; sleep 0.05; done
echo "Analysing controllers"
sleep 300
"""


def main() -> None:
    """Take every picture anew."""
    PICTURES.mkdir(exist_ok=True)
    with scratch() as registry:
        folder = shop(Path(os.environ["HOME"]) / "src" / "shop")
        a_working_day(registry, folder)
        take(registry, folder, "wide", (120, 32), watch_the_running_one)
        take(registry, folder, "summary", (120, 32), read_the_summary)
        take(registry, folder, "narrow", (80, 24), watch_the_running_one)
        take(registry, folder, "column", (50, 30), watch_the_running_one)
        save_setting("theme", "light")
        take(registry, folder, "light", (120, 32), watch_the_running_one)
        save_setting("theme", "dark")
        take(registry, folder, "typing", (120, 32), type_a_task)
        work_to_take(registry, folder)
        take(registry, folder, "changes", (140, 34), look_at_the_changes)
        take(registry, folder, "difference", (160, 40), read_a_difference)
        take(registry, folder, "conflict", (120, 32), try_to_merge)
        with an_agent(folder):
            take(registry, folder, "approval", (120, 34), show_the_agent)
        ask_something(registry)
        take(registry, folder, "asking", (120, 32), open_the_question)


def shop(folder: Path) -> Path:
    """A small Python project under git, with tests and with lint errors that can be fixed."""
    (folder / "src").mkdir(parents=True)
    (folder / "tests").mkdir()
    (folder / "slow").mkdir()
    for name, script in (("update-dependencies", _UPDATE), ("make-docs", _DOCUMENTATION)):
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    (folder / "pyproject.toml").write_text(
        '[tool.ruff.lint]\nselect = ["F", "I"]\n[tool.pytest.ini_options]\ntestpaths = ["tests"]\n'
        'addopts = "--no-header -p no:asyncio -p no:hypothesispytest -p no:xdist -p no:anyio"\n'
    )
    (folder / ".gitignore").write_text("__pycache__/\n.pytest_cache/\n.ruff_cache/\n")
    for name in ("basket", "billing", "delivery", "prices"):
        (folder / "src" / f"{name}.py").write_text(_SOURCE)
    (folder / "tests" / "test_shop.py").write_text(_TEST.format(name="prices", count=156, pause=0))
    (folder / "slow" / "test_api.py").write_text(_TEST.format(name="api", count=89, pause=0.7))
    tools = folder / ".venv" / "bin"
    tools.mkdir(parents=True)
    for tool in ("python", "pytest", "ruff"):
        (tools / tool).symlink_to(Path(sys.executable).with_name(tool))
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "Shop"]):
        git(folder, *words)
    return folder


def git(folder: Path, *words: str) -> None:
    """Run git as nobody in particular."""
    for role in ("AUTHOR", "COMMITTER"):
        os.environ |= {f"GIT_{role}_NAME": "Test", f"GIT_{role}_EMAIL": "test@example.invalid"}
    subprocess.run([need_git(), *words], cwd=folder, check=True)


def need_git() -> str:
    """The path of git, without which there is no picture."""
    return shutil.which("git") or sys.exit("make screenshots needs git")


def a_working_day(registry: Registry, folder: Path) -> None:
    """Tasks in every state that a day has: some ended, some running, one waiting."""
    config = load_config()
    for text in ("Fix all ruff errors in src/ and commit", "Run the test suite", "!./update-dependencies"):
        task = delegate(registry, text, config, folder)
        operations.await_end(registry, [task.id], 60)
    operations.mark_seen(registry, registry.ids()[1])
    running = delegate(registry, "Run the tests in slow/ p:high", config, folder)
    delegate(registry, "!./make-docs", config, folder)
    delegate(registry, f"Run the test suite again after:{running.number}", config, folder)
    log = registry.home.log(f"{running.id}.log")
    assert until(lambda: log.exists() and b"[ " in log.read_bytes(), 60), "the slow tests show no progress"


def work_to_take(registry: Registry, folder: Path) -> None:
    """A task in a worktree of its own, and a commit of the user's that conflicts with it."""
    script = (
        "sed -i 's/items: list\\[int\\]/items: Iterable[int]/; "
        "s/^import os$/from collections.abc import Iterable/' "
        "src/*.py; printf '\\n\\ndef mean(items: list[int]) -> float:\\n"
        "    return sum(items) / len(items)\\n' >> src/prices.py; git add -A; "
        "git commit -qm 'Take any iterable'; printf '# Prices\\n' > NOTES.md"
    )
    new = NewTask(
        text="Let totals take any iterable, and add a mean",
        agent="claude",
        command=("/bin/sh", "-c", script),
        folder=str(folder),
        name="iterable-totals",
        workspace=Workspace(worktree=True, checkout=str(folder)),
    )
    task = operations.submit(registry, new, os.environ, load_config())
    operations.await_end(registry, [task.id], 60)
    operations.mark_seen(registry, task.id)
    prices = folder / "src" / "prices.py"
    prices.write_text(prices.read_text() + "\n\ndef most(items: list[int]) -> int:\n    return max(items)\n")
    git(folder, "commit", "-q", "-a", "-m", "Find the highest price")


@contextmanager
def an_agent(folder: Path) -> Iterator[None]:
    """Meanwhile the project has an agent of its own, whose client is on the path and does nothing."""
    programs = folder.parents[1] / "programs"
    programs.mkdir()
    (programs / "kiro-cli").write_text("#!/bin/sh\nexit 0\n")
    (programs / "kiro-cli").chmod(0o755)
    (folder / ".kiro" / "agents").mkdir(parents=True)
    (folder / ".kiro" / "agents" / "shop.json").write_text(json.dumps(_AGENT))
    git(folder, "add", ".kiro")
    git(folder, "commit", "-q", "-m", "Add an agent")
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{programs}:{before}"
    yield
    os.environ["PATH"] = before


def ask_something(registry: Registry) -> None:
    """A task of an agent that wants to change a file, and has waited for an answer for a while."""
    said = "printf '● Read src/billing.py · done\\n● Edit src/billing.py\\n? asks: Edit src/billing.py\\n'"
    task = delegate_to_agent(registry, load_config(), f"{said}; sleep 300")
    ask(registry, task, "Edit src/billing.py", detail=_CHANGE, ago_s=190, left_s=410)


def take(registry: Registry, folder: Path, name: str, size: tuple[int, int], scene: Scene) -> None:
    """Open the dashboard at a size, play the scene, and keep the picture."""

    async def play() -> str:
        app = DelegateApp(Session(registry, load_config(), folder, dict(os.environ)))
        async with app.run_test(size=size) as pilot:
            await pilot.pause(1.0)
            await scene(pilot)
            await pilot.pause(1.0)
            return app.export_screenshot(title="delegate")

    (PICTURES / f"{name}.svg").write_text(self_contained(asyncio.run(play())))
    print(f"screenshots/{name}.svg")


def self_contained(svg: str) -> str:
    """The picture without fonts from elsewhere, and with its words where they stand in every viewer.

    Some viewers swallow the blanks at the beginning of a text, so they become part of its position.
    """
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return re.sub(
        r'x="([\d.]+)" (y="[\d.]+") textLength="([\d.]+)"([^>]*)>((?:&#160;)+)', _without_blanks, svg
    )


def _without_blanks(found: re.Match[str]) -> str:
    width = found[5].count("&#160;") * CELL
    x, length = float(found[1]) + width, float(found[3]) - width
    return f'x="{x:g}" {found[2]} textLength="{max(0.0, length):g}"{found[4]}>'


async def watch_the_running_one(pilot: Pilot[None]) -> None:
    """The cursor on the task that runs its tests."""
    await pilot.press("escape", "g")


async def read_the_summary(pilot: Pilot[None]) -> None:
    """The summary of the first task, which fixed and committed."""
    await pilot.press("escape", "G", "enter")


async def type_a_task(pilot: Pilot[None]) -> None:
    """A task half typed, with the line that says what Enter will do."""
    await watch_the_running_one(pilot)
    await pilot.press("n", *"Fix all ruff errors in src/ p:low t:30m")


async def _at_the_work(pilot: Pilot[None]) -> None:
    await pilot.press("escape", "g", "slash", *"iterable", "enter")
    await pilot.pause(0.3)


async def look_at_the_changes(pilot: Pilot[None]) -> None:
    """What the agent changed: files, commits."""
    await _at_the_work(pilot)
    await pilot.press("d")


async def read_a_difference(pilot: Pilot[None]) -> None:
    """One of its files, side by side, the pane zoomed."""
    await look_at_the_changes(pilot)
    await pilot.pause(1.0)
    await pilot.press("G", "k", "enter")
    await pilot.pause(0.5)
    await pilot.press("z")


async def try_to_merge(pilot: Pilot[None]) -> None:
    """What is in the way of taking it."""
    await look_at_the_changes(pilot)
    await pilot.pause(0.5)
    await pilot.press("m")


async def show_the_agent(pilot: Pilot[None]) -> None:
    """A task was typed for an agent that is not approved yet."""
    await pilot.press("escape", "n", *["backspace"] * 40)
    await pilot.press(*"Rename the billing module @shop", "enter")


async def open_the_question(pilot: Pilot[None]) -> None:
    """The question of an agent, with its answers."""
    await pilot.press("escape", "n", *["backspace"] * 40, "escape", "g", "a")


if __name__ == "__main__":
    main()
