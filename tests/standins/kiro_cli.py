#!/usr/bin/env python3
"""A stand-in for kiro-cli, for tests and for contributors who do not have it.

    ln -s "$PWD/tests/standins/kiro_cli.py" ~/.local/bin/kiro-cli     (only where kiro-cli is not installed)

It does what is documented of the real one, says so in ``--version``, and needs no account and no network:

    kiro-cli acp [--agent NAME] [--model M] [--trust-all-tools | --trust-tools=LIST]
    kiro-cli chat --no-interactive [--trust-all-tools | --trust-tools=read,write,shell] [--agent NAME]
                  [--model M] [--resume | --resume-id ID] "PROMPT"        (or the prompt on the input)
    kiro-cli --version | whoami

Agents are the definitions of ``.kiro/agents/*.json`` and ``~/.kiro/agents/*.json`` (KIRO_HOME for ~/.kiro)
that exist when it starts: ``tools`` is what there is, ``allowedTools`` what runs unasked. What happens is in
the prompt, ``[[step]]`` or ``[[step:argument]]``, in order; without any, hello.txt is written.

    both:  say[:TEXT] write[:PATH] permission (or deny; a shell command, unasked only if allowed) fail todo
           recall hang silent quota login
    acp:   child (a subagent asks in its own session) vendor (notifications and requests of Kiro's own)
           fallback (becomes kiro_default at work) until:FILE deaf refusal
    chat:  mcp (exit code 3)  error

Exit codes of chat: 0 even after every tool was denied, 1 error, 3 MCP server, 4 unknown agent.
Settings of the environment:

    STANDIN_EVIDENCE         a file: a JSON line for everything received, asked, answered and written
    KIRO_STANDIN_FALLBACK    announced or silent: an unknown --agent becomes kiro_default
    KIRO_STANDIN_SETMODE     deaf: session/set_mode says yes and changes nothing
    KIRO_STANDIN_VERSION     the protocol version ("2025-08-22")
    KIRO_STANDIN_LOGGED_OUT  nobody is logged in
    KIRO_STANDIN_WAITS       chat waits for ever where it would deny, as versions before 2.0 did
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.standins.kiro import chat
from tests.standins.kiro.acp import Server
from tests.standins.kiro.world import DEFAULT_AGENT, agents, last_conversation
from tests.standins.peer import markers, note, note_start, start_tool

LOGGED_OUT = "error: You are not logged in, please log in with kiro-cli login"


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="kiro-cli")
    parser.add_argument("--version", action="version", version="kiro-cli 2.14.0 (stand-in)")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("whoami")
    acp, headless = commands.add_parser("acp"), commands.add_parser("chat")
    for command in (acp, headless):
        command.add_argument("--agent")
        command.add_argument("--model")
        command.add_argument("--trust-all-tools", "-a", action="store_true")
        command.add_argument("--trust-tools")
    headless.add_argument("--no-interactive", action="store_true")
    headless.add_argument("--require-mcp-startup", action="store_true")
    headless.add_argument("--wrap")
    resume = headless.add_mutually_exclusive_group()
    resume.add_argument("--resume", action="store_true")
    resume.add_argument("--resume-id")
    headless.add_argument("prompt", nargs="?")
    return parser.parse_args(arguments)


def _chat(options: argparse.Namespace) -> int:
    known = agents(Path.cwd())
    name = options.agent or DEFAULT_AGENT
    if name not in known:
        sys.stderr.write(f"error: no agent with name {name} found\n")
        return 4
    prompt = options.prompt if options.prompt is not None else sys.stdin.read()
    session = options.resume_id or (last_conversation() if options.resume else None)
    before = chat.remember(session, prompt)
    trusted = chat.trusted_tools(options.trust_tools, options.trust_all_tools)
    run = chat.Chat(known[name], trusted, before)
    note("turn", agent=name, model=options.model, prompt=prompt, trusted=sorted(trusted))
    if os.environ.get("KIRO_STANDIN_WAITS") and not trusted:
        start_tool().wait()
    return chat.run(run, list(markers(prompt)))


def main(arguments: list[str]) -> int:
    """Be kiro-cli; the exit code."""
    options = _options(arguments)
    note_start()
    if os.environ.get("KIRO_STANDIN_LOGGED_OUT"):
        sys.stderr.write(LOGGED_OUT + "\n")
        return 1
    if options.command == "whoami":
        print("Logged in as nobody (stand-in)")
        return 0
    if options.command == "chat":
        return _chat(options)
    trusted = chat.trusted_tools(options.trust_tools, options.trust_all_tools)
    Server(options.agent, options.model, tuple(trusted)).run()
    return 0


if __name__ == "__main__":
    exit_code = main(sys.argv[1:])
    note("ended", code=exit_code)
    sys.stdout.flush()
    os._exit(exit_code)
