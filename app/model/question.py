"""Whether the last line of an output looks like a question, or a prompt that waits for input.

It is a look at words, not knowledge: where it is shown, it is shown as that. Precision counts for more than
finding every prompt, since most lines that end in ``?`` or ``:`` are hints, headings and log lines.
"""

from __future__ import annotations

import re

LONGEST = 300
"""A longer last line, in characters, is output rather than a prompt."""

_I = re.IGNORECASE

# [y/N]  (yes/no/[fingerprint])  ([y]/n)  [y,n,q,a,d,e,?]  (Y/n)  [Y]es/[N]o  (y)
_CHOICE = re.compile(
    r"(?:[\[(]\[?y(?:es)?\]?\s*[/,|]\s*\[?(?:n|no|d|all|a)\b.{0,40}[\])]"
    r"|\?\s*\(y(?:es)?\)"
    r"|[\[(]y[\])]es\b.{0,20}[\[(]n[\])]o)[\s?:>›»]*$",
    _I,
)
_PRESS = re.compile(
    r"(?:^|[^\w+`'\"])(?:press|hit)\s+(?:the\s+)?[<\[(`'\"]?"
    r"(?:enter|return|any key|space(?:bar)?)\b(?!\s*\+)",
    _I,
)
_MORE = re.compile(r"^\s*(?:-{2,}\s?more\s?-{2,}.*|\(END\))\s*$", _I)
_SECRET = re.compile(
    r"^(?:.{0,60}\s)?(?:password|passphrase|passcode|pin|otp|username|login|(?:verification|one-time) code)"
    r"(?: (?:for|of|to) .{1,120})?\s?:\s*$",
    _I,
)
_ASKED_FOR = re.compile(
    r"^(?:please )?(?:enter|type|input|provide|choose|select|pick|confirm)\b.{0,120}:\s*$", _I
)
_DECISION = re.compile(
    r"(?:^|[.!?:;\]] )(?:(?:ok(?:ay)? to )?(?:continue|proceed|overwrite|replace|retry|remove|delete|accept"
    r"|allow|install|update|upgrade|abort|save|approve|confirm|try again)\b"
    r"|are you sure(?=\?| you\b| that you\b)|do you (?:want|wish|agree|accept|trust)\b|would you like\b"
    r"|(?:shall|should|may|can) (?:i|we)\b|is (?:this|that|it) (?:ok|okay|correct|right|fine)\b"
    r"|how (?:should|shall|would you like)\b"
    r"|wh(?:ich|at|ere|en) .{0,60}\b(?:should|shall|would you|do you want)\b"
    r"|which (?:one|of )\b)[^?]{0,160}\?\s*$",
    _I,
)
_REPL = re.compile(r"^(?:\([A-Za-z]{2,12}\)|>>>|[\w.@:~/-]{0,40}[>$❯›])\s$")
_UNFINISHED = re.compile(r"\w.{0,200}[\w)\]'\"`][?:]\s?$")
# What a tool says before it goes on in the same line: a level, a count, or what it is doing.
_REPORT = re.compile(
    r"^\W*(?:[\d:.,T/ -]+\W+)?(?:\w+ing\b(?! (?:for )?(?:input|answer|your))"
    r"|error|warn(?:ing)?|info|debug|trace|note|hint|notice|fatal|critical|failed|failure|usage|output|result"
    r"|stdout|stderr|total|elapsed|progress|step|status|eta)\b",
    _I,
)
_HINT = re.compile(r"\b(?:did you (?:mean|forget)|have you|maybe|perhaps|is the|is there|are there)\b", _I)


def asked(tail: str) -> str | None:
    """The last line, if it looks as if somebody were to answer it.

    ``tail`` is the end of an output as plain text. A line that was left open (nothing after it, not even
    a line end) is a prompt more often than a finished one.
    """
    text = tail.rstrip("\n")
    line = text.rpartition("\n")[2]
    if not line.strip() or len(line) > LONGEST:
        return None
    is_open = text == tail
    return line.strip() if _explicit(line) or (is_open and _left_open(line)) else None


def _explicit(line: str) -> bool:
    """Whether the words alone ask for input, be the line finished or not."""
    words = line.strip().lstrip("?›»❯*> ")
    if _CHOICE.search(line) or _MORE.search(line) or _PRESS.search(line):
        return True
    if _REPORT.search(words):
        return False
    return bool(_SECRET.search(words) or _ASKED_FOR.search(words) or _DECISION.search(words))


def _left_open(line: str) -> bool:
    """Whether a line without an end looks like a prompt: ends in ``: `` or ``? ``, or is one of a shell."""
    if _REPL.search(line):
        return True
    if not _UNFINISHED.search(line) or _REPORT.search(line) or _HINT.search(line):
        return False
    return "://" not in line.rsplit(None, 1)[-1]
