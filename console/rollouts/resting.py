"""What rests on the template types in which a version would newly make something wrong: templates, known contracts."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.acting import Deed
from console import exporting
from console.audit import actor_of
from console.installation.paging import paged, rest_of_address
from console.pages import context, page
from console.rollouts.outcomes import OF_CONTRACTS, OF_TEMPLATES, contracts_of, templates_of
from console.rollouts.previews import EXPORT, SEE, found
from console.rollouts.way import way
from extensions.health.models import Preview

Rows = Callable[[Preview, str], QuerySet[Any]]


@page(SEE, unaudited="lists templates of accounts; no personal data")
def templates(request: HttpRequest, number: int) -> HttpResponse:
    """The active templates of the affected template types; narrowed by `type`."""
    return _list(request, number, "templates", templates_of)


@page(EXPORT, audited="preview.export")
def export_templates(request: HttpRequest, number: int) -> HttpResponseBase:
    """The same templates, as CSV."""
    return _export(request, number, "templates", templates_of, OF_TEMPLATES)


@page(SEE, unaudited="lists the ids of contracts that are known; no personal data")
def contracts(request: HttpRequest, number: int) -> HttpResponse:
    """The known contracts of the affected template types; narrowed by `type`."""
    return _list(request, number, "contracts", contracts_of)


@page(EXPORT, audited="preview.export")
def export_contracts(request: HttpRequest, number: int) -> HttpResponseBase:
    """The same contracts, as CSV."""
    return _export(request, number, "contracts", contracts_of, OF_CONTRACTS)


def _list(request: HttpRequest, number: int, what: str, rows: Rows) -> HttpResponse:
    row, kind = found(number), _kind(request)
    return render(
        request,
        f"rollouts/preview_{what}.html",
        context(
            request,
            title=f"{'Known contracts' if what == 'contracts' else 'Templates'} of the affected types",
            crumbs=way(("Release previews", reverse("previews")), (str(row), reverse("preview", args=[row.pk]))),
            preview=row,
            kind=kind,
            kinds=sorted(row.summary.get("types", {})),
            rows=paged(request, rows(row, kind)),
            rest=rest_of_address(request),
            may_export=request.user.has_perm(EXPORT),
            export=reverse(f"preview-{what}-export", args=[row.pk]),
        ),
    )


def _export(request: HttpRequest, number: int, what: str, rows: Rows, columns: dict[str, str]) -> HttpResponseBase:
    row = found(number)
    listed = rows(row, _kind(request))
    Deed(actor_of(request), "preview.export", row, details={what: listed.count()}).tell()
    return exporting.csv_of(listed, columns, f"{what}-{row.extension.integration_key}-{row.version}.csv")


def _kind(request: HttpRequest) -> str:
    return request.GET.get("type", "").replace("\0", "")
