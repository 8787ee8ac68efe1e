"""Takes the wrapping off a sentence that delegates: ``can you create a background task to …``.

Only what clearly is wrapping goes. "In the background" may well be part of the work ("render the gradient in
the background"), so it stays unless the sentence speaks of work that people delegate.
"""

from __future__ import annotations

import re

_WORK_VERBS = frozenset(
    re.split(
        r"\s+",
        """analyse analyze audit benchmark build bundle bump check clean compile convert create
        document download execute find fix format generate implement install investigate lint
        measure migrate monitor profile rebuild refactor reformat regenerate reinstall remove rename
        rerun review run scan summarise summarize test track typecheck update upgrade validate
        verify watch write""",
    )
)
_WORK_NOUNS = frozenset(
    re.split(
        r"\s+",
        """analysis api audit benchmark benchmarks bug bugs build bundle changelog changes code
        codebase coverage dependencies dependency docs documentation e2e errors eslint files
        formatting imports lint linter linting log logs metrics mypy package packages performance
        project quality readme report reports repo repository ruff scan security spec specs suite
        suites test tests types typings violations vulnerabilities warnings""",
    )
)

_POLITE = (
    r"(?:(?:please|hey|hi|ok|okay|now|so|then)[, ]\s*)*"
    r"(?:(?:can|could|would|will) you (?:please |kindly |just |maybe )?"
    r"|(?:i want|i need|i'd like|i would like) you to |let's |please )"
    r"|(?:hey|hi|ok|okay), "
)
_CONTEXT = (
    r"(?:i|i'm|i'll|i've|i'd|we|we're|we'll|let me|my)\b.*?(?:[.;!]|,(?= so\b| but first\b| meanwhile\b))\s+"
    r"(?:(?:but|and|so|first|meanwhile|in the meantime|before that|now|then|please),? ?)*(?=delegate\b)"
)
_A_TASK = (
    r"(?:create|start|launch|spawn|kick off|begin) (?:a|another|one)(?: new)?"
    r" background (?:task|job|process) (?:to |for (?=\w+ing\b))"
)
_AN_AGENT = (
    r"(?:use|have|get|ask|create|start|launch|spawn) (?:a|an|another)(?: new)? (?:background )?agent (?:to )?"
    r"|(?:new|background) task: ?"
)
_DELEGATE = r"delegate(?: to (?:a|an|another|the) (?:background )?agent)?(?: the task of)?(?::|,)? "
_MEANWHILE = r"(?:in the background|meanwhile|in the meantime), "
_OWN_WORK = (
    r"(?:i|we)(?:'m|'re| am| are)? (?:still |just |also )*(?:(?:keep|continue|go on|carry on) )?"
    r"(?:work|working|continue|continuing|carry on|finish|finishing|focus|focusing|do|doing|implement"
    r"|implementing|write|writing|code|coding|fix|fixing|review|reviewing|refactor|refactoring|debug|debugging"
    r"|develop|developing"
    r"|get|getting|grab|grabbing|have|having|take|taking|go|going|eat|eating|busy|away|out|in a|at lunch)\b"
)
_WHILE_AHEAD = rf"while {_OWN_WORK}[^,]*, "
_WHILE_BEHIND = rf",? while {_OWN_WORK}.*"
_TO_AN_AGENT = r",? (?:to|with|using|via) (?:a|an|another|the|my)(?: new| separate)? background agent"
_TO_THE_BACKGROUND = r",? to (?:the background|a background (?:task|job|process))"
_BACKGROUND = r",? in (?:the )?background|,? as (?:a )?background (?:task|job|process)"
_PLEASE = r",? please"

_CLAUSE = (
    r"\b(?:that|which|who|where|when|why|whether|if|happens|occurs|appears|crashes|freezes|hangs|fails)\b"
)
_TO_CODE = (
    r" to (?:[a-z]+[A-Z]\w*|[A-Z]\w*[a-z][A-Z]\w*|\S*[_().]\S*"
    r"|(?:the|a|an|its|our) .*"
    r"\b(?:class|component|function|handler|hook|layer|method|module|object|service))"
)
_LONGEST = 1000
_NEXT_SENTENCE = re.compile(r"[.?!;]\s+\S")


