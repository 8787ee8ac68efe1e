"""How the fence is put up: around which folders, with which words, and nothing runs where it cannot be."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents import fencing
from app.agents.definitions import all_agents
from app.agents.describing import describe
from app.agents.fence import Ground, fence, is_within, prefix_of, unfit
from app.agents.fencing import NoFence
from app.cli.doctor import machine
from app.cli.doctor.checks import check_agents
from app.cli.doctor.facts import Level
from app.model.status import Status
from app.registry.config import load_config
from tests.agents.fenced import place as place
from tests.agents.fenced import shell, user_home
from tests.agents.hosted import Hosted, last

GROUND = Ground(
    folder="/work", home="/home/me", registry="/home/me/.local/state/delegate", hidden=("/home", "/tmp")
)


def test_without_bubblewrap_nothing_is_started(hosted: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fencing, "PLACES", ())
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NoFence, match=r"bubblewrap \(bwrap\) is not installed"):
        fencing.put_up("", ("sh",), str(hosted.folder), {}, network=True, registry="/r")
    assert "is not installed" in (fencing.problem() or "")


def test_a_bubblewrap_that_does_not_work_is_said_and_refused(
    hosted: Hosted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2; exit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(fencing, "PLACES", (str(broken),))
    words = "bubblewrap does not work here: bwrap: No permissions to create new namespace"
    with pytest.raises(NoFence, match=words):
        fencing.put_up("", ("sh",), str(hosted.folder), dict(os.environ), network=True, registry="/r")
    assert fencing.problem() == words


def test_a_fence_that_would_keep_nothing_out_is_refused(place: Hosted) -> None:
    place.folder = user_home()
    done = place.run("go", shell("touch got"))
    assert done.status is Status.FAILED
    assert "holds your home: a fence around it would keep nothing out" in (last(done).reason or "")
    assert not (user_home() / "got").exists()


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("/home/me", "holds your home"),
        ("/", "holds your home"),
        ("/home", "holds your home"),
        ("/home/me/src", None),
        ("/home/me/.local/state/delegate/work/7", None),
    ],
)
def test_which_folders_can_be_fenced(folder: str, reason: str | None) -> None:
    why = unfit(replace(GROUND, folder=folder))
    assert (why is None) if reason is None else (why is not None and reason in why)


def test_the_folder_of_all_records_cannot_be_fenced() -> None:
    ground = replace(GROUND, registry="/srv/delegate", folder="/srv")
    assert unfit(ground) == "/srv holds delegate's own folder: a fence around it would keep nothing out"


def test_the_words_of_a_fence() -> None:
    ground = replace(
        GROUND, git=("/repo/.git",), guarded=("/repo/.git/hooks",), writes=("/home/me/.codex",), network=False
    )
    words = " ".join(fence(ground))
    assert words.startswith("bwrap --ro-bind / / --dev /dev --proc /proc --tmpfs /home --tmpfs /tmp ")
    assert (
        "--bind /repo/.git /repo/.git --bind /work /work --ro-bind /repo/.git/hooks /repo/.git/hooks" in words
    )
    assert words.index("--tmpfs /home") < words.index("--bind /home/me/.codex")
    assert "--unshare-net" in words
    assert words.endswith("--chdir /work --")
    assert "--unshare-net" not in fence(replace(ground, network=True))


@pytest.mark.parametrize(
    ("program", "prefix"),
    [
        ("/home/me/.nvm/v20/lib/node_modules/@x/y/cli.js", "/home/me/.nvm/v20/lib/node_modules"),
        ("/home/me/.nvm/v20/bin/node", "/home/me/.nvm/v20"),
        ("/home/me/.local/bin/claude", "/home/me/.local/bin"),
        ("/home/me/bin/agent", "/home/me/bin"),
        ("/home/me/agent", "/home/me/agent"),
        ("/opt/tool/bin/x", "/opt/tool"),
        ("/usr/bin/git", "/usr/bin"),
        ("/home/me/.local/share/claude/versions/2.1", "/home/me/.local/share/claude/versions"),
    ],
)
def test_where_the_files_of_a_program_lie(program: str, prefix: str) -> None:
    assert prefix_of(program, "/home/me") == prefix


PATHS = st.lists(st.sampled_from(["a", "b", "home", "me"]), max_size=4).map(
    lambda names: "/" + "/".join(names)
)


@given(PATHS)
def test_no_program_brings_back_the_whole_home(program: str) -> None:
    assert not is_within("/home/me", prefix_of(f"{program}/x".replace("//", "/"), "/home/me"))


def test_a_fence_that_cannot_be_put_up_is_said_before_and_by_the_doctor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fencing, "PLACES", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    settings = tmp_path / "config.toml"
    settings.write_text('[agents.mine]\ncommand = ["mine", "{task}"]\nsandbox = "workspace"\n')
    config = load_config(settings)
    (mine,) = (agent for agent in all_agents(config) if agent.name == "mine")
    lines = describe(mine)
    assert any(line.startswith("it will not run here: bubblewrap (bwrap) is not installed") for line in lines)
    bad = [
        finding for finding in check_agents(machine.agents(config, settings)) if finding.level is Level.BAD
    ]
    assert any("mine cannot run: bubblewrap (bwrap) is not installed" in finding.fact for finding in bad)
