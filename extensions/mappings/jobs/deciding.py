"""What staff decide about a job: that it is written, paused, gone on with, or stopped. Each stands in the record."""

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from accounts.acting import SYSTEM, Actor, Deed
from extensions.mappings.jobs.advancing import hold_back, move
from extensions.mappings.models import Repair, RepairJob
from extensions.mappings.models.job import ENDED, WAITING
from extensions.mappings.repairing.approving import NOTHING_REMOVED, demand_second
from extensions.mappings.repairing.executing import WRITES_OFF
from extensions.mappings.repairing.refusing import Refused

State = RepairJob.State
UNDECIDED = (Repair.State.PLANNED, Repair.State.WAITING)


def removals(job: RepairJob) -> dict[str, int]:
    """What accounts would have no longer, by name, and in how many of them."""
    rows = Repair.objects.filter(job_member__job=job, needs_second=True, state__in=UNDECIDED)
    return dict(Counter(str(name) for names in rows.values_list("removes", flat=True) for name in names))


def approve(job: RepairJob, *, actor: Actor, confirmed: Collection[str], alone: bool, now: datetime) -> None:
    """Let what was planned be written, the first few accounts first. `alone`: nobody else could approve it.

    Raises `Refused`, as for a single repair: where something is removed, for whoever made the job, and unless each
    removal is confirmed by its name.
    """
    with _held(job, State.PLANNED) as held:
        if not held.extension.writes_allowed:
            raise Refused(*WRITES_OFF)
        removed = removals(held)
        grounds = NOTHING_REMOVED
        if removed:
            grounds = demand_second(removed, held.maker_id, actor=actor, confirmed=confirmed, alone=alone)
        decided = {"decided_at": now, "decided_by": actor.name[:150], "decided_role": actor.role[:80]}
        planned = Repair.objects.filter(job_member__job=held, state__in=UNDECIDED)
        number = planned.update(state=Repair.State.APPROVED, decision=f"{held}: {grounds}"[:255], **decided)
        held.approved_at, held.approved_by, held.approved_role = now, actor.name[:150], actor.role[:80]
        held.save(update_fields=["approved_at", "approved_by", "approved_role"])
        move(held, State.CANARY, now, "")
        details = {"accounts": number, "removes": removed}
        Deed(actor, "repair_job.approve", held, reason=grounds, details=details).tell()


def go_on(job: RepairJob, *, actor: Actor, now: datetime) -> None:
    """Have the rest written, once somebody has looked at the first few. Raises `Refused`."""
    with _held(job, State.LOOKED_AT) as held:
        held.looked_at = now
        held.save(update_fields=["looked_at"])
        move(held, State.RUNNING, now, "")
        Deed(actor, "repair_job.go_on", held).tell()


def pause(job: RepairJob, *, actor: Actor, now: datetime) -> None:
    """Let no further account be begun; those that are being written are finished. Raises `Refused`."""
    with _held(job, State.CANARY, State.RUNNING) as held:
        hold_back(held, now)
        move(held, State.PAUSED, now, f"Paused by {actor.name}.")
        Deed(actor, "repair_job.pause", held).tell()


def resume(job: RepairJob, *, actor: Actor, now: datetime) -> None:
    """Go on with what was paused. Raises `Refused`."""
    with _held(job, State.PAUSED) as held:
        move(held, State.RUNNING if held.looked_at else State.CANARY, now, "")
        Deed(actor, "repair_job.resume", held).tell()


def stop(job: RepairJob, *, actor: Actor, now: datetime) -> None:
    """Give up all that is not being written yet, for good. Raises `Refused` for a job that is over."""
    with _held(job, *(each for each in State if each not in ENDED)) as held:
        move(held, State.STOPPED, now, f"Stopped by {actor.name}.")
        Deed(actor, "repair_job.stop", held).tell()


def lapse(job: RepairJob, *, why: str, now: datetime) -> None:
    """Give up a job that nobody decided on. Raises `Refused` where somebody did meanwhile."""
    with _held(job, *WAITING) as held:
        move(held, State.STOPPED, now, why)
        Deed(SYSTEM, "repair_job.lapse", held, reason=why).tell()


@contextmanager
def _held(job: RepairJob, *states: State) -> Iterator[RepairJob]:
    """The job's row, held in a transaction, while it is in one of the states. Raises `Refused`."""
    with transaction.atomic():
        held = RepairJob.objects.select_for_update(of=("self",)).select_related("extension").get(pk=job.pk)
        if held.state not in states:
            raise Refused(
                f"The job is at another point meanwhile: {held.get_state_display()}.", "Look at where it is now."
            )
        yield held
