"""The life of a contract once it is signed: awaiting, active, ended, and its periods (section 9.2).

Which settings a type allows, and what a cancelled contract does at the end of its period, are ASSUMED.
"""

from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from sandbox import clock
from sandbox.contracts.durations import after
from sandbox.contracts.events import Actor, record
from sandbox.contracts.keeping import State, keep, need
from sandbox.contracts.refusing import WrongState
from sandbox.models import Contract

Life = Contract.Lifecycle
SETTINGS = ("duration", "end_date", "initial_duration", "notice_period", "start_date")
# type → which settings it allows beside the start date, and which of them it cannot do without
TYPES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "no_duration": ((), ()),
    "single_period": (("end_date", "duration"), ()),
    "recurring": (("duration", "notice_period"), ("duration",)),
    "recurring_two_periods": (
        ("duration", "initial_duration", "notice_period"),
        ("duration", "initial_duration"),
    ),
}


def begin(contract: Contract, at: datetime) -> list[str]:
    """The life of a contract that is signed at this moment begins, or waits for its start date; not saved yet.

    Answers the types of the events of it.
    """
    start_date = contract.lifecycle_settings["start_date"]
    contract.contract_start_time = _midnight(start_date) if start_date else at
    if contract.lifecycle_settings["type"] == "single_period":
        contract.contract_end_time = period_end(contract, 1)
    if contract.contract_start_time > at:
        _enter(contract, Life.AWAITING, at)
        return []
    return _start(contract, at)


def advance(contract: Contract, at: datetime) -> list[str]:
    """What was due at this moment happens: the start, the next period or the end; not saved yet."""
    if contract.lifecycle_state == Life.AWAITING:
        return _start(contract, at)
    if not is_recurring(contract):
        return _end(contract, at, ["contract:lifecycle_state:end"])
    if contract.contract_end_time is not None and contract.contract_end_time <= at:
        # The event `end` is for a natural end only, and this one was cancelled.
        return _end(contract, at, [])
    _enter_period(contract, (contract.period or 0) + 1)
    return ["contract:lifecycle_state:new_period"]


@transaction.atomic
def cancel(contract: Contract, actor: Actor | None = None) -> None:
    """Let a recurring contract end with its period, or with the next one once the notice period has begun."""
    need(contract, (State.SIGNED,), "cancelled")
    if contract.lifecycle_state != Life.ACTIVE or not is_recurring(contract) or contract.cancel_time:
        raise WrongState("Only a recurring contract that is active and not cancelled yet can be cancelled.")
    now = clock.now()
    period = contract.period or 1
    contract.cancel_time = now
    contract.contract_end_time = period_end(contract, period + has_passed_notice(contract))
    keep(contract)
    record(contract, ["contract:lifecycle_state:cancel"], actor=actor)


@transaction.atomic
def terminate(contract: Contract, actor: Actor | None = None) -> None:
    """End it at once."""
    need(contract, (State.SIGNED,), "terminated")
    if contract.lifecycle_state == Life.ENDED:
        raise WrongState("A contract that has ended cannot be terminated.")
    now = clock.now()
    contract.terminated = True
    contract.contract_end_time = now
    types = _end(contract, now, ["contract:lifecycle_state:terminate"])
    keep(contract)
    record(contract, types, actor=actor)


def is_recurring(contract: Contract) -> bool:
    return str(contract.lifecycle_settings["type"]).startswith("recurring")


def notice_period_start(contract: Contract) -> datetime | None:
    notice = contract.lifecycle_settings["notice_period"]
    end = contract.period_end_time
    return after(end, notice, -1) if notice and end else None


def has_passed_notice(contract: Contract) -> bool:
    start = notice_period_start(contract)
    return start is not None and start <= clock.now()


def period_end(contract: Contract, period: int) -> datetime | None:
    """When that period ends; None for one that never does. Counted from the start, so that month ends do not drift."""
    settings, start = contract.lifecycle_settings, contract.contract_start_time
    assert start is not None
    if settings["type"] == "no_duration":
        return None
    if settings["end_date"]:
        return _midnight(settings["end_date"]) + timedelta(days=1)
    if settings["initial_duration"]:
        first = after(start, settings["initial_duration"])
        return after(first, settings["duration"], period - 1) if period > 1 else first
    return after(start, settings["duration"], period)


def _start(contract: Contract, at: datetime) -> list[str]:
    """Active from its start; one whose start lies back is in the period that runs by now, without a word of those
    before."""
    _enter(contract, Life.ACTIVE, at)
    _enter_period(contract, 1)
    while is_recurring(contract) and contract.period_end_time is not None and contract.period_end_time <= at:
        _enter_period(contract, (contract.period or 0) + 1)
    return ["contract:lifecycle_state:start"]


def _enter_period(contract: Contract, period: int) -> None:
    contract.period = period
    contract.period_start_time = contract.contract_start_time if period == 1 else contract.period_end_time
    contract.period_end_time = period_end(contract, period)


def _end(contract: Contract, at: datetime, types: list[str]) -> list[str]:
    _enter(contract, Life.ENDED, at)
    return types


def _enter(contract: Contract, state: Contract.Lifecycle, at: datetime) -> None:
    contract.lifecycle_state = state
    contract.lifecycle_state_updated_time = at


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), UTC)
