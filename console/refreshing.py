"""Refresh an installation: ask Oneflow, store what it answered, judge it, and say when to look again.

The database is the queue of record. A lease is one refresh's right to store; whoever lost it stores nothing. A worker
killed at any line leaves a lease that ends, and the installation is due again.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.acting import Actor, Deed
from accounts.vault import Unreadable
from console import broker
from console.models import Heartbeat
from console.reaching import Log, asking, seconds_to_fetch
from console.settling import Run, postpone, settle
from extensions.blueprints.models import BlueprintTemplateType
from extensions.health.models.incidents import explaining_incident
from extensions.installations import snapshot as parts
from extensions.installations import versions
from extensions.installations.fetching import FetchPlan, fetch
from extensions.installations.mirror import Mirror
from extensions.installations.models import Installation, Refresh
from extensions.installations.snapshot import Snapshot
from oneflow.errors import BudgetSpent, Unavailable

DISPATCH = "console.tasks.dispatch_refreshes"
REFRESH = "console.tasks.refresh_installation"
# Seconds that whoever waits for a page waits for the broker.
BROKER_PATIENCE = 4.0
# Staff may have changed these while Oneflow answered: they are read again before anything is stored.
STAFFS = [
    "state",
    "mode",
    "token_id",
    "acting_user_email",
    "blueprint_id",
    "blueprint_set",
    "rollout_id",
    "blueprint_match",
    "refresh_at",
    "wanted_at",
]
# Written by a refresh; everything else of the row is staff's.
COLUMNS = [
    "state",
    "blueprint",
    "blueprint_set",
    "rollout",
    "blueprint_match",
    "shown_account_id",
    "shown_key",
    "shown_instance",
    "refresh_at",
    "wanted_at",
    "refreshed_at",
    "lease_id",
    "lease_until",
    "verdict",
    "cause",
    "causes",
    "verdict_since",
    "fresh_until",
]

logger = logging.getLogger(__name__)


def refresh(installation_id: int, lease_id: UUID, *, clock: Callable[[], datetime] = timezone.now) -> Refresh | None:
    """Read the account and store its state; None when the lease was lost, and then nothing is stored."""
    started = clock()
    installation = _leased(installation_id, lease_id, started)
    if installation is None:
        return None
    mirror = Mirror.load(installation)
    wanted = _wanted(installation)
    plan = _plan(installation, mirror, wanted)
    try:
        run = _ask(installation, plan, started, mirror, wanted)
    except BudgetSpent:
        return _store(installation, lease_id, clock, lambda row, now: postpone(row, started, now))
    return _store(installation, lease_id, clock, lambda row, now: settle(row, run, now))


def _leased(installation_id: int, lease_id: UUID, now: datetime) -> Installation | None:
    """The installation, if the lease still holds; it is then held anew, however long the task stood in the queue."""
    ours = Installation.objects.leased(lease_id, now).filter(pk=installation_id)
    if not ours.update(lease_until=now + settings.REFRESH_LEASE):
        return None
    return _with_all(Installation.objects.filter(pk=installation_id)).first()


def _with_all(queryset: QuerySet[Installation]) -> QuerySet[Installation]:
    return queryset.select_related("account", "extension", "token").annotate(incident=explaining_incident())


def _wanted(installation: Installation) -> list[BlueprintTemplateType]:
    """The template types that are asked for, each extension type once: of its own version, else of the newest."""
    rows = versions.asked_of(installation)
    newest_first = sorted(rows.annotate(version=F("blueprint__version")), key=lambda row: -row.version)
    unique: dict[str, BlueprintTemplateType] = {}
    for row in newest_first:
        if row.blueprint_id == installation.blueprint_id:
            unique[row.extension_type] = row
        unique.setdefault(row.extension_type, row)
    return list(unique.values())


def _plan(installation: Installation, mirror: Mirror, wanted: Sequence[BlueprintTemplateType]) -> FetchPlan:
    confirmed = {row.oneflow_id: row.confirmed_role for row in mirror.template_types if row.confirmed_role}
    # What staff named to begin a draft from is read too, though no version has it yet.
    unknown = set(confirmed.values()) - {each.extension_type for each in wanted}
    wanted = [*wanted, *(BlueprintTemplateType(extension_type=role) for role in sorted(unknown))]
    return FetchPlan(
        account_id=installation.account.oneflow_id,
        acting_user_email=installation.acting_user_email,
        wanted=wanted,
        known_types=list(dict.fromkeys(row.oneflow_id for row in versions.roles(wanted, mirror).values())),
        confirmed=confirmed,
        seconds=seconds_to_fetch(),
    )


def _ask(
    installation: Installation,
    plan: FetchPlan,
    started: datetime,
    mirror: Mirror,
    wanted: list[BlueprintTemplateType],
) -> Run:
    """Everything that Oneflow said. Raises BudgetSpent when our share has no room for all of it."""
    log = Log()
    by_staff = installation.wanted_at is not None
    with ExitStack() as stack:
        try:
            client = stack.enter_context(asking(installation, log, calls=plan.most_calls, staff=by_staff))
        except Unreadable as exc:
            nothing = Snapshot.of_nothing(_names(plan), parts.NOT_ASKED, str(exc))
            return Run(started, nothing, log, mirror, wanted, by_staff=by_staff, tried=False)
        except ValueError as exc:
            # The base URL in our own settings, or the token's form; the sentence holds neither secret.
            snapshot = Snapshot.of_nothing(_names(plan), Unavailable.reason, str(exc))
        else:
            snapshot = fetch(client, plan=plan, begin=log.begin)
    return Run(started, snapshot, log, mirror, wanted, by_staff=by_staff)


def _names(plan: FetchPlan) -> list[str]:
    """Every part that a refresh asks for."""
    return [*parts.FIXED, *map(parts.fields_of, plan.known_types)]


def _store(
    installation: Installation,
    lease_id: UUID,
    clock: Callable[[], datetime],
    work: Callable[[Installation, datetime], Refresh],
) -> Refresh | None:
    """Do the work on the installation's latest row, in one short transaction that holds only with the lease."""
    with transaction.atomic():
        now = clock()
        held = Installation.objects.leased(lease_id, now).filter(pk=installation.pk)
        # Locks the row until the end of the transaction; on SQLite the transaction itself has locked all. Its key stays
        # as it is: whoever stores what refers to it, as `catch_up` does, need not wait, or both would for each other.
        latest = held.select_for_update(no_key=True).values(*STAFFS).first()
        if latest is None:
            logger.info("refresh of installation %s: the lease was lost, nothing is stored", installation.pk)
            return None
        questions = _asked_for(installation)
        for name, value in latest.items():
            setattr(installation, name, value)
        if _asked_for(installation) != questions:
            # Relinked, disconnected, or another acting user: what was read answers another question.
            installation.lease_id = installation.lease_until = None
            installation.refresh_at = now
            installation.save(update_fields=["lease_id", "lease_until", "refresh_at"])
            return None
        done = work(installation, now)
        installation.save(update_fields=COLUMNS)
        return done


