"""The pages of jobs: a list, one with its accounts, what staff decide about it, and its results as a file."""

from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.acting import Actor, Deed
from console import exporting
from console.audit import actor_of
from console.installation.paging import PER_PAGE, paged, rest_of_address
from console.pages import context, is_part, page, refuse
from console.repairs.jobs import running
from console.repairs.jobs.showing import TONES, Shown, line, members_of, takes_away
from console.repairs.showing import APPROVE, PLAN, may_alone, who_approves
from extensions.mappings.jobs import deciding, making
from extensions.mappings.models import RepairJob
from extensions.mappings.models.job import ENDED
from extensions.mappings.repairing.refusing import Refused

SEE = "mappings.view_repairjob"
EXPORT = "installations.export_installation"
COLUMNS = (
    "account_id",
    "account_name",
    "standing",
    "repair",
    "state",
    "result",
    "remedy",
    "differences",
    "removes",
    "sent_at",
    "ended_at",
)
Decision = Callable[[RepairJob, Actor], None]


@page(SEE, unaudited="lists jobs; no personal data")
def jobs(request: HttpRequest) -> HttpResponse:
    """Every job, the latest first; where the address asks so, only those that are not over."""
    over = request.GET.get("over") != "no"
    chosen = RepairJob.objects.all() if over else RepairJob.objects.exclude(state__in=ENDED)
    rows = paged(
        request,
        chosen.select_related("extension").annotate(accounts=Count("members")).order_by("-made_at", "-pk"),
        per_page=50,
    )
    crumbs = [("Repairs", reverse("repairs"))]
    shown = {"title": "Many accounts at once", "crumbs": crumbs, "rows": rows, "over": over}
    return render(request, "repairs/jobs.html", context(request, rest=rest_of_address(request), **shown))


@page(SEE, unaudited="shows a job and what became of each account; no value of an account's")
def job(request: HttpRequest, number: int) -> HttpResponse:
    """One job: what it does, how far it is, what is to be decided, and each account with its result."""
    shown = Shown(_find(number), timezone.now())
    only = request.GET.get("standing", "")
    accounts = Paginator(members_of(shown.job, only), PER_PAGE)
    accounts.count = shown.number_of(only)  # type: ignore[misc]  # what a count of its own would find
    rows = accounts.get_page(request.GET.get("page"))
    return render(
        request,
        "repairs/job.html",
        context(
            request,
            title=shown.job.title,
            crumbs=[("Repairs", reverse("repairs")), ("Many accounts at once", reverse("repair-jobs"))],
            shown=shown,
            job=shown.job,
            rows=rows,
            lines=[(each, line(each), TONES.get(each.standing, ""), takes_away(each)) for each in rows],
            only=only,
            rest=rest_of_address(request),
            may=_may(request.user, shown),
        ),
    )


def _may(user: Any, shown: Shown) -> dict[str, Any]:
    """What this person may do with it; and who else approves, where this person does not."""
    # As of a single repair: what takes something away is approved by somebody else than whoever planned it.
    own = bool(shown.removals) and shown.job.maker_id == user.pk
    alone = own and may_alone(user)
    approves = user.has_perm(APPROVE)
    lets_write = approves and (alone or not own)
    asks = shown.job.state == RepairJob.State.PLANNED and not lets_write
    return {
        "plan": user.has_perm(PLAN),
        "approve": approves,
        "let_write": lets_write,
        "own": own,
        "alone": alone,
        "export": user.has_perm(EXPORT),
        "others": who_approves(but=shown.job.maker_id if shown.removals else None) if asks else "",
    }


@page(SEE, unaudited="shows how far a job is; no personal data")
def progress(request: HttpRequest, number: int) -> HttpResponse:
    """The part of the page that asks for itself while the job goes on; after that the whole page is due anew."""
    shown = Shown(_find(number), timezone.now())
    if is_part(request) and (not shown.goes_on or shown.job.state != request.GET.get("state")):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "repairs/job_progress.html", {"shown": shown, "job": shown.job})


