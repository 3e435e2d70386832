"""The checklist page of an installation that connects: it ticks itself."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from console.connecting import checklist as steps
from console.connecting.views import address, installation_of
from console.pages import context, is_part, page
from extensions.health.models import Finding
from extensions.installations.mirror import Mirror
from extensions.installations.models import Installation

# Seconds between two looks of the page: while a refresh is under way, and while a person is waited for.
SOON, SELDOM = 3, 20


@page("installations.view_installation", unaudited="shows what the mirror holds; no personal data")
def checklist(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """The seven steps; to htmx only them, and nothing (204) while they are as the page shows them."""
    installation = installation_of(oneflow_id, key)
    found = steps.steps(_known(installation))
    under_way = installation.wanted_at is not None and installation.token is not None
    digest = steps.digest(found, under_way, installation.refreshed_at, installation.state)
    polled = is_part(request)
    if polled and request.GET.get("seen") == digest:
        return HttpResponse(status=204)
    open_steps = [step for step in found if not step.is_done]
    shown = {
        "installation": installation,
        "steps": found,
        "done": len(found) - len(open_steps),
        "under_way": under_way,
        "digest": digest,
        "gone": installation.state == Installation.State.DISCONNECTED,
        "every": (SOON if under_way else SELDOM) if open_steps or under_way else None,
        "retry_minutes": int(settings.REFRESH_ALERT.total_seconds() // 60) or 1,
        "page_url": address(installation),
        "here": address(installation, "installation-connecting"),
        "refresh_url": address(installation, "installation-refresh"),
    }
    if polled:
        return render(request, "connecting/steps.html", shown)
    title = f"Connecting {installation.account}"
    crumbs = [(str(installation.account), address(installation))]
    return render(request, "connecting/checklist.html", context(request, title=title, crumbs=crumbs, **shown))


def _known(installation: Installation) -> steps.Known:
    return steps.Known(
        installation=installation,
        mirror=Mirror.load(installation),
        findings=list(Finding.objects.filter(installation=installation)),
        blueprint=installation.blueprint or installation.extension.blueprints.released().first(),
    )
