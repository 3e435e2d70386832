"""Which moment somebody asks for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

# Offered beside the form: label and how long ago.
OFFERED = (("an hour ago", timedelta(hours=1)), ("yesterday", timedelta(days=1)), ("a week ago", timedelta(days=7)))


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment that is shown, and what was wrong with the one that was asked for."""

    at: datetime
    now: datetime
    problem: str = ""

    @property
    def field(self) -> str:
        """As a field for date and time holds it, in the console's zone."""
        return timezone.localtime(self.at).strftime("%Y-%m-%dT%H:%M:%S")

    @property
    def offered(self) -> list[tuple[str, str]]:
        """Labels with the moments that are worth a click, as they stand in an address."""
        return [(label, timezone.localtime(self.now - ago).strftime("%Y-%m-%dT%H:%M")) for label, ago in OFFERED]


def asked_moment(request: HttpRequest) -> Moment:
    """The moment of `?at=`, a day ago where none is asked for or where it cannot be shown.

    Takes a date, or a date and time with or without its offset; without one it is of the console's own zone.
    """
    now = timezone.now()
    yesterday = now - timedelta(days=1)
    text = request.GET.get("at", "").strip()
    if not text:
        return Moment(yesterday, now)
    at = _read(text)
    if at is None:
        return Moment(yesterday, now, f"“{text[:40]}” is no date. Write it like {yesterday:%Y-%m-%dT%H:%M}.")
    if at > now:
        return Moment(yesterday, now, "That moment is still to come. Choose one that has passed.")
    oldest = now - timedelta(days=settings.KEEP_FLIPS_DAYS)
    if at < oldest:
        kept = f"Verdicts are kept for {settings.KEEP_FLIPS_DAYS} days, so nothing is known before {oldest:%Y-%m-%d}."
        return Moment(yesterday, now, f"{kept} Choose a later moment.")
    return Moment(at, now)


def _read(text: str) -> datetime | None:
    """The moment that the text writes; None when it writes none."""
    try:
        # A plus in an address that nobody encoded arrives as a space.
        at = parse_datetime(text) or parse_datetime(text.replace(" ", "+"))
        day = None if at else parse_date(text)
        if day is not None:
            at = datetime(day.year, day.month, day.day)
        if at is not None and timezone.is_naive(at):
            at = timezone.make_aware(at)
        return at.astimezone(timezone.get_current_timezone()) if at else None
    except (ValueError, OverflowError):
        return None
