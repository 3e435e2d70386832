"""What staff do with rollouts: plan one, start it, let it pause and go on, end it, and take it back.

Each is one transaction that holds the rollout's row, as each step of the mover does (`moving`): they never interleave.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import zip_longest
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from accounts.acting import Actor, Deed
from extensions.blueprints.models import Blueprint
from extensions.installations.models import Installation, Rollout, RolloutMember, Verdict
from extensions.installations.moving import to_give_back

CANARY, WAVE, STOP_PERCENT = 5, 100, 10  # what is proposed
MOST_CANARY, MOST_WAVE = 100, 5000

State = Rollout.State


class Refused(Exception):
    """Something that cannot be done with a rollout; the text says why and what to do instead."""


def plan(
    blueprint: Blueprint,
    *,
    actor: Actor,
    now: datetime,
    canary: int = CANARY,
    wave: int = WAVE,
    stop_percent: int = STOP_PERCENT,
    picked: Sequence[int] = (),
) -> Rollout:
    """A rollout of that version to every connected installation that is not on it, the canary chosen. Moves nobody.

    `picked` are Oneflow ids of accounts that are the canary; without them one of every mode and healthy ones are.
    Raises `Refused`.
    """
    if blueprint.state != Blueprint.State.RELEASED:
        raise Refused(f"Version {blueprint.version} is a draft: nobody is moved to it. Release it first.")
    _within("The canary", canary, MOST_CANARY, "accounts")
    _within("A wave", wave, MOST_WAVE, "accounts")
    _within("The share that stops it", stop_percent, 100, "percent")
    chosen = _picked(blueprint, picked) if picked else _canary(blueprint, now, canary)
    if not chosen:
        raise Refused(f"Every connected account is on version {blueprint.version} already: there is nobody to move.")
    try:
        with transaction.atomic():
            rollout = Rollout.objects.create(
                extension=blueprint.extension,
                blueprint=blueprint,
                wave_size=wave,
                stop_percent=stop_percent,
                created_at=now,
                created_by=actor.name[:150],
            )
            rollout.accounts = number = _enlist(rollout)
            rollout.save(update_fields=["accounts"])
            rollout.members.filter(installation__in=chosen).update(wave=1)
            details = {"version": blueprint.version, "accounts": number, "canary": len(chosen), "wave": wave}
            Deed(actor, "rollout.plan", rollout, details=details).tell()
    except IntegrityError as exc:
        raise Refused(
            f"{blueprint.extension} has an open rollout already: end it or take it back before you plan another."
        ) from exc
    return rollout


def _within(what: str, number: int, most: int, unit: str) -> None:
    if not 1 <= number <= most:
        raise Refused(f"{what} has between 1 and {most:,} {unit}. Choose a number in between.")


def candidates(blueprint: Blueprint) -> QuerySet[Installation]:
    """Who is to be moved: the connected installations of the extension that are not on the version."""
    rows = Installation.objects.connected().filter(extension=blueprint.extension_id)
    return rows.exclude(blueprint=blueprint)


def _picked(blueprint: Blueprint, ids: Sequence[int]) -> list[int]:
    if len(set(ids)) > MOST_CANARY:
        raise Refused(f"A canary has {MOST_CANARY} accounts at most. Name fewer.")
    possible = [each for each in ids if each < 2**63]  # a larger number no database can even look for
    found = dict(
        candidates(blueprint).filter(account__oneflow_id__in=possible).values_list("account__oneflow_id", "pk")
    )
    if strangers := sorted(set(ids) - set(found)):
        named = ", ".join(map(str, strangers[:5]))
        raise Refused(
            f"No connected account of {blueprint.extension} that is not on version {blueprint.version} yet has the "
            f"Oneflow id {named}. Correct the list, or leave it empty."
        )
    return list(found.values())


def _canary(blueprint: Blueprint, now: datetime, number: int) -> list[int]:
    """One of every mode, then those who are well, then all others: a canary shows what the version does."""
    rows = candidates(blueprint).with_shown_verdict(now).order_by("pk")  # type: ignore[attr-defined]
    healthy, others = (
        [list(each.filter(mode=mode).values_list("pk", flat=True)[:number]) for mode in Installation.Mode.values]
        for each in (rows.filter(shown_verdict=Verdict.HEALTHY), rows.exclude(shown_verdict=Verdict.HEALTHY))
    )
    first = [(well or unwell)[:1] for well, unwell in zip(healthy, others, strict=True)]
    in_turn = (pk for modes in (first, healthy, others) for turn in zip_longest(*modes) for pk in turn)
    return list(dict.fromkeys(pk for pk in in_turn if pk is not None))[:number]


def _enlist(rollout: Rollout) -> int:
    """Make every candidate a member, in one statement however many they are."""
    quote = connection.ops.quote_name
    fixed: dict[str, Any] = {
        "rollout_id": rollout.pk,
        "wave": 0,
        "state": RolloutMember.State.WAITING.value,
        **dict.fromkeys(("note", "before", "now", "obstacle"), ""),
        **dict.fromkeys(("newly_failing", "by_customer", "by_oneflow", "by_us", "costs_token"), False),
    }
    columns = ", ".join(map(quote, fixed))
    places = ", ".join(["%s"] * len(fixed))
    chosen, parameters = (
        candidates(rollout.blueprint)
        .order_by("pk")
        .values("pk", "blueprint_id", "blueprint_set")
        .query.sql_with_params()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(RolloutMember._meta.db_table)} ({columns}, installation_id, before_blueprint_id, "  # noqa: S608 - our own names
            f"before_set) SELECT {places}, chosen.* FROM ({chosen}) chosen",
            [*fixed.values(), *parameters],
        )
        return int(cursor.rowcount)


def start(rollout: Rollout, *, actor: Actor, now: datetime) -> Rollout:
    """Let the mover begin with the canary. Raises `Refused`."""
    with _held(rollout, "started", State.PLANNED) as row:
        row.state, row.wave, row.started_at = State.RUNNING, 1, now
        _told(row, actor, "rollout.start")
    return row


def pause(rollout: Rollout, *, actor: Actor) -> Rollout:
    """Move nobody any more until it is resumed; whoever was moved is judged all the same. Raises `Refused`."""
    with _held(rollout, "paused", State.RUNNING) as row:
        row.state, row.reason = State.PAUSED, f"{actor.name} let it pause."[:300]
        _told(row, actor, "rollout.pause")
    return row


def resume(rollout: Rollout, *, actor: Actor) -> Rollout:
    """Go on, from what newly fails in the present wave as seen. Raises `Refused`."""
    with _held(rollout, "resumed", State.PAUSED, State.STOPPED) as row:
        wave = row.members.filter(wave=row.wave)
        row.tolerated = wave.filter(newly_failing=True).count()
        # Whoever goes on from a canary that stopped has looked at it, if all of it was there to be looked at.
        stopped_in_canary = row.state == State.STOPPED and row.wave == 1
        unjudged = (RolloutMember.State.WAITING, RolloutMember.State.MOVED)
        row.canary_seen |= stopped_in_canary and not wave.filter(state__in=unjudged).exists()
        row.state, row.reason = State.RUNNING, ""
        _told(row, actor, "rollout.resume", tolerated=row.tolerated)
    return row


def end(rollout: Rollout, *, actor: Actor, now: datetime) -> Rollout:
    """Move nobody any more; whoever was moved stays on the version. Raises `Refused`."""
    with _held(rollout, "ended", State.PLANNED, State.RUNNING, State.PAUSED, State.STOPPED) as row:
        row.state, row.reason, row.ended_at = State.ENDED, "", now
        _told(row, actor, "rollout.end")
    return row


def back(rollout: Rollout, *, actor: Actor) -> Rollout:
    """Give everybody who was moved the version and the flag of before; the mover does it. Raises `Refused`.

    Again, when one that had moved accounts on was itself taken back since.
    """
    moved = (State.RUNNING, State.PAUSED, State.STOPPED, State.DONE, State.ENDED, State.RETURNED)
    try:
        with _held(rollout, "taken back", *moved) as row:
            if row.state == State.RETURNED and not to_give_back(row).exists():
                raise Refused(f"It is taken back: nobody is on version {row.blueprint.version} by it any more.")
            row.state, row.reason, row.ended_at = State.RETURNING, "", None
            _told(row, actor, "rollout.back")
    except IntegrityError as exc:
        raise Refused(f"Another rollout of {rollout.extension} is open. End that one or take it back first.") from exc
    return row


@contextmanager
def _held(rollout: Rollout, wanted: str, *states: Rollout.State) -> Iterator[Rollout]:
    """The row as it is now, nobody else's until the end of the transaction; saved then."""
    with transaction.atomic():
        rows = Rollout.objects.select_for_update(of=("self",)).select_related("extension", "blueprint__extension")
        row = rows.get(pk=rollout.pk)
        if row.state not in states:
            raise Refused(f"A rollout that is {row.get_state_display().lower()} cannot be {wanted}. Look at it again.")
        yield row


def _told(row: Rollout, actor: Actor, verb: str, **details: Any) -> None:
    row.save(update_fields=["state", "reason", "wave", "canary_seen", "tolerated", "started_at", "ended_at"])
    Deed(actor, verb, row, details={"version": row.blueprint.version, "wave": row.wave, **details}).tell()
