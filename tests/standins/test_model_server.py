"""The model's scripts over both interfaces, as a client without any code of ours would ask."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.standins.model_server import ModelServer
from tests.support import until

PARAMETERS = {
    "type": "object",
    "properties": {"command": {"type": "string"}, "description": {"type": "string"}},
}
SHELL = {"name": "bash", "parameters": {**PARAMETERS, "required": ["command", "description"]}}


def post(model: ModelServer, path: str, body: dict[str, Any]) -> str:
    """The text of an answer."""
    request = urllib.request.Request(f"{model.url}/{path}", json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=20) as answer:
        return str(answer.read().decode())


def chat(prompt: str, *later: dict[str, Any], stream: bool = False) -> dict[str, Any]:
    """A request of the chat interface, with a shell tool."""
    messages = [{"role": "user", "content": prompt}, *later]
    return {"messages": messages, "stream": stream, "tools": [{"type": "function", "function": SHELL}]}


def test_it_calls_the_shell_with_all_required_arguments_then_ends() -> None:
    with ModelServer() as model:
        first = json.loads(post(model, "chat/completions", chat("hello")))["choices"][0]["message"]
        result = {"role": "tool", "content": "ok"}
        last = json.loads(post(model, "chat/completions", chat("hello", first, result)))["choices"][0]
    given = json.loads(first["tool_calls"][0]["function"]["arguments"])
    assert "hello.txt" in given["command"]
    assert "description" in given
    assert (last["finish_reason"], last["message"]["content"]) == ("stop", "Done: it is there.")


def test_a_stream_of_responses_ends_with_the_whole() -> None:
    body = {
        "input": [{"role": "user", "content": [{"type": "input_text", "text": "[[fail]]"}]}],
        "stream": True,
    }
    with ModelServer() as model:
        text = post(model, "responses", {**body, "tools": [{"type": "function", **SHELL}]})
    events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
    assert events[-1]["type"] == "response.completed"
    call = events[-1]["response"]["output"][1]
    assert "exit 3" in json.loads(call["arguments"])["command"]


@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_a_status_that_the_prompt_names(status: int) -> None:
    with ModelServer() as model, pytest.raises(urllib.error.HTTPError) as error:
        post(model, "chat/completions", chat(f"[[http{status}]]"))
    assert error.value.code == status


def test_flaky_fails_once() -> None:
    with ModelServer() as model:
        with pytest.raises(urllib.error.HTTPError):
            post(model, "chat/completions", chat("[[flaky]]"))
        assert "tool_calls" in post(model, "chat/completions", chat("[[flaky]]"))


def test_a_dropped_stream_has_no_end() -> None:
    with ModelServer() as model:
        assert "[DONE]" not in post(model, "chat/completions", chat("[[drop]]", stream=True))
        assert "[DONE]" in post(model, "chat/completions", chat("[[say]]", stream=True))


def test_a_held_answer_comes_when_it_is_released() -> None:
    answers: list[str] = []
    with ModelServer() as model:
        asking = threading.Thread(
            target=lambda: answers.append(post(model, "chat/completions", chat("[[hold]]")))
        )
        asking.start()
        assert until(lambda: model.requests)
        assert not answers
        model.release()
        asking.join(10)
    assert len(answers) == 1


def test_it_says_nothing_more_to_a_tool_that_never_ends() -> None:
    answers: list[str] = []
    with ModelServer() as model:
        prompt = chat("[[hang:tail -f /dev/null]]")
        first = json.loads(post(model, "chat/completions", prompt))["choices"][0]["message"]
        assert "tail -f /dev/null" in json.dumps(first["tool_calls"])
        later = chat("[[hang:tail -f /dev/null]]", first, {"role": "tool", "content": "it still runs"})
        asking = threading.Thread(target=lambda: answers.append(post(model, "chat/completions", later)))
        asking.start()
        assert until(lambda: len(model.requests) == 2)
        assert not answers
        model.release()
        asking.join(10)
    assert len(answers) == 1


def test_it_keeps_what_each_conversation_held() -> None:
    said = {"role": "assistant", "content": "Just an answer."}
    again = {"role": "user", "content": "[[recall]]"}
    with ModelServer() as model:
        post(model, "chat/completions", chat("the word is marzipan [[say]]"))
        answer = post(model, "chat/completions", chat("the word is marzipan [[say]]", said, again))
        assert [len(prompts) for prompts in model.conversations()] == [1, 2]
    assert "marzipan" in answer
