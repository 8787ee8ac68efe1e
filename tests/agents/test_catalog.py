"""Which agents are found, where, in which order, and what is said of those that cannot be used."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.agents.catalog.presets import presets
from app.agents.definitions import UnknownAgent
from app.agents.exec.shapes import shape_of
from app.model.agent import Origin
from app.model.run import Channel
from tests.agents.catalogs import REVIEWER, SHOP, Project, new_project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project, and no client on the PATH."""
    made = new_project(tmp_path)
    monkeypatch.setenv("PATH", str(made.programs))
    return made


def names(project: Project) -> list[str]:
    """The agents there are, in order."""
    return [agent.name for agent in project.catalog().agents]


def test_definitions_of_every_format_are_found_in_order(project: Project) -> None:
    project.write(".github/agents/copilot.agent.md", "---\ndescription: d\n---\nbody")
    project.write(".opencode/agents/open.md", "---\ndescription: d\nmode: primary\n---\nbody")
    project.write(".opencode/agent/old.md", "---\ndescription: d\n---\nbody")
    project.write(".claude/agents/claude-one.md", REVIEWER)
    project.write(".amazonq/cli-agents/q.json", {"tools": []})
    project.write(".kiro/agents/v3.md", "---\ntools: [read]\n---\nbody")
    project.write(".kiro/agents/shop.json", SHOP)
    project.write_home(".kiro/agents/mine.json", {"name": "mine"})
    project.write_home(".claude/agents/other.md", "---\nname: other\n---\nbody")
    assert names(project) == ["shop", "v3", "q", "reviewer", "old", "open", "copilot", "mine", "other"]
    origins = {agent.name: agent.origin for agent in project.catalog().agents}
    assert origins["copilot"] is Origin.PROJECT
    assert origins["mine"] is Origin.USER


def test_clients_on_the_path_are_agents_and_the_others_are_named(project: Project) -> None:
    project.install("codex", "llm")
    known = project.catalog()
    assert [agent.name for agent in known.agents] == ["codex", "llm"]
    assert "claude" in [preset.name for preset in known.absent]
    with pytest.raises(UnknownAgent, match="Claude Code is not installed: npm install"):
        project.agent("claude")


def test_the_protocol_is_taken_where_it_is_installed(project: Project) -> None:
    project.install("claude")
    assert project.agent("claude").channel is Channel.EXEC
    project.install("claude-agent-acp")
    agent = project.agent("claude")
    assert (agent.channel, agent.command) == (Channel.ACP, ("claude-agent-acp",))
    assert not agent.trusted_with_everything


def test_a_definition_of_a_client_that_is_not_there_cannot_be_started(project: Project) -> None:
    project.write(".claude/agents/r.md", REVIEWER)
    assert project.agent("reviewer").missing == (
        "Claude Code is not installed (no claude on the PATH): npm install -g @anthropic-ai/claude-code"
    )


def test_the_projects_definition_wins_and_names_the_one_it_hides(project: Project) -> None:
    ours = project.write(".kiro/agents/shop.json", SHOP)
    theirs = project.write_home(".kiro/agents/shop.json", {**SHOP, "description": "another"})
    agent = project.agent("shop")
    assert (agent.source, agent.shadows) == (str(ours), (str(theirs),))


def test_a_broken_definition_does_not_become_the_other_one_of_its_name(project: Project) -> None:
    path = project.write(".kiro/agents/shop.json", '{\n  "name": "shop",\n  "tools": [}\n')
    project.write_home(".kiro/agents/shop.json", SHOP)
    project.write(".kiro/agents/good.json", {"name": "good"})
    assert names(project) == ["good"]
    assert project.catalog().problems == (f"{path}:3: expecting value",)
    with pytest.raises(UnknownAgent, match=r"shop\.json:3"):
        project.agent("shop")


def test_a_name_that_two_files_of_one_client_have_is_nobodys(project: Project) -> None:
    project.write(".claude/agents/a.md", REVIEWER)
    project.write(".claude/agents/b.md", REVIEWER)
    assert names(project) == []
    assert "is that of" in project.catalog().problems[0]


