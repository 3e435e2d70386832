"""The fleet as rows for scripts: one statement, streamed, whatever the number of installations."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from extensions.installations.models import Installation, Verdict
from extensions.installations.models.installation import STALE

COLUMNS = (
    "pk",
    "account__oneflow_id",
    "account__name",
    "extension__integration_key",
    "mode",
    "state",
    "blueprint__version",
    "blueprint_set",
    "blueprint_match",
    "shown_verdict",
    "shown_cause",
    "fresh_until",
    "refreshed_at",
    "findings__code",
    "findings__subject",
    "findings__since",
    "findings__explained_by",
)


def chosen(
    now: datetime, *, verdicts: list[str] | None = None, accounts: list[int] | None = None
) -> QuerySet[Installation]:
    """The installations with their shown verdict, all of them or those with these verdicts and account ids."""
    found = Installation.objects.with_shown_verdict(now)
    if verdicts:
        found = found.filter(shown_verdict__in=verdicts)
    if accounts:
        found = found.filter(account__oneflow_id__in=accounts)
    return found


def rows(installations: QuerySet[Installation]) -> Iterator[dict[str, Any]]:
    """One dict for each installation by account id, with `causes` and `findings`, the worst first.

    Installations and findings come from one statement, so a refresh in between cannot make the two disagree.
    """
    joined = installations.order_by(
        "account__oneflow_id", "pk", "findings__rank", "findings__since", "findings__pk"
    ).values(*COLUMNS)
    for _, group in groupby(joined.iterator(chunk_size=2000), key=lambda row: row["pk"]):
        yield _row(list(group))


def _row(joined: list[dict[str, Any]]) -> dict[str, Any]:
    first = joined[0]
    found = [row for row in joined if row["findings__code"]]
    causes = list(dict.fromkeys(row["findings__code"] for row in found if not row["findings__explained_by"]))
    findings = [
        {
            "code": row["findings__code"],
            "subject": row["findings__subject"],
            "since": row["findings__since"].isoformat(),
        }
        for row in found
    ]
    if first["shown_verdict"] == Verdict.DISCONNECTED:
        causes, findings = [], []
    elif first["shown_cause"] == STALE:
        # Past its use-by nothing else is a cause; what was last found stays listed under it.
        since = first["fresh_until"]
        causes = [STALE]
        findings.insert(0, {"code": STALE, "subject": "", "since": since.isoformat() if since else None})
    return {
        "account_id": first["account__oneflow_id"],
        "account_name": first["account__name"],
        "extension": first["extension__integration_key"],
        "mode": first["mode"],
        "state": first["state"],
        "blueprint": first["blueprint__version"],
        "blueprint_set": first["blueprint_set"],
        "blueprint_match": first["blueprint_match"],
        "verdict": first["shown_verdict"],
        "causes": causes,
        "findings": findings,
        "refreshed_at": first["refreshed_at"].isoformat() if first["refreshed_at"] else None,
    }
