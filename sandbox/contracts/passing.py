"""Time passes: signing periods end, and signed contracts begin, go on and end."""

from django.db import transaction

from sandbox import clock
from sandbox.contracts import lifecycle
from sandbox.contracts.events import record
from sandbox.contracts.keeping import State, enter, keep
from sandbox.models import Contract


def catch_up() -> int:
    """Let everything happen that is due by now, in its order and dated when it was due; how much that was.

    Cheap when nothing is due. Call it before a contract is read or changed, and now and then in between.
    """
    now = clock.now()
    due = Contract.objects.living().filter(due_time__lte=now).order_by("due_time", "pk")
    if not due.exists():
        return 0
    happened = 0
    with transaction.atomic():
        while contract := due.first():
            _change(contract)
            happened += 1
    return happened


def _change(contract: Contract) -> None:
    at = contract.due_time
    if contract.state == State.PENDING:
        enter(contract, State.OVERDUE, at)
        types = ["contract:signing_period_expire"]
    else:
        types = lifecycle.advance(contract, at)
    keep(contract, at=at)
    record(contract, types, at=at)
