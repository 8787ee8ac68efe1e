"""How a channel's work with a client came to its end: what the events do not tell."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ending:
    """``exit_code`` and ``signal`` are the client's, where it ended before its turn did or is its only word.

    ``exit_words`` say what this exit code of this client means, ``exit_trouble`` whether that is quota or
    login. ``stream`` says that the client tells what it does in events. ``fallback`` is the mode or agent
    that it took instead of the one it was given. ``stopped`` means that we were told to end. ``code`` is
    what the host exits with; None leaves that to the verdict.
    """

    exit_code: int | None = None
    signal: int | None = None
    exit_words: str = ""
    exit_trouble: str | None = None
    stream: bool = True
    fallback: str | None = None
    stopped: bool = False
    code: int | None = None
