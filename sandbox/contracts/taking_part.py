"""Parties and participants: who takes part in a contract, and how that changes (sections 6.11 and 6.12)."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction

from sandbox import clock
from sandbox.contracts.drafts import Person, Side
from sandbox.contracts.editing import content_changed, need_open
from sandbox.contracts.events import Actor
from sandbox.contracts.keeping import State
from sandbox.contracts.refusing import NotAcceptable, SameParticipantTwice, WrongState
from sandbox.models import Contract, Participant, Party

MOST_PARTIES = 40
MOST_PARTICIPANTS = 40


def check_sides(owner: Side, parties: Sequence[Side]) -> None:
    """NotAcceptable for too many parties or participants, or for somebody who is there twice."""
    if len(parties) > MOST_PARTIES:
        raise NotAcceptable({"parties": [f"At most {MOST_PARTIES} parties are allowed."]})
    people = [*_places("my_party", owner)]
    for number, side in enumerate(parties):
        people += _places(f"parties[{number}]", side)
    if len(people) > MOST_PARTICIPANTS:
        raise NotAcceptable({"parties": [f"At most {MOST_PARTICIPANTS} participants are allowed in a contract."]})
    seen: set[str] = set()
    for place, person in people:
        email = person.email.lower()
        if email and email in seen:
            raise SameParticipantTwice(f"{place}.email")
        seen.add(email)


def store(contract: Contract, owner: Side, parties: Sequence[Side]) -> None:
    """The owner's party first."""
    store_side(contract, owner, my_party=True)
    for side in parties:
        store_side(contract, side)


def store_side(contract: Contract, side: Side, *, my_party: bool = False) -> Party:
    now = clock.now()
    party = Party.objects.create(
        contract=contract,
        type=side.type,
        name=side.name,
        identification_number=side.identification_number,
        country_code=side.country_code or contract.account.country_code,
        my_party=my_party,
        custom_id=side.custom_id,
        created_time=now,
    )
    for person in side.people:
        Participant.objects.create(party=party, created_time=now, **_delivery(contract, person), **asdict(person))
    return party


def as_side(party: Party) -> Side:
    """What the party would be made of anew."""
    return Side(
        people=tuple(as_person(row) for row in party.participants.order_by("pk")),
        type=party.type,
        name=party.name,
        identification_number=party.identification_number,
        country_code=party.country_code,
        custom_id=party.custom_id,
    )


def as_person(participant: Participant) -> Person:
    return Person(**{name: getattr(participant, name) for name in Person.__dataclass_fields__})


@transaction.atomic
def add_party(contract: Contract, side: Side, actor: Actor | None = None) -> Party:
    """One more counterparty, with its people."""
    if contract.parties.filter(my_party=False).count() >= MOST_PARTIES:
        raise NotAcceptable({"parties": [f"At most {MOST_PARTIES} parties are allowed."]})
    _need_room(contract, [(place.partition(".")[2], person) for place, person in _places("party", side)])
    need_open(contract)
    party = store_side(contract, side)
    content_changed(contract, ["party:create", *["participant:create"] * len(side.people)], actor)
    return party


@transaction.atomic
def change_party(party: Party, columns: dict[str, Any], actor: Actor | None = None) -> None:
    """Other values in some columns of the party; nothing happens when it has them already.

    An empty country is the account's, as of a new party.
    """
    need_open(party.contract)
    if not columns.get("country_code", "-"):
        columns = {**columns, "country_code": party.contract.account.country_code}
    if _put(party, columns):
        content_changed(party.contract, ["party:update"], actor)


@transaction.atomic
def remove_party(party: Party, actor: Actor | None = None) -> None:
    contract = party.contract
    need_open(contract)
    if party.my_party:
        raise WrongState("The owner's party cannot be removed.")
    _need_signatories_without(contract, list(party.participants.all()))
    types = ["participant:delete"] * party.participants.count() + ["party:delete"]
    _forget_turns(contract, list(party.participants.all()))
    party.delete()
    content_changed(contract, types, actor)


@transaction.atomic
def add_participant(party: Party, person: Person, actor: Actor | None = None) -> Participant:
    contract = party.contract
    _need_room(contract, [("", person)])
    need_open(contract)
    if party.type == Party.Type.INDIVIDUAL:
        raise WrongState("An individual is one participant; no other can be added to that party.")
    participant = Participant.objects.create(
        party=party, created_time=clock.now(), **_delivery(contract, person), **asdict(person)
    )
    content_changed(contract, ["participant:create"], actor)
    return participant


@transaction.atomic
def change_participant(participant: Participant, person: Person, actor: Actor | None = None) -> None:
    """The participant as that person; nothing happens when there is no difference."""
    contract = participant.party.contract
    participant.refresh_from_db()
    others = Participant.objects.filter(party__contract=contract).exclude(pk=participant.pk)
    if person.email and others.filter(email__iexact=person.email).exists():
        raise SameParticipantTwice("email")
    need_open(contract)
    if participant.signatory and not person.signatory:
        _need_signatories_without(contract, [participant])
    if _put(participant, asdict(person)):
        content_changed(contract, ["participant:update"], actor)


@transaction.atomic
def remove_participant(participant: Participant, actor: Actor | None = None) -> None:
    party = participant.party
    contract = party.contract
    need_open(contract)
    if party.participants.count() == 1 and not party.my_party:
        raise WrongState("A party needs a participant. Remove the party instead.")
    _need_signatories_without(contract, [participant])
    _forget_turns(contract, [participant])
    participant.delete()
    content_changed(contract, ["participant:delete"], actor)


def _places(prefix: str, side: Side) -> Iterator[tuple[str, Person]]:
    for number, person in enumerate(side.people):
        yield f"{prefix}.{side.place_of(number)}", person


def _need_room(contract: Contract, newcomers: list[tuple[str, Person]]) -> None:
    rows = Participant.objects.filter(party__contract=contract)
    if rows.count() + len(newcomers) > MOST_PARTICIPANTS:
        raise NotAcceptable({"participants": [f"At most {MOST_PARTICIPANTS} participants are allowed in a contract."]})
    seen = {email.lower() for email in rows.values_list("email", flat=True)}
    for place, person in newcomers:
        email = person.email.lower()
        if email and email in seen:
            raise SameParticipantTwice(f"{place}.email" if place else "email")
        seen.add(email)


def _need_signatories_without(contract: Contract, leaving: list[Participant]) -> None:
    """A contract that was sent must keep somebody who can sign it."""
    if contract.state == State.DRAFT:
        return
    left = Participant.objects.filter(party__contract=contract, signatory=True)
    if not left.exclude(pk__in=[row.pk for row in leaving]).exists():
        raise WrongState("The contract was sent, and nobody who can sign it would be left.")


def _forget_turns(contract: Contract, leaving: list[Participant]) -> None:
    gone = {row.pk for row in leaving}
    contract.sign_order = [pk for pk in contract.sign_order if pk not in gone]


def _put(row: Party | Participant, columns: dict[str, Any]) -> bool:
    changed = {name: value for name, value in columns.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        row.updated_time = clock.now()
        row.save()
    return bool(changed)


def _delivery(contract: Contract, person: Person) -> dict[str, str]:
    """Somebody who joins after the contract was sent is sent it at once."""
    reached = contract.state != State.DRAFT and person.delivery_channel in ("email", "sms", "email_and_sms")
    return {"delivery_status": "success" if reached else "not_sent"}
