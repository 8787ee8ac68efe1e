"""Takes ``in 10m`` or ``in 2 hours`` off a sentence, where it can only say when the work is to begin.

"In 10 minutes" may well be part of the work ("make the session expire in 10 minutes"), or a wish for how fast
it goes. So it counts only at the very end of an order to run something, or before an order to do something.
"""

from __future__ import annotations

import re

from app.model.when import Delay
from app.model.wrapping import without_politeness

_TIME = (
    r"(?:(?P<half>half an hour)|(?P<one>an hour)|(?P<hours>\d{1,2})h(?P<rest>\d{1,2})m?"
    r"|(?P<count>\d{1,3}(?:\.\d)?) ?(?P<unit>m|mins?|minutes?|h|hrs?|hours?|days?))"
)
_AHEAD = rf"in {_TIME},? (?P<work>.+)"
_BEHIND = rf"(?P<work>.+\S),? in {_TIME}[.?!]*"
_UNITS = {"m": 60.0, "h": 3600.0, "d": 86400.0}

_THE = r"(?:the|our|my|all|this|these) "
_RUN = r"(?:(?:re-?)?run|execute) "
_RUN_LIKE = rf"(?:{_RUN}|(?:(?:re)?build|deploy|lint|(?:re)?start|test|typecheck) {_THE})"
_DO = (
    rf"(?:{_RUN_LIKE}|(?:analy[sz]e|audit|benchmark|bump|check|clean|compile|fix|format|generate|install|measure"
    rf"|profile|refactor|regenerate|review|scan|summari[sz]e|update|upgrade|validate|verify) {_THE})"
)
_MAY_BELONG_TO_THE_WORK = (
    r"\d|\b(?:that|which|who|whose|where|when|while|if|whether|so|until|till|before|after|because|to|with|for"
    r"|per|at|within|under|over|less|more|should|must|can|cannot|will|fast|faster|finish|finishes|complete"
    r"|completes|succeed|end|ends|expires?|times?|takes?|happened|failed|occurred|twice|once|every|each)\b"
)
_LONGEST = 160
_MOST_WORDS = 9


def without_delay(sentence: str) -> tuple[str, Delay | None]:
    """The work, and how long to wait before it; the sentence as it is with None where that is not certain."""
    typed = sentence.strip()
    if len(typed) > _LONGEST or "\n" in typed:
        return sentence, None
    plain = without_politeness(typed)
    if (found := _fits(_AHEAD, plain)) and _orders(_DO, found["work"]):
        return found["work"], _delay(found)
    found = _fits(_BEHIND, plain)
    if found and _orders(_RUN_LIKE, found["work"]) and not _doubtful(found["work"]):
        return found["work"], _delay(found)
    return sentence, None


def _fits(pattern: str, sentence: str) -> re.Match[str] | None:
    # Most sentences hold no "in" and a time; those need not wait for the pattern to be compiled.
    if not re.search(r"\bin (?:\d|an? |half )", sentence, re.IGNORECASE):
        return None
    return re.fullmatch(pattern, sentence, re.IGNORECASE | re.ASCII)


def _doubtful(work: str) -> bool:
    return re.search(_MAY_BELONG_TO_THE_WORK, work, re.IGNORECASE) is not None


def _orders(verbs: str, work: str) -> bool:
    """Whether it is one short order that begins with one of these verbs."""
    order = without_politeness(work)
    one = not re.search(r"[.?!;:]\s", order) and len(order.split()) <= _MOST_WORDS
    return one and re.match(verbs, order, re.IGNORECASE) is not None


def _delay(found: re.Match[str]) -> Delay:
    if found["half"]:
        return Delay(1800.0)
    if found["one"]:
        return Delay(3600.0)
    if found["hours"]:
        return Delay(int(found["hours"]) * 3600.0 + int(found["rest"]) * 60.0)
    return Delay(float(found["count"]) * _UNITS[found["unit"][0].lower()])
