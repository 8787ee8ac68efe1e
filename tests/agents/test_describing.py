"""The words that a person reads before an agent runs, for each format: written down here to the letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.agents.describing import describe
from tests.agents.catalogs import REVIEWER, SHOP, Project, new_project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project, with every client installed."""
    made = new_project(tmp_path)
    monkeypatch.setenv("PATH", str(made.programs))
    made.install("kiro-cli", "claude", "opencode", "copilot", "codex", "pi", "aider", "llm", "kimi", "bwrap")
    return made


def test_kiro(project: Project) -> None:
    project.write(".kiro/agents/shop.json", SHOP)
    assert project.described("shop") == [
        "shop · Kiro · knows the shop",
        "may read and write files; shell only `npm test`, `pytest`, `cargo test`; "
        "will stop and ask for: any other command, use_aws",
        "tools: fs_read, fs_write, execute_bash, use_aws",
        "unasked: fs_read, fs_write",
        "execute_bash: commands that run unasked: `npm test`, `pytest`, `cargo test`",
        'prompt (18 characters): "You know the shop."',
        "its questions come to you; one without an answer in 10m is declined",
        "answered with yes by itself: `fs_read`, `fs_write`, `execute_bash(npm test)`, "
        "`execute_bash(pytest)`, `execute_bash(cargo test)`",
        'fence: none (sandbox = "workspace" in its settings puts one around it)',
        "command: kiro-cli acp --agent shop",
        "defined in: PROJECT/.kiro/agents/shop.json",
    ]


def test_kiro_with_all_that_a_definition_can_bring_along(project: Project) -> None:
    project.write_home(".kiro/agents/all.json", {"name": "all"})
    project.write(".kiro/agents/prompt.md", "Be good.")
    project.write(
        ".kiro/agents/all.json",
        {
            "name": "all",
            "prompt": "file://./prompt.md",
            "model": "claude-sonnet-4",
            "tools": ["read", "write", "shell", "@git", "web_search"],
            "allowedTools": ["read", "web_*", "@git/status"],
            "toolsSettings": {
                "write": {"allowedPaths": ["src/**"], "deniedPaths": [".env"]},
                "shell": {"allowedCommands": ["git log .*"], "deniedCommands": ["rm .*"]},
                "use_aws": {"allowedServices": ["s3"]},
            },
            "resources": ["file://README.md", "file://docs/**/*.md"],
            "hooks": {
                "agentSpawn": [{"command": "git status"}],
                "preToolUse": [{"matcher": "execute_bash", "command": "./audit.sh"}],
            },
            "mcpServers": {"git": {"command": "uvx", "args": ["mcp-git", "-v"], "env": {"TOKEN": "x"}}},
            "includeMcpJson": True,
            "keyboardShortcut": "ctrl+a",
        },
    )
    assert project.described("all") == [
        "all · Kiro",
        "may read files, use the web and use @git/status; shell only `git log .*`; writes only `src/**`; "
        "will stop and ask for: write elsewhere, any other command, @git",
        "tools: read, write, shell, @git, web_search",
        "unasked: read, web_*, @git/status",
        "write: paths that it may touch unasked: `src/**`",
        "write: paths that are refused: `.env`",
        "shell: commands that run unasked: `git log .*`",
        "shell: commands that are refused: `rm .*`",
        "use_aws: services that it may use unasked: `s3`",
        "runs by itself: `git status` at agentSpawn",
        "runs by itself: `./audit.sh (on execute_bash)` at preToolUse",
        "tool server git: uvx mcp-git -v with TOKEN set",
        "tool server mcp.json: and every server that the settings of project and user name there",
        "reads from the start: file://README.md, file://docs/**/*.md",
        "model: claude-sonnet-4",
        "prompt: the file ./prompt.md",
        "its questions come to you; one without an answer in 10m is declined",
        "answered with yes by itself: `read`, `web_*`, `@git/status`, `write(src/**)`, `shell(git log *)`",
        "answered with no by itself: `write(.env)`, `shell(rm *)`",
        'fence: none (sandbox = "workspace" in its settings puts one around it)',
        "command: kiro-cli acp --agent all",
        "defined in: PROJECT/.kiro/agents/all.json",
        "hides: HOME/.kiro/agents/all.json",
        "not understood: keyboardShortcut",
    ]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "may talk only: it has no tools"),
        ({"tools": ["*"]}, "may do nothing unasked; will stop and ask for: every tool"),
        (
            {"tools": ["*"], "allowedTools": ["*"]},
            "may do nothing unasked; will stop and ask for: every tool",
        ),
        (
            {"tools": ["*"], "allowedTools": ["fs_read", "execute_bash"]},
            "may read files and run any command; will stop and ask for: every other tool",
        ),
        (
            {"tools": ["shell"], "allowedTools": ["execute_bash"],
             "toolsSettings": {"shell": {"allowedCommands": ["ls"]}}},
            "may run any command (not only `ls`: its client may let all run)",
        ),
        (
            {"tools": ["execute_bash"], "toolsSettings": {"execute_bash": {"allowedCommands": ["a`; b"]}}},
            "may do nothing unasked; shell only \"a`; b\"; will stop and ask for: any other command",
        ),
    ],
)  # fmt: skip
def test_what_kiro_runs_unasked(project: Project, fields: dict[str, object], words: str) -> None:
    project.write(".kiro/agents/x.json", {"name": "x", **fields})
    assert project.described("x")[1] == words


