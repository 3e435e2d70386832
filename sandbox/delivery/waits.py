"""When a callback that was not acknowledged is sent again (section 11.4)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

# Seconds after each failed attempt; one more attempt than waits.
DOCUMENTED = (1, 5, 10, 30, 60, 300, 600, 1800, 3600)


def wait_after(attempts: int, schedule: Sequence[float]) -> float | None:
    """Seconds of the schedule to wait after so many failed attempts; None after the last."""
    return schedule[attempts - 1] if attempts <= len(schedule) else None


def due(ended: datetime, wait: float, factor: float) -> datetime:
    """When an attempt is due whose predecessor ended then: every wait is shortened by the same factor."""
    return ended + timedelta(seconds=wait / factor)
