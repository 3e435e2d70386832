"""Moving jobs on: the database is the queue of record, and every step can be lost and taken again.

A job's row is locked while it is looked at, so that two processes that look at once let no account too many begin.
Whoever is ended in between has changed nothing, or all: the next look finds the job as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Case, Count, Exists, OuterRef, QuerySet, Value, When

from extensions.installations.models.installation import SKEW
from extensions.mappings.jobs.course import Tally, onward
from extensions.mappings.jobs.reading import ANOTHER_JOB
from extensions.mappings.models import Repair, RepairJob, RepairJobMember
from extensions.mappings.models.job import ENDED, GOING_ON, MOST_TRIES
from extensions.mappings.models.repair import NOT_BEGUN

State, Members = RepairJob.State, RepairJobMember.State
TRY_AGAIN_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done now: members to read under a lease, and repairs to be run."""

    lease_id: UUID | None = None
    members: Sequence[int] = ()
    repairs: Sequence[int] = ()


def advance_all(now: datetime, *, lease: timedelta) -> list[Work]:
    """Move every job on that goes on by itself; what is to be done for each."""
    _take_back(now)
    going_on = RepairJob.objects.filter(state__in=GOING_ON).order_by("pk")
    return [advance(pk, now, lease=lease) for pk in list(going_on.values_list("pk", flat=True))]


def _take_back(now: datetime) -> None:
    """What a worker had taken up and then left, of jobs that were paused or stopped meanwhile."""
    left = Repair.objects.free(now).filter(job_member__job=OuterRef("pk"), state=Repair.State.APPROVED)
    for job in RepairJob.objects.filter(Exists(left.exclude(run_at=None)), state=State.PAUSED):
        hold_back(job, now)
    for job in RepairJob.objects.filter(Exists(left), state=State.STOPPED):
        give_up(job, now, job.says)


def advance(job_id: int, now: datetime, *, lease: timedelta) -> Work:
    """Move a job on by what became of its accounts, and take up as many more as there is room for."""
    with transaction.atomic():
        job = RepairJob.objects.select_for_update().get(pk=job_id)
        on = onward(job.state, tally_of(job), job.most_failing)
        if on is None:
            return Work()
        if on.state != job.state:
            move(job, on.state, now, on.says)
            return Work()
        if job.state == State.DRY_RUN:
            return _to_read(job, now, lease, on.room)
        return _release(job, now, on.room)


def move(job: RepairJob, state: str, now: datetime, says: str) -> None:
    """Put a job, whose row is held, into a state, and say why."""
    if state in ENDED:
        give_up(job, now, says)
    job.state, job.says = state, says[:500]
    job.ended_at = now if state in ENDED else None
    job.save(update_fields=["state", "says", "ended_at"])


def hold_back(job: RepairJob, now: datetime) -> None:
    """Let nothing be begun that was to be run and that nobody has taken up."""
    _not_begun(job, now).update(run_at=None)


def give_up(job: RepairJob, now: datetime, why: str) -> None:
    """End all that is not being read or written. What could not be reached keeps its own reason."""
    RepairJobMember.objects.filter(job=job, state=Members.UNREAD).update(
        state=Members.LEFT_OUT, says=why, lease_id=None, lease_until=None
    )
    ended, left = {"ended_at": now, "run_at": None}, _not_begun(job, now)
    left.filter(tries__gte=MOST_TRIES).update(state=Repair.State.STOPPED, remedy=ANOTHER_JOB, **ended)
    left.update(state=Repair.State.WITHDRAWN, result=why, **ended)


def _not_begun(job: RepairJob, now: datetime) -> QuerySet[Repair]:
    # No join: an UPDATE asks its conditions again once it holds the row, which a worker may be claiming.
    repairs = RepairJobMember.objects.filter(job=job).values("repair")
    return Repair.objects.free(now).filter(pk__in=repairs, state__in=NOT_BEGUN)


def tally_of(job: RepairJob) -> Tally:
    """How many of its accounts are how far, in one statement."""
    members = RepairJobMember.objects.filter(job=job).with_standing().order_by()
    return Tally.of(members.values_list("standing").annotate(number=Count("pk")))


def _to_read(job: RepairJob, now: datetime, lease: timedelta, room: int) -> Work:
    members = RepairJobMember.objects.filter(job=job)
    held = members.filter(lease_until__gt=now, lease_until__lte=now + lease + SKEW)
    at_work = held.filter(state=Members.UNREAD, lease_id__isnull=False).count()
    if at_work >= room:
        return Work()
    lease_id = members.claim(now, limit=room - at_work, lease=lease)
    if lease_id is None:
        return Work()
    return Work(lease_id, members=list(members.filter(lease_id=lease_id).order_by("pk").values_list("pk", flat=True)))


def _release(job: RepairJob, now: datetime, room: int) -> Work:
    """Let so many more of the approved repairs be run; what could not be reached comes last, and not at once."""
    waiting = Repair.objects.free(now).filter(
        job_member__job=job, state=Repair.State.APPROVED, run_at=None, tries__lt=MOST_TRIES
    )
    chosen = list(waiting.order_by("tries", "job_member").values_list("pk", flat=True)[:room])
    if chosen:
        run_at = Case(When(tries=0, then=Value(now)), default=Value(now + TRY_AGAIN_AFTER))
        Repair.objects.filter(pk__in=chosen, state=Repair.State.APPROVED, run_at=None).update(
            run_at=run_at, run_by=job.approved_by, run_role=job.approved_role
        )
    return Work(repairs=chosen)
