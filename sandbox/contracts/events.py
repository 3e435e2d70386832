"""Recording what happens to a contract. Whoever delivers webhooks listens to `recorded`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.dispatch import Signal

from sandbox import clock
from sandbox.models import Contract, Event, Participant, Party, User

Actor = dict[str, Any]
# Sent in the transaction of the change, with `contract` and `events`: the rows that belong into one callback.
recorded = Signal()


def record(
    contract: Contract, types: Sequence[str], *, actor: Actor | None = None, at: datetime | None = None
) -> list[Event]:
    """Store events of these types (section 11.5) that happen together, and tell whoever listens.

    Call it in the transaction that changes the contract. `actor` is shown by `GET …/events/{event_id}` (6.15); none
    when time alone did it.
    """
    if not types:
        return []
    moment = at or clock.now()
    events = [Event.objects.create(contract=contract, type=kind, created_time=moment, actor=actor) for kind in types]
    recorded.send(sender=Event, contract=contract, events=events)
    return events


def participant_as_actor(participant: Participant) -> Actor:
    return _actor(participant.party, participant)


def user_as_actor(contract: Contract, user: User | None) -> Actor:
    """The owner's side; and the participant that the user is there, if any."""
    party = contract.parties.filter(my_party=True).first()
    email = user.email if user else ""
    participant = party.participants.filter(email__iexact=email).first() if party and email else None
    return _actor(party, participant)


def _actor(party: Party | None, participant: Participant | None) -> Actor:
    return {
        "party": party and {"id": party.pk, "name": party.name},
        "participant": participant and {"id": participant.pk, "name": participant.name},
    }
