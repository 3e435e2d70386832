"""Parties and participants of a contract (sections 5, 6.11 and 6.12). Update and single paths are ASSUMED."""

from typing import Any

from sandbox.api.call import Call
from sandbox.api.checking import Checked
from sandbox.api.contracts import finding, people, shown
from sandbox.contracts import taking_part
from sandbox.contracts.refusing import WrongState
from sandbox.models import Contract, Participant, Party
from sandbox.paging import page
from sandbox.tickets import ACCESS

# What a PUT can change of a party; who is in it has paths of its own.
_CHANGEABLE = ("name", "identification_number", "country_code", "custom_id")


def listed(call: Call, pk: int) -> dict[str, Any]:
    rows = finding.one(call, pk).parties.prefetch_related("participants")
    return page(call, rows, lambda row: shown.party(call, row), all_at_once=True)


def one(call: Call, pk: int, party_id: int) -> dict[str, Any]:
    return shown.party(call, finding.party(finding.one(call, pk), party_id))


def add(call: Call, pk: int) -> dict[str, Any]:
    contract = finding.changeable(call, pk)
    body = Checked(call.body())
    side = people.side(body)
    body.done()
    return shown.party(call, taking_part.add_party(contract, side, finding.actor(call, contract)))


def update(call: Call, pk: int, party_id: int) -> dict[str, Any]:
    """Only what the body names is changed."""
    contract = finding.one(call, pk)
    party = finding.party(contract, party_id)
    finding.need_permission(call, contract)
    body = Checked(call.body())
    read = people.owner_side if party.my_party else people.side
    side = read(body, base=taking_part.as_side(party))
    body.done()
    columns = {name: getattr(side, name) for name in _CHANGEABLE}
    taking_part.change_party(party, columns, finding.actor(call, contract))
    return one(call, pk, party_id)


def remove(call: Call, pk: int, party_id: int) -> None:
    """200 with an empty body, also when there is no such party."""
    contract = finding.changeable(call, pk)
    party = contract.parties.filter(pk=party_id).first()
    if party is not None:
        party.contract = contract
        taking_part.remove_party(party, finding.actor(call, contract))


def participants(call: Call, pk: int, party_id: int) -> dict[str, Any]:
    party = finding.party(finding.one(call, pk), party_id)
    return page(call, party.participants.all(), lambda row: _shown(call, row), all_at_once=True)


def participant(call: Call, pk: int, party_id: int, participant_id: int) -> dict[str, Any]:
    return _shown(call, _participant(finding.one(call, pk), party_id, participant_id))


def add_participant(call: Call, pk: int, party_id: int) -> dict[str, Any]:
    contract = finding.one(call, pk)
    party = finding.party(contract, party_id)
    finding.need_permission(call, contract)
    body = Checked(call.body())
    person = people.person(body, owner=party.my_party)
    body.done()
    return _shown(call, taking_part.add_participant(party, person, finding.actor(call, contract)))


def update_participant(call: Call, pk: int, party_id: int, participant_id: int) -> dict[str, Any]:
    """Only what the body names is changed."""
    contract = finding.one(call, pk)
    row = _participant(contract, party_id, participant_id)
    finding.need_permission(call, contract)
    body = Checked(call.body())
    person = people.person(body, owner=row.party.my_party, base=taking_part.as_person(row))
    body.done()
    taking_part.change_participant(row, person, finding.actor(call, contract))
    return participant(call, pk, party_id, participant_id)


def remove_participant(call: Call, pk: int, party_id: int, participant_id: int) -> None:
    """200 with an empty body, also when there is no such participant (as for parties; ASSUMED)."""
    contract = finding.changeable(call, pk)
    row = Participant.objects.filter(pk=participant_id, party=party_id, party__contract=contract).first()
    if row is not None:
        taking_part.remove_participant(row, finding.actor(call, contract))


def access_link(call: Call, pk: int, participant_id: int) -> dict[str, str]:
    """An address at which that participant opens, signs or declines the contract in a browser (section 8.6)."""
    contract = finding.one(call, pk)
    row = finding.participant(contract, participant_id)
    finding.need_permission(call, contract)
    if contract.state == Contract.State.DRAFT:
        raise WrongState("A draft has no access links; they come with publishing.")
    return {"access_link": f"{call.origin}/_access/{ACCESS.give(row.pk)}"}


def _participant(contract: Contract, party_id: int, participant_id: int) -> Participant:
    return finding.participant(finding.party(contract, party_id), participant_id)


def _shown(call: Call, row: Participant) -> dict[str, Any]:
    party: Party = row.party
    return shown.participant(call, row, my_party=party.my_party)
