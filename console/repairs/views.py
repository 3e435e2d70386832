"""The pages of repairs: the list, what can be repaired in an account, one with its difference, and its verbs."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from console.assurance import read as read_assurance
from console.audit import actor_of
from console.installation.opening import opened
from console.installation.paging import paged, rest_of_address
from console.pages import context, page, refuse
from console.repairs import running
from console.repairs.offering import offers
from console.repairs.showing import (
    APPROVE,
    PLAN,
    Difference,
    exchanges_of,
    is_wanted,
    may_alone,
    tone,
    what_may,
    who_approves,
)
from console.repairs.waiting import jobs_not_over
from extensions.health.models import Finding
from extensions.health.repairable import REPAIRABLE
from extensions.installations.models import Installation
from extensions.mappings.models import Repair
from extensions.mappings.models.repair import UNDER_WAY
from extensions.mappings.repairing import approving
from extensions.mappings.repairing.context import context_of, version_of
from extensions.mappings.repairing.operations import Operation
from extensions.mappings.repairing.proposing import only_switches_off, plan_of
from extensions.mappings.repairing.refusing import Refused, refusal_of
from oneflow.errors import OneflowError

SEE = "mappings.view_repair"
POST = ("POST",)
# Of a difference on one page: each has a table of its own.
ROWS = 40
# More operations than any template type has fields.
MOST_OPERATIONS = 400
FILTERS = (
    ("", "under way", UNDER_WAY),
    ("waiting", "waiting for approval", (Repair.State.WAITING,)),
    ("done", "done", (Repair.State.VERIFIED, Repair.State.UNDONE)),
    ("not", "not done", tuple(each for each in Repair.State if each not in (*UNDER_WAY, "verified", "undone"))),
    ("all", "all", tuple(Repair.State)),
)


@page(SEE, unaudited="lists repairs by what they do; holds no value of any account")
def repairs(request: HttpRequest) -> HttpResponse:
    """The repairs, the latest first; those under way unless asked otherwise, and of one planner where asked."""
    asked, who = request.GET.get("state", ""), request.GET.get("who", "").replace("\0", "").strip()[:150]
    # Those of a job stand in the job: a hundred of one kind would hide all others here.
    single: QuerySet[Repair] = Repair.objects.filter(job_member=None)
    chosen = single.filter(planned_by=who) if who else single
    numbers = dict(chosen.order_by().values_list("state").annotate(Count("pk")))
    states = next((states for value, _, states in FILTERS if value == asked), UNDER_WAY)
    rows = chosen.filter(state__in=states).select_related("installation__account", "installation__extension")
    shown = paged(request, rows, per_page=50)
    for row in shown:
        row.tone = tone(row.state)
    return render(
        request,
        "repairs/list.html",
        context(
            request,
            title="Repairs",
            rows=shown,
            asked=asked,
            who=who,
            planners=list(single.order_by("planned_by").values_list("planned_by", flat=True).distinct()[:50]),
            states=[(value, word, sum(numbers.get(each, 0) for each in of)) for value, word, of in FILTERS],
            rest=rest_of_address(request),
            jobs=jobs_not_over(),
        ),
    )


@page(PLAN, unaudited="says what could be repaired; planning it is recorded")
def offered(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """What the console can repair in an account, one form for each write."""
    this = opened(oneflow_id, key)
    installation = this.installation
    findings = Finding.objects.filter(installation=installation, code__in=REPAIRABLE).order_by("rank", "subject", "pk")
    under_way = Repair.objects.under_way().filter(installation=installation)
    return render(
        request,
        "repairs/offered.html",
        this.page(
            request,
            "installation-repair",
            offers=offers(installation, findings, context_of(installation, version_of(installation))),
            under_way=list(under_way[:20]),
        )
        | {"title": "Repair"},
    )


@page(PLAN, audited="repair.plan", methods=POST)
def plan(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """Read the account now and plan the repair that was chosen; its page then shows what it would change."""
    installation = opened(oneflow_id, key).installation
    return _planned(
        request,
        installation,
        lambda: running.plan(installation, _operations(request), actor=actor_of(request)),
        otherwise=reverse("installation-repair", args=[oneflow_id, key]),
    )


@page(SEE, unaudited="shows what a repair changes; of default values only whether there is one")
def repair(request: HttpRequest, number: int) -> HttpResponse:
    """One repair: where it stands, the three-way difference, what undoing would not bring back, what came of it."""
    row, now = _find(number), timezone.now()
    may = what_may(request.user, row, now)
    asks = row.state == Repair.State.WAITING and not may.approve
    others = who_approves(but=row.planner_id) if asks else ""
    try:
        difference, unreadable = Difference(plan_of(row)), None
    except Refused as refused:
        difference, unreadable = None, refused
    return render(
        request,
        "repairs/repair.html",
        context(
            request,
            title=f"Repair {row.pk}",
            crumbs=[("Repairs", reverse("repairs"))],
            repair=row,
            tone=tone(row.state),
            installation=row.installation,
            account=row.installation.account,
            home=_home(row),
            writes_allowed=row.installation.extension.writes_allowed,
            difference=difference,
            changing=paged(request, difference.changing, per_page=ROWS) if difference else (),
            rest=rest_of_address(request),
            unreadable=unreadable,
            may=may,
            others=others,
            only_off=only_switches_off(row.summary),
            the_jobs=running.is_the_jobs(row),
            progress=_progress(row),
            exchanges=exchanges_of(row),
            undoings=list(row.undoings.all()[:10]),  # type: ignore[attr-defined]
            now=now,
        ),
    )


@page(SEE, unaudited="says how far a repair is")
def progress(request: HttpRequest, number: int) -> HttpResponse:
    """The line that says how far it is; once it rests, the page is loaded anew."""
    row = _find(number)
    state = _progress(row)
    if state is None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "repairs/progress.html", {"progress": state, "repair": row})


@page(PLAN, audited="repair.run", methods=POST)
def run(request: HttpRequest, number: int) -> HttpResponse:
    """Have it written, or what was sent read back; the page then shows how far it is."""
    row, now, actor = _find(number), timezone.now(), actor_of(request)

    def do() -> None:
        running.demand_single(row)
        running.demand_writes(row)
        if row.state == Repair.State.PLANNED:
            approving.go_ahead(row, actor=actor, now=now)
        running.want(row, actor=actor, now=now)

    return _done(request, row, "repair.run", do)


@page(APPROVE, audited="repair.approve", methods=POST)
def approve(request: HttpRequest, number: int) -> HttpResponse:
    """Approve that something is removed, having confirmed each thing by its name."""
    row = _find(number)
    alone = row.planner_id == request.user.pk and may_alone(request.user)

    def do() -> None:
        running.demand_single(row)
        approving.approve(
            row,
            actor=actor_of(request),
            confirmed=request.POST.getlist("confirmed")[:MOST_OPERATIONS],
            alone=alone,
            now=timezone.now(),
        )
        messages.success(request, "Approved. Nothing is written until somebody runs it.")

    return _done(request, row, "repair.approve", do)


@page(APPROVE, audited="repair.decline", methods=POST)
def decline(request: HttpRequest, number: int) -> HttpResponse:
    """Say no to a repair that waits."""
    row, note = _find(number), request.POST.get("note", "").replace("\0", "").strip()[:250]
    return _done(
        request,
        row,
        "repair.decline",
        lambda: approving.decline(row, actor=actor_of(request), now=timezone.now(), note=note),
    )


@page(PLAN, audited="repair.withdraw", methods=POST)
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Give up a repair before anything was written."""
    row = _find(number)
    return _done(
        request,
        row,
        "repair.withdraw",
        lambda: approving.withdraw(row, actor=actor_of(request), now=timezone.now()),
    )


