"""The changes tab on real tasks: the list, the differences, and what it says where nothing is known."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.dashboard.changes import tab
from app.dashboard.changes.difflines import SIDE_BY_SIDE
from app.model.task import Task
from app.model.workspace import Workspace
from app.registry.config import Config
from app.registry.paths import Home
from app.registry.store import Registry
from app.workspace.review import Review, review
from tests.dashboard.opened import NARROW, WIDE, Seat, opened
from tests.dashboard.screens import colours_of, screen_lines
from tests.support import delegate, ended
from tests.workspace.repositories import Repo
from tests.workspace.tasked import begun, done, place_of

ESCAPE = "\\033]0;owned\\007\\033[2J"


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look every few moments: tests need not wait for seconds."""
    monkeypatch.setattr(tab, "PERIOD_S", 0.05)
    monkeypatch.setattr(tab, "SHARE", 0)


async def at_changes(seat: Seat) -> None:
    """Go to the changes of the newest task."""
    await seat.finds(lambda: seat.main.table.cursor_task)
    seat.main.focus_pane("table")
    await seat.press("d")


def line_with(seat: Seat, needle: str) -> str:
    """The first line of the screen that holds a text."""
    return next((line for line in screen_lines(seat.app) if needle in line), "")


async def test_d_shows_totals_files_and_commits(registry: Registry, config: Config, repo: Repo) -> None:
    task = done(registry, config, repo)
    async with opened(registry) as seat:
        await at_changes(seat)
        await seat.sees("3 files +3 −20 · 1 commit", f"branch {place_of(registry, task).branch} from")
        assert line_with(seat, "M a.txt").split()[:5] == ["▌M", "a.txt", "+1", "−20", "■■■■■"]
        assert line_with(seat, "A new.txt").split()[:3] == ["A", "new.txt", "+1"]
        await seat.sees(
            "Commits", f"{repo.git('rev-parse', '--short=7', place_of(registry, task).branch)}  Work"
        )
        await seat.sees("⏎ diff", "m merge", "P push")


async def test_a_wide_difference_stands_side_by_side_and_a_narrow_one_in_one_column(
    registry: Registry, config: Config, repo: Repo
) -> None:
    script = "sed -i \"s/'b'/'changed'/\" src/b.py; git commit -qam Work"
    done(registry, config, repo, script)
    async with opened(registry, WIDE) as seat:
        await at_changes(seat)
        await seat.sees("M src/b.py")
        await seat.press("enter")
        await seat.sees("change 1 of 1 · file 1 of 1")
        line = line_with(seat, "print('b')")
        assert "1 − print('b')" in line
        assert "│" in line
        assert "1 + print('changed')" in line
        await seat.finds(lambda: colours_of(seat.app, "changed")[0] != colours_of(seat.app, "print")[0])
        assert colours_of(seat.app, "changed")[1] != colours_of(seat.app, "change 1 of")[1]
    async with opened(registry, NARROW) as seat:
        await at_changes(seat)
        await seat.sees("M src/b.py")
        await seat.press("right")
        await seat.sees("+ print('changed')")
        assert "changed" not in line_with(seat, "print('b')")
        await seat.press("left")
        await seat.sees("M src/b.py")
        assert NARROW[0] < SIDE_BY_SIDE < WIDE[0]


async def test_from_change_to_change_and_from_file_to_file(
    registry: Registry, config: Config, repo: Repo
) -> None:
    script = (
        "sed -i 's/line 1$/LINE 1/; s/line 19/LINE 19/' a.txt; echo more >> keep.txt; git commit -qam Work"
    )
    done(registry, config, repo, script)
    async with opened(registry, NARROW) as seat:
        await at_changes(seat)
        await seat.sees("M a.txt", "M keep.txt")
        await seat.press("enter")
        await seat.sees("change 1 of 2 · file 1 of 2", "+ LINE 1")
        await seat.press("n")
        await seat.sees("change 2 of 2", "+ LINE 19")
        await seat.press("n")
        await seat.sees("change 1 of 1 · file 2 of 2", "+ more")
        await seat.press("N")
        await seat.sees("change 2 of 2 · file 1 of 2")
        await seat.press("right_square_bracket")
        await seat.sees("file 2 of 2")
        await seat.press("left_square_bracket")
        await seat.sees("change 1 of 2 · file 1 of 2")
        await seat.press("escape")
        await seat.sees("⏎ diff")
        await seat.press("escape")
        assert seat.main.pane == "table"


async def test_hostile_names_and_contents_do_nothing_to_the_terminal(
    registry: Registry, config: Config, repo: Repo
) -> None:
    script = (
        f"printf 'x{ESCAPE}y\\n[/red]tail\\n' > \"$(printf 'e{ESCAPE}vil[red]\\nname.py')\"; "
        "printf 'caf\\351\\n\\000' > bytes; git add -A; "
        f"git commit -qm \"$(printf 'Sub{ESCAPE}ject[/x]')\""
    )
    done(registry, config, repo, script)
    async with opened(registry) as seat:
        await at_changes(seat)
        await seat.sees("A bytes", "binary", "evil[red] name.py", "Subject[/x]")
        await seat.press("j", "enter")
        await seat.sees("+ xy", "+ [/red]tail")
        assert "\x1b" not in seat.screen


