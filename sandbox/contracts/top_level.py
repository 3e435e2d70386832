"""Changing what stands at the top of a contract: name, value, signing period, order, tags, lifecycle (section 8.3)."""

from typing import Any

from django.db import transaction

from sandbox.contracts.events import Actor
from sandbox.contracts.keeping import OPEN, State, keep, need
from sandbox.contracts.publishing import set_signing_period
from sandbox.models import Contract

# When each may change. Of the order, the tags and the lifecycle nothing is documented: ASSUMED.
_EVERY = tuple(State)
EDITABLE_IN: dict[str, tuple[Contract.State, ...]] = {
    "name": (State.DRAFT, State.PENDING, State.SIGNED),
    "value": (State.DRAFT, State.PENDING, State.SIGNED),
    # An overdue contract is revived by it (ASSUMED).
    "signing_period": OPEN,
    "sign_order": OPEN,
    "tags": _EVERY,
    "lifecycle_settings": (State.DRAFT, State.PENDING),
}
_WORDS = {"signing_period": "signing period", "sign_order": "sign order", "lifecycle_settings": "lifecycle settings"}


@transaction.atomic
def update(contract: Contract, changes: dict[str, Any], actor: Actor | None = None) -> None:
    """Change these columns, all or none. What is so already is no change."""
    for name in changes:
        need(contract, EDITABLE_IN[name], f"given another {_WORDS.get(name, name)}")
    if not changes:
        return
    before = _values(contract)
    for name, value in changes.items():
        if name == "signing_period":
            set_signing_period(contract, value, actor)
        elif name == "tags":
            contract.tags.set(value)
        else:
            setattr(contract, name, value)
    if _values(contract) != before:
        keep(contract)


def _values(contract: Contract) -> list[Any]:
    columns = [name for name in (*EDITABLE_IN, "state", "signing_period_expiry_time") if name != "tags"]
    return [sorted(contract.tags.values_list("pk", flat=True)), *(getattr(contract, name) for name in columns)]
