"""Modes and models are set through the protocol, and what the agent then is in is looked at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.model.status import Status
from tests.agents.hosted import RUN, Hosted, last

PLAN = replace(RUN, mode="plan")


@pytest.mark.parametrize("modes", ["", "config"])
def test_a_mode_is_set_through_the_protocol(hosted: Hosted, modes: str) -> None:
    hosted.environment["STANDIN_MODES"] = modes
    done = hosted.run("[[write]]", PLAN)
    assert (done.status, hosted.report(done).mode) == (Status.COMPLETE, "plan")
    method = "session/set_config_option" if modes else "session/set_mode"
    assert hosted.received(method)[0].get("value" if modes else "modeId") == "plan"


def test_a_mode_that_holds_already_is_not_set(hosted: Hosted) -> None:
    hosted.environment["STANDIN_FIRST"] = "plan"
    assert hosted.run("[[write]]", PLAN).status is Status.COMPLETE
    assert not hosted.received("session/set_mode")


@pytest.mark.parametrize(
    ("how", "modes", "came"),
    [
        ("deaf", "", "ask"),
        ("rises", "", "yolo"),
        ("rises", "config", "yolo"),
        ("silent-rise", "config", "yolo"),
        ("refuses", "", "ask"),
        ("", "none", "unknown"),
    ],
)
def test_another_mode_than_the_one_asked_for_ends_the_task(
    hosted: Hosted, how: str, modes: str, came: str
) -> None:
    hosted.environment.update(STANDIN_SETMODE=how, STANDIN_MODES=modes)
    done = hosted.run("[[write]]", PLAN)
    assert done.status is Status.FAILED
    assert f"fell back to mode {came}, asked for plan" in (last(done).reason or "")
    assert not hosted.received("session/prompt")
    assert not hosted.left(done)


def test_a_mode_that_may_do_less_goes_on_and_is_told(hosted: Hosted) -> None:
    hosted.environment["STANDIN_SETMODE"] = "deaf"
    done = hosted.run("[[write]]", replace(RUN, mode="yolo"))
    assert done.status is Status.COMPLETE
    assert "! stays in mode ask, asked for yolo\n" in hosted.log(done)
    assert hosted.report(done).mode == "ask"


@pytest.mark.parametrize("run", [RUN, PLAN])
def test_a_mode_that_rises_at_work_ends_the_task(hosted: Hosted, run: object) -> None:
    assert run in (RUN, PLAN)
    done = hosted.run("[[say]] [[mode:yolo]] [[long]]", PLAN if run is PLAN else RUN)
    assert done.status is Status.FAILED
    assert "fell back to mode yolo" in (last(done).reason or "")
    assert not hosted.left(done)


def test_a_mode_that_falls_at_work_is_the_agents_own_affair(hosted: Hosted) -> None:
    done = hosted.run("[[mode:plan]] [[write]]")
    assert (done.status, hosted.report(done).mode) == (Status.COMPLETE, "plan")


def test_a_model_that_cannot_be_chosen_ends_the_task(hosted: Hosted) -> None:
    done = hosted.run("[[write]]", replace(RUN, model="large"))
    assert done.status is Status.FAILED
    assert "asked for large: it offers no choice of models" in (last(done).reason or "")
