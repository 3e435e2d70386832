"""What was planned and that nobody decided on is given up with its plan: without that it cannot be written any more."""

from contextlib import suppress
from datetime import datetime, timedelta

from extensions.mappings.jobs import deciding
from extensions.mappings.models import Repair, RepairJob
from extensions.mappings.models.job import WAITING
from extensions.mappings.models.repair import NOT_BEGUN
from extensions.mappings.repairing import approving
from extensions.mappings.repairing.refusing import Refused

# In one go: what is left is given up in the next.
MOST = 1000


def lapse(now: datetime, kept_for: timedelta) -> None:
    """Give up the jobs and the single repairs that have waited for somebody as long as plans are kept."""
    planned_before = now - kept_for
    why = f"Planned more than {kept_for.days} days ago, and plans are kept no longer: plan anew what is still needed."
    for job in RepairJob.objects.filter(state__in=WAITING, made_at__lt=planned_before)[:MOST]:
        with suppress(Refused):  # somebody decided meanwhile
            deciding.lapse(job, why=why, now=now)
    single = Repair.objects.free(now).filter(job_member=None, state__in=NOT_BEGUN, run_at=None)
    for repair in single.filter(planned_at__lt=planned_before)[:MOST]:
        with suppress(Refused):
            approving.lapse(repair, why=why, now=now)
