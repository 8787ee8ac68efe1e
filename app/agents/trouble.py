"""Recognises, over all clients, why a model could not be reached: no login, no quota, or a fault of its
interface, from what the client says about it."""

from __future__ import annotations

import re

QUOTA = "quota"
LOGIN = "login"
"""The two kinds of trouble that no other task of the same agent could do better with."""

_STATUS = re.compile(r"(?<![\d./#])(?<!\d:)([45]\d\d)(?!\d|[./]\d)")

_QUOTA_WORDS = (
    r"insufficient[_ ]quota",
    r"quota (?:is |has been |was )?(?:exceeded|exhausted|reached)",
    r"exceeded your (?:\w+ )?quota",
    r"resource[_ ]exhausted.{0,80}quota",
    r"(?:usage|spending|spend|(?:daily|weekly|monthly)(?: \w+)?|5-hour|session|billing|plan|budget) limit",
    r"hit your limit|limit will reset|upgrade your plan",
    r"credit balance|out of (?:extra )?(?:credits?|usage|quota)",
    r"(?:not enough|insufficient|no more) (?:credits?|funds|balance)",
    r"payment required|billing|premium requests?",
)
_LOGIN_WORDS = (
    r"not logged in|log ?in (?:is )?required|sign in",
    r"please (?:run )?/?log ?in|please (?:re-?)?authenticate|run .{0,30}\blog ?in\b",
    r"auth(?:entication)?[ _](?:is )?(?:required|failed|error)|authenticationerror",
    r"not (?:able to )?authenticate|unauthori[sz]ed",
    r"invalid[_ ](?:x-)?(?:api[_ -]?key|auth(?:entication)?|token|credentials?)",
    r"incorrect api key|api key (?:is )?(?:not valid|invalid|missing|not set|expired)",
    r"(?:no|missing) (?:api key|credentials?|auth)",
    r"(?:token|session|credentials?|key) (?:has |have |is )?(?:expired|revoked)",
)
_OF_QUOTA = re.compile("|".join(_QUOTA_WORDS), re.IGNORECASE | re.DOTALL)
_OF_LOGIN = re.compile("|".join(_LOGIN_WORDS), re.IGNORECASE | re.DOTALL)
_FAULT = re.compile(
    r"""^[^\w\n]{0,6}(?:
        # Names in front: "Execution failed: CAPIError: 400 …", "Failed to authenticate. API Error: 401 …"
        (?:[\w.]+\]?:\ +|(?:api|execution|request|model|stream|provider|llm)[ ]
          |failed\ to\ [^\n]{1,40}[.:][ ]){0,4}?
        (?:[\w.]*(?:error|exception|failed|failure)\b|unexpected\ status)
        [^\n]{0,160}?(?<![\d.])[45]\d\d(?!\d)
      # "HTTP 401: …", "status code 429", but not "HTTP 401 means …"
      | (?:http|status)(?:\ (?:error|code|status))*[\ :=]{1,3}[45]\d\d(?!\d)[\w\ ]{0,25}(?:[^\w\ ]|$)
      | [45]\d\d[ :]+(?:\{|[^\n]{0,20}(?:bad\ request|unauthori[sz]ed|payment\ required|forbidden|not\ found
            |too\ many\ requests|internal\ server\ error|bad\ gateway|service\ unavailable|overloaded)\W)
      | litellm\.\w*(?:Error|Exception)\b
      | [^\n]{0,40}\b(?:connection\ error|fetch\ failed|ECONNREFUSED|ECONNRESET|stream\ disconnected)
      )""",
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)

_NOTICE = re.compile(
    r"""\W{0,6}(?:
        you(?:['’]ve|\ have)\ (?:hit|reached|exceeded|used\ up|run\ out|no)\b
      | you\ (?:are\ out\ of|exceeded)\b
      | (?:\w+\ ){0,2}(?:usage|spending|rate|5-hour|daily|weekly|monthly)\ limit\ (?:was\ |is\ )?
            (?:reached|exceeded)
      | (?:your\ )?(?:credit\ balance\ is|quota\ (?:is\ |was\ |has\ been\ )?(?:exceeded|exhausted|reached))
      | (?:insufficient|not\ enough|no\ more|out\ of)\ (?:quota|credits?|funds|balance|usage)\b
      | resource[_ ]exhausted | payment\ required | limit\ will\ reset
      | not\ logged\ in | log\ ?in\ (?:is\ )?required
      | please\ (?:run\ )?/?(?:log\ ?in|sign\ in|(?:re-?)?authenticate)\b
      | auth(?:entication)?[_ ](?:is\ )?(?:required|failed|error) | unauthori[sz]ed\W*$
      | (?:invalid|incorrect|missing|no|expired)\ (?:x-)?(?:api[_ -]?key|credentials?)\b(?!\ (?:is|was|are))
      | (?:your\ |oauth\ )?(?:api\ key|token|session|credentials?)\ (?:has|have|is)[ ]
            (?:expired|revoked|missing|not\ valid)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
"""How a notice begins that is nothing else: an answer may speak of logins and bills too."""

_LAST_WORDS = re.compile(
    r"""\W{0,6}(?:(?:execution\ failed|failed\ to\ authenticate)[:.]\ )?
    (?:c?api\ ?error:|litellm\.\w*(?:Error|Exception)\b|unexpected\ status\ [45]\d\d
      |stream\ disconnected\ before)""",
    re.IGNORECASE | re.VERBOSE,
)
"""How clients begin the line of an error; whoever has seen one through a tool puts it into other words."""

FAULT_LENGTH = 1500
"""The longest answer, in characters, that may be nothing but an error: who says more has more to say."""

NOTICE_LENGTH = 200
"""The longest one that may be nothing but a notice of quota or login, which need not look like an error."""


def trouble_of(text: str, status: int | None = None) -> str | None:
    """``quota`` or ``login``, or None for a fault that may be over with the next try.

    ``text`` is what the client says of a failure, ``status`` that of HTTP where it tells. A 429 alone is
    only a model that is asked too often: quota it is by its words.
    """
    if status is None:
        status = status_in(text)
    if status is not None and status >= 500:
        return None  # a fault of the server, whatever it says
    if status == 402 or _OF_QUOTA.search(text):
        return QUOTA
    if status == 401 or _OF_LOGIN.search(text):
        return LOGIN
    return None


def status_in(text: str) -> int | None:
    """The first status of HTTP that says of an error in a text; None where there is none."""
    match = _STATUS.search(text)
    return int(match[1]) if match else None


def fault_in(text: str) -> str | None:
    """The line of an answer that is only an error of the interface to the model, None for any other answer.

    Some clients pass such an error on as what the model said, and call the turn well ended.
    """
    if len(text) > FAULT_LENGTH:
        return None
    match = _FAULT.search(text)
    if match is None:
        notice = text.strip()
        is_one = len(notice) <= NOTICE_LENGTH and _NOTICE.match(notice) and trouble_of(notice, 0)
        return notice if is_one else None
    return text[match.start() :].strip().partition("\n")[0]


def last_fault_in(text: str) -> str | None:
    """The last line of an answer where that is an error of the interface to the model in a client's words."""
    line = text.rstrip().rpartition("\n")[2].strip()
    return line if len(line) <= FAULT_LENGTH and _LAST_WORDS.match(line) else None
