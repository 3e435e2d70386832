"""The passing of time: an issue opens once its condition has held long enough, though no refresh comes between."""

from datetime import datetime

from django.db import transaction

from extensions.health.issues import Course, pass_time
from extensions.health.models import Issue
from extensions.health.storing import store_course

# One transaction writes at most so many, and one run has at most so many transactions.
BATCH = 500
MOST_BATCHES = 40


def let_time_pass(now: datetime) -> int:
    """Open or resolve every issue whose time has come, in batches; how many. Only where the verdict still holds."""
    total = 0
    for _ in range(MOST_BATCHES):
        done = _batch(now)
        total += done
        if done < BATCH:
            break
    return total


def _batch(now: datetime) -> int:
    with transaction.atomic():
        due = Issue.objects.due(now).select_related("installation").order_by("pk")
        # Whoever judges an installation holds its row: what is being judged now is not opened from here as well.
        held = due.select_for_update(of=("self", "installation"), skip_locked=True, no_key=True)
        issues = list(held[:BATCH])
        course = Course()
        pass_time(course, issues, now)
        store_course(course, now)
    return len(issues)
