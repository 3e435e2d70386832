"""The customer's page, which needs no sign-in, and the page on which staff give its address and end it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.acting import unaudited
from console.audit import actor_of
from console.installation.opening import opened
from console.pages import page, refuse
from console.status.telling import status_of
from console.status.words import LANGUAGES, Words, words_for
from extensions.health import sharing
from extensions.health.models import StatusLink
from extensions.installations.models import Installation

DEFAULT_DAYS = 7


@unaudited("the customer reads the state of their own account; that and when the link was opened stands with the link")
@never_cache
@require_safe
def status(request: HttpRequest, text: str) -> HttpResponse:
    """What is wrong in the account of this address and what to do; 410 where the link has ended, 404 for any other."""
    now = timezone.now()
    asked = request.GET.get("language")
    try:
        link = sharing.open_link(text, now)
    except sharing.NotALink:
        return _shown(request, words_for(asked or _accepted(request), ""), "no_link", 404)
    except sharing.Ended as ended:
        return _shown(request, words_for(asked, ended.link.installation.account.country_code), "ended", 410)
    installation = link.installation
    words = words_for(asked, installation.account.country_code)
    return _status(request, installation, words, now, link)


def _status(
    request: HttpRequest, installation: Installation, words: Words, now: datetime, link: StatusLink | None = None
) -> HttpResponse:
    state = status_of(installation, words.language, now)
    return _shown(request, words, "status", 200, link=link, installation=installation, state=state)


def _shown(request: HttpRequest, words: Words, kind: str, code: int, **more: Any) -> HttpResponse:
    with translation.override(words.language):
        # Without the request: the frame's context is for staff, and none of it belongs on this page.
        content = {"words": words, "kind": kind, "languages": LANGUAGES.values(), "path": request.path, **more}
        answer = HttpResponse(render_to_string("status/page.html", content), status=code)
    # The address is a key: no page that is reached from here may learn it.
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return answer


def _accepted(request: HttpRequest) -> str:
    return translation.get_language_from_request(request)[:2]


@page("health.view_statuslink", unaudited="lists which links were given; the addresses only to whoever may give them")
def links(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """The links given for one installation, the living ones with their addresses, and the form for a new one."""
    this = opened(oneflow_id, key)
    may_share = request.user.has_perm("health.share_status")
    rows = list(StatusLink.objects.filter(installation=this.installation)[:100])
    for row in rows:
        row.shown_state = row.state(this.now)  # type: ignore[attr-defined]
        if may_share and row.shown_state == "living":  # type: ignore[attr-defined]
            address = reverse("status", args=[sharing.address_of(row)])
            row.address = request.build_absolute_uri(address)  # type: ignore[attr-defined]
    return render(
        request,
        "status/links.html",
        this.page(
            request,
            "installation-status-links",
            title="Status links",
            rows=rows,
            days=sharing.DAYS,
            default_days=DEFAULT_DAYS,
        ),
    )


@page("health.view_statuslink", unaudited="shows staff what the customer would see; nothing that their own page lacks")
def preview(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """The customer's page as it would be now, without a link and counted for none."""
    this = opened(oneflow_id, key)
    words = words_for(request.GET.get("language"), this.installation.account.country_code)
    return _status(request, this.installation, words, this.now)


@page("health.share_status", audited="status_link.share", methods=("POST",))
def share(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """Make a link that lives as many days as were chosen."""
    installation = opened(oneflow_id, key).installation
    actor = actor_of(request)
    days = request.POST.get("days", "")
    try:
        sharing.share(installation, int(days) if days in map(str, sharing.DAYS) else 0, actor, timezone.now())
    except sharing.Refused as exc:
        refuse(request, "status_link.share", installation, str(exc))
    else:
        messages.success(request, "The link is made. Copy its address and send it to the customer.")
    return redirect("installation-status-links", oneflow_id, key)


@page("health.share_status", audited="status_link.revoke", methods=("POST",))
def revoke(request: HttpRequest, oneflow_id: int, key: str, pk: int) -> HttpResponse:
    """End a link at once."""
    installation = opened(oneflow_id, key).installation
    link = StatusLink.objects.filter(installation=installation, pk=pk).first()
    if link is None:
        raise Http404("This installation has no such link.")
    if sharing.revoke(link, actor_of(request), timezone.now()):
        messages.success(request, "The link has ended: whoever opens it now is told so.")
    else:
        messages.warning(request, "The link had ended already.")
    return redirect("installation-status-links", oneflow_id, key)
