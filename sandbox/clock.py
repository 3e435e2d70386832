"""The time by which contracts live: the machine's, and what somebody moved it forward by. Kept until the next reset."""

from datetime import datetime, timedelta

from django.utils import timezone

from sandbox.models import Setting

_NAME = "clock_offset"
_seconds: float | None = None


def now() -> datetime:
    return timezone.now() + offset()


def offset() -> timedelta:
    """How far ahead of the machine's time it is. Read from memory: one process serves, and nobody else writes."""
    global _seconds
    if _seconds is None:
        stored = Setting.objects.filter(name=_NAME).first()
        _seconds = stored.value if stored else 0
    return timedelta(seconds=_seconds)


def forward(by: timedelta) -> None:
    """Move it forward. What is due by then happens when `passing.catch_up` is called next."""
    total = (offset() + by).total_seconds()
    Setting.objects.update_or_create(name=_NAME, defaults={"value": total})
    forget()


def forget() -> None:
    """Read again from the database at the next question."""
    global _seconds
    _seconds = None
