"""A task from its text to its record, with an agent that speaks the Agent Client Protocol."""

from __future__ import annotations

from app.model.ask import ChoiceKind
from app.model.status import Status
from tests.agents.hosted import Hosted, last


def test_a_prompt_is_worked_on_to_its_end(hosted: Hosted) -> None:
    done = hosted.run("Write the file.")
    assert (done.status, last(done).qualifier, last(done).exit_code) == (Status.COMPLETE, None, 0), (
        hosted.log(done)
    )
    assert (hosted.folder / "hello.txt").read_text().startswith("hello\n")
    assert hosted.log(done) == (
        "I will write the file.\n● Write hello.txt · done +2 −0\nDone: hello.txt was created.\n── complete\n"
    )
    assert last(done).session == hosted.received("session/prompt")[0]["sessionId"]
    assert hosted.received("session/prompt")[0]["prompt"] == [{"type": "text", "text": "Write the file."}]
    assert not hosted.left(done)


def test_a_question_is_answered_by_a_file(hosted: Hosted) -> None:
    task = hosted.submit("[[permission]]")
    (ask,) = hosted.asked(task)
    assert hosted.registry.load(task.id).status is Status.ASKING
    assert ask.title == "printf hello > hello.txt"
    hosted.answer(task, ChoiceKind.ALLOW_ONCE)
    assert hosted.noted("permission")[0]["chosen"] == "approve_once"
    from tests.support import ended

    done = ended(hosted.registry, task)
    assert done.status is Status.COMPLETE
    assert "✓ allowed once by you: printf hello > hello.txt" in hosted.log(done)
