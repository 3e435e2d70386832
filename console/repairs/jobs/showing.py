"""What the page of a job shows of it: how far it is, what its dry run found, and each account with its result."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count, QuerySet

from extensions.mappings.jobs.advancing import tally_of
from extensions.mappings.jobs.course import Tally
from extensions.mappings.jobs.deciding import removals
from extensions.mappings.models import Repair, RepairJob, RepairJobMember
from extensions.mappings.models.job import GOING_ON, Standing
from extensions.mappings.repairing.proposing import only_switches_off

MINUTE = timedelta(minutes=1)
MOST_REASONS = 10
TONES = {Standing.VERIFIED: "ok", Standing.FAILED: "bad", Standing.AT_WORK: "warn"}


@dataclass(frozen=True)
class Shown:
    """A job as it is at a moment."""

    job: RepairJob
    now: datetime

    @cached_property
    def tally(self) -> Tally:
        return tally_of(self.job)

    @property
    def goes_on(self) -> bool:
        """Whether it moves by itself, so that the page asks again."""
        return self.job.state in GOING_ON

    @property
    def is_dry_run(self) -> bool:
        return self.job.state == RepairJob.State.DRY_RUN

    @property
    def done(self) -> int:
        return self.tally.total - self.tally.unread if self.is_dry_run else self.tally.tried

    @property
    def of(self) -> int:
        return self.tally.total if self.is_dry_run else self.tally.to_write

    @cached_property
    def pace(self) -> int:
        """How many were done in the last minute."""
        since = self.now - MINUTE
        members = RepairJobMember.objects.filter(job=self.job)
        return members.filter(**{"read_at__gt" if self.is_dry_run else "repair__ended_at__gt": since}).count()

    @cached_property
    def removals(self) -> dict[str, int]:
        """What would be removed, by name, and in how many accounts; asked only while that is to be confirmed."""
        return removals(self.job) if self.job.state == RepairJob.State.PLANNED else {}

    @cached_property
    def refusals(self) -> list[tuple[str, str, int]]:
        """Why nothing is written in some accounts: sentence, what to do, how many; the most frequent first."""
        rows = RepairJobMember.objects.filter(job=self.job, repair=None).exclude(state=RepairJobMember.State.UNREAD)
        counted = rows.order_by().values_list("says", "remedy").annotate(number=Count("pk"))
        return list(counted.order_by("-number", "says")[:MOST_REASONS])

    @cached_property
    def undoable(self) -> int:
        """In how many accounts it can be undone, also where not all was taken; asked only once it is over."""
        return Repair.objects.undoable().filter(job_member__job=self.job).count() if self.job.is_over else 0

    def number_of(self, standing: str) -> int:
        """How many accounts are so far; all of them for a word that is no standing."""
        return int(getattr(self.tally, standing)) if standing in Standing.values else self.tally.total

    def choices(self) -> Iterator[tuple[str, str, int]]:
        """The filters of the accounts: value, word, number."""
        yield "", "all", self.tally.total
        for each in Standing:
            if number := self.number_of(each):
                yield each.value, each.label, number


def members_of(job: RepairJob, standing: str) -> QuerySet[RepairJobMember]:
    """Its accounts in the order in which they are written; only those of that standing, if one is named."""
    rows = RepairJobMember.objects.filter(job=job).with_standing()
    if standing in Standing.values:
        rows = rows.filter(standing=standing)
    return rows.select_related("installation__account", "installation__extension", "repair").order_by("pk")


def line(member: Any) -> dict[str, Any]:
    """One account with its result, as the page and the files have it."""
    repair: Repair | None = member.repair
    account = member.installation.account
    return {
        "account_id": account.oneflow_id,
        "account_name": str(account),
        "standing": member.standing,
        "repair": repair.pk if repair else None,
        "state": repair.state if repair else member.state,
        "result": repair.result if repair and repair.result else member.says,
        "remedy": repair.remedy if repair and repair.remedy else member.remedy,
        "differences": list(repair.notes) if repair else [],
        "removes": list(repair.removes) if repair else [],
        "sent_at": _iso(repair.sent_at) if repair else None,
        "ended_at": _iso(repair.ended_at) if repair else _iso(member.read_at),
    }


def takes_away(member: Any) -> str:
    """The verb for what an account would have no longer."""
    return "Switches off" if member.repair and only_switches_off(member.repair.summary) else "Takes away"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
