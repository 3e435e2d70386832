"""Reading a few accounts before their turn, to learn sooner whether others share a cause.

Only `refresh_at` is set: the usual claims, leases and the token's share of Oneflow's rate limit hold, staff's own
wishes come first, and nobody is asked who was read just now.
"""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from accounts.acting import SYSTEM, Deed
from extensions.installations.models import Installation

# Whoever was read so lately has nothing new to tell.
LATELY = timedelta(minutes=2)


def ask_early(chosen: QuerySet[Installation], *, most: int, now: datetime, why: str) -> int:
    """Have at most so many of these read now, the longest unread first; how many. Told to the record.

    Call it inside a transaction. Whom somebody holds at this moment is not waited for.
    """
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    unread = Q(refreshed_at=None) | Q(refreshed_at__lte=now - LATELY)
    waiting = chosen.connected().filter(free, unread, refresh_at__gt=now)  # type: ignore[attr-defined]
    free_ones = waiting.select_for_update(of=("self",), skip_locked=True, no_key=True)
    first = list(free_ones.order_by("refreshed_at", "pk").values_list("pk", flat=True)[:most])
    if not first:
        return 0
    asked = Installation.objects.filter(pk__in=first).update(refresh_at=now)
    details = {"installations": asked, "why": why}
    Deed(SYSTEM, "installation.refresh_early", f"{asked} installations", details=details).tell()
    return asked
