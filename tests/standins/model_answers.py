"""A turn of the model in the shapes of OpenAI's two interfaces: as a whole, and as events of a stream."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

from tests.standins.model_scripts import Json, Turn

Answer = tuple[Json, Iterator[Json | str]]


def _pieces(text: str) -> list[str]:
    size = max(1, len(text) // 20)
    return [text[at : at + size] for at in range(0, len(text), size)]


def chat(turn: Turn, model: str) -> Answer:
    """Chat completions."""
    base = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": 0, "model": model}
    calls = [
        {
            "id": f"call_{uuid.uuid4().hex}",
            "type": "function",
            "function": {"name": n, "arguments": json.dumps(a)},
        }
        for n, a in turn.calls
    ]
    reason = "tool_calls" if calls else "stop"
    usage = {"prompt_tokens": 1000, "completion_tokens": 20, "total_tokens": 1020}
    message = {"role": "assistant", "content": turn.text, **({"tool_calls": calls} if calls else {})}
    choice = {"index": 0, "message": message, "finish_reason": reason}
    whole = {**base, "object": "chat.completion", "choices": [choice], "usage": usage}

    def events() -> Iterator[Json | str]:
        deltas: list[Json] = [{"role": "assistant", "content": ""}]
        deltas += [{"content": piece} for piece in _pieces(turn.text)]
        deltas += [{"tool_calls": [{"index": number, **call}]} for number, call in enumerate(calls)]
        for delta in deltas:
            yield _chunk(base, [{"index": 0, "delta": delta, "finish_reason": None}])
        yield _chunk(base, [{"index": 0, "delta": {}, "finish_reason": reason}])
        yield {**_chunk(base, []), "usage": usage}
        yield "[DONE]"

    return whole, events()


def _chunk(base: Json, choices: list[Json]) -> Json:
    return {**base, "object": "chat.completion.chunk", "choices": choices}


def responses(turn: Turn, model: str) -> Answer:
    """Responses."""
    text = {"type": "output_text", "text": turn.text, "annotations": []}
    said = {"type": "message", "id": f"msg_{uuid.uuid4().hex}", "role": "assistant", "content": [text]}
    items = [said, *(_function_call(name, given) for name, given in turn.calls)]
    usage = {"input_tokens": 1000, "output_tokens": 20, "total_tokens": 1020}
    details = {"input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}}
    base = {"id": f"resp_{uuid.uuid4().hex}", "object": "response", "created_at": 0, "model": model}
    whole = {**base, "status": "completed", "output": items, "usage": {**usage, **details}}

    def events() -> Iterator[Json | str]:
        yield {"type": "response.created", "response": {**base, "status": "in_progress", "output": []}}
        for index, item in enumerate(items):
            at = {"item_id": item["id"], "output_index": index}
            started = {**item, "content": []} if item is said else item
            yield {"type": "response.output_item.added", "output_index": index, "item": started}
            for piece in _pieces(turn.text) if item is said else ():
                yield {"type": "response.output_text.delta", "content_index": 0, "delta": piece, **at}
            yield {"type": "response.output_item.done", "output_index": index, "item": item}
        yield {"type": "response.completed", "response": whole}

    return whole, events()


def _function_call(name: str, given: Json) -> Json:
    call = uuid.uuid4().hex
    arguments = json.dumps(given)
    return {
        "type": "function_call",
        "id": f"fc_{call}",
        "call_id": call,
        "name": name,
        "arguments": arguments,
    }
