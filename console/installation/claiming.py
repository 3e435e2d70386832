"""What staff say of a webhook on the page of an installation: that it is ours, or that it is not."""

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.acting import Actor
from console.audit import actor_of
from console.installation import verbs
from console.installation.opening import opened
from console.installation.verbs import CHANGE, POST
from console.pages import page, refuse
from console.refreshing import kick
from extensions.health.rejudging import rejudge_these
from extensions.installations.claiming import CLAIM, DISCLAIM, Refused, claim, disclaim
from extensions.installations.models import Installation, Webhook
from extensions.mappings.repairing.remembering import read_soon


@page(CHANGE, audited=CLAIM, methods=POST)
def ours(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """The product made this webhook: it is judged from now on, and its address may be corrected."""
    told = "Webhook {} is ours: it is judged from now on, and a repair may correct its address."
    return _say(request, opened(oneflow_id, key).installation, CLAIM, claim, told)


@page(CHANGE, audited=DISCLAIM, methods=POST)
def not_ours(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """This webhook is the customer's own: it is neither judged nor touched."""
    told = "Webhook {} is the customer’s own: it is judged no more, and no repair touches it."
    return _say(request, opened(oneflow_id, key).installation, DISCLAIM, disclaim, told)


def _say(
    request: HttpRequest, installation: Installation, verb: str, say: Callable[..., Webhook], told: str
) -> HttpResponse:
    try:
        webhook = _said(installation, request.POST.get("webhook", ""), say, actor_of(request))
    except (Refused, verbs.Refused) as exc:
        refuse(request, verb, installation, str(exc))
    else:
        messages.success(request, told.format(webhook.oneflow_id))
    return redirect("installation-webhooks", installation.account.oneflow_id, installation.extension.integration_key)


@transaction.atomic
def _said(installation: Installation, oneflow_id: str, say: Callable[..., Webhook], actor: Actor) -> Webhook:
    """Keep it, judge the account by it at once, and have it read: a refresh under way began without knowing it."""
    verbs.demand_no_repair(installation)
    now = timezone.now()
    # First the installation, then its webhook: a refresh holds them in that order too.
    read_soon(installation, now)
    webhook = say(installation, oneflow_id, actor=actor)
    rejudge_these([installation.pk], now)
    transaction.on_commit(kick)
    return webhook
