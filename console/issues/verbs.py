"""What staff do on the page of an issue, or beside a cause on the page of an installation."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.acting import Deed
from console.audit import actor_of
from console.issues.forms import Acknowledge, Assign, Handling, Snooze
from console.issues.page import found, refused
from console.pages import page
from extensions.health import handling
from extensions.health.models import Issue

HANDLE, POST = "health.handle_issue", ("POST",)


@page(HANDLE, audited="issue.acknowledge", methods=POST, form="issue")
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Take note of it."""
    return _handle(request, pk, Acknowledge)


@page(HANDLE, audited="issue.assign", methods=POST, form="issue")
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it to a colleague."""
    return _handle(request, pk, Assign)


@page(HANDLE, audited="issue.snooze", methods=POST, form="issue")
def snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Let it rest until a time."""
    return _handle(request, pk, Snooze)


@page(HANDLE, audited="issue.unacknowledge", methods=POST)
def unacknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the acknowledgement back."""
    return _undo(request, pk, handling.take_back_acknowledgement, "The acknowledgement is taken back.")


@page(HANDLE, audited="issue.unassign", methods=POST)
def unassign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it to nobody."""
    return _undo(request, pk, handling.take_back_assignment, "The issue is assigned to nobody.")


@page(HANDLE, audited="issue.wake", methods=POST)
def wake(request: HttpRequest, pk: int) -> HttpResponse:
    """End its snooze now."""
    return _undo(request, pk, handling.wake, "The snooze is over.")


def _handle(request: HttpRequest, pk: int, form_class: type[Handling]) -> HttpResponse:
    issue, form = found(pk), form_class(request.POST)
    if issue.state == Issue.State.RESOLVED:
        reason = "The issue is resolved already: there is nothing to handle."
        Deed(actor_of(request), form.verb, issue, outcome="refused", reason=reason).tell()
        messages.error(request, reason)
        return _back(request, issue)
    if not form.is_valid():
        return refused(request, issue, form)
    try:
        said = form.apply(Issue.objects.filter(pk=pk), actor=actor_of(request), now=timezone.now())
    except handling.Refused as exc:
        Deed(actor_of(request), form.verb, issue, outcome="refused", reason=str(exc)).tell()
        form.add_error(None, str(exc))
        return refused(request, issue, form)
    messages.success(request, said)
    return _back(request, issue)


def _undo(request: HttpRequest, pk: int, verb: Callable[..., int], said: str) -> HttpResponse:
    issue = found(pk)
    if verb(Issue.objects.filter(pk=pk), actor=actor_of(request), now=timezone.now()):
        messages.success(request, said)
    else:
        messages.warning(request, "There was nothing to take back: a colleague was quicker, or its time was over.")
    return _back(request, issue)


def _back(request: HttpRequest, issue: Issue) -> HttpResponse:
    """To where the form stood, if that is a page of ours, else to the issue."""
    back = request.POST.get("next", "")
    ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, {request.get_host()})
    return redirect(back) if ours else redirect("issue", issue.pk)
