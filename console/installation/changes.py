"""What refreshes found different in one account, the latest first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from console.installation.opening import SEE, opened
from console.installation.paging import paged, rest_of_address
from console.pages import page
from extensions.installations.models import Change


@page(SEE, unaudited="shows what changed in the account; changes hold no personal data")
def changes(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """A page of changes; narrowed by `kind`."""
    this = opened(oneflow_id, key)
    rows = Change.objects.filter(installation=this.installation)
    kind = request.GET.get("kind", "")
    if kind in Change.Kind.values:
        rows = rows.filter(kind=kind)
    return render(
        request,
        "installation/changes.html",
        this.page(
            request,
            "installation-changes",
            rows=paged(request, rows),
            rest=rest_of_address(request),
            kind=kind,
            kinds=Change.Kind.choices,
        ),
    )
