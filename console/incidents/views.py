"""The pages of incidents: a list, one with its members, and files of both."""

from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.acting import Deed
from console.audit import actor_of
from console.exporting import csv_of_lines
from console.incidents.showing import Shown, members_of
from console.installation.paging import paged, rest_of_address
from console.pages import context, page
from extensions.health.models import Incident, Member

SEE, EXPORT = "health.view_incident", "installations.export_installation"
STATES = (("", "open"), ("ended", "ended"), ("all", "all"))
PARTS = (("", "all"), ("holding", "still affected"), ("left", "mended"))
COLUMNS = (
    "id",
    "code",
    "subject",
    "extension",
    "severity",
    "suspected",
    "began_at",
    "noticed_at",
    "ended_at",
    "affected",
    "still_affected",
)
OF_MEMBERS = ("account_id", "account_name", "extension", "joined_at", "left_at", "verdict", "cause")


@page(SEE, unaudited="lists incidents; no personal data")
def incidents(request: HttpRequest) -> HttpResponse:
    """The incidents, the latest first; open ones unless asked otherwise."""
    state = request.GET.get("state", "")
    numbers = Incident.objects.aggregate(
        open=Count("pk", filter=Q(ended_at=None)), ended=Count("pk", filter=~Q(ended_at=None))
    )
    numbers["all"] = numbers["open"] + numbers["ended"]
    rows = paged(request, _chosen(request).select_related("extension"), per_page=50)
    return render(
        request,
        "incidents/list.html",
        context(
            request,
            title="Incidents",
            rows=rows,
            shown=[Shown(row) for row in rows],
            state=state,
            states=[(value, word, numbers[word]) for value, word in STATES],
            rest=rest_of_address(request),
            may_export=request.user.has_perm(EXPORT),
        ),
    )


@page(SEE, unaudited="shows one incident and the accounts that it affects; no personal data")
def incident(request: HttpRequest, number: int) -> HttpResponse:
    """One incident: what, since when, whose, and those affected."""
    row = _find(number)
    only = request.GET.get("members", "")
    return render(
        request,
        "incidents/incident.html",
        context(
            request,
            title=f"Incident {row.pk}",
            crumbs=[("Incidents", reverse("incidents"))],
            incident=row,
            shown=Shown(row),
            rows=paged(request, members_of(row, only=only)),
            rest=rest_of_address(request),
            only=only,
            parts=PARTS,
            may_export=request.user.has_perm(EXPORT),
        ),
    )


@page(EXPORT, audited="incident.export")
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The incidents of the list's view, as CSV."""
    chosen = _chosen(request).select_related("extension")
    Deed(actor_of(request), "incident.export", "incidents", details={"rows": chosen.count()}).tell()
    lines = (_line(row) for row in chosen.iterator(chunk_size=2000))
    return csv_of_lines(lines, COLUMNS, "incidents.csv")


@page(EXPORT, audited="incident.export")
def export_members(request: HttpRequest, number: int) -> StreamingHttpResponse:
    """Those affected by one incident, as CSV."""
    row = _find(number)
    chosen = members_of(row, only=request.GET.get("members", ""))
    Deed(actor_of(request), "incident.export", row, details={"rows": chosen.count()}).tell()
    lines = (_member(each) for each in chosen.iterator(chunk_size=2000))
    return csv_of_lines(lines, OF_MEMBERS, f"incident-{row.pk}.csv")


def _find(number: int) -> Incident:
    # SQLite cannot even look for a larger number.
    row = Incident.objects.select_related("extension").filter(pk=number).first() if number < 2**63 else None
    if row is None:
        raise Http404(f"There is no incident {number}.")
    return row


def _chosen(request: HttpRequest) -> Any:
    state = request.GET.get("state", "")
    rows = Incident.objects.order_by("-began_at", "-pk")
    if state == "all":
        return rows
    return rows.exclude(ended_at=None) if state == "ended" else rows.filter(ended_at=None)


def _line(row: Incident) -> tuple[Any, ...]:
    return (
        row.pk,
        row.code,
        row.subject_name or row.subject,
        row.extension.integration_key if row.extension else "",
        row.verdict,
        row.suspected,
        row.began_at,
        row.opened_at,
        row.ended_at,
        "every account" if row.everyone else row.affected,
        "every account" if row.everyone and row.is_open else row.holding,
    )


def _member(row: Member) -> tuple[Any, ...]:
    installation = row.installation
    return (
        installation.account.oneflow_id,
        str(installation.account),
        installation.extension.integration_key,
        row.joined_at,
        row.left_at,
        installation.verdict,
        installation.cause,
    )
