"""Which contracts the acting user sees, and which of them they may change (ASSUMED: as they may create there)."""

from typing import Any

from django.db.models import QuerySet

from sandbox.api import workspaces
from sandbox.api.call import Call
from sandbox.contracts.events import Actor, user_as_actor
from sandbox.errors import Refusal
from sandbox.models import Contract, Participant, Party
from sandbox.paging import one_of


def visible(call: Call) -> "QuerySet[Contract]":
    """Every contract of the account for an administrator, those of their workspaces for other users."""
    rows: QuerySet[Contract] = call.caller.account.contracts.living()
    if not call.caller.is_admin:
        rows = rows.filter(workspace__in=workspaces.visible(call.caller))
    return rows


def one(call: Call, pk: int) -> Contract:
    row: Contract = one_of(visible(call).select_related("account", "workspace", "template"), pk, "contract")
    return row


def changeable(call: Call, pk: int) -> Contract:
    """The contract; 403 for somebody who sees it and may not change it."""
    contract = one(call, pk)
    need_permission(call, contract)
    return contract


def need_permission(call: Call, contract: Contract) -> None:
    if not may_change(call, contract):
        raise Refusal(403, "This user may not change contracts in this workspace.")


def may_change(call: Call, contract: Contract) -> bool:
    places = changeable_places(call)
    return places is None or contract.workspace_id in places


def changeable_places(call: Call) -> set[int] | None:
    """The workspaces in which the acting user may change contracts; None for an administrator, who may in all."""
    if call.caller.is_admin:
        return None
    return set(workspaces.creatable(call.caller).values_list("pk", flat=True))


def party(contract: Contract, pk: int) -> Party:
    row: Party = one_of(contract.parties.all(), pk, "party")
    row.contract = contract
    return row


def participant(owner: Party | Contract, pk: int) -> Participant:
    """A participant of that party, or of that contract whichever its party."""
    rows: QuerySet[Any] = Participant.objects.select_related("party__contract__account")
    rows = rows.filter(party__contract=owner) if isinstance(owner, Contract) else rows.filter(party=owner)
    row: Participant = one_of(rows, pk, "participant")
    return row


def actor(call: Call, contract: Contract) -> Actor:
    """Whom the events name that this call makes."""
    return user_as_actor(contract, call.caller.user)
