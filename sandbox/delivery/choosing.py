"""Which webhooks are told of a change, and of which of its events (sections 10.2 and 11.1)."""

import secrets
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from sandbox.delivery import bodies
from sandbox.delivery.filters import lets_through
from sandbox.delivery.sending import sender
from sandbox.models import Callback, Contract, Event, Webhook


def store(contract: Contract, events: Sequence[Event], **_: Any) -> None:
    """Store one callback for each webhook that is to be told, in the transaction of the change; sent after it."""
    now = timezone.now()
    rows = [
        Callback(
            account_id=contract.account_id,
            contract=contract,
            webhook_id=webhook.pk,
            # 40 hex characters, the same for all attempts (11.2).
            callback_id=secrets.token_hex(20),
            events=told,
            created_time=now,
            next_attempt_time=now,
        )
        for webhook in _webhooks(contract)
        if (told := _told(webhook, contract, events))
    ]
    if rows:
        Callback.objects.bulk_create(rows)
        waiting = [(row.pk, (row.account_id, row.webhook_id), now.timestamp()) for row in rows]
        transaction.on_commit(lambda: sender.offer(waiting))


def _webhooks(contract: Contract) -> list[Webhook]:
    """Those of the contract's template type or of none; an extension's only for what was created through it."""
    of_its_type = Q(template_group_id=None) | Q(template_group_id=contract.template_type_id)
    rows = contract.account.webhooks.living().filter(of_its_type).select_related("extension").order_by("pk")
    return [row for row in rows if row.is_live and row.extension_id in (None, contract.made_through_id)]


def _told(webhook: Webhook, contract: Contract, events: Sequence[Event]) -> list[dict[str, Any]]:
    """The events that pass its filters, as its format can say them."""
    return [
        bodies.event(event.pk, event.type, event.created_time, _participant(event))
        for event in events
        if lets_through(webhook.filters, event.type, contract.workspace_id)
        and (not webhook.legacy_webhook or event.type in bodies.FORMER_TYPES)
    ]


def _participant(event: Event) -> int | None:
    participant = (event.actor or {}).get("participant") or {}
    pk: int | None = participant.get("id")
    return pk
