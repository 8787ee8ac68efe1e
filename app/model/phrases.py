"""The table of sentences that ask about tasks, or for something to be done with them.

Each row is matched against one whole sentence, its punctuation and politeness gone, and the first one that
fits decides. ``(?P<x>…)`` is the words that name a task; what may stand there, `app.model.asking` decides.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrase:
    """One way to ask: ``kind`` is the value of a `Kind`.

    ``target`` is what is meant when the sentence names no task, ``scope`` names many. A ``strict`` phrase
    takes only words that clearly name a task; with any other description the sentence is a task of its own.
    ``determined`` asks for "the", "my" or a clear name, as in "stop the tests". ``value`` is the level of a
    priority that the words themselves do not give; a group ``value`` does.
    """

    kind: str
    pattern: str
    target: str | None = None
    scope: str | None = None
    strict: bool = False
    determined: bool = False
    value: str | None = None


_X = r"(?P<x>.+?)"
_IS = r"(?:'s| is| are)"
_SHOW = r"(?:show|give|get|display|print|see|view|open|tell|list)(?: me| us)?"
_TASKS = r"(?:tasks|background (?:tasks|jobs|agents))"
_OF_MINE = r"(?:all |of |my |the |our |any |active |running |background |current |open |ongoing )*"
_NOW = r"(?: (?:so far|now|right now|at the moment|currently|yet|already|today))?"
_DONE = r"(?:done|finished|complete|completed|ready|over|through|ended)"
_HAS_ENDED = rf"(?:(?:'s| is| are| has| have)(?: been)? {_DONE}| finish(?:es)?| completes?| ends?)"
_ADJECTIVES = r"(?:the |all |full |detailed |complete |final |latest |live |whole |current )*"
_RESULTS = r"(?:results?|summary|outcome|findings)"
_LOG = r"(?:logs?|output)"
_STATE = r"(?:status|state|progress)"
_OF = r"(?: of| on| for| from| about)"
_ENDED = r"completed?|finished|done|ended|old|successful|failed|stopped|cancell?ed|timed[- ]out|lost"
_HOW_ENDED = rf"(?P<status>{_ENDED})"
_HOW_STANDS = r"(?P<status>queued|waiting|completed?|finished|failed|stopped|lost|timed[- ]out)"
_LET_ME_KNOW = r"(?:tell|notify|ping|alert|inform|let) (?:me|us)(?: know)? (?:when|once|as soon as)"
_STOP = r"(?:stop|cancel|kill|abort|terminate|halt)"
_RETRY = r"(?:retry|rerun|re-run)"
_RETRY_FAILED = rf"{_RETRY} (?:(?:all|everything)(?: that)? failed|(?:all )?(?:the )?failed tasks)"
_CLEAN = r"(?:clean up|clear|clear out|tidy up|remove|delete)"
_GOING = r"(?:doing|going|coming along|getting on|getting along|progressing|looking)"
_LEVEL = r"(?P<value>critical|high|normal|low)"
_AT_ONCE = r"(?:at once|at a time|at the same time|in parallel|concurrently)"
_FOUND = r"(?:find|found|do|done|change|changed|fix|fixed|say|report|produce|discover|conclude|achieve)"

_YES_OR_NO = r"(?P<value>yes|no|ok|okay|allow|always|reject|never|once|deny)"
_DECIDE = r"(?P<value>allow|permit|accept|approve|reject|deny|decline|refuse)"

OPENINGS: dict[str, str] = {
    "answer": "answer allow permit accept approve reject deny decline refuse always never say yes no who what"
    " what's which does is has",
    "help": "help ? show open what how",
    "quit": "quit exit bye :q :q! :wq",
    "agents": "agents which what who show give get display print see view open tell list",
    "pause": "pause hold stop",
    "resume": "resume unpause continue restart start",
    "undo": "undo undelete bring restore recover",
    "status": "status state tasks what what's which is are has have did any anything how how's progress news"
    " update updates task the my check show give get display print see view open tell list",
    "filter": "show give get display print see view open tell list",
    "logs": "log logs tail follow watch what what's show give get display print see view open tell list",
    "wait": "wait tell notify ping alert inform let",
    "result": "result results summary outcome findings the what what's how did why show give get display"
    " print see view open tell list",
    "stop": "stop cancel kill abort terminate halt",
    "retry": "retry rerun re-run again try run once one do start restart",
    "clean": "clean clear tidy remove delete",
    "delete": "delete remove discard trash forget get",
    "free": "start run begin launch free let",
    "priority": "make set give change raise increase lower decrease bump",
    "limit": "limit run start allow how what what's show",
}
"""The words with which the phrases of each kind begin, so that few phrases need a look."""

PHRASES: tuple[Phrase, ...] = (
    Phrase("help", r"help|\?|(?:show |open )(?:me )?(?:the )?(?:help|keys|shortcuts|key bindings|commands)"),
    Phrase("help", r"what can (?:you|i) do(?: here)?|how do i use this|how does this work"),
    Phrase("quit", r"quit|exit|bye|:q|:q!|:wq"),
    Phrase("agents", rf"agents|{_SHOW} (?:all |the |my |available )*agents(?: available| there are)?"),
    Phrase(
        "agents", r"(?:which|what) agents (?:can i (?:use|choose)|are there|do i have|are available|exist)"
    ),
    Phrase("agents", r"who can do the work"),
    Phrase("pause", r"(?:pause|hold) the queue|pause(?: everything| all| all tasks)?"),
    Phrase("pause", r"stop starting (?:new |more |any more )?tasks"),
    Phrase(
        "resume", r"resume(?: everything| all)?|unpause|(?:resume|continue|unpause|restart|start) the queue"
    ),
    Phrase(
        "undo", r"undo(?: that| it)?|undo (?:the |that )?(?:last )?(?:delete|deletion|clean ?up)|undelete"
    ),
    Phrase(
        "undo", r"(?:bring back|restore|recover|undelete) (?:the |my )?(?:last )?deleted (?:tasks?|ones?)"
    ),
    # How all tasks stand.
    Phrase("status", rf"status|tasks|{_SHOW} (?:the )?(?:task )?status(?:es)?", scope="all"),
    Phrase("status", rf"{_SHOW} (?:(?:the |a )?list of )?{_OF_MINE}{_TASKS}", scope="all"),
    Phrase("status", rf"(?:(?:{_SHOW}|check) )?(?:the )?{_STATE}{_OF} (?:everything|all)", scope="all"),
    Phrase("status", rf"(?:(?:{_SHOW}|check) )?(?:the )?{_STATE}{_OF} {_OF_MINE}{_TASKS}", scope="all"),
    Phrase("status", rf"what{_IS} the {_STATE}{_OF} (?:everything|{_OF_MINE}{_TASKS})", scope="all"),
    Phrase("status", rf"what{_IS} (?:still |currently )?(?:running|active|going on){_NOW}", scope="all"),
    Phrase(
        "status", rf"which(?: of my| of the)? tasks are (?:still )?(?:running|active|open){_NOW}", scope="all"
    ),
    Phrase("status", r"what(?:'s| is) (?:running|going on) in the background", scope="all"),
    Phrase("status", rf"(?:(?:is )?anything(?: else)?|are any tasks) (?:still )?running{_NOW}", scope="all"),
    Phrase("status", rf"how{_IS} (?:everything|(?:all )?(?:my |the )?{_TASKS}) {_GOING}{_NOW}", scope="all"),
    Phrase(
        "status",
        rf"(?:what are|how far are) (?:all )?(?:my|the) {_TASKS}(?: doing| up to)?{_NOW}",
        scope="all",
    ),
    Phrase("filter", rf"{_SHOW} (?:only|just) (?:the |my )?{_HOW_STANDS} (?:tasks|ones)"),
    Phrase("status", rf"{_SHOW} (?:all )?(?:the |my )?{_HOW_STANDS} tasks"),
    Phrase("status", rf"(?:what|which tasks)(?: have| are| has| is|'s)? {_HOW_STANDS}"),
    # How one task stands.
    Phrase("status", r"(?:show |show me |check )?(?:the |my )?(?:task )?progress", target="it"),
    Phrase("status", rf"how(?:'s| is) it {_GOING}{_NOW}|how far (?:along )?is it{_NOW}", target="it"),
    Phrase("status", rf"check (?:up |back |in )?on {_X}"),
    Phrase("status", rf"(?:check|{_SHOW}|what{_IS}) (?:the )?(?:current )?{_STATE}{_OF} {_X}"),
    Phrase("status", rf"(?:check|{_SHOW}|what{_IS}) {_X}'s {_STATE}"),
    Phrase("status", rf"{_STATE} (?:of|on) {_X}"),
    Phrase("status", rf"(?:any )?(?:news|updates?|progress) (?:on|from|about) {_X}"),
    Phrase("status", rf"how{_IS} {_X} {_GOING}{_NOW}"),
    Phrase("status", rf"what{_IS} {_X} (?:doing|up to){_NOW}"),
    Phrase("status", rf"how far (?:along )?(?:is|are|has|have) {_X}(?: along| come| got)?{_NOW}"),
    Phrase("status", rf"(?:is|are|has|have) {_X} (?:still )?(?:{_DONE}|running){_NOW}"),
    Phrase("status", rf"did {_X} finish{_NOW}"),
    Phrase("status", rf"(?:status|check) {_X}", strict=True),
    # Questions of agents.
    Phrase("answer", rf"answer {_X} (?:with )?{_YES_OR_NO}", strict=True),
    Phrase("answer", rf"answer {_X}", strict=True),
    Phrase("answer", rf"(?:say )?{_YES_OR_NO} to {_X}", strict=True),
    Phrase("answer", rf"always (?:allow|permit|accept) {_X}", determined=True, value="always"),
    Phrase("answer", rf"never (?:allow|permit|accept) {_X}", determined=True, value="never"),
    Phrase("answer", rf"always (?:reject|deny|decline|refuse) {_X}", determined=True, value="never"),
    Phrase("answer", rf"(?:allow|permit|accept) {_X} always", determined=True, value="always"),
    Phrase("answer", rf"{_DECIDE} {_X}(?: (?:this )?once)?", determined=True),
    Phrase("answer", r"answer|who(?:'s| is)? asks?(?:ing)?(?: me)?|(?:what|which tasks?) asks?(?: me)?"),
    Phrase(
        "answer",
        r"(?:what|which) (?:questions are (?:there|open)|(?:needs?|waits? for) (?:me|my answer|an answer))",
    ),
    Phrase("answer", r"(?:does|is|has) any(?:thing|body|one) (?:ask|asking|waiting for) me"),
    # Logs.
    Phrase("logs", rf"logs?|(?:{_SHOW}|tail|follow) (?:the |full |live )*{_LOG}", target="it"),
    Phrase("logs", rf"(?:{_SHOW}|tail|follow|watch) {_ADJECTIVES}{_LOG}(?: of| for| from) {_X}"),
    Phrase("logs", rf"(?:{_SHOW}|tail|follow) {_X}'s {_LOG}"),
    Phrase("logs", rf"logs? (?:of|for|from) {_X}"),
    Phrase("logs", rf"what{_IS} {_X} (?:printing|saying|writing|logging){_NOW}"),
    Phrase("logs", rf"(?:logs?|tail|follow) {_X}", strict=True),
    # Waiting.
    Phrase("wait", r"wait for (?:everything|all(?: (?:my |the )?tasks)?|them all)", scope="all"),
    Phrase("wait", rf"{_LET_ME_KNOW} (?:everything|all(?: (?:my |the )?tasks)?){_HAS_ENDED}", scope="all"),
    Phrase("wait", r"wait", target="it"),
    Phrase("wait", rf"{_LET_ME_KNOW} {_X}{_HAS_ENDED}"),
    Phrase("wait", rf"wait (?:until|till) {_X}{_HAS_ENDED}"),
    Phrase("wait", rf"wait (?:for|on) {_X}(?: to (?:finish|complete|end|be {_DONE}))?"),
    Phrase("wait", rf"wait {_X}", strict=True),
    # Results.
    Phrase("result", rf"{_RESULTS}|{_SHOW} {_ADJECTIVES}{_RESULTS}", target="it"),
    Phrase("result", rf"{_SHOW} {_ADJECTIVES}(?:{_RESULTS}|report){_OF} {_X}"),
    Phrase("result", rf"{_SHOW} {_X}'s {_RESULTS}"),
    Phrase("result", rf"(?:the )?{_RESULTS} (?:of|from|for) {_X}"),
    Phrase("result", rf"what (?:were|are|was|is) {_ADJECTIVES}{_RESULTS}", target="it"),
    Phrase("result", rf"what (?:were|are|was|is) {_ADJECTIVES}{_RESULTS} (?:of|from|for) {_X}"),
    Phrase("result", rf"what (?:did|has|have) {_X} (?:{_FOUND}(?: out)?|come up with|turn up)"),
    Phrase("result", rf"what came out of {_X}"),
    Phrase("result", rf"what happened (?:to|with) {_X}"),
    Phrase("result", rf"how did {_X} (?:go|end|turn out|do)"),
    Phrase("result", rf"did {_X} (?:succeed|pass|fail|work|work out)"),
    Phrase("result", rf"why did {_X} (?:fail|stop|end)", strict=True),
    Phrase("result", rf"{_RESULTS} {_X}", strict=True),
    # Stopping.
    Phrase("stop", rf"{_STOP} (?:everything|all|them all|all of them)", scope="all"),
    Phrase(
        "stop", rf"{_STOP} (?:all |all of )?(?:my |the )?(?:running |active |open )?{_TASKS}", scope="all"
    ),
    Phrase("stop", r"stop|cancel|abort", target="it"),
    Phrase("stop", rf"{_STOP} {_X}(?: now| right now| immediately| at once)?", determined=True),
    # Once more.
    Phrase("retry", _RETRY_FAILED, scope="failed"),
    Phrase("retry", rf"{_RETRY}|again|try again|run again|once more|one more time", target="it"),
    Phrase("retry", rf"(?:run|try|do|start) {_X} (?:again|once more|one more time|anew)", determined=True),
    Phrase("retry", rf"{_RETRY} {_X}(?: again)?", determined=True),
    Phrase("retry", rf"restart {_X}", strict=True),
    # Deleting.
    Phrase("clean", rf"{_CLEAN} (?:all |the |my |of )*{_HOW_ENDED} (?:{_TASKS}|ones)"),
    Phrase(
        "clean",
        rf"{_CLEAN} (?:everything|all|all tasks) that (?:is |are |has |have |was |were )*{_HOW_ENDED}",
    ),
    Phrase("clean", rf"{_CLEAN} all(?: my| the)? tasks|clean up (?:the |my )?tasks", scope="ended"),
    Phrase("delete", rf"(?:delete|remove|discard|trash|forget|forget about|get rid of) {_X}", strict=True),
    # The queue: what starts first, or without what it waits for, and how many at once.
    Phrase(
        "free",
        rf"(?:start|run|begin|launch) {_X} (?:now|right now|right away|immediately|anyway|without waiting)",
        strict=True,
    ),
    Phrase("free", rf"free {_X}", strict=True),
    Phrase("free", rf"let {_X} (?:start|run|begin)(?: now| anyway)?", strict=True),
    Phrase("priority", rf"(?:make|give) {_X} (?:a )?{_LEVEL}[- ]priority", strict=True),
    Phrase("priority", rf"set {_X} to {_LEVEL} priority", strict=True),
    Phrase("priority", rf"(?:set|change) the priority of {_X} to {_LEVEL}", strict=True),
    Phrase("priority", rf"(?:set|change) {_X}'s priority to {_LEVEL}", strict=True),
    Phrase("priority", rf"(?:raise|increase|bump) the priority of {_X}", strict=True, value="up"),
    Phrase("priority", rf"(?:lower|decrease) the priority of {_X}", strict=True, value="down"),
    Phrase("limit", rf"(?:run|start|allow) (?:at most|up to|only)? ?(?P<value>\d{{1,4}}) tasks {_AT_ONCE}"),
    Phrase("limit", r"limit(?: to)? (?P<value>\d{1,4})(?: tasks)?(?: at once)?"),
    Phrase("limit", rf"how many tasks (?:can |may )?(?:run|start) {_AT_ONCE}"),
    Phrase("limit", r"limit|(?:what's|what is|show)(?: me)? the limit of tasks(?: at once)?"),
)
"""Every phrase; of those that fit a sentence the first one counts."""
