"""The vocabulary of health: one row for each condition, as `docs/health.md` tables them.

A code never changes its meaning; a new condition gets a new code. Conditions whose rows do not exist yet
(deliveries, hand-on, stalled setup) are not here, but may be named by what explains them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from extensions.installations.models import Verdict


class Scope(Enum):
    """How far a code explains another: anywhere in the installation, within its template type, or of its subject."""

    ALL = "all"
    SAME_TYPE = "same type"
    SAME_SUBJECT = "same subject"


ALL, SAME_TYPE, SAME_SUBJECT = Scope

Explains = tuple[tuple[str, Scope], ...]

NOW = timedelta(0)
TEN_MINUTES = timedelta(minutes=10)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

EXTENSIONS_ASSUMED = (
    "Oneflow documents that extensions can be listed, but not the path and the names in the answer; "
    "those that the console uses are assumed."
)
FILTERS_ASSUMED = (
    "How several filters of a webhook work together is assumed: rules within one filter narrow it, "
    "several filters add up, none sends everything."
)


@dataclass(frozen=True, slots=True)
class Code:
    """A condition: its verdict unless the finding says otherwise, its plain sentence, and what follows from it.

    `rests_on_assumption` says which undocumented thing the judgement itself rests on. `opens_after` and
    `resolves_after` are for issues and notifications; the verdict shows at once.
    """

    code: str
    verdict: Verdict
    sentence: str
    explains: Explains = ()
    opens_after: timedelta = NOW
    resolves_after: timedelta = NOW
    rests_on_assumption: str = ""


def _all(*patterns: str) -> Explains:
    return tuple((pattern, ALL) for pattern in patterns)


def _its(*patterns: str) -> Explains:
    return tuple((pattern, SAME_TYPE) for pattern in patterns)


_IN_THE_EXTENSION = ("dependency.*", "template_type.*", "field.*", "webhook.*", "workspace.none")
_NEEDS_THE_API = (
    "token.rejected",
    "token.foreign",
    "user.gone",
    "extension.*",
    *_IN_THE_EXTENSION,
    "mapping.incomplete",
    "api.*",
)
FAILING, UNKNOWN, WARNING = Verdict.FAILING, Verdict.UNKNOWN, Verdict.WARNING

# From the root of things to their leaves: of several codes that explain a finding the later one is the nearer.
_ROWS = (
    Code("refresh.stale", UNKNOWN, "The state is too old to be trusted", _all("*")),
    Code("token.unreadable", FAILING, "Our key for the token is not configured", _all(*_NEEDS_THE_API)),
    Code(
        "token.rejected",
        FAILING,
        "The token is refused",
        _all(*(pattern for pattern in _NEEDS_THE_API if pattern != "token.rejected")),
        opens_after=TEN_MINUTES,
    ),
    Code("token.foreign", FAILING, "The token is not ours", _all("extension.*", *_IN_THE_EXTENSION)),
    Code("api.limited", WARNING, "Oneflow's rate limit was reached", opens_after=HOUR, resolves_after=HOUR),
    Code(
        "api.failing",
        WARNING,
        "Oneflow does not answer properly for this account",
        opens_after=TEN_MINUTES,
    ),
    Code("user.unset", WARNING, "No acting user is chosen", _all("workspace.none"), opens_after=DAY),
    Code("user.gone", FAILING, "The acting user is gone or inactive", _all("workspace.none")),
    Code(
        "extension.absent",
        FAILING,
        "The extension is not in the account",
        _all("extension.disabled", *_IN_THE_EXTENSION, "delivery.*"),
        rests_on_assumption=EXTENSIONS_ASSUMED,
    ),
    Code(
        "extension.disabled",
        FAILING,
        "The extension is disabled",
        _all(*_IN_THE_EXTENSION, "delivery.*"),
        rests_on_assumption=EXTENSIONS_ASSUMED,
    ),
    Code(
        "dependency.disabled",
        FAILING,
        "An extension that ours depends on is disabled",
        _all("template_type.missing", "webhook.missing"),
        rests_on_assumption=EXTENSIONS_ASSUMED,
    ),
    Code(
        "template_type.missing",
        FAILING,
        "A template type of ours is missing",
        _its("template_type.*", "field.*", "webhook.*") + _all("workspace.none"),
    ),
    Code(
        "template_type.inactive",
        FAILING,
        "A template type of ours is inactive",
        _its("template_type.unused") + _all("workspace.none"),
    ),
    Code(
        "template_type.unused",
        WARNING,
        "No active template uses a template type of ours",
        _all("workspace.none"),
    ),
    Code("workspace.none", FAILING, "The acting user can use none of our templates"),
    Code(
        "field.missing",
        WARNING,
        "A data field of ours is missing",
        (("mapping.incomplete", SAME_SUBJECT),),
    ),
    Code(
        "field.inactive",
        WARNING,
        "A data field of ours is off",
        (("mapping.incomplete", SAME_SUBJECT),),
    ),
    Code("field.changed", WARNING, "A data field differs from the blueprint", opens_after=DAY),
    Code("field.shadowed", WARNING, "Another field bears the name of one of ours", opens_after=DAY),
    Code(
        "webhook.unbound",
        WARNING,
        "A webhook of ours sends every contract of the account",
        _all("webhook.missing"),
    ),
    Code(
        "webhook.legacy",
        FAILING,
        "A webhook of ours uses the old format",
        _its("webhook.missing") + _all("delivery.rejected"),
    ),
    Code("webhook.missing", FAILING, "A webhook of ours is missing", _all("delivery.silent", "delivery.lost")),
    Code(
        "webhook.insecure",
        FAILING,
        "A webhook of ours does not use https",
        (("webhook.misdirected", SAME_SUBJECT),),
    ),
    Code(
        "webhook.misdirected",
        FAILING,
        "A webhook of ours points to a wrong address",
        _all("delivery.silent", "delivery.lost"),
    ),
    Code(
        "webhook.deaf",
        FAILING,
        "A webhook of ours leaves out what we need",
        _all("delivery.silent"),
        rests_on_assumption=FILTERS_ASSUMED,
    ),
    Code("webhook.duplicate", WARNING, "Several webhooks of ours serve one template type"),
    Code("mapping.incomplete", WARNING, "A data field and what fills it do not meet", opens_after=DAY),
)

CODES: dict[str, Code] = {row.code: row for row in _ROWS}

# Conditions of many installations at once, or of this console: no check finds them, an incident tells of them.
INCIDENTS: dict[str, Code] = {
    row.code: row
    for row in (
        Code("oneflow.down", FAILING, "Oneflow does not answer properly", _all("token.*", "api.*")),
        Code("console.offline", FAILING, "The console reaches no address of Oneflow", _all("*")),
        Code("console.stalled", FAILING, "The console has stopped refreshing", _all("*")),
    )
}


def matches(pattern: str, code: str) -> bool:
    """Whether a code is meant by a pattern of the table: itself, `field.*`, or `*` for all."""
    return pattern in ("*", code) or (pattern.endswith(".*") and code.startswith(pattern[:-1]))


def _explainers(code: str) -> Iterator[tuple[str, Scope]]:
    """What may explain a code, the nearest first: the narrower scope, then the later in the table."""
    found = [
        (scope, number, row.code)
        for number, row in enumerate(_ROWS)
        if row.code != code
        for pattern, scope in row.explains
        if matches(pattern, code)
    ]
    order = list(Scope)
    for scope, _, explainer in sorted(found, key=lambda each: (order.index(each[0]), each[1]), reverse=True):
        yield explainer, scope


EXPLAINERS: dict[str, tuple[tuple[str, Scope], ...]] = {code: tuple(_explainers(code)) for code in CODES}


def sentence(code: str) -> str:
    """The plain cause sentence of a code, for lists; the code itself when it is not known here."""
    row = CODES.get(code) or INCIDENTS.get(code)
    return row.sentence if row else code


def incident_explains(incident: str, code: str) -> bool:
    """Whether an incident with that code explains the condition in its members, so that nobody there is to blame."""
    row = INCIDENTS.get(incident)
    return row is not None and any(matches(pattern, code) for pattern, _ in row.explains)
