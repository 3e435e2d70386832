"""Installations as a file: made on the server, streamed row by row, safe to open in a spreadsheet."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from console import listing
from extensions.installations.models import Installation

COLUMNS = {
    "account_id": "account__oneflow_id",
    "account_name": "account__name",
    "country": "account__country_code",
    "registration_number": "account__registration_number",
    "customer_reference": "account__customer_reference",
    "owner": "account__owner__username",
    "extension": "extension__integration_key",
    "blueprint": "blueprint__version",
    "blueprint_set": "blueprint_set",
    "blueprint_match": "blueprint_match",
    "mode": "mode",
    "state": "state",
    "verdict": "shown_verdict",
    "cause": "shown_cause",
    "since": "shown_since",
    "refreshed_at": "refreshed_at",
}
# What begins so is run as a formula by spreadsheets; an apostrophe in front makes it text. Where lists are written with
# semicolons, as in Sweden, Excel splits our lines at those, others split at tabs; and in a line that is split so, a
# quote that does not begin a cell keeps nothing together, not even a line break. So a formula is looked for wherever
# a cell may begin, and quoting more would not help.
FORMULA = re.compile(r"""^(?=[\t\r])|(^|[;\t\r\n])([ "]*)(?=[=+@-])""")


class Echo:
    """A file that hands each line back instead of keeping it."""

    def write(self, value: str) -> str:
        return value


def as_csv(installations: QuerySet[Installation]) -> StreamingHttpResponse:
    """The list's columns, one line for each installation, in the list's order."""
    return csv_of(installations, COLUMNS, "installations.csv")


def csv_of(rows: QuerySet[Any], columns: Mapping[str, str], name: str) -> StreamingHttpResponse:
    """A file of that name with a line for each row; `columns` are their headings and where each value is found."""
    return csv_of_lines(rows.values_list(*columns.values()).iterator(chunk_size=2000), columns, name)


def csv_of_lines(lines: Iterable[Sequence[Any]], headings: Iterable[str], name: str) -> StreamingHttpResponse:
    """A file of that name with these lines, streamed."""
    return file(_lines(list(headings), lines), "text/csv; charset=utf-8", name)


def as_json(installations: QuerySet[Installation]) -> StreamingHttpResponse:
    """What `manage.py installations --json` says of each, as one array."""
    return file(array(listing.rows(installations)), "application/json", "installations.json")


def cell(value: Any) -> str:
    """The value as a spreadsheet may show it, never as a formula, whatever the spreadsheet splits lines at.

    No import of ours reads these files, so nothing has to take the apostrophe out again.
    """
    text = "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
    return FORMULA.sub(r"\1\2'", text)


def _lines(headings: list[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(Echo())
    # The mark at the start tells Excel that the file is UTF-8.
    yield "\N{ZERO WIDTH NO-BREAK SPACE}" + writer.writerow(headings)
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


def array(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Rows as one array of JSON."""
    before = "[\n"
    for row in rows:
        yield before + json.dumps(row, ensure_ascii=False)
        before = ",\n"
    yield "\n]\n" if before == ",\n" else "[]\n"


def file(parts: Iterator[str], kind: str, name: str) -> StreamingHttpResponse:
    """The parts as a file to be saved under that name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(parts, content_type=kind, headers=headers)