@pytest.mark.parametrize(
    ("name", "content", "line", "says"),
    [
        (".kiro/agents/x.json", {"name": "worker"}, 2, "taken by an agent of ours"),
        (".kiro/agents/x.json", {"name": "command"}, 2, "taken by an agent of ours"),
        (".kiro/agents/x.json", {"name": "../x"}, 2, "its name must be letters"),
        (".kiro/agents/x.json", {"name": "\x1b[2Jx"}, 2, "its name must be letters"),
        (".kiro/agents/x.json", {"name": "--yolo"}, 2, "its name must be letters"),
        (".kiro/agents/worker.json", {}, None, "taken by an agent of ours"),
        (".kiro/agents/x.json", {"tools": 7}, 2, "tools must be a list of texts"),
        (".kiro/agents/x.json", {"description": "d", "hooks": []}, 3, "hooks must be a table"),
        (".kiro/agents/x.json", "[]", 1, "must be an object"),
        (".kiro/agents/x.json", '{"a": 1,\n"tools": ["x"],\n"tools": []}', 2, "tools is there twice"),
        (".kiro/agents/x.json", "[" * 100_000, None, "nested too deeply"),
        (".kiro/agents/x.json", b'{"name":\n "\xff"}', 2, "is not UTF-8"),
        (".kiro/agents/x.json", " " * (1024 * 1024 + 1), None, "larger than 1024 KiB"),
        (".kiro/agents/x.json", {"prompt": "file://gone.md"}, None, "its prompt file: no such file"),
        (".claude/agents/x.md", "no frontmatter", 1, "has no frontmatter"),
        (".claude/agents/x.md", "---\nname: x\n", 1, "has no end"),
        (".claude/agents/x.md", "---\nname: x\n a: [\n---\n", 3, "mapping values are not allowed"),
        (".claude/agents/x.md", "---\nname: x\nname: y\n---\n", 2, "name is there twice"),
        (".claude/agents/x.md", "---\na: &a [1]\nb: [*a, *a]\n---\n", 3, "aliases are not read"),
        (".claude/agents/x.md", "---\nname: !!python/name:os.system x\n---\n", 2, "could not determine"),
        (".claude/agents/x.md", f"---\nname: {'x' * 70_000}\n---\n", 1, "longer than 64 KiB"),
        (".claude/agents/x.md", "---\nname: [a]\n---\n", 2, "its name must be"),
        (".claude/agents/x.md", "---\n- a\n---\n", 2, "must be names and values"),
        (".claude/agents/x.md", f"---\na: {'[' * 2000}\n---\n", None, ""),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(
    project: Project, name: str, content: str | bytes | dict[str, object], line: int | None, says: str
) -> None:
    path = project.write(name, content)
    project.write(".kiro/agents/good.json", {"name": "good"})
    known = project.catalog()
    assert [agent.name for agent in known.agents] == ["good"]
    [problem] = known.problems
    assert problem.startswith(f"{path}:{line}: " if line else f"{path}")
    assert says in problem


def test_a_pipe_in_a_definitions_place_is_not_waited_for(project: Project) -> None:
    project.write(".kiro/agents/good.json", {"name": "good"})
    os.mkfifo(project.folder / ".kiro/agents/pipe.json")
    (project.folder / ".kiro/agents/folder.json").mkdir()
    known = project.catalog()
    assert [agent.name for agent in known.agents] == ["good"]
    assert all("is no regular file" in problem or "directory" in problem for problem in known.problems)
    assert len(known.problems) == 2


def test_a_link_out_of_the_project_is_not_followed_and_one_of_the_users_is(project: Project) -> None:
    elsewhere = project.write_home("notes/agent.json", {"name": "linked"})
    for base in (project.folder, project.home):
        folder = base / ".kiro" / "agents"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{base.name[:4]}.json").symlink_to(elsewhere)
    known = project.catalog()
    assert [(agent.name, agent.origin) for agent in known.agents] == [("linked", Origin.USER)]
    assert "leads out of its project" in known.problems[0]


def test_too_many_definitions_are_bounded_and_that_is_said(project: Project) -> None:
    for number in range(305):
        project.write(f".kiro/agents/a{number:03}.json", "{}")
    known = project.catalog()
    assert len(known.agents) == 300
    assert "only the first 300 definitions are read; 5 are left out" in known.problems[0]


def test_a_changed_file_is_read_anew(project: Project) -> None:
    project.write(".kiro/agents/shop.json", SHOP)
    before = project.agent("shop")
    project.write(".kiro/agents/shop.json", {**SHOP, "description": "another"})
    after = project.agent("shop")
    assert (before.description, after.description) == ("knows the shop", "another")
    assert before.fingerprint != after.fingerprint


def test_above_the_folder_only_the_clients_that_look_there_are_asked(project: Project) -> None:
    project.write(".kiro/agents/shop.json", SHOP)
    project.write(".claude/agents/r.md", REVIEWER)
    inner = project.folder / "packages" / "api"
    inner.mkdir(parents=True)
    below = Project(inner, project.home, project.programs)
    assert names(below) == ["reviewer"]


def test_settings_make_agents_of_commands_and_change_those_that_are_known(project: Project) -> None:
    project.install("claude", "mine", "bwrap")
    config = project.config(
        '[agents.mine]\ncommand = ["mine", "{task}"]\n'
        '[agents.careful]\nclient = "claude"\nmode = "plan"\nmodel = "opus"\nsandbox = "workspace"\n'
        '[agents.claude]\nunattended = false\narguments = ["--max-turns", "9"]\n'
    )
    assert config.problems == ()
    mine, careful, claude = (project.agent(name, config) for name in ("mine", "careful", "claude"))
    assert (mine.channel, mine.run, mine.command) == (Channel.PLAIN, None, ("mine", "{task}"))
    assert careful.command[-4:] == ("--permission-mode", "plan", "--model", "opus")
    assert careful.run is not None
    assert (careful.run.sandbox, careful.run.trusted) == ("workspace", False)
    assert "bypassPermissions" not in claude.command
    assert claude.command[-2:] == ("--max-turns", "9")
    assert [agent.name for agent in project.catalog(config).agents].count("claude") == 1


def test_terms_of_a_client_hold_for_its_definitions_but_trust_does_not(project: Project) -> None:
    project.install("claude")
    project.write(".claude/agents/r.md", REVIEWER)
    config = project.config('[agents.claude]\nsandbox = "workspace"\nnetwork = false\ntrust = true\n')
    agent = project.agent("reviewer", config)
    assert agent.run is not None
    assert (agent.run.sandbox, agent.run.network) == ("workspace", False)
    assert not agent.terms.trust


def test_without_bubblewrap_nothing_that_wants_a_fence_is_started(project: Project) -> None:
    project.install("claude", "mine")
    config = project.config(
        '[agents.claude]\nsandbox = "workspace"\n[agents.mine]\ncommand = ["mine"]\nsandbox = "workspace"\n'
    )
    assert "its fence needs bubblewrap" in project.agent("claude", config).missing
    assert "no program bwrap" in project.agent("mine", config).missing
    project.install("bwrap")
    assert project.agent("claude", config).missing == project.agent("mine", config).missing == ""


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ('[agents.x]\ndescription = "d"\n', "or client with one of kiro-cli, claude"),
        ('[agents.x]\nclient = "nobody"\n', "or client with one of kiro-cli, claude"),
    ],
)
def test_settings_without_a_client_are_named(project: Project, settings: str, says: str) -> None:
    config = project.config(settings)
    with pytest.raises(UnknownAgent, match=says):
        project.agent("x", config)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ('sandbox = "all"', 'sandbox is "none" or "workspace"'),
        ("trust = 1", "trust is true or false"),
        ('sandbx = "workspace"', "sandbx is nothing that an agent has"),
        ('answer = "9d"', "answer is how long"),
        ('environment = { "A B" = "x" }', "write environment"),
        ('command = ["x"]\nclient = "claude"', "not both"),
        ('command = ["x"]\nchannel = "exec"', "needs events"),
        ('arguments = "--yolo"', "write arguments"),
    ],
)
def test_a_fault_in_an_agents_settings_is_named(project: Project, settings: str, says: str) -> None:
    config = project.config(f"[agents.x]\n{settings}\n")
    assert config.agents == ()
    assert says in config.problems[0]


