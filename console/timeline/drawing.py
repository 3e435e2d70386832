"""The timeline of an installation: flips, changes, refreshes and staff on one axis of 30 days, and as a table."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from console.timeline.happenings import LANES, Happening, happenings
from console.timeline.stretches import Now, Stretch, stretches, worst_of_each
from extensions.health.codes import sentence
from extensions.health.models import Flip
from extensions.installations.models import Verdict

if TYPE_CHECKING:
    from console.installation.opening import Opened

DAYS = 30
# The axis is laid out in slots of four hours; a mark is a slot in which something happened, so their number is bounded.
SLOTS = DAYS * 6
WIDTH, LANE, MARK = 1440, 28, 12
MOST_FLIPS = 2000
MOST_STRETCHES = SLOTS
MOST_ROWS = 100
# Taller is worse, so that colour says nothing alone.
HEIGHTS = {
    Verdict.HEALTHY: 4,
    Verdict.DISCONNECTED: 4,
    Verdict.UNKNOWN: 8,
    Verdict.WARNING: 14,
    Verdict.FAILING: 20,
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A rectangle in the drawing, and what it says when pointed at."""

    x: float
    y: int
    width: float
    height: int
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    at: datetime
    what: str
    words: str
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that the template needs."""

    marks: list[Mark]
    lanes: tuple[str, ...]
    dates: list[datetime]
    lines: list[float]
    rows: list[Row]
    more: int
    words: str
    width: int = WIDTH
    height: int = LANE * (1 + len(LANES))


def timeline(opened: "Opened") -> Timeline:
    """The last 30 days of an installation, in four statements."""
    installation, now = opened.installation, opened.now
    since = now - timedelta(days=DAYS)
    latest = Flip.objects.filter(installation=installation, at__gt=since, at__lte=now).order_by("-pk")[:MOST_FLIPS]
    flips = list(reversed(latest))
    stands = Now(installation.verdict, installation.cause, installation.connected_at, installation.fresh_until)
    parts = stretches(flips, stands, since, now)
    events = happenings(installation, since, now)
    rows = _rows(parts, events, since)
    dates = [since + timedelta(days=each) for each in range(0, DAYS + 1, 6)]
    return Timeline(
        marks=[*_band(parts, since, now), *_ticks(events, since, now)],
        lanes=("Verdict", *LANES),
        dates=dates,
        lines=[round(WIDTH * each / DAYS, 1) for each in range(6, DAYS, 6)],
        rows=rows[:MOST_ROWS],
        more=max(0, len(rows) - MOST_ROWS),
        words=_words(parts, events),
    )


def _band(parts: Sequence[Stretch], since: datetime, now: datetime) -> list[Mark]:
    """The verdict as bars; of one that flaps the worst in each slot."""
    if len(parts) > MOST_STRETCHES:
        span = (now - since) / SLOTS
        worst = worst_of_each(parts, since, now, SLOTS)
        parts = [
            Stretch(each, since + span * place, since + span * (place + 1)) for place, each in enumerate(worst) if each
        ]
    marks = []
    for part in parts:
        begun, ended = ((moment - since) / (now - since) * WIDTH for moment in (part.begun, part.ended))
        height = HEIGHTS[Verdict(part.verdict)]
        why = f": {sentence(part.cause)}" if part.cause and part.verdict != Verdict.HEALTHY else ""
        words = f"{part.verdict} from {_clock(part.begun)} to {_clock(part.ended)}{why}"
        # A verdict that held for minutes is still to be seen.
        width = max(ended - begun, 2)
        marks.append(Mark(round(begun, 1), LANE - 4 - height, round(width, 1), height, part.verdict, words))
    return marks


def _ticks(events: Sequence[Happening], since: datetime, now: datetime) -> list[Mark]:
    """A mark for each slot and lane in which something happened, saying how much."""
    slots: dict[tuple[int, int], list[Happening]] = defaultdict(list)
    for event in events:
        slot = min(int((event.at - since) / (now - since) * SLOTS), SLOTS - 1)
        slots[LANES.index(event.lane), slot].append(event)
    width = WIDTH / SLOTS
    marks = []
    for (lane, slot), group in sorted(slots.items()):
        words = group[0].words if len(group) == 1 else f"{len(group)} × {LANES[lane].lower()}"
        top = LANE * (1 + lane) + (LANE - MARK) // 2
        words = f"{words}, {_clock(group[-1].at)}"
        marks.append(Mark(round(slot * width + 1, 1), top, round(width - 2, 1), MARK, "tick", words))
    return marks


def _rows(parts: Sequence[Stretch], events: Sequence[Happening], since: datetime) -> list[Row]:
    """Flips and all that happened, the latest first."""
    flips = [
        Row(
            part.begun,
            "Verdict",
            f"{sentence(part.cause)} for {_length(part.length)}".strip(),
            part.verdict,
        )
        for part in parts
        if part.begun > since
    ]
    rows = [*flips, *(Row(event.at, event.lane, event.words) for event in events)]
    return sorted(rows, key=lambda row: row.at, reverse=True)


def _words(parts: Sequence[Stretch], events: Sequence[Happening]) -> str:
    """What the drawing shows, for those who do not see it."""
    flips = max(len(parts) - 1, 0)
    told = [f"{flips} × another verdict"] if flips else ["one verdict all the time"]
    told += [f"{count} × {lane.lower()}" for lane in LANES if (count := sum(each.lane == lane for each in events))]
    return f"Timeline of {DAYS} days: {', '.join(told)}. The same as a table stands below."


def _clock(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


def _length(length: timedelta) -> str:
    """ "40 min", "3 h", "12 d"."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return f"{max(minutes, 1)} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d"
