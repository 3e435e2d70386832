"""Keeping judgements: findings, issues, flips and what is told of them, set-wise; nothing changed, nothing written."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from math import inf

from django.db.models import Q

from extensions.health.issues import JUDGED, Course, follow
from extensions.health.judging import Judgement, Key
from extensions.health.models import Finding, Flip, Issue, IssueEvent
from extensions.health.signals import health_changed, issues_changed
from extensions.installations.mirror import rows_of
from extensions.installations.models import Installation, Verdict
from extensions.installations.models.installation import STALE

Judged = Sequence[tuple[Installation, Judgement]]


def known_findings(installation: Installation) -> list[Finding]:
    """What was found when the installation was last judged, in one statement."""
    return known_of_all([installation])[installation.pk]


def known_of_all(installations: Sequence[Installation]) -> dict[int, list[Finding]]:
    """What was found in each of the installations when it was last judged, in one statement."""
    by_pk = {each.pk: each for each in installations}
    rows = rows_of(Finding, list(by_pk))
    for pk, found in rows.items():
        for row in found:
            row.installation = by_pk[pk]
    return {pk: rows.get(pk, []) for pk in by_pk}


def store(installation: Installation, judgement: Judgement, now: datetime) -> None:
    """Store one judgement, as `store_all` does."""
    store_all([(installation, judgement)], now)


def store_all(judged: Judged, now: datetime) -> None:
    """Store findings, issues and flips, and set verdict, cause, causes and `verdict_since` on the installations.

    The installations are not saved: call it inside the transaction that holds their rows and saves them. Flips and
    issues that opened, were resolved or were reopened are told there.
    """
    course = Course()
    known = _issues(judged)
    for installation, judgement in judged:
        follow(course, installation, judgement, known[installation.pk], now)
    _store_findings([judgement for _, judgement in judged])
    _store_flips(judged, now)
    store_course(course, now)


def store_course(course: Course, now: datetime) -> None:
    """Write what became of issues, in two statements or none, and tell it."""
    upsert(course.changed)
    if not course.events and not course.worsened:
        return
    IssueEvent.objects.bulk_create(course.events)
    kind = IssueEvent.Kind
    opened, resolved, reopened = (course.of(each) for each in (kind.OPENED, kind.RESOLVED, kind.REOPENED))
    told = {"opened": opened, "resolved": resolved, "reopened": reopened, "worsened": course.worsened}
    if any(told.values()):
        issues_changed.send(sender=Issue, **told, now=now)


def upsert(issues: Iterable[Issue]) -> None:
    """Write the judged columns of new and known issues in one statement; what staff wrote meanwhile is theirs."""
    # In the order in which staff who act on several hold them; in another each would wait for the other.
    rows = sorted(issues, key=lambda row: row.pk or inf)
    for row in rows:
        row.pk = None  # else new and known rows would be two statements; the database hands the key back
    if rows:
        Issue.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["installation", "code", "subject"],
            update_fields=list(JUDGED),
        )


def _issues(judged: Judged) -> dict[int, dict[Key, Issue]]:
    """The unresolved issues of the installations, and those that a new cause may reopen, in one statement."""
    by_pk = {installation.pk: installation for installation, _ in judged}
    found: dict[int, dict[Key, Issue]] = defaultdict(dict)
    news = {each.code for _, judgement in judged for each in (*judgement.created, *judgement.changed)}
    wanted = ~Q(state=Issue.State.RESOLVED)
    if news:
        wanted |= Q(code__in=news)
    for issue in Issue.objects.filter(wanted, installation__in=by_pk).order_by():
        issue.installation = by_pk[issue.installation_id]
        found[issue.installation_id][issue.code, issue.subject] = issue
    return found


def _store_findings(judgements: Sequence[Judgement]) -> None:
    gone = [each.pk for judgement in judgements for each in judgement.gone]
    if gone:
        Finding.objects.filter(pk__in=gone).delete()
    rows = [each for judgement in judgements for each in (*judgement.created, *judgement.changed)]
    if rows:
        Finding.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["installation", "code", "subject"],
            update_fields=[
                "subject_name",
                "verdict",
                "rank",
                "evidence",
                "explained_by",
                "last_known",
                "assumed",
            ],
        )


def _store_flips(judged: Judged, now: datetime) -> None:
    flips: list[Flip] = []
    told: list[tuple[Installation, Verdict]] = []
    for installation, judgement in judged:
        before = Verdict(installation.verdict)
        flips += _flips(installation, before, judgement, now)
        installation.verdict = judgement.verdict
        installation.cause = judgement.cause
        installation.causes = judgement.causes
        if before != judgement.verdict or installation.verdict_since is None:
            installation.verdict_since = now
        if before != judgement.verdict:
            told.append((installation, before))
    if flips:
        Flip.objects.bulk_create(flips)
    for installation, before in told:
        health_changed.send(
            sender=Installation,
            installation=installation,
            before=before,
            after=Verdict(installation.verdict),
            cause=installation.cause,
            since=now,
        )


def _flips(installation: Installation, before: Verdict, judgement: Judgement, now: datetime) -> list[Flip]:
    """The flip that this judgement is, and the one that went before unseen when the verdict had grown stale."""
    flips, shown, stale_since = [], before, installation.fresh_until
    stale = stale_since is not None and stale_since < now
    if stale and before not in (Verdict.UNKNOWN, Verdict.DISCONNECTED):
        shown = Verdict.UNKNOWN
        flips.append(Flip(installation=installation, at=stale_since, before=before, after=shown, cause=STALE))
    if shown != judgement.verdict:
        after = judgement.verdict
        flips.append(Flip(installation=installation, at=now, before=shown, after=after, cause=judgement.cause))
    return flips
