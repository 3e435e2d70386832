"""The verdict over 30 days as a line of bars, one a day: taller is worse, so that colour says nothing alone."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from console.timeline.stretches import Now, stretches, worst_of_each
from extensions.health.models import Flip
from extensions.installations.models import Verdict

DAYS = 30
HEIGHTS = {
    "": 0,
    Verdict.HEALTHY: 2,
    Verdict.DISCONNECTED: 2,
    Verdict.WARNING: 7,
    Verdict.UNKNOWN: 4,
    Verdict.FAILING: 12,
}
HEIGHT, STEP = 12, 4
# An account that flaps for weeks must not make the page slow: of so many flips the latest are drawn.
MOST_FLIPS = 3000


@dataclass(frozen=True, slots=True)
class Bar:
    """A day: where it stands, and how bad it was."""

    x: int
    y: int
    height: int
    verdict: str


@dataclass(frozen=True, slots=True)
class Spark:
    """The bars, and what they say in words."""

    bars: tuple[Bar, ...]
    words: str
    width: int = DAYS * STEP
    height: int = HEIGHT


def sparks(installations: Mapping[int, Now], now: datetime) -> dict[int, Spark]:
    """A spark for each of these installations, from one statement."""
    since = now - timedelta(days=DAYS)
    flips: dict[int, list[Flip]] = defaultdict(list)
    if installations:
        latest = Flip.objects.filter(installation__in=installations, at__gt=since, at__lte=now)
        for flip in reversed(latest.order_by("-pk")[:MOST_FLIPS]):
            flips[flip.installation_id].append(flip)
    return {pk: _spark(flips[pk], stands, since, now) for pk, stands in installations.items()}


def _spark(flips: list[Flip], stands: Now, since: datetime, now: datetime) -> Spark:
    days = worst_of_each(stretches(flips, stands, since, now), since, now, DAYS)
    bars = tuple(
        Bar(x=number * STEP, y=HEIGHT - HEIGHTS[Verdict(verdict)], height=HEIGHTS[Verdict(verdict)], verdict=verdict)
        for number, verdict in enumerate(days)
        if verdict
    )
    return Spark(bars, _words(days))


def _words(days: list[str]) -> str:
    """ "of 30 days: 3 failing, 27 healthy"."""
    told = [f"{days.count(verdict)} {verdict}" for verdict in Verdict.values if verdict in days]
    return f"of {DAYS} days: {', '.join(told)}" if told else "no history yet"
