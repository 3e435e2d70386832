"""Which webhooks are ours in an account that the extension did not set up: seen while they point to us, or said.

Oneflow names no owner for what was made through its API. Once a webhook points elsewhere only what was seen or said
before tells it from one of the customer's own.
"""

from django.db import transaction

from accounts.acting import Actor, Deed
from extensions.installations.matching import points_exactly, points_right, texts, webhooks_of_ours
from extensions.installations.mirror import Mirror
from extensions.installations.models import Installation, Webhook

CLAIM, DISCLAIM = "webhook.claim", "webhook.disclaim"


class Refused(Exception):
    """Something that cannot be said of a webhook; the text says why and what to do."""


def keep_as_ours(installation: Installation, mirror: Mirror) -> None:
    """Remember the webhooks that point to our own full address, so that they are ours when it or they have moved.

    Of an installation that is loaded with account and extension. A pattern that leaves something open is no proof.
    """
    if installation.mode == Installation.Mode.EXTENSION:
        return
    patterns, account_id = texts(installation.extension.callback_urls), installation.account.oneflow_id
    found = [row for row in mirror.webhooks if _is_new(row) and points_exactly(row.callback_url, patterns, account_id)]
    for row in found:
        row.remembered = True
    Webhook.objects.bulk_update(found, ["remembered"])


def _is_new(row: Webhook) -> bool:
    known = row.remembered or row.disowned or row.integration_instance is not None
    return row.missing_since is None and not known


@transaction.atomic
def claim(installation: Installation, oneflow_id: str, *, actor: Actor) -> Webhook:
    """Keep that a webhook is ours, whatever it points to. Raises `Refused`."""
    webhook = _named(installation, oneflow_id)
    if installation.mode == Installation.Mode.EXTENSION:
        raise Refused("This account was set up by the extension, which owns what is ours. Say so first if it was not.")
    if any(webhooks_of_ours(installation, [webhook])):
        raise Refused(f"Webhook {webhook.oneflow_id} is ours already.")
    webhook.remembered, webhook.disowned = True, False
    return _said(webhook, CLAIM, actor)


@transaction.atomic
def disclaim(installation: Installation, oneflow_id: str, *, actor: Actor) -> Webhook:
    """Keep that a webhook is not ours; it is touched no more. Raises `Refused`."""
    webhook = _named(installation, oneflow_id)
    patterns = texts(installation.extension.callback_urls)
    if points_right(webhook.callback_url, patterns, installation.account.oneflow_id):
        raise Refused(
            f"Webhook {webhook.oneflow_id} points to our address, and is ours while it does. If a repair gave it that "
            "address, undo the repair first."
        )
    if webhook.disowned:
        raise Refused(f"That webhook {webhook.oneflow_id} is not ours was said already.")
    webhook.remembered, webhook.disowned = False, True
    return _said(webhook, DISCLAIM, actor)


def _named(installation: Installation, oneflow_id: str) -> Webhook:
    """The webhook of that id, if anything can be said of it."""
    if installation.state == Installation.State.DISCONNECTED:
        raise Refused("The account is disconnected. Connect it again first.")
    number = int(oneflow_id) if oneflow_id.isascii() and oneflow_id.isdigit() and len(oneflow_id) < 19 else 0
    webhook = Webhook.objects.present().filter(installation=installation, oneflow_id=number).first()
    if webhook is None:
        raise Refused("Oneflow lists no such webhook. Refresh, then choose from the list.")
    if webhook.integration_instance is not None:
        raise Refused(f"An extension made webhook {webhook.oneflow_id}, as Oneflow says: whose it is, is known.")
    return webhook


def _said(webhook: Webhook, verb: str, actor: Actor) -> Webhook:
    webhook.save(update_fields=["remembered", "disowned"])
    Deed(actor, verb, webhook.installation, details={"webhook": webhook.oneflow_id}).tell()
    return webhook
