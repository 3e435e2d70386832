"""Who decides that a planned repair is written: whoever planned it, or a second person where anything is removed."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from accounts.acting import SYSTEM, Actor, Deed
from extensions.mappings.models import Repair
from extensions.mappings.models.repair import NOT_BEGUN, RUNNABLE, UNSETTLED
from extensions.mappings.repairing.refusing import LOOK_INTO_IT, Refused

State = Repair.State
NOTHING_REMOVED = "nothing is removed, so no second person is needed"
BY_SECOND = "approved by a second person, who confirmed each removal by name"
# A write without an answer may still be at work in Oneflow; what has not come of it by then is not waited for.
SETTLED_AFTER = timedelta(minutes=2)
ALONE = "approved alone: no other person may approve here"


def approve(
    repair: Repair, *, actor: Actor, confirmed: Collection[str], alone: bool, now: datetime, note: str = ""
) -> None:
    """Let a repair that removes something be written. `alone` says that nobody else here could approve it.

    Raises `Refused` for its own planner, and unless every removal is confirmed by its name.
    """
    if repair.state != State.WAITING:
        raise Refused("This repair does not wait for an approval.", "Look at what became of it.")
    grounds = demand_second(repair.removes, repair.planner_id, actor=actor, confirmed=confirmed, alone=alone)
    _decide(repair, State.APPROVED, actor, now, f"{grounds}{f': {note}' if note else ''}", verb="repair.approve")


def demand_second(
    removes: Collection[str], planner: int | None, *, actor: Actor, confirmed: Collection[str], alone: bool
) -> str:
    """On what grounds somebody may approve what removes something. Raises `Refused` as `approve` does."""
    own = planner is not None and planner == actor.user_id
    if (own or actor.user_id is None) and not alone:
        raise Refused(
            "Something would be removed, so somebody else than its planner approves it.",
            "Ask a colleague who may approve repairs.",
        )
    if missing := [name for name in removes if name not in confirmed]:
        raise Refused(
            f"Not confirmed: {', '.join(map(str, missing))}.", "Confirm by name each thing that would be removed."
        )
    return ALONE if own or actor.user_id is None else BY_SECOND


def go_ahead(repair: Repair, *, actor: Actor, now: datetime) -> None:
    """Let a repair that removes nothing be written. Raises `Refused` for any other."""
    if repair.state != State.PLANNED or repair.needs_second:
        raise Refused("This repair is not to be decided so.", "Look at what became of it.")
    _decide(repair, State.APPROVED, actor, now, NOTHING_REMOVED, verb="repair.approve")


def decline(repair: Repair, *, actor: Actor, now: datetime, note: str = "") -> None:
    """Say no to what somebody planned. Raises `Refused` once it is approved."""
    if repair.state != State.WAITING:
        raise Refused("This repair does not wait for an approval.", "Look at what became of it.")
    _decide(repair, State.DECLINED, actor, now, note, verb="repair.decline")


def withdraw(repair: Repair, *, actor: Actor, now: datetime) -> None:
    """Give up a repair before anything was written. Raises `Refused` once it is being written."""
    if repair.state not in NOT_BEGUN:
        raise Refused("This repair can be withdrawn no more.", "Look at what became of it.")
    _decide(repair, State.WITHDRAWN, actor, now, "", verb="repair.withdraw")


def lapse(repair: Repair, *, why: str, now: datetime) -> None:
    """Give up a repair that nobody decided on. Raises `Refused` where somebody did meanwhile."""
    _decide(repair, State.WITHDRAWN, SYSTEM, now, why, verb="repair.lapse")


def give_up(repair: Repair, *, actor: Actor, now: datetime) -> None:
    """End a repair that was sent and cannot be read back, so that it stands in the way of no other.

    What came of it is then not known, and it is not undone. Raises `Refused` while it may yet take effect or is run.
    """
    if repair.state not in UNSETTLED:
        raise Refused("This repair does not wait to be read back.", "Look at what became of it.")
    if repair.sent_at is not None and now - repair.sent_at < SETTLED_AFTER:
        raise Refused("It was sent just now and may yet take effect.", "Wait two minutes, then try again.")
    told = "Reading back was given up: whether the account is as approved is not known."
    with transaction.atomic():
        free = Repair.objects.free(now).filter(pk=repair.pk, state=repair.state)
        if not free.update(state=State.DIFFERS, result=told, remedy=LOOK_INTO_IT, ended_at=now, run_at=None):
            raise Refused("It is being read back at this moment.", "Look at what became of it.")
        Deed(actor, "repair.give_up", repair.installation, details={"repair": repair.pk}).tell()
    repair.refresh_from_db()


def want(repair: Repair, *, actor: Actor, now: datetime) -> None:
    """Have an approved repair run, or one whose write was not read back taken up again. Once, however often asked."""
    with transaction.atomic():
        asked = Repair.objects.free(now).filter(pk=repair.pk, state__in=RUNNABLE)
        if not asked.update(run_at=now, run_by=actor.name[:150], run_role=actor.role[:80], tries=0):
            raise Refused("It is running already, or has come to its end.", "Look at what became of it.")
        Deed(actor, "repair.run", repair.installation, details={"repair": repair.pk}).tell()


def _decide(repair: Repair, state: str, actor: Actor, now: datetime, grounds: str, *, verb: str) -> None:
    """Move it on, unless somebody else did meanwhile or it is being run. Raises `Refused`."""
    decided = {
        "decided_at": now,
        "decided_by": actor.name[:150],
        "decided_role": actor.role[:80],
        "decision": grounds[:255],
    }
    if state != State.APPROVED:
        decided |= {"ended_at": now, "run_at": None}
    with transaction.atomic():
        same = Repair.objects.free(now).filter(pk=repair.pk, state=repair.state, run_at=repair.run_at)
        if not same.update(state=state, **decided):
            raise Refused("Somebody decided on this repair meanwhile.", "Look at what became of it.")
        Deed(actor, verb, repair.installation, reason=grounds, details={"repair": repair.pk}).tell()
    repair.refresh_from_db()
