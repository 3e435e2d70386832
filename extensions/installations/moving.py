"""The steps of a rollout that change installations: a few at a time to the version, or back to what they were.

Every step is one transaction that holds the rollout's row: a worker killed in it has done nothing, two workers at once
wait for each other, and nobody is moved twice. Call them inside that transaction.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from accounts.acting import SYSTEM, Deed
from extensions.installations.models import Installation, Rollout, RolloutMember

BATCH = 200
Member = RolloutMember.State
MOVED = ["state", "note", "before_blueprint", "before_set", "before_rollout", "before", "moved_at"]
SETTLED = ["state", "note", "judged_at", *RolloutMember.JUDGED]
# A member whose installation is on the version by its rollout, and was not set by hand since.
BY_IT = Q(
    installation__rollout=F("rollout"),
    installation__blueprint=F("rollout__blueprint"),
    installation__blueprint_set=True,
)
# One on the version by its rollout, or as inferred since: then the extension made it from it.
ON_IT = BY_IT | Q(installation__blueprint=F("rollout__blueprint"), installation__blueprint_set=False)


@dataclass(frozen=True, slots=True)
class Moved:
    """How many a step moved, or gave back, and how many it left as they are."""

    done: int = 0
    left: int = 0

    def __bool__(self) -> bool:
        return bool(self.done or self.left)


def move(rollout: Rollout, now: datetime, verdicts: Callable[[Sequence[Installation]], dict[int, str]]) -> Moved:
    """Put the next waiting ones of the present wave on the version, and have them read and judged by it.

    Whoever was disconnected, or given a version by staff while the rollout ran, is left out, with the reason.
    `verdicts` tells how they stand before, by the installation's id.
    """
    members = _some(rollout.members.filter(state=Member.WAITING, wave=rollout.wave))
    if not members:
        return Moved()
    rows = _locked(members)
    standing = verdicts(list(rows.values()))
    going = []
    for each in members:
        row = rows[each.installation_id]
        if reason := _why_not(rollout, each, row):
            each.state, each.note = Member.SKIPPED, reason
            continue
        each.before_blueprint_id, each.before_set = row.blueprint_id, row.blueprint_set
        each.before_rollout_id, each.before = row.rollout_id, standing.get(row.pk, "")
        each.state, each.moved_at = Member.MOVED, now
        going.append(row.pk)
    RolloutMember.objects.bulk_update(members, MOVED)
    _set(going, now, blueprint=rollout.blueprint, blueprint_set=True, rollout=rollout)
    return _tell(rollout, "rollout.move", Moved(len(going), len(members) - len(going)))


def give_back(rollout: Rollout, now: datetime) -> Moved:
    """Give the next ones the version and the flag that they had; whoever was given another since is left as it is."""
    members = _some(to_give_back(rollout))
    if not members:
        return Moved()
    rows = _locked(members)
    alike: dict[tuple[Any, ...], list[int]] = {}
    for each in members:
        row = rows[each.installation_id]
        if is_by(rollout, row):
            each.state, each.note = Member.BACK, ""
            before = (each.before_blueprint_id, each.before_set, each.before_rollout_id)
            alike.setdefault(before, []).append(row.pk)
        else:
            each.state, each.note, each.judged_at = Member.LEFT, why_left(row), now
        each.judge_no_more()
    RolloutMember.objects.bulk_update(members, SETTLED)
    for (blueprint, was_set, by), keys in alike.items():
        _set(keys, now, blueprint_id=blueprint, blueprint_set=was_set, rollout_id=by)
    done = sum(map(len, alike.values()))
    return _tell(rollout, "rollout.give_back", Moved(done, len(members) - done))


def to_give_back(rollout: Rollout) -> QuerySet[RolloutMember]:
    """Whom it moved, and whoever was left as it is and is on the version by it all the same: disconnected, or back."""
    return rollout.members.filter(Q(state__in=RolloutMember.HERE) | Q(BY_IT, state=Member.LEFT))


def why_left(row: Installation) -> str:
    """Why the installation is on the version no longer by the rollout that moved it."""
    if row.rollout_id is not None:
        return f"Rollout {row.rollout_id} moved it on since."
    return "Staff gave it a version by hand since." if row.blueprint_set else "Its version is inferred again since."


def is_by(rollout: Rollout, row: Installation) -> bool:
    """Whether the installation is on the version by this rollout, and nobody has set it by hand since."""
    return row.rollout_id == rollout.pk and row.blueprint_id == rollout.blueprint_id and row.blueprint_set


def is_on(rollout: Rollout, row: Installation) -> bool:
    """Whether it is on the version by this rollout, or as inferred since, as `ON_IT` says of members."""
    return is_by(rollout, row) or (row.blueprint_id == rollout.blueprint_id and not row.blueprint_set)


def begin_next_wave(rollout: Rollout) -> bool:
    """Choose who is in the next wave; False when nobody is left. The rollout itself is not saved."""
    waiting = rollout.members.filter(wave=0, state=Member.WAITING).order_by("pk")
    keys = list(waiting.values_list("pk", flat=True)[: rollout.wave_size])
    if not keys:
        return False
    rollout.wave, rollout.tolerated = rollout.wave + 1, 0
    # No list of keys: a wave may be larger than what a statement may name.
    waiting.order_by().filter(pk__lte=keys[-1]).update(wave=rollout.wave)
    return True


def _some(members: QuerySet[RolloutMember]) -> list[RolloutMember]:
    return list(members.order_by("pk").select_for_update(of=("self",))[:BATCH])


def _locked(members: Sequence[RolloutMember]) -> dict[int, Installation]:
    """Their installations as they are now; whoever sets one by hand, or stores a refresh of it, comes after us."""
    keys = [each.installation_id for each in members]
    rows = Installation.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",), no_key=True)
    return {row.pk: row for row in rows.select_related("account", "extension", "token", "blueprint")}


def _why_not(rollout: Rollout, member: RolloutMember, row: Installation) -> str:
    if row.state == Installation.State.DISCONNECTED:
        return "It was disconnected before its turn."
    if row.blueprint_id == rollout.blueprint_id:
        return f"It was on version {rollout.blueprint.version} before its turn."
    planned = (member.before_blueprint_id, member.before_set)
    if row.blueprint_set and (row.blueprint_id, row.blueprint_set) != planned:
        version = row.blueprint.version if row.blueprint else "another"
        return f"Staff set version {version} by hand before its turn."
    return ""


def _set(keys: Sequence[int], now: datetime, **values: Any) -> None:
    if keys:
        rows = Installation.objects.filter(pk__in=keys)
        rows.update(blueprint_match=None, **values)
        rows.connected().update(refresh_at=now, wanted_at=now)  # a disconnected one is read by nobody


def _tell(rollout: Rollout, verb: str, moved: Moved) -> Moved:
    details = {"version": rollout.blueprint.version, "wave": rollout.wave, "done": moved.done, "left": moved.left}
    Deed(SYSTEM, verb, rollout, details=details).tell()
    return moved


def count(rollout: Rollout) -> dict[int, Counter[str]]:
    """By wave, how many are in which state; beside that how many are "newly_failing", and where it "costs_token"."""
    rows = rollout.members.order_by().values_list("wave", "state")
    costly = Q(costs_token=True, state=Member.NEEDS)
    rows = rows.annotate(
        number=Count("pk"), failing=Count("pk", filter=Q(newly_failing=True)), costs=Count("pk", filter=costly)
    )
    counted: dict[int, Counter[str]] = {}
    for wave, state, number, failing, costs in rows:
        counted.setdefault(wave, Counter()).update({state: number, "newly_failing": failing, "costs_token": costs})
    return counted
