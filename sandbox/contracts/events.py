"""Recording what happens to a contract. Whoever delivers webhooks listens to `recorded`."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import Signal
from django.utils import timezone

from sandbox.models import Contract, Event

# Sent in the transaction of the change, with `contract` and `events`: the rows that belong into one callback.
recorded = Signal()


def record(contract: Contract, types: Sequence[str], *, actor: dict[str, Any] | None = None) -> list[Event]:
    """Store events of these types (section 11.5) that happen together, and tell whoever listens.

    Call it in the transaction that changes the contract. `actor` is shown by `GET …/events/{event_id}` (6.15).
    """
    at = timezone.now()
    events = [Event.objects.create(contract=contract, type=kind, created_time=at, actor=actor) for kind in types]
    recorded.send(sender=Event, contract=contract, events=events)
    return events
