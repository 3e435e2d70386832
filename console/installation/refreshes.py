"""The runs that read one account, and the HTTP exchanges of the one that is chosen."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from console.installation.opening import SEE, opened
from console.installation.paging import paged, rest_of_address
from console.installation.reading import reading
from console.pages import page
from extensions.installations.models import Exchange, Part, Refresh


@page(SEE, unaudited="shows when and how the account was read; exchanges hold no secret and no personal data")
def refreshes(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """A page of refreshes; `refresh` chooses whose exchanges are shown, else those of the latest on the page."""
    this = opened(oneflow_id, key)
    parts = {part.name: part for part in Part.objects.filter(installation=this.installation)}
    shown = paged(request, Refresh.objects.filter(installation=this.installation), per_page=25)
    asked = request.GET.get("refresh", "")
    chosen = next((row for row in shown if str(row.pk) == asked), None) or next(iter(shown), None)
    return render(
        request,
        "installation/refreshes.html",
        this.page(
            request,
            "installation-refreshes",
            rows=shown,
            rest=rest_of_address(request),
            chosen=chosen,
            exchanges=list(Exchange.objects.filter(refresh=chosen)) if chosen else [],
            parts=[reading(parts, name) for name in sorted(parts)],
        ),
    )
