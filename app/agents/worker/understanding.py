"""From a sentence to a job.

Only a sentence that is understood to its last word is taken: doing half of what was asked would be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from app.agents.worker.jobs import (
    ENDLESS,
    FixLint,
    FollowLogs,
    Job,
    Linter,
    RunRecipes,
    RunTests,
    TrackMetrics,
    WatchFiles,
)
from app.agents.worker.placing import named_paths
from app.agents.worker.sentences import JOBS, LOGS, METRICS, PLACED, TOOL_GROUPS, WATCH, WATCH_THEN

_LONGEST = 400
"""Characters; longer than any sentence that could be one of ours, and short enough for these patterns."""

_PLEASE = re.compile(
    r"(?:please|kindly|now|then|just|go ahead and|go and|also|can you|could you|would you|will you|let['’]s"
    r"|i (?:need|want|would like|['’]d like) (?:you )?to|(?:ask|tell) the worker to)[ ,]+",
    re.I,
)
_COURTESY = re.compile(
    r"[ ,]*\b(?:please|for me|for us|thanks|thank you|now|again|once|once more|right now|right away"
    r"|asap|for now|in (?:the |a )?background|as a background task|with(?:in)? the worker)$",
    re.I,
)
_COMMIT = re.compile(
    r"(?:[ ,;.]*\b(?:and|then)\b|[,;.])[ ,]*(?:then |afterwards |to )?commit(?:ting|s)?"
    r"(?: (?:it|them|all|the|your|those|these|result|results|changes|fix|fixes|fixed|files|work|to git))*"
    r"(?:,? (?:only )?(?:if|when|once|after) (?:all )?(?:the )?tests (?:pass|are green|succeed|have passed))?"
    r"(?: afterwards| at the end)?$",
    re.I,
)
_NO_COMMIT = re.compile(
    r"[ ,;.]*(?:but )?\b(?:(?:and )?(?:do not|don['’]t|never) commit|without (?:a commit|committing))"
    r"(?: (?:it|them|the|anything|any|changes|fixes|result|results|yet))*$",
    re.I,
)
_RUN_TESTS_TOO = re.compile(
    r"(?:[ ,;.]*\b(?:and|then)\b|[,;.])[ ,]*(?:then )?run(?:ning)? (?:all )?(?:the |our |my |its )?"
    r"(?:tests|test suite)(?: afterwards| again)?$",
    re.I,
)

_SCOPES = {
    "integration": "integration",
    "unit": "unit",
    "e2e": "e2e",
    "end-to-end": "e2e",
    "end to end": "e2e",
    "functional": "functional",
    "acceptance": "acceptance",
    "smoke": "smoke",
    "regression": "regression",
    "component": "component",
    "system": "system",
    "browser": "browser",
}
_TEST_TOOLS = {
    "pytest": "pytest",
    "py.test": "pytest",
    "unittest": "unittest",
    "jest": "jest",
    "vitest": "vitest",
    "mocha": "mocha",
    "python": "python",
    "node": "node",
    "node.js": "node",
    "nodejs": "node",
    "npm": "node",
    "javascript": "node",
    "js": "node",
    "typescript": "node",
    "ts": "node",
}
_LINTERS = {
    "eslint": Linter.ESLINT,
    "es-lint": Linter.ESLINT,
    "es lint": Linter.ESLINT,
    "javascript": Linter.ESLINT,
    "js": Linter.ESLINT,
    "typescript": Linter.ESLINT,
    "ts": Linter.ESLINT,
    "ruff": Linter.RUFF,
    "python": Linter.RUFF,
}


def _any(words: dict[str, str] | dict[str, Linter]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_THE = (
    r"(?:(?:all|every|any|of|the|these|those|our|my|your|its|their|this|that|project['’]s|whole|full|complete"
    r"|entire|existing|automated|remaining|fixable|auto-?fixable|auto-fix)\s+)*"
)
_RUN = r"(?:(?:re-?)?run(?:ning)?|execut(?:e|ing)|start(?:ing)?|launch(?:ing)?|perform(?:ing)?|do(?:ing)?)"
_FIX = r"(?:(?:auto-?)?fix(?:ing)?|repair(?:ing)?|correct(?:ing)?|resolv(?:e|ing)|clean(?:ing)? up)"
_PLACE = r"(?:\s+(?:in|inside|within|under|from|at|on|of|for)\s+(?P<place>.+?))?"
_WHERE = r"(?:\s+(?:(?:in|inside|within|under|from|at|on)\s+)?(?P<where>\S+?))?"
_TESTS = r"(?:tests?(?:[ -]?suites?)?|tests? cases|suites?|specs?)"
_ERRORS = (
    r"(?:errors?|problems?|issues?|warnings?|violations?|complaints?|findings?|failures?|mistakes)"
    r"(?: (?:and|or|&) (?:errors?|problems?|issues?|warnings?|violations?))?"
)

_TEST_SENTENCES = tuple(
    re.compile(pattern + "$", re.I)
    for pattern in (
        rf"{_THE}(?:(?P<scope>{_any(_SCOPES)})[ -]+)?{_TESTS}",
        rf"{_RUN}\s+{_THE}(?:(?P<scope>{_any(_SCOPES)})[ -]+)?(?:(?P<tool>{_any(_TEST_TOOLS)})\s+)?"
        rf"(?:(?P<scope2>{_any(_SCOPES)})[ -]+)?{_TESTS}{_PLACE}"
        r"(?:\s+(?:with|using|via|through|by)\s+(?P<tool2>\S+))?",
        rf"{_RUN}\s+{_THE}{_TESTS}\s+(?P<where>\S*[/.]\S*)",
        rf"{_RUN}\s+(?:python3? -m\s+)?(?P<tool>pytest|py\.test|unittest|jest|vitest|mocha){_WHERE}",
        rf"{_RUN}\s+(?:(?P<tool>npm)|yarn|pnpm|bun)\s+(?:run\s+)?tests?{_WHERE}",
        rf"{_RUN}\s+(?P<tool>node)\s+--test{_WHERE}",
        r"test(?:ing)?\s+(?:everything|(?:the|this|our|my)\s+(?:(?:whole|entire)\s+)?"
        r"(?:project|code|code ?base|repo|repository)|(?:this|our|my)\s+(?:app|application|package))",
    )
)
_FIX_SENTENCES = tuple(
    re.compile(pattern + "$", re.I)
    for pattern in (
        rf"{_FIX}\s+{_THE}(?:(?P<linter>{_any(_LINTERS)})(?:\s+(?:lint(?:er|ing)?|code style|style))?"
        rf"|lint(?:er|ing)?|code style)\s+{_ERRORS}{_PLACE}(?:\s+(?:with|using)\s+(?P<linter2>\S+))?",
        rf"{_FIX}\s+{_THE}(?:(?P<linter>eslint|ruff)|lint(?:ing)?){_PLACE}",
        rf"{_FIX}\s+(?:everything|{_THE}{_ERRORS})\s+(?:that\s+|which\s+)?(?:(?:is|are)\s+)?"
        rf"(?:(?:reported|found|flagged|raised|shown)\s+by|from|of)\s+"
        rf"(?P<linter>eslint|ruff|the linters?){_PLACE}",
        rf"{_FIX}\s+(?:everything|{_THE}{_ERRORS})\s+(?:that\s+|which\s+)?(?P<linter>eslint|ruff)\s+"
        rf"(?:can fix|reports|finds|found|flags|complains about){_PLACE}",
        rf"{_FIX}\s+{_THE}{_ERRORS}\s+(?:with|using)\s+(?P<linter>eslint|ruff){_PLACE}",
        r"lint(?:ing)? and (?:auto-?)?fix(?:ing)?(?:\s+(?P<where>\S+))?"
        r"(?:\s+(?:with|using)\s+(?P<linter>\S+))?",
        rf"(?:{_RUN}\s+)?(?P<linter>eslint|ruff)(?:\s+check)?\s+(?:--fix|with (?:--fix|auto-?fix))"
        r"(?:\s+(?:(?:in|on|under)\s+)?(?P<where>\S+))?",
        rf"(?:{_RUN}\s+)?(?P<linter>eslint|ruff)(?:\s+check)?(?:\s+(?:(?:in|on|under)\s+)?(?P<where>\S+))?\s+--fix",
    )
)
_NONE: Mapping[str, str] = MappingProxyType({})


def understand(text: str, sayings: Mapping[str, str] = _NONE) -> Job | None:
    """The job that a sentence asks for, or None when any part of it is beyond the worker.

    ``sayings`` are sentences, in lower case, that mean jobs of the project's own.
    """
    if len(text) > _LONGEST:
        return None
    bare = _bare(text)
    if job := _own(bare, sayings):
        return RunRecipes((job,))
    sentence, commit = _commit_wish(bare)
    fix = _read_fix(sentence, commit is True)
    if fix is not None:
        return fix
    return (
        _read_tests(sentence) or _read_recipes(sentence) or _read_watch(sentence)
        if commit is not True
        else None
    )


def runs_until_stopped(text: str) -> bool:
    """Whether a sentence asks the worker to watch something, which has no end of its own."""
    return isinstance(understand(text), ENDLESS)


def _own(sentence: str, sayings: Mapping[str, str]) -> str | None:
    """The job of the project's own that a sentence names, also with a ``run`` before it."""
    said = sentence.lower()
    return sayings.get(said) or sayings.get(re.sub(r"^run(?:ning)? (?:the )?", "", said))


