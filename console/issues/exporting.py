"""Issues as a file: made on the server, streamed row by row, safe to open in a spreadsheet."""

from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from console.exporting import array, csv_of, file
from extensions.health.codes import sentence
from extensions.health.models import Issue

COLUMNS = {
    "account_id": "installation__account__oneflow_id",
    "account_name": "installation__account__name",
    "extension": "installation__extension__integration_key",
    "code": "code",
    "subject": "subject",
    "subject_name": "subject_name",
    "severity": "verdict",
    "state": "shown_state",
    "holds_since": "holds_since",
    "opened_at": "opened_at",
    "first_opened_at": "first_opened_at",
    "resolved_at": "resolved_at",
    "reopened": "reopened",
    "follows_from": "explained_by",
    "owner": "owner__username",
    "acknowledged_at": "acknowledged_at",
    "acknowledged_by": "acknowledged_by",
    "snoozed_until": "snoozed_until",
    "snooze_reason": "snooze_reason",
}


def as_csv(issues: QuerySet[Issue]) -> StreamingHttpResponse:
    """One line for each issue, in the list's order."""
    return csv_of(issues, COLUMNS, "issues.csv")


def as_json(issues: QuerySet[Issue]) -> StreamingHttpResponse:
    """The same as one array of objects, each with the plain sentence of its code."""
    values = issues.values_list(*COLUMNS.values()).iterator(chunk_size=2000)
    rows = (dict(zip(COLUMNS, map(_plain, row), strict=True)) for row in values)
    return file(array(row | {"sentence": sentence(row["code"])} for row in rows), "application/json", "issues.json")


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
