"""Sending a contract for signing, and its signing period (sections 8.3 and 8.4)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from sandbox import clock
from sandbox.contracts.events import Actor, record
from sandbox.contracts.keeping import State, enter, keep, need
from sandbox.contracts.refusing import NoPlan, NotAcceptable, WrongState
from sandbox.models import Contract, Participant

MEANS_OF_DELIVERY = ("email", "sms", "email_and_sms")
PERIOD = "_private.signing_period_expiration"


@transaction.atomic
def publish(contract: Contract, actor: Actor | None = None) -> None:
    """Draft → pending: everybody who is reached by email or SMS is told, and the signing period begins.

    That somebody must be there who can sign is ASSUMED.
    """
    if contract.account.free_plan:
        raise NoPlan("Publishing a contract is not part of the free plan.")
    need(contract, (State.DRAFT,), "published")
    people = Participant.objects.filter(party__contract=contract)
    if not people.filter(signatory=True).exists():
        raise WrongState("A contract without a signatory cannot be published. Add a participant who is one.")
    now = clock.now()
    expiry = expiry_time(contract.signing_period, now)
    if expiry is not None and expiry <= now:
        raise WrongState("The signing period is over already. Set another before publishing.")
    contract.published_time = now
    contract.signing_period_expiry_time = expiry
    enter(contract, State.PENDING, now)
    keep(contract)
    people.filter(delivery_channel__in=MEANS_OF_DELIVERY).update(delivery_status="success")
    record(contract, ["contract:publish"], actor=actor)


def set_signing_period(contract: Contract, period: dict[str, Any], actor: Actor | None) -> None:
    """Another signing period, the contract not saved yet; it revives an overdue one, which is ASSUMED.

    In a draft every type will do; once it is sent only `never` and `fixed_date`. The state is the caller's to check.
    """
    if contract.state == State.DRAFT:
        contract.signing_period = period
        return
    if period["type"] == "days_after_publish":
        raise NotAcceptable({f"{PERIOD}.type": ["Once the contract is sent, only never and fixed_date are left."]})
    now = clock.now()
    expiry = expiry_time(period, now)
    if expiry is not None and expiry <= now:
        raise NotAcceptable({f"{PERIOD}.expire_fixed_date": ["A day that is not over yet is expected."]})
    contract.signing_period = period
    contract.signing_period_expiry_time = expiry
    if contract.state == State.OVERDUE:
        enter(contract, State.PENDING, now)
        record(contract, ["contract:signing_period_revive"], actor=actor)


@transaction.atomic
def revive(contract: Contract, days: int, actor: Actor | None = None) -> None:
    """A new signing period of so many days for a contract that is overdue."""
    need(contract, (State.OVERDUE,), "revived")
    last = (clock.now() + timedelta(days=days)).date()
    set_signing_period(contract, {"type": "fixed_date", "expire_fixed_date": last.isoformat()}, actor)
    keep(contract)


def expiry_time(period: dict[str, Any], published: datetime) -> datetime | None:
    """When a signing period ends that begins at that moment; a fixed date counts to its end (ASSUMED)."""
    if period["type"] == "days_after_publish":
        return published + timedelta(days=period["expire_days_after_publish"])
    if period["type"] == "fixed_date":
        return datetime.fromisoformat(period["expire_fixed_date"]).replace(tzinfo=UTC) + timedelta(days=1)
    return None
