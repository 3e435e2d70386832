"""The dry run of one account of a job: it is read, and its repair planned or refused. Nothing is written to Oneflow."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.acting import Actor
from extensions.installations.models import Installation
from extensions.mappings.models import Repair, RepairJobMember
from extensions.mappings.models.job import MOST_TRIES
from extensions.mappings.repairing.operations import Operation
from extensions.mappings.repairing.proposing import propose, propose_undoing
from extensions.mappings.repairing.refusing import Refused
from oneflow.client import OneflowClient
from oneflow.errors import OneflowError

State = RepairJobMember.State
Reach = Callable[[Installation], AbstractContextManager[OneflowClient]]
TRY_AGAIN_AFTER = timedelta(seconds=30)
ANOTHER_JOB = "Make another job of the accounts that are left, once they can be read."


class LeaseLost(Exception):
    """Another worker may have taken the account up: this one stores nothing."""


def read(member_id: int, lease_id: UUID, reach: Reach, *, clock: Callable[[], datetime] = timezone.now) -> None:
    """Plan the repair of an account that is leased, or store why there is none; nothing once the lease is lost."""
    rows = RepairJobMember.objects.leased(lease_id, clock()).select_related(
        "job", "installation__account", "installation__extension", "installation__token", "installation__blueprint"
    )
    member = rows.select_related("undoes__blueprint").filter(pk=member_id).first()
    if member is None:
        return
    try:
        _plan(member, lease_id, reach, clock)
    except Refused as refused:
        _settle(member, lease_id, clock(), state=State.REFUSED, says=refused.sentence, remedy=refused.remedy)
    except OneflowError as error:
        _not_now(member, lease_id, error, clock())
    except LeaseLost:
        return


def _plan(member: RepairJobMember, lease_id: UUID, reach: Reach, clock: Callable[[], datetime]) -> None:
    if member.tries > MOST_TRIES:
        raise Refused("Whoever read the account was stopped each time.", ANOTHER_JOB)

    def belongs(repair: Repair) -> None:
        """In the transaction that stores the repair: else a worker ended in between would leave it without its job."""
        if not _settle(member, lease_id, clock(), state=State.PLANNED, repair=repair):
            raise LeaseLost

    job = member.job
    actor = Actor(name=job.made_by, role=job.made_role, user_id=job.maker_id)
    how: dict[str, Any] = {"actor": actor, "clock": clock, "then": belongs}
    with reach(member.installation) as client:
        if member.undoes is not None:
            member.undoes.installation = member.installation
            propose_undoing(member.undoes, client=client, **how)
        elif operations := _operations(member):
            propose(member.installation, operations, client=client, only_left=True, **how)
        else:
            raise Refused("What it would undo is no longer kept.", "Plan what is still wrong as a job of its own.")


def _operations(member: RepairJobMember) -> tuple[Operation, ...]:
    return tuple(map(Operation.from_json, member.operations or member.job.operations))


def _not_now(member: RepairJobMember, lease_id: UUID, error: OneflowError, now: datetime) -> None:
    if member.tries >= MOST_TRIES:
        _settle(member, lease_id, now, state=State.REFUSED, says=f"It could not be read. {error}", remedy=ANOTHER_JOB)
        return
    held = RepairJobMember.objects.leased(lease_id, now).filter(pk=member.pk)
    # Without a lease's id nobody is at it; until then nobody takes it up.
    held.update(lease_id=None, lease_until=now + TRY_AGAIN_AFTER, says=f"Not read yet: {error}")


def _settle(member: RepairJobMember, lease_id: UUID, now: datetime, *, says: str = "", **values: object) -> bool:
    """Store what became of it, if the lease still holds."""
    held = RepairJobMember.objects.leased(lease_id, now).filter(pk=member.pk)
    return bool(held.update(says=says, read_at=now, lease_id=None, lease_until=None, **values))
