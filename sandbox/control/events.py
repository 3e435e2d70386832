"""Events of any type, brought about from the control plane."""

import re
from typing import Any

from django.db import transaction

from sandbox.contracts.events import record
from sandbox.control.asking import LARGEST_ID, Asked, Refused, account_of
from sandbox.models import Contract


def bring_about(asked: Asked, pk: int) -> dict[str, Any]:
    """Events of any types in a contract, as Oneflow may send types that nobody knows yet (11.5)."""
    asked.only("types", "contract")
    types = asked.body.get("types")
    if not isinstance(types, list) or not 1 <= len(types) <= 50 or not all(map(_is_event_type, types)):
        raise Refused(400, "types: a list of 1 to 50 event types such as contract:sign is expected.")
    number = asked.whole("contract", low=1, high=LARGEST_ID)
    if number is None:
        raise Refused(400, "contract: the id of a contract of the account is expected.")
    contract = account_of(pk).contracts.filter(pk=number).first()
    if contract is None:
        raise Refused(404, f"contract: account {pk} has no contract {number}.")
    return {"contract": contract.pk, "events": _record(contract, types)}


@transaction.atomic
def _record(contract: Contract, types: list[str]) -> list[dict[str, Any]]:
    return [{"id": event.pk, "type": event.type} for event in record(contract, types)]


def _is_event_type(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[a-z_]{1,30}(:[a-z_]{1,30}){1,2}", value) is not None
