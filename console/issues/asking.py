"""The page between choosing rows of a list and doing something to their issues."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from accounts.acting import Deed
from console.audit import actor_of
from console.facets import moment
from console.issues.forms import Handling
from console.pages import chosen, context
from extensions.health.handling import Refused
from extensions.health.models import Issue


def ask(
    admin: Any, request: HttpRequest, issues: QuerySet[Issue], form_class: type[Handling], back_to: str
) -> HttpResponseBase | None:
    """Ask for what the verb needs, and when answered do it. None leads back to the list, which is called `back_to`."""
    count = issues.unresolved().count()  # type: ignore[attr-defined]
    if not count:
        admin.message_user(request, "There is nothing to handle. Choose rows with open issues.", messages.WARNING)
        return None
    form = form_class(request.POST if "apply" in request.POST else None)
    if form.is_valid():
        try:
            said = form.apply(issues, actor=actor_of(request), now=moment(request))
        except Refused as exc:
            form.add_error(None, str(exc))
            Deed(actor_of(request), form.verb, _issues(count), outcome="refused", reason=str(exc)).tell()
        else:
            admin.message_user(request, said)
            return None
    return _question(request, form, count, back_to)


def _question(request: HttpRequest, form: Handling, count: int, back_to: str) -> HttpResponseBase:
    asked = context(
        request,
        title=f"{form.heading} {_issues(count)}",
        crumbs=[(back_to, request.get_full_path())],
        form=form,
        **chosen(request),
    )
    return render(request, "console/selection.html", asked)


def _issues(count: int) -> str:
    return "1 issue" if count == 1 else f"{count} issues"
