"""What the line under the input says of a new task: when, where and by whom it is done, or why it is not."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.agents.definitions import find_agent
from app.agents.delegation import CannotDelegate
from app.dashboard.drawing.tone import Line, Tone
from app.dashboard.plans.newtask import Setting, describe
from app.model.agent import AgentDefinition
from app.model.estimate import Estimate
from app.model.queue import Waiting
from app.model.request import parse_request
from app.model.status import Status
from app.registry.config import Config

CLAUDE = AgentDefinition("claude", ("claude", "{task}"), "config.toml")


def facts(text: str, tmp_path: Path, **changes: object) -> str:
    return described(text, tmp_path, **changes)[0]


def described(text: str, tmp_path: Path, **changes: object) -> Line:
    known = {7: Status.COMPLETE, 8: Status.RUNNING, 9: Status.FAILED}
    config = Config(limit=2, agents=(CLAUDE,))
    setting = Setting(
        config=config,
        folder=tmp_path,
        home=str(tmp_path.parent),
        statuses=known,
        find=lambda name, folder: CLAUDE if name == "claude" else find_agent(name, config, folder),
    )
    for name, value in changes.items():
        object.__setattr__(setting, name, value)
    return describe(parse_request(text), setting)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Run the tests", "starts now · worker · normal · stops after 1h · "),
        ("Run the tests p:low t:30m", "starts now · worker · low · stops after 30m · "),
        ("Run the tests t:none", "starts now · worker · normal · no time limit · "),
        ("Run the tests @claude", "starts now · claude · may use every tool · normal · stops after 1h · "),
        ("!make", "starts now · shell command · normal · stops after 1h · "),
        ("Run the tests after:7", "starts now · worker · "),
        ("Run the tests after:7,8", "starts after #8 · worker · "),
        ("Run the tests after:8?", "starts after #8 ends · worker · "),
        ("Run the tests after:9?", "starts now · worker · "),
        ("Run the tests after:9", "waits: #9 has ended, failed; F starts it all the same · worker · "),
        ("Run the tests delay:10m after:8", "starts after #8, in 10m · worker · "),
        ("Run the tests retries:3", "starts now · worker · normal · stops after 1h · tries again 3 times · "),
        ("Run the tests retries:1", "starts now · worker · normal · stops after 1h · tries again once · "),
        (
            "Run the tests quiet:10m mem:2G twice:yes leftovers:keep",
            "starts now · worker · normal · stops after 1h · stops after 10m of silence"
            " · at most 2G of memory · may run twice · keeps what it leaves running · ",
        ),
        (
            "Run the tests commit:yes",
            "starts now · worker · normal · stops after 1h · commits what it fixed · ",
        ),
    ],
)
def test_what_a_new_task_would_be(text: str, said: str, tmp_path: Path) -> None:
    assert facts(text, tmp_path).startswith(said)


def test_a_new_task_says_why_it_waits(tmp_path: Path) -> None:
    assert facts("Run the tests", tmp_path, running=2).startswith("waits: 2 of 2 running")
    assert facts("Run the tests", tmp_path, paused=True).startswith("waits: queue paused")
    config = Config(agents=(CLAUDE,), agent_limits={"claude": 1}, folder_limits={str(tmp_path): 1})
    elsewhere = (Waiting("x", 8, "claude", "/elsewhere"),)
    assert facts("Run the tests @claude", tmp_path, config=config, busy=elsewhere).startswith(
        "waits: claude 1/1"
    )
    assert facts("Run the tests", tmp_path, config=config, busy=elsewhere).startswith("starts now")
    here = (Waiting("x", 8, "worker", str(tmp_path)),)
    assert facts("Run the tests", tmp_path, config=config, busy=here).startswith("waits: folder busy with #8")
    short = Config(memory_floor=2 << 30)
    assert facts("Run the tests", tmp_path, config=short, memory_free=1 << 30).startswith("waits: memory")


def test_a_new_task_says_when_it_starts(tmp_path: Path) -> None:
    now = datetime.now().astimezone().replace(hour=12, minute=0)
    assert facts("Run the tests at:18:00", tmp_path, now=now).startswith("starts at 18:00 · worker")
    tomorrow = f"{now + timedelta(days=1):%a %d %b} 11:00"
    assert facts("Run the tests at:11:00", tmp_path, now=now).startswith(f"starts {tomorrow} · worker")
    with pytest.raises(CannotDelegate, match="has passed already"):
        facts("Run the tests at:2020-01-01T10:00", tmp_path, now=now)


def test_what_the_worker_will_not_understand_is_said_before(tmp_path: Path) -> None:
    said, tone = described("Rename the billing module", tmp_path)
    assert said == ("starts now, but the worker does not know how · try @claude or !command")
    assert tone is Tone.CAUTION
    assert facts("Bake", tmp_path, config=Config()).endswith("· try !command")
    for text in ("Run the tests", "Fix all ESLint errors in src/", "!bake a cake", "Bake @claude"):
        assert described(text, tmp_path)[1] is Tone.PLAN, text
        assert "only" not in facts(text, tmp_path)


def test_an_agent_that_is_not_approved_yet_is_said_to_need_a_yes(tmp_path: Path) -> None:
    def needs(agent: AgentDefinition, _: Path) -> str:
        return "needs your yes" if agent.name == "claude" else ""

    said = described("Bake @claude", tmp_path, needs_yes=needs)
    assert said == ("needs your yes: claude may use every tool", Tone.CAUTION)
    assert described("Run the tests", tmp_path, needs_yes=needs)[1] is Tone.PLAN


def test_a_new_task_says_where_it_works(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    assert facts("Run the tests in:src", tmp_path).endswith(f" · ~/{tmp_path.name}/src · no estimate yet")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Run the tests @nobody", "there is no agent nobody; there are: worker, claude"),
        ("Run the tests in:nowhere", "nowhere is not a folder"),
        ("Run the tests in:~nobody-of-that-name/x", "~nobody-of-that-name/x is not a folder"),
        ("Run the tests after:99", "there is no task #99 to wait for"),
    ],
)
def test_what_a_new_task_cannot_be(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CannotDelegate, match=said):
        facts(text, tmp_path)


def test_a_new_task_says_how_long_its_like_took(tmp_path: Path) -> None:
    asked: list[tuple[str, str, str]] = []

    def expected(agent: str, text: str, folder: str) -> Estimate:
        asked.append((agent, text, folder))
        return Estimate(540.0, 720.0, 900.0, 7)

    assert facts("Run the tests p:low", tmp_path, expected=expected).endswith(" · usually 9–15m")
    assert facts("!make test", tmp_path, expected=expected).endswith(" · usually 9–15m")
    here = str(tmp_path)
    assert asked == [("worker", "Run the tests", here), ("command", "make test", here)]
