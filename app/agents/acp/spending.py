"""What a conversation has cost, from the several ways in which agents tell it. Pure."""

from __future__ import annotations

from dataclasses import replace

from app.agents.acp.wire import Json, mapping, number_of, text_of
from app.model.report import Usage

_INPUT = ("inputTokens", "input_tokens", "promptTokens", "prompt_tokens", "promptTokenCount")
_OUTPUT = ("outputTokens", "output_tokens", "completionTokens", "completion_tokens", "candidatesTokenCount")


class Spending:
    """Sums over the turns of one attempt.

    The answer to a prompt tells the sum of its conversation, by the protocol; what a message tells in its
    ``_meta`` is one call of the model. Where there is both, the sum counts.
    """

    def __init__(self) -> None:
        self.usage = Usage()
        self._calls = Usage()
        self._total = False

    def add_cost(self, amount: float, unit: str) -> None:
        """Add what one turn has cost, in a vendor's own unit."""
        self.usage = replace(self.usage, cost=(self.usage.cost or 0.0) + amount, currency=unit)

    def take_update(self, update: Json) -> bool:
        """Take what an update tells; whether there is something new."""
        before = self.usage
        if update.get("sessionUpdate") == "usage_update":
            self._take_cost(mapping(update.get("cost")))
        meta = mapping(update.get("_meta"))
        if (call := _tokens(mapping(meta.get("usage")))) is not None and not self._total:
            self._calls = _added(self._calls, call)
            self._set(self._calls)
        return self.usage != before

    def take_result(self, result: Json) -> bool:
        """Take what the answer to a prompt tells; whether there is something new."""
        before = self.usage
        meta = mapping(result.get("_meta"))
        told = [result.get("usage"), meta.get("usage"), mapping(meta.get("quota")).get("token_count")]
        found = next((tokens for record in told if (tokens := _tokens(mapping(record))) is not None), None)
        if found is not None:
            fresh = self._total and (found.input_tokens or 0) < (self.usage.input_tokens or 0)
            self._set(_added(self.usage, found) if fresh else found)
            self._total = True
        return self.usage != before

    def _take_cost(self, cost: Json) -> None:
        amount = cost.get("amount")
        if isinstance(amount, (int, float)) and not isinstance(amount, bool) and 0 <= amount < 1e9:
            currency = text_of(cost.get("currency")) or "USD"
            self.usage = replace(self.usage, cost=float(amount), currency=currency[:8])

    def _set(self, tokens: Usage) -> None:
        self.usage = replace(self.usage, input_tokens=tokens.input_tokens, output_tokens=tokens.output_tokens)


def _tokens(record: Json) -> Usage | None:
    found = [
        next((number for key in keys if (number := number_of(record.get(key))) is not None), None)
        for keys in (_INPUT, _OUTPUT)
    ]
    return None if found == [None, None] else Usage(found[0], found[1])


def _added(one: Usage, other: Usage) -> Usage:
    return Usage(
        (one.input_tokens or 0) + (other.input_tokens or 0),
        (one.output_tokens or 0) + (other.output_tokens or 0),
    )
