"""The sentences that ask for a job of the recipes, or to watch something: one table of patterns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from app.agents.worker.jobs import Kind

_THE = (
    r"(?:(?:a|an|the|all|every|of|our|my|your|its|their|this|that|project['’]s|whole|full|complete"
    r"|entire|new|latest"
    r"|fresh|current|some|more|detailed|static)\s+)*"
)
_RUN = (
    r"(?:(?:re-?)?run(?:ning)?|execut(?:e|ing)|start(?:ing)?|launch(?:ing)?|perform(?:ing)?|do(?:ing)?"
    r"|carry(?:ing)? out|mak(?:e|ing))"
)
_MAKE = (
    r"(?:generat(?:e|ing)|creat(?:e|ing)|produc(?:e|ing)|build(?:ing)?|(?:re-?)?build(?:ing)?|mak(?:e"
    r"|ing)|writ(?:e|ing)"
    r"|prepar(?:e|ing)|updat(?:e|ing)|render(?:ing)?)"
)
_CHECK = (
    r"(?:check(?:ing)?|analy[sz](?:e|ing)|measur(?:e|ing)|assess(?:ing)?|review(?:ing)?|inspect(?:ing)?"
    r"|report(?:ing)?"
    r"|evaluat(?:e|ing)|show(?:ing)?|get(?:ting)?|determin(?:e|ing)|comput(?:e|ing)|collect(?:ing)?)"
)
_WATCH = (
    r"(?:watch(?:ing)?|monitor(?:ing)?|observ(?:e|ing)|track(?:ing)?|follow(?:ing)?|tail(?:ing)?"
    r"|record(?:ing)?"
    r"|keep(?:ing)? (?:an eye on|track of)|log(?:ging)?)"
)
_PLACE = r"(?:\s+(?:in|inside|within|under|from|on|of|for|at)\s+(?P<place>.+?))?"
_WITH = r"(?:\s+(?:with|using|via|through|by)\s+(?P<tool>[\w.-]+))?"
_OURS = (
    r"(?:(?:the|all|every|of|our|my|your|its|their|this|that|project['’]s|whole|full|complete|entire"
    r"|latest|current)\s+)*"
)
_PROJECT = (
    rf"(?:{_OURS}(?:project|code ?base|code|repo(?:sitory)?|app(?:lication)?|package|crate|module"
    rf"|binary|binaries"
    r"|sources?|software|program|library|site|website)|it|everything)"
)
_REPORT = r"(?:\s+(?:report|analysis|check|scan|audit|review|overview|metrics|summary|test|run))?"


@dataclass(frozen=True, slots=True)
class Sentences:
    """A pattern of sentences, compiled when one holds any of its words: all of them at once take 20 ms."""

    words: tuple[str, ...]
    pattern: str
    jobs: tuple[str, ...] = ()

    def match(self, sentence: str) -> re.Match[str] | None:
        """The whole sentence, understood to its last word, or None."""
        lower = sentence.lower()
        return _compiled(self.pattern).match(sentence) if any(word in lower for word in self.words) else None


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(f"(?:{pattern})$", re.I)


JOBS: tuple[Sentences, ...] = tuple(
    Sentences(words, f"(?:{pattern}){_PLACE}{_WITH}", kinds)
    for words, pattern, kinds in (
        (
            ("build", "compil"),
            rf"(?:build(?:ing)?|compil(?:e|ing))(?:\s+{_PROJECT})?\s*(?:,|and(?: then)?)\s*(?:{_RUN}"
            rf"\s+)?{_THE}"
            r"(?:tests?(?:[ -]?suites?)?|test(?:ing)? (?:it|them))",
            (Kind.BUILD, Kind.TESTS),
        ),
        (
            ("product", "release", "prod", "optimi", "deploy", "bundl"),
            rf"(?:{_RUN}|{_MAKE}|bundl(?:e|ing))\s+{_THE}(?:production|release|prod|optimi[sz]ed"
            rf"|deployable)[ -]+"
            r"(?:bundles?|builds?|version|binar(?:y|ies)|package)"
            rf"|(?:build(?:ing)?|bundl(?:e|ing)|compil(?:e|ing))(?:\s+{_PROJECT})?\s+(?:for"
            rf"|in) (?:production|release)"
            r"(?: mode)?|bundl(?:e|ing)\s+" + _PROJECT,
            (Kind.BUNDLE,),
        ),
        (
            ("build", "compil"),
            rf"(?:build(?:ing)?|compil(?:e|ing)|re-?build(?:ing)?)\s+{_PROJECT}|(?:{_RUN}"
            rf"\s+)?{_THE}(?:build|compilation)"
            rf"|(?:{_RUN}\s+)?(?:(?P<a>cargo|go|npm)(?: run)?) build",
            (Kind.BUILD,),
        ),
        (
            ("coverage",),
            rf"(?:{_RUN}|{_MAKE}|{_CHECK})\s+{_THE}(?:(?:code|test|line|unit test)[ -]+)?coverage{_REPORT}"
            rf"|{_RUN}\s+{_THE}tests?(?:[ -]?suites?)?\s+(?:with|and measure)\s+(?:code |test )?coverage"
            r"|(?:code|test) coverage" + _REPORT,
            (Kind.COVERAGE,),
        ),
        (
            ("dependenc", "deps", "package", "module", "crate", "requirement", "librar"),
            rf"(?:updat(?:e|ing)|upgrad(?:e|ing)|bump(?:ing)?|refresh(?:ing)?)\s+{_THE}(?:outdated "
            rf"|npm |python |pip |cargo "
            r"|go |node )?(?:dependenc(?:y|ies)|deps|packages|modules|crates|requirements|libraries)"
            rf"(?: versions| to {_THE}latest(?: versions)?)?"
            rf"|(?:{_RUN}\s+)?{_THE}(?:dependency|dependencies|package) (?:updates?|upgrades?)",
            (Kind.DEPENDENCIES,),
        ),
        (
            ("secur", "vulnerab", "audit", "bandit", "govulncheck"),
            rf"(?:{_RUN}|{_MAKE})\s+{_THE}(?:security|vulnerabilit(?:y|ies))[ -](?:scan|audit|check"
            rf"|analysis|review|report|test)"
            rf"|{_THE}(?:security|vulnerability)[ -](?:scan|audit|check|analysis|review|report)"
            rf"|(?:scan(?:ning)?|audit(?:ing)?|check(?:ing)?)\s+(?:{_PROJECT}|{_THE}dependencies"
            rf"|{_THE}packages)?\s*for\s+"
            r"(?:known |security )?(?:vulnerabilities|security (?:issues|problems|holes|flaws))"
            rf"|audit(?:ing)?\s+(?:{_THE}(?:dependencies|packages|security)|{_PROJECT})"
            rf"|(?:{_RUN}\s+)?(?:(?P<b>npm|cargo|pnpm|yarn|pip)[ -]audit|(?P<c>bandit|govulncheck))",
            (Kind.AUDIT,),
        ),
        (
            ("doc", "reference"),
            rf"(?:generat(?:e|ing)|(?:re-?)?build(?:ing)?|render(?:ing)?|mak(?:e|ing)|creat(?:e|ing)"
            rf"|updat(?:e|ing)|refresh(?:ing)?)\s+"
            rf"{_THE}(?:(?:api|code|project|reference|html|technical|developer)\s+)*(?:docs?"
            rf"|documentation|reference)"
            rf"|(?:{_RUN}\s+)?{_THE}(?:api |code |project )?(?:docs|documentation)(?: generation| build)?"
            rf"|document(?:ing)?\s+{_THE}(?:api|code ?base|project)",
            (Kind.DOCS,),
        ),
        (
            ("quality", "lint", "analys", "analyz", "ruff", "clippy", "go vet"),
            rf"(?:{_CHECK}|{_RUN}|{_MAKE})\s+{_THE}code[ -]quality{_REPORT}"
            rf"|{_THE}(?:code[ -])?quality(?:\s+(?:report|analysis|check))"
            rf"|{_CHECK}\s+{_THE}quality of {_PROJECT}|code quality|lint(?:ing)?\s+{_PROJECT}"
            rf"|{_RUN}\s+{_THE}(?:linters?|static (?:code )?analysis|(?P<d>eslint|ruff|clippy|go vet))"
            rf"|analy[sz](?:e|ing)\s+{_THE}(?:code|code ?base)|{_THE}(?:static )?code analysis",
            (Kind.QUALITY,),
        ),
        (
            ("type", "mypy", "pyright", "tsc"),
            rf"(?:(?:{_RUN}|{_CHECK})\s+)?{_THE}type[ -]?(?:check(?:er|ing|s)?|hints|safety)"
            rf"|check(?:ing)?\s+{_THE}types"
            rf"|type[ -]?check(?:ing)?\s+{_PROJECT}|(?:{_RUN}\s+)?(?P<e>mypy|pyright|tsc)",
            (Kind.TYPES,),
        ),
        (
            ("format", "prettif", "prettier", "black", "gofmt", "rustfmt", "cargo fmt"),
            rf"(?:(?:re-?)?format(?:ting)?|prettify(?:ing)?)(?:\s+(?:{_PROJECT}"
            rf"|{_THE}(?:\w+ )?(?:files?|sources?|code)))?"
            rf"|{_RUN}\s+{_THE}(?:code )?formatters?|(?:{_RUN}\s+)?(?P<f>black|prettier|gofmt|rustfmt"
            rf"|ruff format|cargo fmt)"
            rf"|fix(?:ing)?\s+{_THE}(?:code )?formatting",
            (Kind.FORMAT,),
        ),
        (
            ("bench", "performance"),
            rf"(?:{_RUN}|{_MAKE})\s+{_THE}(?:performance |micro)?(?:benchmarks?|performance (?:reports?"
            rf"|tests?|measurements?))"
            rf"|benchmark(?:ing)?(?:\s+{_PROJECT})?|{_THE}performance report",
            (Kind.BENCHMARK,),
        ),
    )
)
"""Each pattern with the jobs that it means, one after the other; what names a tool stands in a group."""

PLACED: tuple[Sentences, ...] = tuple(
    Sentences(("/", "."), rf"(?:{verb})\s+(?P<where>\S*[/.]\S*)", (kind,))
    for verb, kind in (
        (r"(?:re-?)?format(?:ting)?", Kind.FORMAT),
        (r"(?:re-?)?build(?:ing)?|compil(?:e|ing)", Kind.BUILD),
        (r"type[ -]?check(?:ing)?", Kind.TYPES),
        (r"lint(?:ing)?", Kind.QUALITY),
    )
)
"""A verb and a path: ``format src/``."""

_AFTER_CHANGES = (
    r"(?:(?:on|after|upon|at|for|with)\s+(?:every|each|any|all)?\s*(?:(?:file|code|source)\s+)?changes?"
    rf"|(?:when(?:ever)?|if|as soon as|each time|every time)\s+(?:{_THE}(?:files?|code|sources?"
    rf"|something|anything)|something"
    r"|anything|it|they)\s+(?:change(?:s|d)?|(?:is|are) (?:changed|saved|modified)))"
)
_WATCHING = ("watch", "monitor", "observ", "track", "follow", "tail", "record", "keep", "log")

WATCH_THEN = (
    Sentences(
        _WATCHING,
        rf"{_WATCH}\s+(?:for\s+)?(?:{_THE}(?:(?:file|code|source)\s+changes|files?(?:\s+for\s+changes)?"
        rf"|changes)"
        r"(?:\s+(?:in|under|of|to)\s+(?P<place>.+?))?|(?P<where>\S+)(?:\s+for\s+(?:file\s+)?changes)?)"
        r"\s*(?:,|and|,\s*and)\s*(?:then\s+)?(?P<then>.+)",
    ),
    Sentences(
        ("change", "save", "modif"),
        rf"(?P<then>.+?)\s+{_AFTER_CHANGES}(?:\s+(?:in|under|of|to)\s+(?P<place>.+?))?",
    ),
)
"""Watching with a job after each change, which is the group ``then``."""

WATCH = Sentences(
    _WATCHING,
    rf"{_WATCH}\s+(?:for\s+|on\s+)?(?:{_THE}(?:(?:file|code|source|filesystem"
    rf"|file system)[ -]?(?:system )?changes"
    r"|files?(?:\s+for\s+(?:any )?changes)?|changes(?:\s+to (?:files|the files))?)"
    r"(?:\s+(?:in|under|of|to|inside)\s+(?P<place>.+?))?"
    r"|(?P<where>\S*[/.]\S*)(?:\s+for\s+(?:file\s+)?changes)?)",
)
"""Watching files and nothing else."""

LOGS = Sentences(
    _WATCHING,
    rf"{_WATCH}\s+{_THE}(?:(?:application|app|server|system)\s+)?(?:log\s*files?|logs?)(?:\s+for"
    rf"\s+(?:new )?(?:errors?|problems?"
    r"|warnings?|errors? and warnings?))?(?:\s+(?:in|under|of|from|at)\s+(?P<place>.+?))?"
    rf"|{_WATCH}\s+(?P<where>\S+\.log\S*)(?:\s+for\s+(?:errors?|problems?|warnings?))?",
)
"""Watching log files."""

METRICS = Sentences(
    _WATCHING,
    rf"{_WATCH}\s+{_THE}(?:system\s+|machine\s+|server\s+|host\s+)?(?:metrics|resources?(?: usage)?"
    rf"|load|performance|health"
    r"|stat(?:istic)?s|(?:cpu|memory|disk|network|ram)(?:(?:,? (?:and|&) |, ?)(?:cpu|memory|disk"
    r"|network|ram))*(?: usage| load| use)?)"
    r"(?:\s+(?:of|on)\s+(?:the|this|my|our)\s+(?:system|machine|server|host|computer))?",
)
"""Watching the machine."""

TOOL_GROUPS = ("a", "b", "c", "d", "e", "f")
"""The groups in which a pattern of a job names the tool."""
