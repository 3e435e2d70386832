"""The overview: one verdict, its cause in a sentence, how we know, what to do; and the facts at the side."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from console.assurance import read as read_assurance
from console.incidents.showing import of_installation
from console.installation.causes import causes_of, sentences
from console.installation.opening import SEE, Opened, opened
from console.installation.reading import unread
from console.installation.verbs import CHANGE
from console.issues.forms import Acknowledge, Snooze
from console.pages import page
from extensions.blueprints.models import Blueprint
from extensions.health.words.doubts import doubts
from extensions.installations.models import AccountExtension, Installation, Part, Verdict
from extensions.installations.models.installation import CHOSEN_MODES


@page(SEE, unaudited="shows verdict, causes and facts; of the acting user only the domain, no other personal data")
def overview(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """The installation page."""
    this = opened(oneflow_id, key)
    installation = this.installation
    parts = list(Part.objects.filter(installation=installation))
    connected = installation.state != Installation.State.DISCONNECTED
    causes = causes_of(request, this, parts) if connected else []
    # A warning is not why nothing is known: then the page begins with what was not read.
    leads = bool(causes) and not (
        installation.shown_verdict == Verdict.UNKNOWN  # type: ignore[attr-defined]
        and causes[0].finding.verdict == Verdict.WARNING
    )
    may_handle = request.user.has_perm("health.handle_issue")
    # Assigning asks for all colleagues: that is done on the issue's own page.
    forms = [Acknowledge(), Snooze()] if may_handle and leads and causes[0].issue else []
    for cause in causes:
        cause.unknown = sentences(cause.unknown)  # type: ignore[assignment]
    return render(
        request,
        "installation/overview.html",
        this.page(
            request,
            "installation",
            worst=causes[0] if leads else None,
            further=causes[1:] if leads else causes,
            more_causes=max(0, installation.causes - sum(len(cause.group.findings) for cause in causes)),
            findings_address=this.address("installation-findings"),
            doubts=[] if leads else _doubts(this, parts),
            unread=unread(parts),
            incidents=of_installation(installation) if installation.in_incident else [],  # type: ignore[attr-defined]
            never_read=not any(part.read_at for part in parts),
            versions=_versions(request, installation),
            modes=CHOSEN_MODES if request.user.has_perm(CHANGE) else {},
            tags=list(installation.account.tags.all()) if installation.is_tagged else [],  # type: ignore[attr-defined]
            progress=progress_of(this),
            may_handle=may_handle,
            handling=forms,
            acting_domain=installation.acting_user_email.rpartition("@")[2],
        ),
    )


@page(SEE, unaudited="says how far a refresh is")
def progress(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """The line that says how far the wanted refresh is; once it is done the page is loaded anew."""
    this = opened(oneflow_id, key)
    state = progress_of(this)
    if state is None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "installation/progress.html", {"progress": state, "opened": this})


def progress_of(this: Opened) -> dict[str, Any] | None:
    """While a refresh is wanted: since when, whether it runs, and whether anybody is there to do it."""
    installation = this.installation
    wanted_at = installation.wanted_at
    if wanted_at is None or installation.state == Installation.State.DISCONNECTED:
        return None
    running = installation.lease_until is not None and installation.lease_until > this.now
    return {
        "since": wanted_at,
        "running": running,
        "worker": read_assurance()["worker"]["alive"],
        "url": this.address("installation-progress"),
        "seconds": _seconds(wanted_at, this.now),
    }


def _doubts(this: Opened, parts: list[Part]) -> list[str]:
    """Why the verdict is unknown, a sentence for each reason; nothing for any other verdict."""
    if this.installation.shown_verdict != Verdict.UNKNOWN:  # type: ignore[attr-defined]
        return []
    rows = AccountExtension.objects.filter(installation=this.installation)
    return doubts(this.installation, parts, rows, this.now)


def _seconds(since: datetime, now: datetime) -> int:
    return max(0, int((now - since).total_seconds()))


def _versions(request: HttpRequest, installation: Installation) -> list[Blueprint]:
    """The blueprint versions to choose from, for those who may choose."""
    if not request.user.has_perm(CHANGE):
        return []
    return list(Blueprint.objects.released().filter(extension=installation.extension_id))
