"""The pages of release previews: start one, follow it, and see which installations would be what, and why."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.acting import Deed
from console import exporting
from console.assurance import read as read_assurance
from console.audit import actor_of
from console.installation.paging import paged, rest_of_address
from console.pages import context, page, refuse
from console.rollouts import queueing
from console.rollouts.outcomes import COLUMNS, ORDER, PARTIES, Asked, chosen
from console.rollouts.todo import to_do
from console.rollouts.way import way
from extensions.blueprints.models import Blueprint
from extensions.health import ageing, previewing
from extensions.health.codes import sentence
from extensions.health.models import Outcome, Preview
from extensions.installations.models import Installation
from extensions.mappings.unfilled import unfilled

SEE, RUN, EXPORT = "health.view_preview", "blueprints.release_blueprint", "installations.export_installation"
POST = ("POST",)
MOST_SUBJECTS = 30  # of those counted apart that the page names


@page(SEE, unaudited="lists previews of blueprint versions; nothing of a customer")
def previews(request: HttpRequest) -> HttpResponse:
    """The previews, the latest first, and for those who may what starts another."""
    may_run = request.user.has_perm(RUN)
    rows = Preview.objects.select_related("extension", "blueprint")
    return render(
        request,
        "rollouts/previews.html",
        context(
            request,
            title="Release previews",
            crumbs=way(),
            rows=paged(request, rows, per_page=50),
            rest=rest_of_address(request),
            versions=_versions() if may_run else [],
            chosen=request.GET.get("version", ""),
            may_run=may_run,
        ),
    )


def _versions() -> list[Blueprint]:
    """What can be previewed: drafts first, then the released versions, the newest first."""
    rows = Blueprint.objects.select_related("extension").order_by("extension__name", "state", "-version")
    return list(rows[:200])


@page(RUN, audited="preview.start", methods=POST)
def start(request: HttpRequest) -> HttpResponse:
    """Begin a preview of a version."""
    text = request.POST.get("blueprint", "")
    known = text.isascii() and text.isdigit() and len(text) < 19
    blueprint = Blueprint.objects.select_related("extension").filter(pk=text).first() if known else None
    if blueprint is None:
        reason = "There is no such version of a blueprint any more. Choose one from the list."
        return _refused(request, "preview", reason)
    try:
        preview = previewing.start(blueprint, actor=actor_of(request), now=timezone.now())
    except previewing.Refused as exc:
        return _refused(request, blueprint, str(exc))
    queueing.kick(queueing.PREVIEWS)
    return redirect("preview", preview.pk)


def _refused(request: HttpRequest, subject: Any, reason: str) -> HttpResponse:
    refuse(request, "preview.start", subject, reason)
    return redirect("previews")


@page(RUN, audited="preview.stop", methods=POST)
def stop(request: HttpRequest, number: int) -> HttpResponse:
    """End a running preview."""
    preview = found(number)
    if previewing.stop(preview, actor=actor_of(request), now=timezone.now()):
        messages.success(request, "The preview is stopped. What it had judged by then stays here.")
    else:
        messages.warning(request, "It was over already.")
    return redirect("preview", preview.pk)


@page(SEE, unaudited="shows how accounts would stand by a version; no personal data")
def preview(request: HttpRequest, number: int) -> HttpResponse:
    """What a version would change, in counts, and the installations: narrowed by `change`, `code` and `who`."""
    row, asked = found(number), Asked.of(request.GET)
    rows = chosen(row, asked).select_related("installation__account", "installation__blueprint")
    summary = row.summary
    return render(
        request,
        "rollouts/preview.html",
        context(
            request,
            title=f"Preview of version {row.version}",
            crumbs=way(("Release previews", reverse("previews"))),
            preview=row,
            since=None if row.is_running else ageing.since(row),
            progress=_progress(row),
            asked=asked,
            changes=[(each, summary.get("changes", {}).get(each.value, 0)) for each in ORDER],
            codes=list(_codes(summary)),
            subjects=list(_subjects(summary)),
            unfilled=unfilled(row.blueprint) if row.blueprint else (),
            types=sorted(summary.get("types", {}).items()),
            totals=summary.get("totals", {}),
            parties=[(key, word, summary.get("totals", {}).get(column, 0)) for key, (word, column) in PARTIES.items()],
            rows=paged(request, rows),
            rest=rest_of_address(request),
            key=row.extension.integration_key,
            may_run=request.user.has_perm(RUN),
            may_export=request.user.has_perm(EXPORT),
        ),
    )


def found(number: int) -> Preview:
    """The preview with that number; 404 when there is none."""
    rows = Preview.objects.select_related("extension", "blueprint__extension")
    # SQLite cannot even look for a larger number.
    row = rows.filter(pk=number).first() if number < 2**63 else None
    if row is None:
        raise Http404(f"There is no preview {number}. It may have been deleted when its time was over.")
    return row


def _codes(summary: dict[str, Any]) -> Iterator[tuple[str, str, int, int]]:
    """Each code with its sentence, in how many accounts it would hold, and in how many of them newly."""
    new = summary.get("new_codes", {})
    for code, number in sorted(summary.get("codes", {}).items(), key=lambda each: (-new.get(each[0], 0), -each[1])):
        yield code, sentence(code), number, new.get(code, 0)


def _subjects(summary: dict[str, Any]) -> Iterator[tuple[str, str, str, int, int]]:
    """What the causes are about, what is new in the most accounts first: code, key, name, and both counts."""
    counted = sorted(summary.get("subjects", {}).items(), key=lambda each: (-each[1][2], -each[1][1], each[0]))
    for key, (name, number, new) in counted[:MOST_SUBJECTS]:
        code, _, subject = key.partition(" ")
        yield code, subject, name, number, new


def _progress(row: Preview) -> dict[str, Any] | None:
    """While it runs: how many are judged, at which pace, and whether anybody is there to do it."""
    if not row.is_running:
        return None
    seconds = max((timezone.now() - row.started_at).total_seconds(), 1)
    pace = row.done / seconds
    left = max(row.total - row.done, 0)
    return {
        "pace": round(pace),
        "left": round(left / pace) if pace else None,
        "worker": read_assurance()["worker"]["alive"],
    }


@page(SEE, unaudited="says how far a preview is")
def progress(request: HttpRequest, number: int) -> HttpResponse:
    """The line that says how far it is; once it is over the page is loaded anew."""
    row = found(number)
    state = _progress(row)
    if state is None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(
        request,
        "rollouts/preview_progress.html",
        {"preview": row, "progress": state, "may_run": request.user.has_perm(RUN)},
    )


@page(EXPORT, audited="preview.export")
def export(request: HttpRequest, number: int) -> HttpResponseBase:
    """The installations of the page's view, as CSV."""
    row = found(number)
    rows = chosen(row, Asked.of(request.GET))
    Deed(actor_of(request), "preview.export", row, details={"rows": rows.count()}).tell()
    return exporting.csv_of(rows, COLUMNS, f"preview-{row.extension.integration_key}-{row.version}.csv")


@page(SEE, unaudited="shows what an account would need by a version; no personal data")
def account(request: HttpRequest, number: int, oneflow_id: int) -> HttpResponse:
    """What Oneflow, the customer and we would have to do in one account."""
    row = found(number)
    if row.blueprint is None:
        raise Http404(f"Version {row.version} was deleted: what it asks of an account can no longer be told.")
    known = oneflow_id < 2**63
    at = Q(account__oneflow_id=oneflow_id, extension=row.extension_id) if known else Q(pk=None)
    installation = get_object_or_404(Installation.objects.connected().select_related("account", "blueprint"), at)
    return render(
        request,
        "rollouts/account.html",
        context(
            request,
            title=str(installation.account),
            crumbs=way(("Release previews", reverse("previews")), (str(row), reverse("preview", args=[row.pk]))),
            version=row.version,
            draft=row.blueprint.state == Blueprint.State.DRAFT,
            installation=installation,
            account=installation.account,
            outcome=Outcome.objects.filter(preview=row, installation=installation).first(),
            todo=to_do(installation.pk, row.blueprint, timezone.now()),
            key=row.extension.integration_key,
        ),
    )
