"""What the foot of every page assures: the time it was made, the last refresh, worker and beat."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from console.models import Heartbeat
from extensions.installations.models import Installation

# A process that beats every few seconds and was silent this long is called away.
ALIVE = timedelta(seconds=90)


def context(request: HttpRequest) -> dict[str, Any]:
    """For every template: the environment's name, and `assurance`, read only when a page shows it."""
    return {"environment": settings.ENVIRONMENT, "assurance": SimpleLazyObject(read)}


def read() -> dict[str, Any]:
    """`now`, `refreshed_at` (the latest of any installation), and for worker, beat and dispatch {at, alive}."""
    now = timezone.now()
    latest = Installation.objects.exclude(refreshed_at=None).order_by("-refreshed_at").values("refreshed_at")[:1]
    # One statement for every page; a second only before the machine was ever started.
    rows = list(Heartbeat.objects.values_list("name", "at", Subquery(latest)))
    seen = {name: at for name, at, _ in rows}
    return {
        "now": now,
        "refreshed_at": rows[0][2] if rows else next((row["refreshed_at"] for row in latest), None),
        **{
            name: {"at": seen.get(name), "alive": name in seen and now - seen[name] < ALIVE}
            for name in ("worker", "beat", "dispatch")
        },
    }
