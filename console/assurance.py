"""What the foot of every page assures: the time it was made, the last refresh, worker and beat."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from console.models import Heartbeat
from extensions.health.models import Channel
from extensions.installations.models import Installation

# A process that beats every few seconds and was silent this long is called away.
ALIVE = timedelta(seconds=90)


def context(request: HttpRequest) -> dict[str, Any]:
    """For every template: the environment's name, and `assurance`, read only when a page shows it."""
    return {"environment": settings.ENVIRONMENT, "assurance": SimpleLazyObject(read)}


def read() -> dict[str, Any]:
    """`now`, `refreshed_at` (the latest of any installation), `channel_failing`; of worker, beat, dispatch {at, alive}.

    One statement, as every page pays for it.
    """
    now = timezone.now()
    latest = Installation.objects.exclude(refreshed_at=None).order_by("-refreshed_at").values("refreshed_at")[:1]
    failing = Channel.objects.filter(enabled=True).exclude(failing_since=None)
    seen_rows = Heartbeat.objects.annotate(refreshed_at=Subquery(latest), failing=Exists(failing))
    rows = list(seen_rows.values("name", "at", "refreshed_at", "failing"))
    if not rows:  # nothing ever ran here: then a command may have refreshed
        read_at = next((row["refreshed_at"] for row in latest), None)
        rows = [{"name": "", "at": now, "refreshed_at": read_at, "failing": failing.exists()}]
    seen = {row["name"]: row["at"] for row in rows}
    return {
        "now": now,
        "refreshed_at": rows[0]["refreshed_at"],
        "channel_failing": rows[0]["failing"],
        **{
            name: {"at": seen.get(name), "alive": name in seen and now - seen[name] < ALIVE}
            for name in ("worker", "beat", "dispatch")
        },
    }
