"""What each one-shot client prints for the same things, as it was seen to print them."""

from __future__ import annotations

from tests.standins.streams.base import Stream
from tests.standins.streams.claude import Claude, Qwen
from tests.standins.streams.codex import Codex
from tests.standins.streams.copilot import Copilot
from tests.standins.streams.gemini import Gemini
from tests.standins.streams.kimi import Kimi
from tests.standins.streams.opencode import Opencode
from tests.standins.streams.plain import Aider, Llm

STREAMS: dict[str, type[Stream]] = {
    "claude": Claude,
    "qwen": Qwen,
    "codex": Codex,
    "opencode": Opencode,
    "gemini": Gemini,
    "kimi": Kimi,
    "copilot": Copilot,
    "aider": Aider,
    "llm": Llm,
}
"""Every client that can be stood in for, by the name of its command."""
