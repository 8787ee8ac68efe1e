"""What an agent is told stays that, in whatever command line it ends up."""

from __future__ import annotations

import pytest

from app.agents.exec.command import CannotContinue, call_of
from app.agents.words import fill
from app.model.run import AgentRun, Channel

RESUMED = AgentRun(
    Channel.EXEC, ("codex", "{task}"), resume=("codex", "exec", "resume", "{session}", "{task}")
)


@pytest.mark.parametrize("text", ["-c x", "--help", "-", "review", "log-in"])
def test_no_text_is_an_option_or_a_command(text: str) -> None:
    assert fill(("codex", "exec", "{task}"), text) == ("codex", "exec", f" {text}")
    assert fill(("codex", "--prompt={task}"), text) == ("codex", f"--prompt={text}")


@pytest.mark.parametrize("text", ["fix the tests", "/compact", "", "{task}", "{session} {task}", "a\n-b"])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert fill(("codex", "exec", "{task}", "{session}"), text, "7") == ("codex", "exec", text, "7")


@pytest.mark.parametrize("session", ["--dangerously-bypass-approvals-and-sandbox", "-c", "a\0b", "a\nb"])
def test_no_conversation_is_an_option(session: str) -> None:
    with pytest.raises(CannotContinue, match="none for a command line"):
        call_of(RESUMED, "go on with it", session)
    assert call_of(RESUMED, "go on with it", "0199-ab").command[3] == "0199-ab"
