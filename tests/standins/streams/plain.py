"""Clients that print text for people and nothing else."""

from __future__ import annotations

import sys

from tests.standins.streams.base import Stream, Tool


class Llm(Stream):
    """llm: the answer alone; an error is one line on the error output."""

    def text(self, text: str) -> None:
        """The model said something."""
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def tool_denied(self, tool: Tool) -> None:
        """A tool was not allowed: that ends the run."""
        self.warn(f"Error: {tool.command}: the tool was not approved")
        sys.exit(1)

    def failed(self, status: int, message: str) -> int:
        """The run ended with an error of the model's API; the exit code."""
        self.warn(f"Error: Error code: {status} - {message}")
        return 1

    def cut(self) -> int:
        """The model's answer broke off in the middle; the exit code is 0 all the same."""
        self.text("This was going to be a longer ans")
        return 0

    def interrupted(self) -> int | None:
        """SIGINT came; the exit code."""
        return 1


class Aider(Llm):
    """aider: a transcript; the exit code is 0 whatever happened."""

    def started(self) -> None:
        """The run began."""
        self.text("Aider v0.86.2\nMain model: openai/x with whole edit format\nGit repo: .git with 1 files")

    def tool_ended(self, tool: Tool) -> None:
        """A file was written."""
        if not tool.code:
            self.text("hello.txt\nApplied edit to hello.txt")

    def tool_denied(self, tool: Tool) -> None:
        """Nothing is ever asked for."""

    def retrying(self, attempt: int, status: int) -> None:
        """A request of the model failed and is repeated."""
        self.text(f"litellm.APIError: {status} scripted\nRetrying in {0.2 * attempt} seconds...")

    def failed(self, status: int, message: str) -> int:
        """The run ended with an error of the model's API; the exit code is 0 all the same."""
        self.text(f"litellm.AuthenticationError: {status} {message}")
        return 0

    def finished(self) -> int:
        """The run came to its end; the exit code."""
        self.text(
            f"Tokens: {self.tokens[0]} sent, {self.tokens[1]} received. Cost: ${self.cost:.2f} message."
        )
        return 0
