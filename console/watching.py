"""Watch over the fleet and over the machine itself: incidents, whoever asks.

A worker runs all of it twice a minute. That the worker stands still must be noticed without it: `note_stalled` is also
run by `/readyz` and by `manage.py watch`, which cron may start.
"""

import logging
from collections.abc import Callable
from datetime import datetime

import requests
from django.conf import settings

from console.diagnosis import ask
from console.models import Heartbeat
from extensions.blueprints.models import Extension
from extensions.health.incidents import machine, noticing
from extensions.health.models import Incident

WATCHED = ("worker", "beat")
MOST_ADDRESSES = 5

logger = logging.getLogger(__name__)


def watch(now: datetime, *, reach: Callable[[], bool] | None = None) -> None:
    """Open, follow and end every kind of incident."""
    note_stalled(now)
    machine.watch(now, reach or any_address_answers)
    noticing.notice(now)


def note_stalled(now: datetime) -> Incident | None:
    """Open or end `console.stalled` by the signs of life of worker and beat; the incident that is open now.

    A process that never gave a sign was never started: that is for `doctor` to say, and no incident.
    """
    seen = dict(Heartbeat.objects.filter(name__in=WATCHED).values_list("name", "at"))
    silent = {name: at for name, at in seen.items() if now - at > settings.STALLED_AFTER}
    return machine.note_stalled(sorted(silent), min(silent.values(), default=None), now)


def any_address_answers() -> bool:
    """Whether any address of Oneflow that an extension names gives an HTTP answer, whichever."""
    addresses = Extension.objects.order_by("base_url").values_list("base_url", flat=True).distinct()
    urls = list(addresses[:MOST_ADDRESSES])
    return any(_answers(url) for url in urls)


def _answers(base_url: str) -> bool:
    try:
        return ask(base_url) > 0
    except (requests.RequestException, ValueError) as exc:
        logger.warning("%s gives no answer: %s", base_url, type(exc).__name__)
        return False