def _asked_for(installation: Installation) -> tuple[object, ...]:
    """What the questions of a refresh rest on."""
    return (
        installation.token_id,
        installation.acting_user_email,
        installation.state == Installation.State.DISCONNECTED,
    )


def dispatch(now: datetime) -> int:
    """Lease the installations that are due and hand out one task for each; how many."""
    Heartbeat.beat("dispatch", now)
    lease_id = Installation.claim(now, limit=settings.REFRESH_BATCH, until=now + settings.REFRESH_LEASE)
    if lease_id is None:
        return 0
    leased = Installation.objects.filter(lease_id=lease_id)
    due = leased.order_by(F("wanted_at").asc(nulls_last=True), "refresh_at", "pk").values_list("pk", flat=True)
    # A message that outlived its lease is worth nothing. Leases whose message was not sent run out by themselves.
    expires = settings.REFRESH_LEASE.total_seconds()
    return hand_out(REFRESH, [(installation_id, str(lease_id)) for installation_id in due], expires=expires)


def want(queryset: QuerySet[Installation], now: datetime, actor: Actor) -> int:
    """Let the connected ones among these be refreshed now, before all others; how many."""
    with transaction.atomic():
        chosen = Installation.objects.connected().filter(pk__in=queryset.order_by().values("pk"))
        # An UPDATE takes its rows in no order: whoever holds several too, and this, would each wait for the other.
        chosen.hold()
        count = chosen.update(refresh_at=now, wanted_at=now)
        only = chosen.select_related("account", "extension").first() if count == 1 else None
        Deed(
            actor,
            "installation.refresh",
            only or f"{count} installations",
            outcome="done" if count else "refused",
            reason="" if count else "None of them is connected.",
            details={"installations": count},
        ).tell()
        if count:
            transaction.on_commit(kick)
    return count


def kick() -> None:
    """Have what is due handed out at once. With the broker away, beat does it when the broker is back."""
    hand_out(DISPATCH, [()], expires=60)


def hand_out(task: str, arguments: Iterable[tuple[object, ...]], *, expires: float) -> int:
    """Hand the task to the broker once for each tuple of arguments; how many it took before it went away."""
    sent = 0
    try:
        with broker.connection(current_app, patience=BROKER_PATIENCE) as connection:
            for args in arguments:
                current_app.send_task(task, args=args, expires=expires, retry=False, connection=connection)
                sent += 1
    except broker.AWAY as exc:
        logger.warning("the broker is away, %s was not sent: %s", task, type(exc).__name__)
    return sent


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the refreshes that were wanted are done."""

    done: int
    total: int

    @property
    def is_over(self) -> bool:
        return self.done >= self.total


def progress(since: datetime, ids: Iterable[int] | None = None) -> Progress:
    """How far the refreshes are that were wanted at `since`: of these installations, or of all connected ones.

    One that was disconnected meanwhile is counted no more.
    """
    chosen = Installation.objects.connected()
    if ids is not None:
        chosen = chosen.filter(pk__in=list(ids))
    done = chosen.filter(wanted_at=None, refreshed_at__gte=since)
    return Progress(done=done.count(), total=chosen.count())
