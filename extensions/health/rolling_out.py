"""The mover of rollouts: what a worker does with each, step by step, until everybody is judged by the new version.

A step is one short transaction that holds the rollout's row. The database is the queue of record: whatever a killed
worker had not committed was not done, and the next step does it. Staff's verbs are in `installations.rollouts`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from accounts.acting import SYSTEM, Deed
from extensions.health.deciding import Share, parties
from extensions.health.previewing import loaded, shares
from extensions.installations import moving
from extensions.installations.models import Installation, Rollout, RolloutMember, Verdict

CANARY_WAVE = 1
BATCH = 200  # judged in one step, and so in one transaction
State, Member = Rollout.State, RolloutMember.State


def waiting() -> list[int]:
    """The rollouts for which there is or may be something to do, the oldest first."""
    to_be_judged = RolloutMember.objects.filter(_to_be_judged(), rollout=OuterRef("pk"))
    active = Q(state__in=[State.RUNNING, State.RETURNING])
    rows = Rollout.objects.followed().filter(active | Exists(to_be_judged))
    return list(rows.order_by("pk").values_list("pk", flat=True))


def step(rollout_id: int, now: datetime) -> bool:
    """Do the next thing for a rollout, if nobody else is at it; whether there may be more to do at once."""
    with transaction.atomic():
        held = Rollout.objects.followed().select_for_update(of=("self",), skip_locked=True)
        rollout = held.select_related("blueprint__extension").filter(pk=rollout_id).first()
        if rollout is None:
            return False
        if rollout.state == State.RETURNING:
            return _go_back(rollout, now)
        settled = settle(rollout, now)
        if rollout.state != State.RUNNING:
            return settled >= BATCH
        return _go_on(rollout, now) or settled >= BATCH


def _go_back(rollout: Rollout, now: datetime) -> bool:
    if moving.give_back(rollout, now):
        return True
    _stand(rollout, State.RETURNED, "", now)
    return False


def _go_on(rollout: Rollout, now: datetime) -> bool:
    """Move the next ones of the wave, or once all of it is judged go on to the next; not past what must be seen."""
    if reason := _too_many_failing(rollout):
        _stand(rollout, State.STOPPED, reason)
        Deed(SYSTEM, "rollout.stop", rollout, outcome="refused", reason=reason).tell()
        return False
    if moving.move(rollout, now, partial(_verdicts, now=now)):
        return True
    if rollout.members.filter(wave=rollout.wave, state=Member.MOVED).exists():
        return False  # read and judged first
    if rollout.wave == CANARY_WAVE and not rollout.canary_seen:
        rollout.canary_seen = True
        _stand(rollout, State.PAUSED, "The canary is moved and judged. Look at it, then resume.")
        return False
    if moving.begin_next_wave(rollout):
        rollout.save(update_fields=["wave", "tolerated"])
        return True
    _stand(rollout, State.DONE, "", now)
    return False


def _stand(rollout: Rollout, state: Rollout.State, reason: str, ended_at: datetime | None = None) -> None:
    rollout.state, rollout.reason, rollout.ended_at = state, reason, ended_at
    rollout.save(update_fields=["state", "reason", "ended_at", "canary_seen"])


def _too_many_failing(rollout: Rollout) -> str:
    """Why the rollout must stop, "" while it need not: what staff have seen and gone on from does not count again."""
    counted = moving.count(rollout).get(rollout.wave, {})
    size = sum(counted.get(each, 0) for each in (Member.WAITING, *RolloutMember.HERE))
    failing = counted.get("newly_failing", 0)
    if failing <= rollout.tolerated or failing * 100 <= rollout.stop_percent * size:
        return ""
    return (
        f"{failing} of the {size} accounts of wave {rollout.wave} are newly failing by version "
        f"{rollout.blueprint.version}, more than {rollout.stop_percent} %. Nobody more is moved."
    )


def settle(rollout: Rollout, now: datetime) -> int:
    """Note what became of those who were moved and have been read since; how many."""
    rows = rollout.members.filter(_to_be_judged()).order_by("pk")
    members = list(rows.select_for_update(of=("self",))[:BATCH])
    if not members:
        return 0
    installations = _loaded([each.installation_id for each in members], now)
    found = shares(list(installations.values()), now)
    for each in members:
        row = installations[each.installation_id]
        each.judged_at = now
        each.judge_no_more()
        if row.state == Installation.State.DISCONNECTED:
            each.state, each.note = Member.LEFT, "It was disconnected since."
        elif not moving.is_on(rollout, row):
            each.state, each.note = Member.LEFT, moving.why_left(row)
        else:
            _judge(each, row, found[row.pk])
    RolloutMember.objects.bulk_update(members, moving.SETTLED)
    return len(members)


def _to_be_judged() -> Q:
    """Moved and read since; in need of somebody, connected again, or on another version, and read again; or gone.

    Not whom another rollout moved on: that is for the other to judge, and taking it back leads here again.
    """
    ours = Q(installation__rollout=None) | Q(installation__rollout=F("rollout"))
    disconnected = Q(installation__state=Installation.State.DISCONNECTED)
    moved = Q(state=Member.MOVED, installation__refreshed_at__gte=F("moved_at"))
    again = Q(state=Member.NEEDS) | Q(moving.BY_IT, state=Member.LEFT) | Q(~moving.ON_IT, state=Member.CONFORMING)
    read = ~disconnected & Q(installation__wanted_at=None)
    gone = disconnected & Q(state__in=[Member.MOVED, Member.NEEDS])
    return ours & (gone | (read & (moved | (again & Q(installation__refreshed_at__gt=F("judged_at"))))))


def _loaded(keys: Iterable[int], now: datetime) -> dict[int, Installation]:
    return {row.pk: row for row in loaded(Installation.objects.filter(pk__in=list(keys)), now)}


def _judge(member: RolloutMember, row: Installation, share: Share) -> None:
    member.note, member.now, member.obstacle = "", share.verdict.value, share.obstacle
    member.state = Member.CONFORMING if share.verdict == Verdict.HEALTHY else Member.NEEDS
    member.newly_failing = share.verdict == Verdict.FAILING and member.before != Verdict.FAILING
    who = parties((*share.blocking, *share.causes), row)
    member.by_customer, member.by_oneflow, member.by_us = who.customer, who.oneflow, who.us
    member.costs_token = who.costs_token


def _verdicts(installations: Sequence[Installation], now: datetime) -> dict[int, str]:
    """What the version of each decides of its verdict, before it is moved."""
    rows = list(_loaded([each.pk for each in installations], now).values())
    return {pk: share.verdict.value for pk, share in shares(rows, now).items()}
