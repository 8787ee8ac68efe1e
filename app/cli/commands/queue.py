"""`delegate pause` and `resume`: whether waiting tasks may start."""

from __future__ import annotations

from app.cli.arguments import Arguments
from app.cli.output import say
from app.cli.session import Session
from app.supervisor import operations


def pause(session: Session, arguments: Arguments) -> int:
    """Let nothing more start; what runs goes on."""
    arguments.refuse_words("pause")
    operations.pause(session.registry)
    say("The queue is paused: what runs goes on, nothing more starts. delegate resume")
    return 0


def resume(session: Session, arguments: Arguments) -> int:
    """Let waiting tasks start again."""
    arguments.refuse_words("resume")
    operations.resume(session.registry, session.config)
    say("The queue goes on.")
    return 0
