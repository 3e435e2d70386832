"""Delete what retention no longer asks to keep: refreshes, changes, and sign-ins that have ended."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber

from extensions.installations.models import Change, Exchange, Refresh

# One statement deletes at most so many rows, and one run has at most so many statements: no long lock.
BATCH = 1000
MOST_BATCHES = 50
# What there is to look into: the others went well, or made no call.
FAILED = [Refresh.Outcome.PARTIAL, Refresh.Outcome.REFUSED, Refresh.Outcome.UNREACHABLE]


def prune(now: datetime) -> int:
    """Delete what nobody needs any more, in bounded batches; how many refreshes and changes."""
    _in_batches(lambda: _prune_sessions(now))
    return _in_batches(lambda: _prune_refreshes(now)) + _in_batches(lambda: _prune_changes(now))


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
