"""Saving a contract together with when it changes by itself next, and asking whether its state allows a change."""

from datetime import datetime

from sandbox import clock
from sandbox.contracts.refusing import WrongState
from sandbox.models import Contract

State = Contract.State
# While it can still be signed, or made ready for it, its content can change.
OPEN = (State.DRAFT, State.PENDING, State.OVERDUE)


def keep(contract: Contract, *, at: datetime | None = None) -> None:
    """Save it; `at` is when it changed, now when nothing is said."""
    contract.updated_time = at or clock.now()
    contract.due_time = next_change(contract)
    contract.save()


def enter(contract: Contract, state: Contract.State, at: datetime) -> None:
    """Put it into a state, not saved yet."""
    contract.state = state
    contract.state_updated_time = at


def next_change(contract: Contract) -> datetime | None:
    """When it changes by itself next: its signing period ends, or its life begins or enters or ends a period."""
    if contract.state == State.PENDING:
        return contract.signing_period_expiry_time
    if contract.state != State.SIGNED:
        return None
    if contract.lifecycle_state == Contract.Lifecycle.AWAITING:
        return contract.contract_start_time
    return contract.period_end_time if contract.lifecycle_state == Contract.Lifecycle.ACTIVE else None


def need(contract: Contract, states: tuple[Contract.State, ...], what: str) -> None:
    """WrongState unless it is in one of these states and nobody has deleted it."""
    contract.refresh_from_db()
    if contract.removed:
        raise WrongState(f"A contract that was deleted cannot be {what}.")
    if contract.state not in states:
        allowed = " or ".join(states)
        raise WrongState(f"A contract that is {contract.state} cannot be {what}; one that is {allowed} can.")
