"""What people do with a contract that was sent to them: look at it, sign it, decline it. No API does it for them."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from sandbox import clock
from sandbox.contracts import lifecycle
from sandbox.contracts.events import Actor, participant_as_actor, record
from sandbox.contracts.keeping import OPEN, State, enter, keep, need
from sandbox.contracts.refusing import WrongState
from sandbox.models import Contract, Participant

SignState = Participant.SignState
SENT = (State.PENDING, State.OVERDUE, State.SIGNED, State.DECLINED)


@transaction.atomic
def visit(participant: Participant) -> None:
    """The participant opens the contract; the first time is an event."""
    contract = participant.party.contract
    need(contract, SENT, "visited")
    participant.refresh_from_db()
    now = clock.now()
    first = participant.first_visited_time is None
    if first:
        participant.first_visited_time = now
    participant.last_visited_time = now
    participant.visits += 1
    participant.delivery_status = "opened"
    participant.save()
    if first:
        record(contract, ["participant:first_visit"], actor=participant_as_actor(participant))


@transaction.atomic
def sign(participant: Participant) -> None:
    """The participant signs; the last signatory's signature signs the contract, and both events go together."""
    contract = participant.party.contract
    now = clock.now()
    _decide(contract, participant, SignState.SIGNED, now)
    last = not signatories(contract).exclude(sign_state=SignState.SIGNED).exists()
    life = _become_signed(contract, now) if last else []
    keep(contract)
    types = ["participant:sign", "contract:sign"] if last else ["participant:sign"]
    record(contract, types, actor=participant_as_actor(participant))
    record(contract, life)


@transaction.atomic
def decline(participant: Participant) -> None:
    """A signatory declines, and with them the contract is declined."""
    contract = participant.party.contract
    now = clock.now()
    _decide(contract, participant, SignState.DECLINED, now)
    enter(contract, State.DECLINED, now)
    keep(contract)
    record(contract, ["participant:decline", "contract:decline"], actor=participant_as_actor(participant))


@transaction.atomic
def decline_for_owner(contract: Contract, actor: Actor | None = None) -> None:
    """The owner's side declines its own contract, whoever of it is a signatory (ASSUMED)."""
    need(contract, (State.PENDING,), "declined")
    enter(contract, State.DECLINED, clock.now())
    keep(contract)
    record(contract, ["contract:decline"], actor=actor)


@transaction.atomic
def mark_as_signed(contract: Contract, actor: Actor | None = None) -> None:
    """Signed elsewhere, on paper say: the people's own decisions stay as they are (ASSUMED)."""
    need(contract, OPEN, "marked as signed")
    now = clock.now()
    life = _become_signed(contract, now)
    keep(contract)
    record(contract, ["contract:sign"], actor=actor)
    record(contract, life)


def signatories(contract: Contract) -> "QuerySet[Participant]":
    return Participant.objects.filter(party__contract=contract, signatory=True)


def _decide(contract: Contract, participant: Participant, decision: Participant.SignState, now: datetime) -> None:
    """Store what the participant decided, if it is theirs to decide by now."""
    need(contract, (State.PENDING,), str(decision))
    participant.refresh_from_db()
    if not participant.signatory:
        raise WrongState(f"{participant.name} is not a signatory.")
    if participant.sign_state != SignState.UNDECIDED:
        raise WrongState(f"{participant.name} has {participant.sign_state} already.")
    if decision == SignState.SIGNED:
        _need_turn(contract, participant)
    participant.sign_state = decision
    participant.sign_state_updated_time = now
    participant.save()


def _need_turn(contract: Contract, participant: Participant) -> None:
    order = contract.sign_order
    before = order[: order.index(participant.pk)] if participant.pk in order else []
    if signatories(contract).filter(pk__in=before).exclude(sign_state=SignState.SIGNED).exists():
        raise WrongState(f"It is not the turn of {participant.name} yet: others sign before.")


def _become_signed(contract: Contract, now: datetime) -> list[str]:
    """Signed, and its life begins or waits; the types of the events of that. Not saved yet."""
    enter(contract, State.SIGNED, now)
    return lifecycle.begin(contract, now)
