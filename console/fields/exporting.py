"""The matrix as a file: what the view shows, every page and every column of it, streamed in batches of accounts."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from accounts.acting import Deed
from console.audit import actor_of
from console.exporting import Echo, array, cell, file
from console.fields.asking import Asked
from console.fields.matrix import asked_of
from console.fields.standing import Stood, everybody
from console.pages import page
from extensions.mappings.conformance import Column, Contents

VERB = "mappings.export_conformance"
ABOUT = (
    *("account_id", "account_name", "extension", "mode", "version", "version_is", "compared_with", "ok", "of"),
    *("cannot_be_told_for", "read_at"),
)
ONE_BY_ONE = ("template_type", "custom_id", "name", "state")
KINDS = ("csv", "json", "long")


@page("installations.export_installation", audited=VERB)
def export(request: HttpRequest, key: str, kind: str) -> HttpResponseBase:
    """The view as CSV with a column for each field, as CSV with a line for each account and field, or as JSON."""
    if kind not in KINDS:
        raise Http404(f"There is no export “{kind}”. There is: {', '.join(KINDS)}.")
    asked = asked_of(request, key)
    if asked.problems:  # which the page tells
        return redirect(f"{reverse('matrix', args=[key])}?{request.GET.urlencode()}")
    Deed(actor_of(request), VERB, f"the matrix of {asked.extension}", details={**asked.details, "format": kind}).tell()
    name = f"{key}-{asked.view}"
    if kind == "json":
        return file(array(as_objects(asked)), "application/json", f"{name}.json")
    lines = as_lines(asked, one_by_one=kind == "long")
    return file(lines, "text/csv; charset=utf-8", f"{name}-{kind}.csv" if kind == "long" else f"{name}.csv")


def as_lines(asked: Asked, *, one_by_one: bool) -> Iterator[str]:
    """Lines of CSV: one for each account, with a column for each field; or one for each account and field."""
    writer = csv.writer(Echo())
    contents = contents_of(asked)
    columns = [each for each in contents.columns if asked.extension_type in ("", each.key[0])]
    heads = ONE_BY_ONE if one_by_one else [each.subject for each in columns]
    # The mark at the start tells Excel that the file is UTF-8.
    yield "\N{ZERO WIDTH NO-BREAK SPACE}" + writer.writerow([*ABOUT, *map(cell, heads)])
    for stood in everybody(asked, contents):
        about = [cell(value) for value in _about(asked, stood).values()]
        if not one_by_one:
            yield writer.writerow([*about, *(_state(stood, each) for each in columns)])
            continue
        yield "".join(
            writer.writerow([*about, *map(cell, (*each.key, each.name)), state])
            for each in columns
            if (state := _state(stood, each))
        )


def as_objects(asked: Asked) -> Iterator[dict[str, Any]]:
    """A dict for each account; `states` by template type and `custom_id`, or by template type alone."""
    contents = contents_of(asked)
    for stood in everybody(asked, contents):
        yield {**_about(asked, stood), "states": _nested(asked, stood, contents.columns)}


def contents_of(asked: Asked) -> Contents:
    """The columns of a whole view: of the version that is compared with, else of all that the accounts live on."""
    if asked.against:
        return Contents.of([asked.against], types=asked.types)
    lived_on = set(asked.installations.order_by().values_list("blueprint", flat=True).distinct())
    return Contents.of([each for each in asked.versions if each.pk in lived_on], types=asked.types)


def _about(asked: Asked, stood: Stood) -> dict[str, Any]:
    row = stood.installation
    version = row.blueprint.version if row.blueprint else None
    return {
        "account_id": row.account.oneflow_id,
        "account_name": row.account.name,
        "extension": asked.extension.integration_key,
        "mode": row.mode,
        "version": version,
        "version_is": "unknown" if version is None else "set" if row.blueprint_set else "inferred",
        "compared_with": asked.against.version if asked.against else version,
        "ok": stood.well,
        "of": len(stood.wanted),
        "cannot_be_told_for": stood.obstacle,
        "read_at": stood.read_at.isoformat(timespec="seconds") if stood.read_at else None,
    }


def _state(stood: Stood, column: Column) -> str:
    mark = stood.mark(column.key)
    return mark.key if mark else ""


def _nested(asked: Asked, stood: Stood, columns: Iterable[Column]) -> dict[str, Any]:
    states: dict[str, Any] = {}
    for column in columns:
        role, custom_id = column.key
        if asked.extension_type not in ("", role) or not (state := _state(stood, column)):
            continue
        if custom_id:
            states.setdefault(role, {})[custom_id] = state
        else:
            states[role] = state
    return states
