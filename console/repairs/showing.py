"""A repair in words: where it stands, what it changes, and what may be done with it by whom."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime

from console.repairs.running import is_the_jobs
from console.roles import ADMINISTRATOR, ONBOARDING
from extensions.health.words.saying import enumerated
from extensions.mappings.models import Repair
from extensions.mappings.models.repair import PLANNED_ANEW, RUNNABLE, UNSETTLED
from extensions.mappings.repairing.plans import Fate, Plan, Row

State = Repair.State
PLAN, APPROVE = "mappings.plan_repair", "mappings.approve_repair"
MOST_NAMES = 3  # of those who may approve, told one by one
# The small word in a table: how it looks.
TONES = {
    State.VERIFIED: "ok",
    State.IGNORED: "bad",
    State.DIFFERS: "bad",
    State.FAILED: "bad",
    State.STOPPED: "warn",
    State.WAITING: "warn",
    State.WRITTEN: "warn",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A plan as the page shows it: what changes at length, what stays as names."""

    plan: Plan

    @property
    def changing(self) -> list[Row]:
        return [row for row in self.plan.rows if row.fate is not Fate.KEPT]

    @property
    def kept(self) -> list[tuple[str, list[Row]]]:
        """What stays, by whose it is."""
        by_owner: dict[str, list[Row]] = {}
        for row in self.plan.rows:
            if row.fate is Fate.KEPT:
                by_owner.setdefault(row.whose, []).append(row)
        return list(by_owner.items())

    @property
    def kept_number(self) -> int:
        return sum(row.fate is Fate.KEPT for row in self.plan.rows)

    @property
    def counts(self) -> list[tuple[str, int]]:
        found = [(fate.value, sum(row.fate is fate for row in self.plan.rows)) for fate in Fate]
        return [(word, number) for word, number in found if number]


@dataclass(frozen=True, slots=True)
class May:
    """What somebody may do with a repair as it stands."""

    run: bool = False
    approve: bool = False
    alone: bool = False
    decline: bool = False
    withdraw: bool = False
    give_up: bool = False
    undo: bool = False
    again: bool = False
    look: bool = False

    @property
    def anything(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self))


def what_may(user: Any, repair: Repair, now: datetime) -> May:
    """What this person may do with it now."""
    plans, approves = user.has_perm(PLAN), user.has_perm(APPROVE)
    held = repair.lease_until is not None and repair.lease_until > now
    waiting = repair.state == State.WAITING
    own = repair.planner_id == user.pk
    alone = waiting and own and approves and may_alone(user)
    single = not is_the_jobs(repair)
    can_run = repair.state == State.PLANNED or (repair.state in RUNNABLE and not is_wanted(repair))
    return May(
        run=plans and single and not held and can_run,
        approve=waiting and approves and single and (not own or alone),
        alone=alone,
        decline=waiting and approves,
        withdraw=plans and not held and repair.state in (State.PLANNED, State.WAITING, State.APPROVED),
        # Not before a reading back has failed: it is the last that helps.
        give_up=approves and not held and repair.state in UNSETTLED and bool(repair.result),
        undo=plans and Repair.objects.undoable().filter(pk=repair.pk).exists(),
        again=plans and repair.state in PLANNED_ANEW,
        look=plans and repair.is_over,
    )


def may_alone(user: Any) -> bool:
    """Whether an administrator is the only person here who may approve a repair at all."""
    if not (user.is_superuser or user.groups.filter(name=ADMINISTRATOR).exists()):
        return False
    return not approvers(but=user.pk).exists()


def approvers(*, but: int | None = None) -> QuerySet[Any]:
    """The people here who may approve a repair; `but` is somebody who is not meant."""
    able = get_user_model().objects.with_perm(APPROVE, backend="console.permissions.OneStatement")
    return able.filter(is_active=True, is_staff=True).exclude(pk=but)


def who_approves(*, but: int | None = None) -> str:
    """Whom to ask for an approval, as a sentence: a few of them by name, the rest as a number."""
    names = list(approvers(but=but).order_by("username").values_list("username", flat=True))
    if not names:
        return f"Nobody may yet: an administrator gives somebody the role {ONBOARDING} or {ADMINISTRATOR}."
    return f"{enumerated(names, 'and', 'more', ',', most=MOST_NAMES)} may approve it."


def is_wanted(repair: Repair) -> bool:
    """Whether it is going to be run without anybody doing more."""
    return repair.run_at is not None and repair.state in RUNNABLE


def tone(state: str) -> str:
    return TONES.get(State(state), "")


def exchanges_of(repair: Repair) -> list[dict[str, Any]]:
    """The exchanges with Oneflow that it keeps, the latest first."""
    return [{**each, "at": parse_datetime(each["at"])} for each in reversed(repair.exchanges)]
