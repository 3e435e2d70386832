"""What waits for somebody's approval, and which jobs are not over: for the list of repairs and the front page."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery, Value

from console.repairs.showing import APPROVE, approvers
from console.roles import ADMINISTRATOR
from extensions.mappings.models import Repair, RepairJob
from extensions.mappings.models.job import ENDED

# What is said of jobs in a state: of one, and of several.
GOES = {
    RepairJob.State.DRY_RUN: ("is read in a dry run", "are read in a dry run"),
    RepairJob.State.PLANNED: ("waits for approval", "wait for approval"),
    RepairJob.State.CANARY: ("is being written, the first few first", "are being written, the first few first"),
    RepairJob.State.LOOKED_AT: ("waits for a look at the first few", "wait for a look at the first few"),
    RepairJob.State.RUNNING: ("is being written", "are being written"),
    RepairJob.State.PAUSED: ("is paused", "are paused"),
}


@dataclass(frozen=True, slots=True)
class Jobs:
    """The jobs in one state: how many, over how many accounts, and one of them."""

    state: str
    number: int
    accounts: int
    first: int

    @property
    def goes(self) -> str:
        return GOES[RepairJob.State(self.state)][self.number > 1]


def jobs_not_over() -> list[Jobs]:
    """By state, those that wait for somebody or go on."""
    rows = RepairJob.objects.exclude(state__in=ENDED).order_by().values("state")
    counted = rows.annotate(number=Count("pk", distinct=True), accounts=Count("members"), first=Min("pk"))
    by_state = {row["state"]: Jobs(**row) for row in counted}
    return [by_state[state] for state in GOES if state in by_state]


def for_approval_of(user: Any) -> dict[str, Subquery]:
    """How many repairs and jobs wait for this person, as part of another statement; nothing for whoever approves none.

    What somebody planned waits for the others, except where an administrator is the only one who may approve.
    """
    if not user.has_perm(APPROVE):
        return {}
    administers = Exists(user.groups.order_by().filter(name=ADMINISTRATOR)) if not user.is_superuser else Value(True)
    alone = Q(administers) & ~Exists(approvers(but=user.pk))
    takes_away = Repair.objects.filter(job_member__job=OuterRef("pk"), needs_second=True)
    repairs = Repair.objects.filter(~Q(planner=user.pk) | alone, state=Repair.State.WAITING, job_member=None)
    jobs = RepairJob.objects.filter(~Q(maker=user.pk) | ~Exists(takes_away) | alone, state=RepairJob.State.PLANNED)
    return {"repairs": _number(repairs), "jobs": _number(jobs)}


def _number(rows: QuerySet[Any]) -> Subquery:
    return Subquery(rows.order_by().annotate(all=Value(1)).values("all").annotate(number=Count("pk")).values("number"))
