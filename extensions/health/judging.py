"""From facts to a verdict. Pure: nothing is read or written here.

A part that is unread opens and resolves nothing: what it showed last counts until its use-by, then it is unknown.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from extensions.health.asking import Check, Found, Unjudged, type_of
from extensions.health.checks import CHECKS
from extensions.health.codes import CODES, incident_explains
from extensions.health.explaining import Holding, explained_by
from extensions.health.facts import Facts
from extensions.health.models import Finding
from extensions.installations.models import Installation, Verdict
from extensions.installations.models.installation import SKEW

COMPARED = ("verdict", "rank", "subject_name", "evidence", "explained_by", "last_known", "assumed")

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that a check could not tell, and until when what it told before still counts (None: no longer)."""

    check: Check
    within: str
    read_at: datetime | None
    use_by: datetime | None

    def covers(self, code: str, subject: str, kind: str) -> bool:
        """Whether a finding known from before lies in this gap."""
        return code in self.check.codes and self.within in ("", subject, kind)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What holds now, and how that differs from what was known: the findings are not saved.

    `use_by` is when the verdict would rest on something too old, unless it is failing anyway.
    """

    verdict: Verdict
    cause: str = ""
    causes: int = 0
    findings: tuple[Finding, ...] = ()
    created: tuple[Finding, ...] = ()
    changed: tuple[Finding, ...] = ()
    gone: tuple[Finding, ...] = ()
    use_by: datetime | None = None
    unknown: tuple[str, ...] = ()  # codes that cannot be judged and that nothing explains


def judge(
    facts: Facts,
    known: Sequence[Finding],
    now: datetime,
    *,
    part_use_by: timedelta | None = None,
    incident: str = "",
) -> Judgement:
    """The verdict on an installation, given the findings known before.

    `incident` is the code of an incident that it is a member of and that explains findings: those are unknown then.
    """
    if facts.installation.state == Installation.State.DISCONNECTED:
        return Judgement(verdict=Verdict.DISCONNECTED, gone=tuple(known))
    found, gaps = _ask(facts, now, settings.PART_USE_BY if part_use_by is None else part_use_by)
    before = {(each.code, each.subject): each for each in known}
    findings = [_finding(each, facts, before.get(key), now) for key, each in found.items()]
    findings += _kept(before, found, gaps, now)
    for each, explainer in zip(findings, explained_by(findings), strict=True):
        each.explained_by = explainer
    by_incident = _explained_by_incident(findings, incident)
    open_gaps = _unexplained(gaps, findings, now)
    verdict = _worst(findings, unknown=any(gap.use_by is None for gap in open_gaps))
    dates = [gap.use_by for gap in open_gaps if gap.use_by is not None]
    causes = sorted((each for each in findings if not each.explained_by), key=weight)
    created, changed, kept = _compared(findings, before)
    present = {(each.code, each.subject) for each in findings}
    return Judgement(
        verdict=verdict,
        cause=_shown_cause(causes, verdict) or (incident if by_incident and verdict == Verdict.UNKNOWN else ""),
        causes=len(causes),
        findings=(*created, *changed, *kept),
        created=created,
        changed=changed,
        gone=tuple(each for key, each in before.items() if key not in present),
        use_by=min(dates, default=None) if verdict != Verdict.FAILING else None,
        unknown=tuple(dict.fromkeys(code for gap in open_gaps if gap.use_by is None for code in gap.check.codes)),
    )


def _ask(facts: Facts, now: datetime, part_use_by: timedelta) -> tuple[dict[Key, Found], list[Gap]]:
    found: dict[Key, Found] = {}
    gaps: list[Gap] = []
    for check in CHECKS:
        for answer in check.ask(facts):
            if isinstance(answer, Found):
                found.setdefault((answer.code, answer.subject), answer)
            else:
                gaps.append(_gap(check, answer, facts, now, part_use_by))
    return found, gaps


def _gap(check: Check, answer: Unjudged, facts: Facts, now: datetime, part_use_by: timedelta) -> Gap:
    read_at = facts.read_at(answer.part) if answer.part else None
    if read_at and read_at > now + SKEW:
        read_at = None  # our clock was wrong then or is now: how old it is nobody can tell
    use_by = read_at + part_use_by if read_at else None
    return Gap(check, answer.within, read_at, use_by if use_by and use_by > now else None)


def _finding(found: Found, facts: Facts, before: Finding | None, now: datetime) -> Finding:
    row = CODES[found.code]
    since = before.since if before else min(found.since or now, now)
    lasting = found.fails_after is not None and now - since >= found.fails_after
    verdict = Verdict.FAILING if lasting else found.verdict or row.verdict
    return Finding(
        installation=facts.installation,
        code=found.code,
        subject=found.subject,
        subject_name=found.subject_name[:255],
        verdict=verdict.value,
        rank=verdict.rank,
        since=since,
        evidence=found.evidence,
        assumed=bool(row.rests_on_assumption),
    )


def _kept(before: dict[Key, Finding], found: dict[Key, Found], gaps: Sequence[Gap], now: datetime) -> Iterator[Finding]:
    """What was known before and cannot be judged now, as it was; unknown once past its use-by."""
    for key, each in before.items():
        if key in found:
            continue
        kind = type_of(each.code, each.subject, each.evidence)
        covering = [gap for gap in gaps if gap.covers(each.code, each.subject, kind)]
        if not covering:
            continue
        expired = any(gap.use_by is None for gap in covering)
        verdict = Verdict.UNKNOWN if expired else Verdict(each.verdict)
        read = [gap.read_at for gap in covering if gap.read_at]
        yield Finding(
            installation=each.installation,
            code=each.code,
            subject=each.subject,
            subject_name=each.subject_name,
            verdict=verdict.value,
            rank=verdict.rank,
            since=each.since,
            evidence=each.evidence,
            last_known=each.last_known or min(read, default=now),
            assumed=each.assumed,
        )


def _explained_by_incident(findings: Iterable[Finding], incident: str) -> bool:
    """Lay under the incident what it explains and nothing nearer does: it cannot be judged; whether there was any."""
    followed = [
        each for each in findings if not each.explained_by and incident and incident_explains(incident, each.code)
    ]
    for each in followed:
        each.explained_by, each.verdict, each.rank = incident, Verdict.UNKNOWN.value, Verdict.UNKNOWN.rank
    return bool(followed)


def _unexplained(gaps: Iterable[Gap], findings: Sequence[Finding], now: datetime) -> list[Gap]:
    """The gaps that no finding accounts for: all that the check could have found there follows from it anyway."""
    held = Holding.of(findings)
    return [
        gap
        for gap in gaps
        if not all(held.explainer(code, subject=gap.within, within=gap.within) for code in gap.check.codes)
    ]


def _worst(findings: Iterable[Finding], *, unknown: bool) -> Verdict:
    """The worst finding. What cannot be judged because of another finding adds nothing to that one."""
    counted = (each for each in findings if not (each.explained_by and each.last_known))
    worst = min((Verdict(each.verdict) for each in counted), key=lambda each: each.rank, default=Verdict.HEALTHY)
    return min(worst, Verdict.UNKNOWN if unknown else Verdict.HEALTHY, key=lambda each: each.rank)


def weight(finding: Finding) -> tuple[int, datetime, int, str]:
    """By what causes are sorted: the worst first, then the longest standing, then by the table of codes."""
    order = list(CODES)
    place = order.index(finding.code) if finding.code in CODES else len(order)
    return finding.rank, finding.since, place, finding.subject


def _shown_cause(causes: Sequence[Finding], verdict: Verdict) -> str:
    """The code of the worst cause; of an unknown verdict only one that tells why it is unknown."""
    telling = (
        each
        for each in causes
        if verdict != Verdict.UNKNOWN or each.rank <= Verdict.UNKNOWN.rank or each.code.startswith("api.")
    )
    return next((each.code for each in telling), "")


def _compared(
    findings: Sequence[Finding], before: dict[Key, Finding]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[Finding, ...]]:
    """New findings, changed ones, and the known ones that are as they were."""
    created, changed, kept = [], [], []
    for each in findings:
        known = before.get((each.code, each.subject))
        if known is None:
            created.append(each)
        elif any(getattr(each, name) != getattr(known, name) for name in COMPARED):
            changed.append(each)
        else:
            kept.append(known)
    return tuple(created), tuple(changed), tuple(kept)
