"""Delete what retention no longer asks to keep, class by class, and sign-ins that have ended."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from extensions.blueprints.models import Blueprint
from extensions.health.models import (
    Flip,
    Incident,
    Issue,
    IssueEvent,
    MaintenanceWindow,
    Message,
    Notification,
    Outcome,
    Preview,
    StatusLink,
    Transition,
)
from extensions.installations.models import Change, Exchange, Installation, Refresh, Rollout, RolloutMember
from extensions.mappings.lapsing import lapse
from extensions.mappings.models import Repair, RepairJob, RepairJobMember, RepairSnapshot, Summary

# One statement deletes at most so many rows, and one run has at most so many statements: no long lock.
BATCH = 1000
MOST_BATCHES = 50
# What there is to look into: the others went well, or made no call.
FAILED = [Refresh.Outcome.PARTIAL, Refresh.Outcome.REFUSED, Refresh.Outcome.UNREACHABLE]


def prune(now: datetime) -> int:
    """Delete what nobody needs any more, in bounded batches; how many rows, sign-ins not counted.

    What waits for somebody and rests on something to be deleted is given up first.
    """
    lapse(now, timedelta(days=settings.KEEP_SNAPSHOTS_DAYS))
    _in_batches(lambda: _prune_sessions(now))
    return (
        _in_batches(lambda: _prune_refreshes(now))
        + _in_batches(lambda: _prune_changes(now))
        + _in_batches(lambda: _delete(_old_flips(now)))
        + _in_batches(lambda: _delete(_old_issues(now)))
        + _in_batches(lambda: _delete(_old_events(now)))
        + _in_batches(lambda: _delete(_old_windows(now)))
        + _in_batches(lambda: _delete(_old_incidents(now)))
        + _in_batches(lambda: _delete(_old_transitions(now)))
        + _in_batches(lambda: _delete(_old_messages(now)))
        + _in_batches(lambda: _delete(_old_links(now)))
        + _in_batches(lambda: _delete(_old_snapshots(now)))
        + _in_batches(lambda: _delete(_old_repairs(now)))
        + _in_batches(lambda: _delete(_old_jobs(now)))
        + _in_batches(lambda: _delete(_old_outcomes(now)))
        + _in_batches(lambda: _delete(_old_previews(now).filter(outcomes=None)))
        + _in_batches(lambda: _delete(_old_members(now)))
        + _in_batches(lambda: _delete(_old_rollouts(now).filter(members=None)))
        + _in_batches(lambda: _delete(_idle_summaries()))
    )


def _in_batches(step: Callable[[], int]) -> int:
    total = 0
    for _ in range(MOST_BATCHES):
        deleted = step()
        total += deleted
        if deleted < BATCH:
            break
    return total


def _prune_refreshes(now: datetime) -> int:
    """Refreshes beyond the newest few of their installation, with their exchanges; failed ones only when old."""
    # Each outcome is counted by itself: a day of refreshes that were put off must not push out those that read.
    newest_first = Window(
        RowNumber(),
        partition_by=[F("installation"), F("outcome")],
        order_by=[F("started_at").desc(), F("pk").desc()],
    )
    old = Q(started_at__lt=now - timedelta(days=settings.KEEP_FAILED_DAYS))
    unneeded = ~Q(outcome__in=FAILED) | old
    numbered = Refresh.objects.annotate(number=newest_first).filter(number__gt=settings.KEEP_REFRESHES)
    # In a query of its own: filtered together, rows would be numbered only after the others were left out.
    beyond = Refresh.objects.filter(unneeded, pk__in=numbered.order_by().values("pk"))
    surplus = list(beyond.order_by().values_list("pk", flat=True)[:BATCH])
    Exchange.objects.filter(refresh__in=surplus).delete()
    Refresh.objects.filter(pk__in=surplus).delete()
    return len(surplus)


def _prune_sessions(now: datetime) -> int:
    ended = list(Session.objects.filter(expire_date__lt=now).values_list("pk", flat=True)[:BATCH])
    Session.objects.filter(pk__in=ended).delete()
    return len(ended)


def _prune_changes(now: datetime) -> int:
    old = Change.objects.filter(at__lt=now - timedelta(days=settings.KEEP_CHANGES_DAYS))
    surplus = list(old.order_by("at").values_list("pk", flat=True)[:BATCH])
    Change.objects.filter(pk__in=surplus).delete()
    return len(surplus)


def _delete(old: QuerySet[Any]) -> int:
    """Delete a batch of these rows; how many."""
    surplus = list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])
    old.model._default_manager.filter(pk__in=surplus).delete()
    return len(surplus)


def _old_flips(now: datetime) -> QuerySet[Flip]:
    """Flips that ended long ago; the latest of an installation still holds, however old it is."""
    before = now - timedelta(days=settings.KEEP_FLIPS_DAYS)
    later = Flip.objects.filter(installation=OuterRef("installation"), pk__gt=OuterRef("pk"), at__lt=before)
    return Flip.objects.filter(Exists(later), at__lt=before)


def _old_issues(now: datetime) -> QuerySet[Issue]:
    """Issues resolved long ago, and those that passed before they opened, which nobody was told of."""
    resolved = Issue.objects.filter(state=Issue.State.RESOLVED)
    passed = Q(first_opened_at=None, resolved_at__lt=now - timedelta(days=1))
    return resolved.filter(passed | Q(resolved_at__lt=now - timedelta(days=settings.KEEP_ISSUES_DAYS)))


def _old_events(now: datetime) -> QuerySet[IssueEvent]:
    return IssueEvent.objects.filter(at__lt=now - timedelta(days=settings.KEEP_ISSUES_DAYS))


def _old_incidents(now: datetime) -> QuerySet[Incident]:
    return Incident.objects.filter(ended_at__lt=now - timedelta(days=settings.KEEP_ISSUES_DAYS))


def _old_transitions(now: datetime) -> QuerySet[Transition]:
    """With their notifications; those of which something still waits stay."""
    before = now - timedelta(days=settings.KEEP_NOTIFICATIONS_DAYS)
    waiting = Notification.objects.filter(transition=OuterRef("pk"), state=Notification.State.WAITING)
    return Transition.objects.filter(~Exists(waiting), at__lt=before).exclude(routed_at=None)


def _old_messages(now: datetime) -> QuerySet[Message]:
    before = now - timedelta(days=settings.KEEP_NOTIFICATIONS_DAYS)
    return Message.objects.filter(created_at__lt=before).exclude(state=Message.State.WAITING)


def _old_windows(now: datetime) -> QuerySet[MaintenanceWindow]:
    return MaintenanceWindow.objects.filter(ends_at__lt=now - timedelta(days=settings.KEEP_ISSUES_DAYS))


def _old_links(now: datetime) -> QuerySet[StatusLink]:
    return StatusLink.objects.filter(expires_at__lt=now - timedelta(days=settings.KEEP_LINKS_DAYS))


def _old_snapshots(now: datetime) -> QuerySet[RepairSnapshot]:
    """Those of a write that was not read back yet stay: they say what the account should be like."""
    old = RepairSnapshot.objects.filter(kept_at__lt=now - timedelta(days=settings.KEEP_SNAPSHOTS_DAYS))
    return old.exclude(repair__in=Repair.objects.unsettled())


def _old_repairs(now: datetime) -> QuerySet[Repair]:
    return Repair.objects.filter(ended_at__lt=now - timedelta(days=settings.KEEP_REPAIRS_DAYS))


def _old_jobs(now: datetime) -> QuerySet[RepairJob]:
    """Those over many accounts of which no repair is left."""
    old = RepairJob.objects.filter(ended_at__lt=now - timedelta(days=settings.KEEP_REPAIRS_DAYS))
    return old.filter(~Exists(RepairJobMember.objects.filter(job=OuterRef("pk"), repair__isnull=False)))


def _old_previews(now: datetime) -> QuerySet[Preview]:
    """Of the newest released version the latest stays, which says what is to be expected of its rollout."""
    before = now - timedelta(days=settings.KEEP_PREVIEWS_DAYS)
    done = Preview.objects.filter(state=Preview.State.DONE)
    later = done.filter(blueprint=OuterRef("blueprint"), pk__gt=OuterRef("pk"))
    newest = done.filter(~_newer_version(), ~Exists(later), blueprint__state=Blueprint.State.RELEASED)
    return Preview.objects.filter(ended_at__lt=before).exclude(pk__in=newest.order_by().values("pk"))


def _old_outcomes(now: datetime) -> QuerySet[Outcome]:
    """What old previews hold, which may be many rows each: they go first, in batches, and then the previews."""
    return Outcome.objects.filter(preview__in=_old_previews(now))


def _old_rollouts(now: datetime) -> QuerySet[Rollout]:
    """Those that lead nowhere any more: no account is on its version by them, or would be by taking back another."""
    standing = Installation.objects.filter(rollout=OuterRef("pk"))
    leading = RolloutMember.objects.filter(before_rollout=OuterRef("pk"), rollout=F("installation__rollout"))
    old = Rollout.objects.filter(ended_at__lt=now - timedelta(days=settings.KEEP_ROLLOUTS_DAYS))
    return old.filter(_newer_version(), ~Exists(standing), ~Exists(leading))


def _old_members(now: datetime) -> QuerySet[RolloutMember]:
    """As many as there are accounts: they go first, as the outcomes of previews do."""
    return RolloutMember.objects.filter(rollout__in=_old_rollouts(now))


def _newer_version() -> Exists:
    """Whether a version was released that is newer than the one that a row is about."""
    released = Blueprint.objects.released().filter(extension=OuterRef("extension"))
    return Exists(released.filter(version__gt=OuterRef("blueprint__version")))


def _idle_summaries() -> QuerySet[Summary]:
    """Those that nobody asks for: of drafts that were discarded meanwhile, and of accounts that are disconnected."""
    version = Blueprint.objects.filter(pk=OuterRef("blueprint"))
    return Summary.objects.filter(~Exists(version) | Q(installation__state=Installation.State.DISCONNECTED))