def _bare(text: str) -> str:
    """The sentence without its politeness, full stop and double blanks."""
    sentence = " ".join(text.split()).rstrip(".!? ")
    while match := _PLEASE.match(sentence):
        sentence = sentence[match.end() :]
    return _without(_COURTESY, sentence)


def _without(ending: re.Pattern[str], sentence: str) -> str:
    while match := ending.search(sentence):
        sentence = sentence[: match.start()].rstrip(" ,;.")
    return sentence


def _commit_wish(sentence: str) -> tuple[str, bool | None]:
    """The sentence without its words about committing and testing, and what they asked for."""
    for ending, wish in ((_NO_COMMIT, False), (_COMMIT, True)):
        if match := ending.search(sentence):
            rest = _without(_COURTESY, sentence[: match.start()].rstrip(" ,;."))
            return _without(_RUN_TESTS_TOO, rest), wish
    return sentence, None


def _read_fix(sentence: str, commit: bool) -> FixLint | None:
    sentence = _without(_RUN_TESTS_TOO, sentence)
    for pattern in _FIX_SENTENCES:
        match = pattern.match(sentence)
        if match and (paths := named_paths(match)) is not None:
            named = _word(match, "linter") or _word(match, "linter2")
            linter = _LINTERS.get(named) if named else None
            if named and linter is None and "linter" not in named:
                return None
            return FixLint(paths, linter, commit)
    return None


