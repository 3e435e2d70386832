"""The share of a verdict that the version of the blueprint decides: template types, fields, mappings and webhooks.

What keeps these from being judged, such as a refused token, is an obstacle: they are unknown then, and no fault of
the version.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from extensions.health.codes import CODES, matches
from extensions.health.judging import Judgement
from extensions.health.models import Finding
from extensions.health.words import remedy
from extensions.health.words.saying import CUSTOMER, ONEFLOW
from extensions.installations.models import Installation, Verdict
from extensions.installations.models.installation import STALE

PATTERNS = ("template_type.*", "field.*", "mapping.*", "webhook.*")
DECIDED = frozenset(code for code in CODES if any(matches(pattern, code) for pattern in PATTERNS))
# Codes that explain what a version decides, so that nothing can be told of it while they hold.
OBSTACLES = tuple(
    row.code
    for row in CODES.values()
    if row.code not in DECIDED and any(matches(pattern, code) for pattern, _ in row.explains for code in DECIDED)
)

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Share:
    """The worst of what the version decides, its causes, and the code of what keeps the rest from being told.

    `blocking` are the findings of that code; none where an incident, or the age of the state, is the obstacle.
    """

    verdict: Verdict
    causes: tuple[Finding, ...] = ()
    obstacle: str = ""
    blocking: tuple[Finding, ...] = ()

    @property
    def keys(self) -> set[Key]:
        return {(each.code, each.subject) for each in self.causes}


@dataclass(frozen=True, slots=True)
class Parties:
    """Who must act so that what the version has is there, and whether that ends the present token."""

    customer: bool = False
    oneflow: bool = False
    us: bool = False
    costs_token: bool = False


def obstacle(holding: Container[str], *, incident: str = "", stale: bool = False) -> str:
    """The code of what keeps from being told what the version decides, where these codes hold; "" for nothing."""
    return STALE if stale else incident or next((code for code in OBSTACLES if code in holding), "")


def share_of(findings: Sequence[Finding], *, incident: str = "", unknown: bool = False) -> Share:
    """What of these findings the version decides; `unknown` while something of it could not be read at all."""
    hindering = obstacle({each.code for each in findings}, incident=incident)
    causes = tuple(each for each in findings if each.code in DECIDED and not each.explained_by)
    worst = min((Verdict(each.verdict) for each in causes), key=_rank, default=Verdict.HEALTHY)
    blocking = tuple(each for each in findings if each.code == hindering)
    verdict = min(worst, Verdict.UNKNOWN if unknown or hindering else worst, key=_rank)
    return Share(verdict, causes, hindering, blocking)


def share_of_judgement(judgement: Judgement, *, incident: str = "") -> Share:
    """The share in a judgement that was just made."""
    unknown = not DECIDED.isdisjoint(judgement.unknown)
    return share_of(judgement.findings, incident=incident, unknown=unknown)


def parties(causes: Iterable[Finding], installation: Installation) -> Parties:
    """Whom these causes ask to act, by the mode of the installation and by who owns what is wrong."""
    unlike = {(each.code, each.evidence.get("by_extension"), each.evidence.get("lacks")): each for each in causes}
    steps = [step for each in unlike.values() for step in remedy(each, installation) if not step.otherwise]
    who = {step.who for step in steps}
    return Parties(
        customer=CUSTOMER in who,
        oneflow=ONEFLOW in who,
        us=bool(who - {CUSTOMER, ONEFLOW}),
        costs_token=any(step.costs_token for step in steps),
    )


def _rank(verdict: Verdict) -> int:
    return verdict.rank
