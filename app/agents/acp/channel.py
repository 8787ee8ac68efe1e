"""The channel of agents that speak the Agent Client Protocol: one client, one conversation, one attempt."""

from __future__ import annotations

import contextlib
import signal

from app.agents.acp.asked import Permissions
from app.agents.acp.client import Client
from app.agents.acp.conversation import Conversation, Leave
from app.agents.acp.link import ClientGone, NoAnswer
from app.agents.acp.opening import CannotOpen
from app.agents.acp.stance import FellBack
from app.agents.events import Ended
from app.agents.host.assignment import Assignment
from app.agents.host.ending import Ending
from app.agents.host.messages import Messages
from app.agents.host.questions import Questions
from app.agents.host.spawning import CannotSpawn
from app.agents.host.teller import Teller
from app.agents.host.waking import Waker

GOODBYE_S = 3.0
"""How long a client whose work is done may take to end by itself, in seconds."""

HANG_UP_S = 1.0
"""The same for one that is stopped."""


def run_acp(
    assignment: Assignment, command: tuple[str, ...], teller: Teller, waker: Waker, messages: Messages
) -> Ending:
    """Work on a task with a client that is started for it, and see the client off."""
    try:
        client = Client(command, assignment.environment, waker.descriptors)
    except CannotSpawn as error:
        teller.take(Ended(False, reason="not started", error=str(error)))
        return Ending(code=error.exit_code)
    run = assignment.run
    questions = Questions(assignment.home, assignment.task_id, assignment.attempt, run.answer_s, teller)
    permissions = Permissions(run, assignment.folder, teller, questions)
    conversation = Conversation(client, run, teller, questions, permissions, waker)
    try:
        _talk(conversation, assignment, teller, messages)
    except Leave:
        return _part(conversation, client, Ending(stopped=waker.stopping))
    except FellBack as fallback:
        return _part(conversation, client, Ending(fallback=str(fallback)))
    except ClientGone as gone:
        questions.withdraw_all()
        teller.collected.complaint = teller.collected.complaint or conversation.last_words
        code, number = gone.exit.code, gone.exit.signal
        words = "" if code is None else f"its client ended with exit code {code}"
        return Ending(exit_code=code, signal=number, exit_words=words)
    client.end(GOODBYE_S)
    return Ending()


def _talk(conversation: Conversation, assignment: Assignment, teller: Teller, messages: Messages) -> None:
    """Open the conversation, give it the task, and then whatever the user has to add."""
    try:
        conversation.open(assignment.folder, assignment.session)
    except CannotOpen as error:
        teller.take(Ended(False, reason="error", error=str(error), status=error.status))
        return
    except NoAnswer as error:
        teller.take(Ended(False, reason="error", error=f"its client did not answer {error}"))
        return
    if assignment.session is not None:
        teller.note(f"── conversation of attempt {assignment.continues} goes on")
    conversation.begin(assignment.text)
    went_well = conversation.finish()
    while went_well and (message := messages.next()) is not None and conversation.begin(message.text):
        teller.collected.new_turn()
        messages.delivered(message)
        went_well = conversation.finish()


def _part(conversation: Conversation, client: Client, ending: Ending) -> Ending:
    """Take leave of a client that is still at work; whoever does not go is left to our runner."""
    with contextlib.suppress(FellBack, Leave):
        conversation.leave()
    client.hang_up()
    if not client.outlast(HANG_UP_S):
        client.signal(signal.SIGTERM)
    return ending