@page(APPROVE, audited="repair.give_up", methods=POST)
def give_up(request: HttpRequest, number: int) -> HttpResponse:
    """End a repair that was sent and cannot be read back."""
    row = _find(number)
    return _done(
        request,
        row,
        "repair.give_up",
        lambda: approving.give_up(row, actor=actor_of(request), now=timezone.now()),
    )


@page(PLAN, audited="repair.plan", methods=POST)
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Plan the repair that undoes this one, on the account as it is now."""
    row = _find(number)
    return _planned(
        request,
        row.installation,
        lambda: running.plan_undoing(row, actor=actor_of(request)),
        otherwise=reverse("repair", args=[row.pk]),
    )


@page(PLAN, audited="repair.plan", methods=POST)
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Plan the same once more, on the account as it is now, where nothing was written."""
    row = _find(number)
    return _planned(
        request,
        row.installation,
        lambda: running.plan_again(row, actor=actor_of(request)),
        otherwise=reverse("repair", args=[row.pk]),
    )


def _planned(
    request: HttpRequest, installation: Installation, do: Callable[[], Repair], *, otherwise: str
) -> HttpResponse:
    """To the new repair's page; where it was refused or Oneflow did not answer, back with the reason."""
    try:
        made = do()
    except Refused as refused:
        refuse(request, "repair.plan", installation, refused.sentence, shown=refused.in_full)
    except OneflowError as error:
        why = refusal_of(error)
        told = Refused(f"Oneflow could not be asked, so nothing was planned. {why.sentence}", why.remedy)
        refuse(request, "repair.plan", installation, told.sentence, shown=told.in_full, outcome="failed")
    else:
        return redirect("repair", made.pk)
    return redirect(otherwise)


def _done(request: HttpRequest, row: Repair, verb: str, do: Callable[[], None]) -> HttpResponse:
    try:
        do()
    except Refused as refused:
        refuse(request, verb, row.installation, refused.sentence, shown=refused.in_full, repair=row.pk)
    return redirect("repair", row.pk)


def _operations(request: HttpRequest) -> tuple[Operation, ...]:
    """What was chosen on the form. Raises `Refused`."""
    url = request.POST.get("url", "").strip()
    given = request.POST.getlist("operation")
    if len(given) > MOST_OPERATIONS:
        raise Refused("That is more than one template type can have.", "Choose fewer fields.")
    found = []
    for text in given:
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            data = None
        if isinstance(data, dict) and url:
            data["url"] = url
        found.append(Operation.from_json(data))
    return tuple(found)


def _find(number: int) -> Repair:
    # SQLite cannot even look for a larger number.
    rows = Repair.objects.select_related(
        "installation__account",
        "installation__extension",
        "installation__token",
        "blueprint",
        "undoes",
        "job_member__job",
    )
    row = rows.filter(pk=number).first() if number < 2**63 else None
    if row is None:
        raise Http404(f"There is no repair {number}.")
    return row


def _home(row: Repair) -> str:
    installation = row.installation
    return reverse("installation", args=[installation.account.oneflow_id, installation.extension.integration_key])


def _progress(row: Repair) -> dict[str, Any] | None:
    """While it is going to be run: whether it runs now, and whether anybody is there to do it."""
    now = timezone.now()
    held = row.lease_until is not None and row.lease_until > now
    if row.is_over or not (held or is_wanted(row)):
        return None
    later = row.run_at is not None and row.run_at > now
    return {"running": held, "worker": read_assurance()["worker"]["alive"], "later": later}
