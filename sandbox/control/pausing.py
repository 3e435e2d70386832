"""Pausing webhook delivery: of all, of an account, of a webhook."""

from typing import Any

from django.utils import timezone

from sandbox.control.asking import Asked, Refused, account_named, webhook_named
from sandbox.delivery import storing
from sandbox.delivery.sending import sender
from sandbox.models import Pause


def pauses(asked: Asked) -> list[dict[str, Any]]:
    return listed_pauses()


def pause(asked: Asked) -> list[dict[str, Any]]:
    """Pause one webhook, those of one account, or all."""
    account, webhook = _paused_scope(asked)
    Pause.objects.get_or_create(account_id=account, webhook_id=webhook, defaults={"since": timezone.now()})
    sender.pause(storing.pauses())
    return listed_pauses()


def resume(asked: Asked) -> list[dict[str, Any]]:
    """End the pause of that webhook or account; without either, every pause there is."""
    account, webhook = _paused_scope(asked)
    rows = Pause.objects.all()
    if (account, webhook) != (None, None):
        rows = rows.filter(account_id=account, webhook_id=webhook)
    rows.delete()
    sender.pause(storing.pauses())
    return listed_pauses()


def _paused_scope(asked: Asked) -> tuple[int | None, int | None]:
    asked.only("account", "webhook")
    account, webhook = account_named(asked), webhook_named(asked)
    if account is not None and webhook is not None:
        raise Refused(400, "Name an account or a webhook, not both; neither means all.")
    return account, webhook


def listed_pauses() -> list[dict[str, Any]]:
    rows = Pause.objects.order_by("pk")
    return [{"account": row.account_id, "webhook": row.webhook_id, "since": row.since.isoformat()} for row in rows]