def test_claude(project: Project) -> None:
    project.write(".claude/agents/reviewer.md", REVIEWER)
    assert project.described("reviewer") == [
        "reviewer · Claude Code · Reviews changes",
        "may read files",
        "tools: Read, Grep",
        "unasked: Read, Grep",
        'prompt (11 characters): "You review."',
        'fence: none (sandbox = "workspace" in its settings puts one around it)',
        "command: claude -p '{task}' --output-format stream-json --verbose --session-id '{session}' "
        "--allowedTools=Read,Grep --agent reviewer",
        "defined in: PROJECT/.claude/agents/reviewer.md",
    ]


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (
            "tools: Read, Edit, Bash(git *), WebFetch, Task",
            "may read and write files, run `git *`, use the web and start other agents",
        ),
        ("tools: [Read, Bash]", "may read files and run any command"),
        ("model: opus", "may use every tool without asking: change any file, run any command, "
         "use the network (--permission-mode bypassPermissions)"),
        ("permissionMode: plan", "mode plan: reads and plans, changes nothing; "
         "what it would have to ask for is refused, since nobody can be asked this way"),
        ("permissionMode: bypassPermissions", "may use every tool without asking: change any file, "
         "run any command, use the network (--permission-mode bypassPermissions)"),
    ],
)  # fmt: skip
def test_what_claude_runs_unasked(project: Project, head: str, words: str) -> None:
    project.write(".claude/agents/x.md", f"---\nname: x\n{head}\n---\n")
    assert project.described("x")[1] == words


def test_opencode(project: Project) -> None:
    project.write(
        ".opencode/agents/careful.md",
        "---\ndescription: Careful\nmode: primary\nmodel: a/b\ntools:\n  write: false\n"
        "permission:\n  edit: deny\n  bash:\n    'git *': allow\n    '*': ask\n---\nBe careful.\n",
    )
    assert project.described("careful") == [
        "careful · opencode · Careful",
        "uses its tools unasked, except where its permissions say otherwise",
        "tools: all that its client has",
        "permission.edit: `deny`",
        "permission.bash: `git * allow`, `* ask`",
        "tools: switched off: `write`",
        "model: a/b",
        'prompt (11 characters): "Be careful."',
        "its questions come to you; one without an answer in 10m is declined",
        'fence: none (sandbox = "workspace" in its settings puts one around it)',
        "command: opencode acp",
        "defined in: PROJECT/.opencode/agents/careful.md",
    ]


def test_copilot(project: Project) -> None:
    project.write(
        ".github/agents/fixer.agent.md", "---\nname: F\ndescription: Fixes\ntools: [read, edit]\n---\nFix."
    )
    assert project.described("fixer") == [
        "fixer · GitHub Copilot CLI · Fixes",
        "may read and write files",
        "tools: read, edit",
        "unasked: read, edit",
        'prompt (4 characters): "Fix."',
        'fence: none (sandbox = "workspace" in its settings puts one around it)',
        "command: copilot -p '{task}' --output-format json --no-auto-update --session-id '{session}' "
        "--allow-all-tools --agent fixer",
        "defined in: PROJECT/.github/agents/fixer.agent.md",
    ]


