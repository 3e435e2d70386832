"""What worker and beat do for jobs: look at each, read accounts for its dry run, and let its repairs be run."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from console.reaching import Log
from console.refreshing import hand_out
from console.repairs import running as repairs
from extensions.installations.models import Installation
from extensions.mappings.jobs import advancing, reading
from extensions.mappings.models import Repair, RepairJobMember
from oneflow.client import OneflowClient

ADVANCE = "console.tasks.advance_repair_jobs"
READ = "console.tasks.read_job_account"


def advance(now: datetime) -> None:
    """Move every job on, and hand out what is to be done for it."""
    lease = settings.REFRESH_LEASE
    work = advancing.advance_all(now, lease=lease)
    tasks = [(member, str(each.lease_id)) for each in work for member in each.members]
    hand_out(READ, tasks, expires=lease.total_seconds())
    if any(each.repairs for each in work):
        repairs.kick()


def read(member_id: int, lease_id: UUID, *, clock: Callable[[], datetime] = timezone.now) -> None:
    """Read one account for a dry run. Jobs leave the reserve of the rate limit to staff who wait for an answer."""

    def reach(installation: Installation) -> AbstractContextManager[OneflowClient]:
        return repairs.reaching(installation, Log(), staff=False)

    reading.read(member_id, lease_id, reach, clock=clock)
    kick()


def ended(repair: Repair | None) -> None:
    """A repair has come to an end: whether the job that it belongs to goes on is looked at now."""
    if repair is not None and repair.is_over and RepairJobMember.objects.filter(repair=repair).exists():
        kick()


def kick() -> None:
    """Have the jobs looked at once this is committed. With the broker away, beat does it when the broker is back."""
    transaction.on_commit(lambda: hand_out(ADVANCE, [()], expires=30), robust=True)
