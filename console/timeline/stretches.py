"""The history of a verdict as stretches of time, from its flips. Pure: nothing is read here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from extensions.health.models import Flip
from extensions.installations.models import Verdict
from extensions.installations.models.installation import STALE


@dataclass(frozen=True, slots=True)
class Now:
    """How an installation stands, as far as its history ends there."""

    verdict: str
    cause: str
    connected_at: datetime
    fresh_until: datetime | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A verdict that held from `begun` until `ended`."""

    verdict: str
    begun: datetime
    ended: datetime
    cause: str = ""

    @property
    def length(self) -> timedelta:
        return self.ended - self.begun


def stretches(flips: Sequence[Flip], stands: Now, since: datetime, now: datetime) -> list[Stretch]:
    """The verdicts between `since` and `now`, the oldest first, given the flips after `since` in their order.

    What nobody has renewed in time is unknown from its use-by on, though no flip says so yet.
    """
    first = flips[0] if flips else None
    # One that was connected within the time has no history before; one that was connected again has.
    known_from = stands.connected_at if first is None or stands.connected_at <= first.at else since
    begun = min(max(since, known_from), now)
    verdict, cause = (first.before, "") if first else (stands.verdict, stands.cause)
    found: list[Stretch] = []
    for flip in flips:
        ended = min(max(flip.at, begun), now)
        found.append(Stretch(verdict, begun, ended, cause))
        begun, verdict, cause = ended, flip.after, flip.cause
    found.append(Stretch(verdict, begun, now, cause))
    return [each for each in _grown_stale(found, stands, now) if each.length > timedelta(0)]


def _grown_stale(found: list[Stretch], stands: Now, now: datetime) -> list[Stretch]:
    stale_since = stands.fresh_until
    if stale_since is None or stale_since >= now or found[-1].verdict in (Verdict.DISCONNECTED, Verdict.UNKNOWN):
        return found
    last = found[-1]
    cut = max(stale_since, last.begun)
    return [*found[:-1], replace(last, ended=cut), Stretch(Verdict.UNKNOWN, cut, now, STALE)]


def worst_of_each(parts: Iterable[Stretch], since: datetime, now: datetime, number: int) -> list[str]:
    """The worst verdict of each of so many equal spans between `since` and `now`; "" where nothing is known."""
    span = (now - since) / number
    worst: list[str] = [""] * number
    for part in parts:
        first = int((part.begun - since) / span)
        last = int((part.ended - since - timedelta(microseconds=1)) / span)
        for place in range(max(first, 0), min(last, number - 1) + 1):
            known = worst[place]
            if not known or Verdict(part.verdict).rank < Verdict(known).rank:
                worst[place] = part.verdict
    return worst
