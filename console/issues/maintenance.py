"""Maintenance: what is planned, running and over; planning it, and calling it off."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.acting import Deed
from console.audit import actor_of
from console.installation.paging import paged, rest_of_address
from console.issues.forms import Plan
from console.pages import context, page
from extensions.health import maintaining
from extensions.health.handling import Refused
from extensions.health.models import MaintenanceWindow

SEE, PLAN = "health.view_maintenancewindow", "health.plan_maintenance"


@page(SEE, unaudited="lists planned maintenance; nothing personal of a customer")
def windows(request: HttpRequest) -> HttpResponse:
    """The windows, the latest first, and for those who may the form for a new one."""
    account = request.GET.get("account", "").replace("\0", "")[:20]
    return _render(request, Plan(initial={"account": account}))


@page(PLAN, audited="maintenance.plan", methods=("POST",), form="maintenance")
def plan(request: HttpRequest) -> HttpResponse:
    """Plan a window."""
    form = Plan(request.POST)
    if form.is_valid():
        try:
            said = form.apply(actor=actor_of(request), now=timezone.now())
        except Refused as exc:
            form.add_error(None, str(exc))
            Deed(actor_of(request), "maintenance.plan", "maintenance", outcome="refused", reason=str(exc)).tell()
        else:
            messages.success(request, said)
            return redirect("maintenance")
    return _render(request, form, status=422)


@page(PLAN, audited="maintenance.call_off", methods=("POST",))
def call_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a window off."""
    window = get_object_or_404(MaintenanceWindow.objects.select_related("account", "tag"), pk=pk)
    if maintaining.call_off(window, actor=actor_of(request), now=timezone.now()):
        messages.success(request, f"Maintenance of {window.scope} is called off. What is open is told again.")
    else:
        messages.warning(request, "It was over already, or a colleague called it off.")
    return redirect("maintenance")


def _render(request: HttpRequest, form: Plan, status: int = 200) -> HttpResponse:
    now = timezone.now()
    rows = paged(request, MaintenanceWindow.objects.select_related("account", "tag"), per_page=50)
    for row in rows:
        row.shown_state = row.state(now)  # type: ignore[attr-defined]
    return render(
        request,
        "issues/maintenance.html",
        context(
            request,
            title="Maintenance",
            form=form if request.user.has_perm(PLAN) else None,
            rows=rows,
            rest=rest_of_address(request),
        ),
        status=status,
    )
