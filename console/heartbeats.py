"""Signs of life of worker and beat, as rows: `inspect ping` is not answered over the embedded broker."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from celery.beat import PersistentScheduler
from celery.signals import worker_ready, worker_shutting_down
from django.db import Error, connection
from django.utils import timezone

from console.models import Heartbeat

EVERY = 10.0  # seconds between two beats
logger = logging.getLogger(__name__)


def beat(name: str, now: datetime | None = None) -> None:
    """Note a sign of life. A database that is away for a moment must not stop the process that beats."""
    try:
        Heartbeat.beat(name, now or timezone.now())
    except Error as exc:
        logger.warning("the heartbeat of %s could not be noted: %s", name, exc)
    finally:
        connection.close()


def _until(stopped: threading.Event, action: Callable[[], None]) -> None:
    action()
    while not stopped.wait(EVERY):
        action()


_stopped = threading.Event()


@worker_ready.connect
def start(**kwargs: Any) -> None:
    """Beat from a thread of the worker's main process, which lives as long as the worker does."""
    threading.Thread(target=_until, args=(_stopped, lambda: beat("worker")), daemon=True).start()


@worker_shutting_down.connect
def stop(**kwargs: Any) -> None:
    _stopped.set()


class BeatingScheduler(PersistentScheduler):
    """Celery's scheduler that notes a sign of life as it ticks: a beat that hangs is not called alive."""

    _beat_at: float = 0.0

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() - self._beat_at > EVERY:
            beat("beat")
            self._beat_at = time.monotonic()
        return super().tick(*args, **kwargs)
