"""The field inspector of one installation: what became of each field of its blueprint, and what fills it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from console.installation.opening import SEE, opened
from console.installation.paging import searched
from console.installation.reading import Reading, reading
from console.pages import page
from extensions.health.models import Finding
from extensions.installations.models import Installation, Part
from extensions.mappings.effective import effective
from extensions.mappings.inspecting import Row, State, Table, folded, tables_of

# What the finding of a state is called, so that the inspector dates it as the verdict does.
CODES = {
    State.MISSING: "field.missing",
    State.OFF: "field.inactive",
    State.RENAMED: "field.changed",
    State.REWORDED: "field.changed",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A table with the rows that were asked for, and how well they are known."""

    table: Table
    rows: tuple[Row, ...]
    reading: Reading

    @property
    def counts(self) -> list[tuple[State, int]]:
        return [(state, number) for state in State if (number := self.table.count(state))]


@page(SEE, unaudited="shows the fields of template types; no personal data")
def fields(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """Every template type of ours with its fields; narrowed by `q` and `differs`."""
    this = opened(oneflow_id, key)
    query, differs = searched(request), request.GET.get("differs") == "1"
    parts = {part.name: part for part in Part.objects.filter(installation=this.installation)}
    found = [
        Shown(table, tuple(_asked(table.rows, query, differs=differs)), _reading(table, parts))
        for table in _tables(this.installation, parts)
    ]
    return render(
        request,
        "installation/fields.html",
        this.page(
            request,
            "installation-fields",
            tables=found,
            query=query,
            differs=differs,
            total=sum(len(each.table.rows) for each in found),
            besides=sum(row.wanted is None for each in found for row in each.table.rows),
            shown=sum(len(each.rows) for each in found),
            differing=sum(each.table.differing for each in found),
        ),
    )


def _tables(installation: Installation, parts: dict[str, Part]) -> list[Table]:
    """The inspector's tables, each state dated as its finding is; five statements whatever the number of fields."""
    found = tables_of(installation, parts, effective(installation))
    dates = {
        (code, subject): since
        for code, subject, since in Finding.objects.filter(
            installation=installation, code__in=[*set(CODES.values())]
        ).values_list("code", "subject", "since")
    }
    return [
        replace(
            table,
            rows=tuple(
                replace(
                    row,
                    since=dates.get(
                        (CODES.get(row.state, ""), f"{table.wanted.extension_type}/{row.custom_id}"), row.since
                    ),
                )
                for row in table.rows
            ),
        )
        for table in found
    ]


def _asked(rows: Iterable[Row], query: str, *, differs: bool) -> Iterable[Row]:
    wanted = query.casefold()
    spaceless = folded(query)
    for row in rows:
        if differs and not row.state.differs:
            continue
        if wanted in row.searched or spaceless in folded(row.searched):
            yield row


def _reading(table: Table, parts: dict[str, Part]) -> Reading:
    return reading(parts, f"fields/{table.here.oneflow_id}" if table.here else "template_types")
