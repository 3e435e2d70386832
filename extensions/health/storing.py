"""Keeping a judgement: at most two statements, none when nothing changed."""

from datetime import datetime

from extensions.health.judging import Judgement
from extensions.health.models import Finding
from extensions.health.signals import health_changed
from extensions.installations.models import Installation, Verdict


def known_findings(installation: Installation) -> list[Finding]:
    """What was found when the installation was last judged, in one statement."""
    rows = list(Finding.objects.filter(installation=installation))
    for row in rows:
        row.installation = installation
    return rows


def store(installation: Installation, judgement: Judgement, now: datetime) -> None:
    """Store the findings and set verdict, cause, causes and `verdict_since` on the installation, which is not saved.

    Call it inside the transaction that also saves the installation; a flip of the verdict is told there.
    """
    if judgement.gone:
        Finding.objects.filter(pk__in=[each.pk for each in judgement.gone]).delete()
    if rows := [*judgement.created, *judgement.changed]:
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
    before = Verdict(installation.verdict)
    installation.verdict = judgement.verdict
    installation.cause = judgement.cause
    installation.causes = judgement.causes
    if before != judgement.verdict or installation.verdict_since is None:
        installation.verdict_since = now
    if before != judgement.verdict:
        health_changed.send(
            sender=Installation,
            installation=installation,
            before=before,
            after=judgement.verdict,
            cause=judgement.cause,
            since=now,
        )