@pytest.mark.usefixtures("often")
async def test_a_running_task_shows_what_it_has_changed_so_far(
    registry: Registry, config: Config, repo: Repo, tmp_path: Path
) -> None:
    go, stop = tmp_path / "go", tmp_path / "stop"
    until_there = "until [ -e {} ]; do sleep 0.05; done"
    script = f"echo 1 > one; {until_there.format(go)}; echo 2 > two; {until_there.format(stop)}"
    task = begun(registry, config, repo, script)
    async with opened(registry) as seat:
        await at_changes(seat)
        await seat.sees("1 file +1 −0 so far", "A one")
        go.touch()
        await seat.sees("2 files +2 −0 so far", "A two")
        stop.touch()
        await seat.sees_no("so far")
        await seat.sees("2 files +2 −0")
    ended(registry, task)


@pytest.mark.usefixtures("often")
async def test_nothing_is_looked_at_while_the_tab_is_out_of_view(
    registry: Registry, config: Config, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []

    def counted(home: Home, task: Task, store: Path) -> Review:
        looks.append(task.id)
        return review(home, task, store=store)

    monkeypatch.setattr(tab, "review", counted)
    task = begun(registry, config, repo, "echo 1 > one; sleep 60")
    async with opened(registry) as seat:
        await seat.sees("▶")
        assert looks == []
        await at_changes(seat)
        await seat.finds(lambda: len(looks) > 2)
        await seat.press("d")
        assert seat.main.pane == "details"
        await seat.finds(lambda: not seat.main.details.changes._looking)
        count = len(looks)
        for _ in range(30):
            await seat.pilot.pause(0.01)
        assert len(looks) == count
        await seat.press("x", "x")
    ended(registry, task)


@pytest.mark.parametrize(
    ("script", "place", "words"),
    [
        ("true", Workspace(worktree=True), "nothing changed"),
        ("true", None, "No changes are tracked"),
        (
            "exit 3",
            Workspace(worktree=True, base="nowhere"),
            "Nothing is known: it ended before its place was made",
        ),
    ],
)
async def test_it_says_truthfully_when_there_is_nothing(
    registry: Registry, config: Config, repo: Repo, script: str, place: Workspace | None, words: str
) -> None:
    done(registry, config, repo, script, place)
    async with opened(registry) as seat:
        await at_changes(seat)
        await seat.sees(words)


async def test_a_plain_command_and_a_worktree_that_is_gone(
    registry: Registry, config: Config, repo: Repo
) -> None:
    ended(registry, delegate(registry, "!echo x > x", config, repo.top))
    async with opened(registry) as seat:
        await at_changes(seat)
        await seat.sees("No changes are tracked: a plain command.")
    task = done(registry, config, repo)
    shutil.rmtree(place_of(registry, task).folder)
    async with opened(registry) as seat:
        await at_changes(seat)
        await seat.sees("Its worktree is gone", "M a.txt")


async def test_v_opens_the_file_at_the_line_and_o_the_pager(
    registry: Registry, config: Config, repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told"
    for name in ("vi", "less"):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho "$0 $*" >> {told}; cat "$1" >> {told} 2>&1; true\n')
        program.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(tmp_path / "vi"))
    monkeypatch.setenv("PAGER", str(tmp_path / "less"))
    monkeypatch.delenv("VISUAL", raising=False)
    task = done(registry, config, repo, "sed -i 's/line 15/LINE 15/' a.txt; git commit -qam Work")
    async with opened(registry) as seat:
        monkeypatch.setattr(seat.app, "suspend", _Lent)
        await at_changes(seat)
        await seat.sees("M a.txt")
        await seat.press("enter")
        await seat.sees("+ LINE 15")
        await seat.press("v")
        path = place_of(registry, task).folder / "a.txt"
        assert told.read_text().startswith(f"{tmp_path}/vi +15 {path}\n")
        told.unlink()
        await seat.press("o")
        assert "+LINE 15\n" in told.read_text()


class _Lent:
    """Stands for lending the terminal, which a test has none of."""

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


async def test_fifty_thousand_lines_open_and_scroll_to_their_end(
    registry: Registry, config: Config, repo: Repo
) -> None:
    script = "seq 1 50000 | sed 's/^/number /' > big.py; git add -A; git commit -qm Big"
    done(registry, config, repo, script)
    async with opened(registry, WIDE) as seat:
        await at_changes(seat)
        await seat.sees("A big.py", "+50000")
        await seat.press("enter")
        await seat.sees("+ number 1")
        await seat.press("G")
        await seat.sees("50000 + number 50000")
        await seat.press("g")
        await seat.sees("1 + number 1")