WARNED = "may use every tool without asking: change any file, run any command, use the network"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("kiro-cli", "may use every tool: no definition limits it; Kiro asks before it uses a tool, "
         "unless its agent's definition allows that"),
        ("claude", f"{WARNED} (--permission-mode bypassPermissions)"),
        ("copilot", "may use every tool: no definition limits it; GitHub Copilot CLI asks before it changes "
         "files or runs commands"),
        ("opencode", f"{WARNED} · opencode asks only where its own settings say so"),
        ("codex", "may use every tool: no definition limits it; Codex CLI works in its own sandbox: changes "
         "files of the folder and runs commands there unasked"),
        ("pi", f"{WARNED} · pi never asks"),
        ("aider", "may change any file without asking, and commits what it changed; it runs no commands"),
        ("llm", "answers in text: it has no tools"),
    ],
)  # fmt: skip
def test_clients_without_a_definition(project: Project, name: str, words: str) -> None:
    assert project.described(name)[1] == words


def test_a_client_that_nobody_defined_says_so(project: Project) -> None:
    assert "defined by: delegate, which knows this client" in project.described("codex")


def test_modes_terms_and_the_fence_are_told(project: Project) -> None:
    config = project.config(
        '[agents.free]\nclient = "codex"\nunattended = true\n'
        '[agents.fenced]\nclient = "kimi"\nmode = "yolo"\nsandbox = "workspace"\nnetwork = false\n'
        'environment = { TOKEN = "x" }\nanswer = "1h"\nallow = ["Bash(npm *)"]\n'
        '[agents.mine]\ncommand = ["sh", "-c", "{task}"]\n'
    )
    assert project.described("free", config)[1] == f"{WARNED} (--dangerously-bypass-approvals-and-sandbox)"
    assert (
        project.described("mine", config)[1] == f"{WARNED} · nothing of delegate restrains a command of yours"
    )
    fenced = project.described("fenced", config)
    assert fenced[1] == f"{WARNED} (mode yolo)"
    assert "its questions come to you; one without an answer in 1h is declined" in fenced
    assert "answered with yes by itself: `Bash(npm *)`" in fenced
    assert (
        "fence: changes only its folder and its client's own files, sees no other home, without the network"
        in fenced
    )
    assert "environment: sets TOKEN" in fenced


def test_files_of_the_project_that_can_run_commands_are_named(project: Project) -> None:
    project.write(".mcp.json", {})
    project.write(".claude/settings.json", {})
    line = "also obeys, and can run commands for: PROJECT/.claude/settings.json, PROJECT/.mcp.json"
    assert line in project.described("claude")
    assert not [line for line in project.described("codex") if "also obeys" in line]


def test_nothing_of_a_definition_reaches_a_terminal_as_it_is(project: Project) -> None:
    evil = "\x1b]0;x\x07\x1b[2J\nmay read files\u202e"
    project.write(
        ".kiro/agents/x.json",
        {
            "name": "x",
            "description": evil,
            "prompt": evil,
            "model": evil,
            "tools": [evil],
            "allowedTools": [evil],
            "toolsSettings": {evil: {evil: [evil]}},
            "resources": [evil],
            "hooks": {evil: [{"command": evil}]},
            "mcpServers": {evil: {"command": evil}},
            evil: evil,
        },
    )
    for whole in (False, True):
        for line in describe(project.agent("x"), whole=whole):
            assert line.isprintable(), line
        assert [line for line in describe(project.agent("x"), whole=whole) if line == "may read files"] == []


def test_a_flood_is_counted_and_whole_only_when_asked_for(project: Project) -> None:
    project.write(".kiro/agents/x.json", {"tools": [f"tool{number}" for number in range(40)]})
    line = next(line for line in project.described("x") if line.startswith("tools:"))
    assert line.endswith("and 28 more")
