"""The page of one issue: what it is, since when, who handles it, and its whole history."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from console.fleet_list import address_of
from console.installation.paging import paged, rest_of_address
from console.issues.forms import Acknowledge, Assign, Snooze
from console.pages import context, page
from extensions.health.codes import CODES, sentence
from extensions.health.models import Issue, IssueEvent

RELATED = ("installation__account", "installation__extension", "owner")


@page("health.view_issue", unaudited="shows a cause and who handled it; nothing personal of a customer")
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """The issue with its events, the latest first."""
    return render(request, "issues/issue.html", _context(request, found(pk)))


def refused(request: HttpRequest, row: Issue, form: Any) -> HttpResponse:
    """The page again, with what was filled in and why it was refused."""
    return render(request, "issues/issue.html", _context(request, row, form), status=422)


def found(pk: int) -> Issue:
    """The issue as it is shown now; 404 when there is none."""
    row = Issue.objects.with_shown(timezone.now()).select_related(*RELATED).filter(pk=pk).first()
    if row is None:
        raise Http404(f"There is no issue {pk}. It may have been deleted when its time was over.")
    return row


def _context(request: HttpRequest, row: Issue, tried: Any = None) -> dict[str, Any]:
    may = request.user.has_perm("health.handle_issue") and row.state != Issue.State.RESOLVED
    forms = [tried if isinstance(tried, each) else each() for each in (Acknowledge, Assign, Snooze)] if may else []
    return context(
        request,
        title=sentence(row.code),
        crumbs=[
            ("Issues", reverse("admin:health_issue_changelist")),
            (str(row.account), address_of(row.installation)),
        ],
        issue=row,
        code=CODES.get(row.code),
        account=row.account,
        address=address_of(row.installation),
        forms=forms,
        may_handle=may,
        now=timezone.now(),
        rows=paged(request, IssueEvent.objects.filter(issue=row)),
        rest=rest_of_address(request),
    )