def unwrap(text: str) -> str:
    """The work itself, without the words that only say that it be delegated.

    A text of several lines or sentences, and one without clear wrapping, comes back as it is.
    """
    typed = text.strip()
    if "\n" in typed or len(typed) > _LONGEST:
        return text
    whole = _without_head(_CONTEXT, typed)
    core = re.sub(r"(?<=[\w)'\"])[.?!]+$", "", whole)
    if _NEXT_SENTENCE.search(core):
        return text
    straight = core.replace("’", "'")
    work = _work(straight)
    if work is None:
        return text
    start = straight.find(work)
    return _uncapitalised(core[start : start + len(work)])


def without_politeness(sentence: str) -> str:
    """A sentence without ``please``, ``can you`` and the like around it."""
    return _without_tail(_PLEASE, _without_head(rf"(?:{_POLITE})", sentence))


def _work(sentence: str) -> str | None:
    """What is left of one sentence when its wrapping is gone, or None if it has none."""
    polite = without_politeness(sentence)
    if delegated := _delegated(polite):
        return delegated
    ahead = _without_head(rf"(?:{_MEANWHILE}|{_WHILE_AHEAD}|{_AN_AGENT})+", polite)
    behind = _without_tail(_TO_AN_AGENT, _without_own_work(ahead))
    if ahead != polite or (behind != ahead and _begins_work(behind)):
        return _delegated(behind) or _without_any_tail(behind)
    plain = _without_any_tail(_without_head(_A_TASK, polite))
    if plain != polite and _is_common_work(plain):
        return plain
    return polite if polite != sentence and _begins_work(polite) else None


def _delegated(sentence: str) -> str | None:
    """The work of ``delegate …``, or None: code delegates too ("delegate drawing to the Canvas class")."""
    rest = _without_head(_DELEGATE, sentence)
    if rest == sentence:
        return None
    work = _without_tail(_TO_THE_BACKGROUND, _without_any_tail(rest))
    if re.search(_TO_CODE + "$", work):
        return None
    return work if work != rest or _begins_work(work) else None


def _without_any_tail(sentence: str) -> str:
    """A sentence without everything behind the work that only says how it is to be done."""
    shorter = _without_own_work(_without_tail(_PLEASE, sentence))
    return _without_tail(_BACKGROUND, _without_tail(_TO_AN_AGENT, shorter))


def _without_own_work(sentence: str) -> str:
    """A sentence without ``while I work on …``, unless that belongs to what goes wrong then."""
    left = _without_tail(_WHILE_BEHIND, sentence)
    return sentence if re.search(_CLAUSE, left, re.IGNORECASE) else left


def _without_head(pattern: str, sentence: str) -> str:
    """The sentence from behind a pattern at its beginning."""
    head = re.match(pattern, sentence, re.IGNORECASE)
    return sentence[head.end() :] if head and head.end() < len(sentence) else sentence


def _without_tail(pattern: str, sentence: str) -> str:
    """The sentence up to a pattern that reaches its end."""
    tail = re.search(rf"(?<=\S)(?:{pattern})$", sentence, re.IGNORECASE)
    return sentence[: tail.start()] if tail else sentence


def _begins_work(sentence: str) -> bool:
    """Whether the first word says what to do: ``run``, ``running``."""
    first = sentence.split(maxsplit=1)[0].lower() if sentence else ""
    return first in _WORK_VERBS or (len(first) > 4 and first.endswith("ing"))


def _is_common_work(sentence: str) -> bool:
    """Whether this is work on a project, of the kind that people delegate."""
    words = re.findall(r"[\w']+", sentence.lower())
    if not words or not _begins_work(words[0]):
        return False
    return words[0] in ("run", "rerun", "execute") or not _WORK_NOUNS.isdisjoint(words)


def _uncapitalised(work: str) -> str:
    """The work with a small first letter, where the large one only began the sentence."""
    first = work.split(maxsplit=1)[0]
    began_sentence = first[0].isupper() and first[1:].islower() and _begins_work(first)
    return work[0].lower() + work[1:] if began_sentence else work