def test_what_does_not_fit_a_client_is_not_left_out_in_silence(project: Project) -> None:
    project.install("kiro-cli", "opencode", "vibe")
    project.write(".opencode/agents/helper.md", "---\ndescription: d\nmode: subagent\n---\n")
    config = project.config('[agents.vibe]\nchannel = "exec"\nmodel = "m"\n[agents.opencode]\n')
    assert "takes no model" in project.agent("vibe", config).missing
    assert "helper of other agents" in project.agent("helper").missing


def test_a_definition_named_in_a_command_line_is_passed_as_the_client_wants_it(project: Project) -> None:
    project.install("kiro-cli", "claude", "opencode", "copilot")
    project.write(".kiro/agents/shop.json", SHOP)
    project.write(".claude/agents/r.md", REVIEWER)
    project.write(".opencode/agents/plan-only.md", "---\nmode: primary\n---\n")
    project.write(".github/agents/fixer.agent.md", "---\nname: The Fixer\ntools: [read, edit]\n---\n")
    assert project.agent("shop").command == ("kiro-cli", "acp", "--agent", "shop")
    assert project.agent("reviewer").command[-2:] == ("--agent", "reviewer")
    assert "--allowedTools=Read,Grep" in project.agent("reviewer").command
    run = project.agent("plan-only").run
    assert run is not None
    assert (run.channel, run.mode) == (Channel.ACP, "plan-only")
    assert project.agent("fixer").command[-2:] == ("--agent", "fixer")


def test_unknown_fields_are_kept(project: Project) -> None:
    project.write(".kiro/agents/shop.json", {**SHOP, "keyboardShortcut": "ctrl+s", "welcomeMessage": "hi"})
    assert dict(project.agent("shop").unknown) == {"keyboardShortcut": "ctrl+s", "welcomeMessage": "hi"}


def test_the_output_of_every_known_client_has_a_shape() -> None:
    named = {way.events for preset in presets().values() for way in preset.ways if way.events}
    assert {shape_of(name).rules != () for name in named} == {True}
    assert len(named) >= 7


def test_a_known_client_is_told_the_task_once_and_the_conversation_where_it_takes_one() -> None:
    for preset in presets().values():
        for way in preset.ways:
            text = [word for word in way.command if "{task}" in word]
            assert len(text) == (way.channel is not Channel.ACP), preset.name
            assert not way.resume or any("{session}" in word for word in way.resume), preset.name
            assert not way.resume or "{task}" in way.resume, preset.name
            assert way.channel is not Channel.PLAIN or "{session}" not in way.command, preset.name
