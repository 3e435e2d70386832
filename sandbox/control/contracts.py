"""Contracts in the control plane: what people do with them, and time passing."""

from datetime import timedelta
from typing import Any

from sandbox import clock
from sandbox.contracts import lifecycle, passing, publishing, signing
from sandbox.contracts.refusing import RuleBroken
from sandbox.control.asking import Asked, Refused, account_of
from sandbox.models import Contract, Participant

MOST_DAYS = 3650
MOST_DAYS_AHEAD = 36_500


def listed(asked: Asked) -> list[dict[str, Any]]:
    """Every contract, the newest last; of one account with `?account=`."""
    passing.catch_up()
    rows = Contract.objects.living().order_by("pk")
    account = asked.query_number("account")
    if account is not None:
        rows = rows.filter(account=account_of(account))
    return [_shown(row) for row in rows.select_related("made_through").prefetch_related("parties__participants")]


def one(asked: Asked, pk: int) -> dict[str, Any]:
    passing.catch_up()
    return _shown(_contract(pk))


def sign(asked: Asked, pk: int) -> dict[str, Any]:
    """The participant of the body signs; without one, the next signatory who has not decided yet."""
    return _by_participant(asked, pk, signing.sign)


def decline(asked: Asked, pk: int) -> dict[str, Any]:
    return _by_participant(asked, pk, signing.decline)


def visit(asked: Asked, pk: int) -> dict[str, Any]:
    return _by_participant(asked, pk, signing.visit)


def revive(asked: Asked, pk: int) -> dict[str, Any]:
    """A new signing period for a contract that is overdue."""
    asked.only("days")
    days = asked.whole("days", low=1, high=MOST_DAYS, default=14)
    return _changed(pk, lambda contract: publishing.revive(contract, days))


def cancel(asked: Asked, pk: int) -> dict[str, Any]:
    asked.only()
    return _changed(pk, lifecycle.cancel)


def terminate(asked: Asked, pk: int) -> dict[str, Any]:
    asked.only()
    return _changed(pk, lifecycle.terminate)


def told_time(asked: Asked) -> dict[str, Any]:
    return {"now": clock.now().isoformat(), "ahead_seconds": clock.offset().total_seconds()}


def let_pass(asked: Asked) -> dict[str, Any]:
    """Time passes for contracts, and with it happens what is due."""
    asked.only("days", "seconds")
    by = timedelta(
        days=asked.whole("days", low=0, high=MOST_DAYS, default=0),
        seconds=asked.seconds("seconds", high=86_400, default=0),
    )
    if clock.offset() + by > timedelta(days=MOST_DAYS_AHEAD):
        raise Refused(400, f"days: the clock goes at most {MOST_DAYS_AHEAD} days ahead. A reset sets it right.")
    clock.forward(by)
    return {**told_time(asked), "happened": passing.catch_up()}


def _by_participant(asked: Asked, pk: int, act: Any) -> dict[str, Any]:
    asked.only("participant")
    wanted = asked.whole("participant", low=1, high=2**62)
    return _changed(pk, lambda contract: act(_participant(contract, wanted)))


def _changed(pk: int, change: Any) -> dict[str, Any]:
    passing.catch_up()
    contract = _contract(pk)
    try:
        change(contract)
    except RuleBroken as rule:
        raise Refused(409, str(rule)) from rule
    return _shown(_contract(pk))


def _participant(contract: Contract, pk: int | None) -> Participant:
    rows = Participant.objects.filter(party__contract=contract).select_related("party__contract").order_by("pk")
    if pk is not None:
        found = rows.filter(pk=pk).first()
    else:
        order = contract.sign_order
        waiting = rows.filter(signatory=True, sign_state=Participant.SignState.UNDECIDED)
        found = min(waiting, key=lambda row: order.index(row.pk) if row.pk in order else len(order), default=None)
    if found is None:
        there = ", ".join(f"{row.pk} ({row.name})" for row in rows) or "nobody"
        raise Refused(404, f"participant: nobody in contract {contract.pk} is meant by that. There is: {there}.")
    return found


def _contract(pk: int) -> Contract:
    rows = Contract.objects.living().select_related("made_through").prefetch_related("parties__participants")
    contract: Contract | None = rows.filter(pk=pk).first()
    if contract is None:
        raise Refused(404, f"There is no contract {pk}. GET /_sandbox/contracts lists them.")
    return contract


def _shown(contract: Contract) -> dict[str, Any]:
    people = [
        {
            "id": row.pk,
            "name": row.name,
            "email": row.email,
            "party": party.name,
            "my_party": party.my_party,
            "signatory": row.signatory,
            "sign_state": row.sign_state,
            "visits": row.visits,
        }
        for party in contract.parties.all()
        for row in party.participants.all()
    ]
    return {
        "id": contract.pk,
        "account": contract.account_id,
        "name": contract.name,
        "state": contract.state,
        "lifecycle_state": contract.lifecycle_state or None,
        "made_through": contract.made_through.key if contract.made_through else None,
        "signing_period_expiry_time": _written(contract.signing_period_expiry_time),
        "changes_by_itself": _written(contract.due_time),
        "participants": sorted(people, key=lambda person: person["id"]),
    }


def _written(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
