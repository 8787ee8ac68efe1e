"""What qualifies a success: in one place of its row, at every width."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.dashboard.table.table import TaskTable
from app.model.outcome import Outcome
from app.model.status import Status
from tests.dashboard.samples import NOW, task
from tests.dashboard.screens import Host, eventually, screen_lines, screen_text


@pytest.mark.parametrize("width", [160, 120, 100, 80, 60, 45])
@pytest.mark.parametrize("headline", ["Done. I renamed it.", "", "SAME"])
@pytest.mark.parametrize(
    "qualifier",
    ["checked", "2 denied", "no tool used", "last tool failed: Bash  npm test", "checked, 1 unsaid"],
)
async def test_what_qualifies_a_success_is_said_once_at_every_width(
    width: int, qualifier: str, headline: str
) -> None:
    said = qualifier if headline == "SAME" else headline
    done = task(7, "Rename it", Status.COMPLETE, outcome=Outcome(headline=said))
    run = replace(done.state.attempts[0], qualifier=qualifier)
    done = replace(done, state=replace(done.state, attempts=(run,)))
    table = TaskTable()
    app = Host(table)
    async with app.run_test(size=(width, 6)):
        table.set_tasks([done], now=lambda: NOW)
        await eventually(lambda: "Rename it" in screen_text(app))
        row = screen_lines(app)[1]
        assert row.count(qualifier[:8]) == 1, row