@page(APPROVE, audited="repair_job.approve", methods=("POST",))
def approve(request: HttpRequest, number: int) -> HttpResponse:
    """Let what the dry run planned be written: the first few accounts, then the rest."""
    confirmed = set(request.POST.getlist("confirmed"))

    def decide(row: RepairJob, actor: Actor) -> None:
        alone = row.maker_id == request.user.pk and may_alone(request.user)
        deciding.approve(row, actor=actor, confirmed=confirmed, alone=alone, now=timezone.now())

    return _decide(request, number, "repair_job.approve", decide)


@page(APPROVE, audited="repair_job.go_on", methods=("POST",))
def go_on(request: HttpRequest, number: int) -> HttpResponse:
    """Have the rest written after the first few."""
    return _decide(request, number, "repair_job.go_on", _plainly(deciding.go_on))


@page(PLAN, audited="repair_job.pause", methods=("POST",))
def pause(request: HttpRequest, number: int) -> HttpResponse:
    """Let no further account be begun."""
    return _decide(request, number, "repair_job.pause", _plainly(deciding.pause))


@page(APPROVE, audited="repair_job.resume", methods=("POST",))
def resume(request: HttpRequest, number: int) -> HttpResponse:
    """Go on with what was paused."""
    return _decide(request, number, "repair_job.resume", _plainly(deciding.resume))


@page(PLAN, audited="repair_job.stop", methods=("POST",))
def stop(request: HttpRequest, number: int) -> HttpResponse:
    """Give up all that is not being written yet."""
    return _decide(request, number, "repair_job.stop", _plainly(deciding.stop))


@page(PLAN, audited=making.VERB, methods=("POST",))
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Make the job that undoes what this one has done."""
    return _make(request, number, making.make_undoing)


@page(PLAN, audited=making.VERB, methods=("POST",))
def anew(request: HttpRequest, number: int) -> HttpResponse:
    """Make the job of the accounts that are left."""
    return _make(request, number, making.make_anew)


@page(EXPORT, audited="repair_job.export")
def export(request: HttpRequest, number: int) -> HttpResponseBase:
    """The results of the page's view as a file: CSV, or JSON where the address says `as=json`."""
    row = _find(number)
    kind = "json" if request.GET.get("as") == "json" else "csv"
    chosen = members_of(row, request.GET.get("standing", ""))
    details = {"rows": chosen.count(), "format": kind}
    Deed(actor_of(request), "repair_job.export", row, details=details).tell()
    lines = map(line, chosen.iterator(chunk_size=2000))
    name = f"repair-job-{row.pk}.{kind}"
    if kind == "json":
        return exporting.file(exporting.array(lines), "application/json", name)
    return exporting.csv_of_lines(([_cell(each[column]) for column in COLUMNS] for each in lines), COLUMNS, name)


def _cell(value: Any) -> Any:
    return "; ".join(map(str, value)) if isinstance(value, list) else value


def _plainly(verb: Callable[..., None]) -> Decision:
    return lambda row, actor: verb(row, actor=actor, now=timezone.now())


def _decide(request: HttpRequest, number: int, verb: str, decide: Decision) -> HttpResponse:
    row, actor = _find(number), actor_of(request)
    try:
        with transaction.atomic():
            decide(row, actor)
            running.kick()
    except Refused as refused:
        refuse(request, verb, row, refused.sentence, shown=refused.in_full)
    return redirect("repair-job", number)


def _make(request: HttpRequest, number: int, make: Callable[..., RepairJob]) -> HttpResponse:
    row = _find(number)
    try:
        made = make(row, reason=request.POST.get("reason", ""), actor=actor_of(request), now=timezone.now())
    except Refused as refused:
        refuse(request, making.VERB, row, refused.sentence, shown=refused.in_full)
        return redirect("repair-job", number)
    running.kick()
    return redirect("repair-job", made.pk)


def _find(number: int) -> RepairJob:
    # SQLite cannot even look for a larger number.
    rows = RepairJob.objects.select_related("extension", "undoes")
    row = rows.filter(pk=number).first() if number < 2**63 else None
    if row is None:
        raise Http404(f"There is no job {number}.")
    return row
