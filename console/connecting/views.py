"""The pages that connect an account, give it a new token, and disconnect it. Rules stand in the rooms below."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from accounts.connecting import Identity, Refusal
from console.audit import actor_of
from console.connecting.asking import ACCEPT, CONNECT, RELINK, Pasted, asked_again, first_asked, text_of
from console.connecting.verbs import end, refresh_soon, tell_refusal
from console.pages import context, page
from extensions.blueprints.models import Extension
from extensions.installations.connecting import check_new, check_relink, connect, holds, relink
from extensions.installations.models import Installation
from extensions.installations.models.installation import CHOSEN_MODES

# A page of more people would weigh too much; beyond it staff type the email.
MOST_CHOICES = 300


def address(installation: Installation, name: str = "installation") -> str:
    """Where a page about the installation is."""
    return reverse(name, args=[installation.account.oneflow_id, installation.extension.integration_key])


def installation_of(oneflow_id: int, key: str) -> Installation:
    """The installation that an address names, or 404."""
    rows = Installation.objects.select_related("account", "extension", "token")
    return get_object_or_404(rows, account__oneflow_id=oneflow_id, extension__integration_key=key)


@page("accounts.connect_account", audited="account.connect", methods=("GET", "POST"))
@sensitive_post_parameters("token", "passage")
def paste(request: HttpRequest) -> HttpResponse:
    """Paste a token; the answer says whose it is. Nothing is stored."""
    if request.method != "POST":
        return _paste_page(request)
    extension = Extension.objects.filter(integration_key=text_of(request, "extension")).first()
    if extension is None:
        refusal = Refusal("no_extension", "No extension was chosen.", "Choose the one that the token comes from.")
        return _paste_page(request, refusal=refusal)
    try:
        identity, pasted = first_asked(request, extension)
        check_new(pasted.token, identity, extension)
    except Refusal as refusal:
        return _refused(request, refusal, extension)
    former = Installation.objects.filter(account__oneflow_id=identity.account_id, extension=extension).first()
    return render(
        request,
        "connecting/confirm.html",
        context(
            request,
            title="Is this the customer?",
            crumbs=[("Connect", reverse("connect"))],
            extension=extension,
            former=former,
            modes={} if identity.accepted else CHOSEN_MODES,
            mode=former.mode if former else "",
            action=reverse("connect-confirm"),
            verb="Connect",
            back=reverse("connect"),
            **_choices(identity, former.acting_user_email if former else ""),
            pasted=pasted,
            passage=pasted.sealed(request, CONNECT, extension),
        ),
    )


@page("accounts.connect_account", audited="account.connect", methods=("GET", "POST"))
@sensitive_post_parameters("token", "passage")
@sensitive_variables("pasted")
def confirm(request: HttpRequest) -> HttpResponse:
    """Store the connection that was looked at, and lead to its checklist."""
    if request.method != "POST":
        return redirect("connect")
    extension = get_object_or_404(Extension, integration_key=text_of(request, "extension"))
    try:
        pasted = Pasted.opened(request, CONNECT, extension)
        known = Installation.objects.filter(account__oneflow_id=pasted.account_id, extension=extension)
        installation = known.select_related("account", "extension", "token").first()
        if installation is None or not holds(installation, pasted.token):  # else the form was sent twice
            identity = asked_again(extension, pasted)
            installation = connect(
                pasted.token,
                identity,
                extension=extension,
                acting_user_email=text_of(request, "acting_user"),
                actor=actor_of(request),
                now=timezone.now(),
                reason=pasted.reason,
                customer_reference=pasted.reference,
                mode=text_of(request, "mode"),
            )
            refresh_soon()
            messages.success(request, f"{installation.account} is connected. Its first refresh is on its way.")
    except Refusal as refusal:
        return _refused(request, refusal, extension)
    return redirect("installation-connecting", installation.account.oneflow_id, extension.integration_key)


@page("accounts.relink_account", audited="account.relink", methods=("GET", "POST"))
@sensitive_post_parameters("token", "passage")
def relink_paste(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """Paste the new token of a connected account; the answer says whose it is. Nothing is stored."""
    installation = installation_of(oneflow_id, key)
    if request.method != "POST":
        return _relink_page(request, installation)
    try:
        identity, pasted = first_asked(request, installation.extension, account_expected=oneflow_id)
        check_relink(pasted.token, installation)
    except Refusal as refusal:
        return _relink_refused(request, refusal, installation)
    return render(
        request,
        "connecting/confirm.html",
        context(
            request,
            title="Give it the new token?",
            crumbs=_crumbs(installation),
            extension=installation.extension,
            action=address(installation, "installation-relink-confirm"),
            verb="Relink",
            back=address(installation, "installation-relink"),
            relinked=installation,
            **_choices(identity, installation.acting_user_email),
            pasted=pasted,
            passage=pasted.sealed(request, RELINK, installation.extension),
        ),
    )


@page("accounts.relink_account", audited="account.relink", methods=("GET", "POST"))
@sensitive_post_parameters("token", "passage")
@sensitive_variables("pasted")
def relink_confirm(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """Store the new token on the same installation."""
    installation = installation_of(oneflow_id, key)
    if request.method != "POST":
        return redirect(address(installation, "installation-relink"))
    try:
        pasted = Pasted.opened(request, RELINK, installation.extension)
        if pasted.account_id != oneflow_id:
            raise Refusal("other_page", "This page was made for another account.", "Paste the token again.")
        if not holds(installation, pasted.token):  # else the form was sent twice
            identity = asked_again(installation.extension, pasted)
            relink(
                installation,
                pasted.token,
                identity,
                actor=actor_of(request),
                now=timezone.now(),
                acting_user_email=text_of(request, "acting_user"),
                reason=pasted.reason,
            )
            refresh_soon()
            messages.success(request, f"{installation.account} has the new token. A refresh is on its way.")
    except Refusal as refusal:
        return _relink_refused(request, refusal, installation)
    return redirect(address(installation))


@page("accounts.disconnect_account", audited="account.disconnect", methods=("GET", "POST"))
def disconnect(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """Say what disconnecting loses and what it keeps; do it when that is confirmed."""
    installation = installation_of(oneflow_id, key)
    if request.method == "POST":
        reason = text_of(request, "reason").strip()[:2000]
        end(installation, actor=actor_of(request), now=timezone.now(), reason=reason)
        messages.success(request, f"{installation.account} is disconnected. Its token is destroyed, its history kept.")
        return redirect(address(installation))
    return render(
        request,
        "connecting/disconnect.html",
        context(
            request,
            title="Disconnect",
            crumbs=_crumbs(installation),
            installation=installation,
            back=address(installation),
            gone=installation.state == Installation.State.DISCONNECTED,
        ),
    )


def _crumbs(installation: Installation) -> list[tuple[str, str]]:
    return [(str(installation.account), address(installation))]


def _choices(identity: Identity, current: str) -> dict[str, Any]:
    candidates = identity.candidates
    return {
        "identity": identity,
        "candidates": candidates[:MOST_CHOICES],
        "further": max(len(candidates) - MOST_CHOICES, 0),
        "suggested": identity.suggested(current),
        "current": current,
    }


def _refused(request: HttpRequest, refusal: Refusal, extension: Extension) -> HttpResponse:
    tell_refusal(refusal, actor=actor_of(request), verb="account.connect", extension=extension)
    connected = None
    if refusal.account_id is not None:
        of_account = Installation.objects.filter(account__oneflow_id=refusal.account_id)
        connected = of_account.select_related("account", "extension").filter(extension=extension).first()
    return _paste_page(request, refusal=refusal, connected=connected)


def _paste_page(
    request: HttpRequest, *, refusal: Refusal | None = None, connected: Installation | None = None
) -> HttpResponse:
    extensions = list(Extension.objects.all())
    chosen = request.POST.get("extension") or request.GET.get("extension")
    return render(
        request,
        "connecting/paste.html",
        context(
            request,
            title="Connect an account",
            extensions=extensions,
            chosen=next((each for each in extensions if each.integration_key == chosen), None),
            refusal=refusal,
            connected=connected,
            connected_url=address(connected) if connected else "",
            relink_url=address(connected, "installation-relink") if connected else "",
            may_accept=request.user.has_perm(ACCEPT),  # type: ignore[union-attr]
            values={name: request.POST.get(name, "") for name in ("reason", "reference", "accept_key")},
            action=reverse("connect"),
        ),
    )


def _relink_refused(request: HttpRequest, refusal: Refusal, installation: Installation) -> HttpResponse:
    tell_refusal(refusal, actor=actor_of(request), verb="account.relink", installation=installation)
    return _relink_page(request, installation, refusal=refusal)


def _relink_page(request: HttpRequest, installation: Installation, *, refusal: Refusal | None = None) -> HttpResponse:
    return render(
        request,
        "connecting/relink.html",
        context(
            request,
            title="Relink",
            crumbs=_crumbs(installation),
            installation=installation,
            refusal=refusal,
            gone=installation.state == Installation.State.DISCONNECTED,
            may_accept=request.user.has_perm(ACCEPT),  # type: ignore[union-attr]
            values={name: request.POST.get(name, "") for name in ("reason", "accept_key")},
            action=address(installation, "installation-relink"),
            back=address(installation),
        ),
    )
