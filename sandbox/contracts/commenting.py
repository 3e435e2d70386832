"""Commenting on a contract (section 6.16)."""

from collections.abc import Sequence

from django.db import transaction

from sandbox import clock
from sandbox.contracts.events import record, user_as_actor
from sandbox.models import Comment, Contract, Participant, User


@transaction.atomic
def comment(
    contract: Contract,
    user: User | None,
    body: str,
    *,
    parent: Comment | None = None,
    private: bool = False,
    recipients: Sequence[Participant] = (),
) -> Comment:
    """Add a comment of the owner's side, and its event `comment:create`. A reply is as private as what it answers."""
    actor = user_as_actor(contract, user)
    party, person = actor["party"] or {}, actor["participant"] or {}
    made = Comment.objects.create(
        contract=contract,
        parent=parent,
        body=body,
        private=private or (parent is not None and parent.private),
        sender={
            # A colleague who is not in the contract may comment too, and nobody at all with the token alone.
            "participant_id": person.get("id"),
            "participant_name": person.get("name", user.name if user else ""),
            "party_id": party.get("id"),
            "party_name": party.get("name", ""),
        },
        recipients=[_named(recipient) for recipient in recipients],
        created_time=clock.now(),
    )
    record(contract, ["comment:create"], actor=actor)
    return made


def _named(participant: Participant) -> dict[str, object]:
    return {
        "participant_id": participant.pk,
        "participant_name": participant.name,
        "party_id": participant.party_id,
        "party_name": participant.party.name,
    }
