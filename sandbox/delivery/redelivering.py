"""Sending again what was given up, or anything else that was sent once."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from sandbox.delivery.sending import sender
from sandbox.models import Callback


@transaction.atomic
def redeliver(rows: Any) -> int:
    """Let these callbacks be sent now and begin their retry schedule anew, under the same `callback_id`; how many."""
    now = timezone.now()
    lanes = list(rows.values_list("pk", "account_id", "webhook_id"))
    waits = {"state": Callback.State.WAITING, "attempts": 0, "next_attempt_time": now}
    rows.update(failed_time=None, wait=None, ended_time=None, **waits)
    waiting = [(pk, (account, webhook), now.timestamp()) for pk, account, webhook in lanes]
    transaction.on_commit(lambda: sender.offer(waiting))
    return len(lanes)