def _read_tests(sentence: str) -> RunTests | None:
    for pattern in _TEST_SENTENCES:
        match = pattern.match(sentence)
        if match and (paths := named_paths(match)) is not None:
            scope = _word(match, "scope") or _word(match, "scope2")
            named = _word(match, "tool") or _word(match, "tool2")
            if named and named not in _TEST_TOOLS:
                return None
            return RunTests(paths, _SCOPES[scope] if scope else None, _TEST_TOOLS[named] if named else None)
    return None


def _read_recipes(sentence: str) -> RunRecipes | None:
    for pattern in (*JOBS, *PLACED):
        match = pattern.match(sentence)
        if match and (paths := named_paths(match)) is not None:
            named = next((tool for group in ("tool", *TOOL_GROUPS) if (tool := _word(match, group))), None)
            return RunRecipes(pattern.jobs, paths, named.partition(" ")[0] if named else None)
    return None


def _read_watch(sentence: str) -> WatchFiles | FollowLogs | TrackMetrics | None:
    if METRICS.match(sentence):
        return TrackMetrics()
    if (logs := LOGS.match(sentence)) and (paths := named_paths(logs)) is not None:
        return FollowLogs(paths)
    for pattern in WATCH_THEN:
        match = pattern.match(sentence)
        if match and (paths := named_paths(match)) is not None and (then := _repeated(match["then"])):
            return WatchFiles(paths, then)
    watch = WATCH.match(sentence)
    places = named_paths(watch) if watch else None
    return None if places is None else WatchFiles(places)


def _repeated(sentence: str) -> RunTests | FixLint | RunRecipes | None:
    """What is to be done after each change."""
    if re.fullmatch(r"re-?run", sentence, re.I):
        return RunTests()
    bare = _bare(sentence)
    return _read_fix(bare, commit=False) or _read_tests(bare) or _read_recipes(bare)


def _word(match: re.Match[str], group: str) -> str | None:
    value = match.groupdict().get(group)
    return value.lower() if value else None
