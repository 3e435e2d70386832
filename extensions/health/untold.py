"""Of which installations nothing can be told of what the version of the blueprint decides, and what keeps it so.

As a release preview has it: the age of the state, an incident, or a finding such as a refused token.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from extensions.health.deciding import OBSTACLES, obstacle
from extensions.health.models import Finding
from extensions.health.models.incidents import explaining_incident
from extensions.installations.models import Part, Verdict
from extensions.installations.models.installation import STALE


def loaded(rows: Any, now: datetime) -> Any:
    """Installations with all that is looked at here."""
    return rows.with_shown_verdict(now).annotate(incident=explaining_incident())


def obstacles(installations: Sequence[Any]) -> dict[int, str]:
    """By key, what keeps these from being told, of those where anything does: one statement; they are `loaded`."""
    holding = defaultdict[int, set[str]](set)
    rows = Finding.objects.filter(installation__in=[each.pk for each in installations], code__in=OBSTACLES)
    for key, code in rows.values_list("installation", "code"):
        holding[key].add(code)
    found = {
        each.pk: obstacle(holding[each.pk], incident=each.incident or "", stale=is_stale(each))
        for each in installations
    }
    return {key: code for key, code in found.items() if code}


def is_stale(installation: Any) -> bool:
    """Whether all that is known of it is too old to count; it is `loaded`."""
    return bool(installation.shown_cause == STALE)


def is_too_old(part: Part, now: datetime) -> bool:
    """Whether what was last known of it counts no longer, as `judge` sees it."""
    return bool(part.unread_reason) and (part.read_at is None or part.read_at + settings.PART_USE_BY <= now)


def hindered() -> Q:
    """The condition on `loaded` installations that something keeps them from being told."""
    blocking = Finding.objects.filter(installation=OuterRef("pk"), code__in=OBSTACLES)
    return Q(shown_cause=STALE) | Q(incident__isnull=False) | Exists(blocking)


def unread(parts: Iterable[str], now: datetime) -> Q:
    """The condition that one of these parts was never read, or is too old."""
    known = Part.objects.filter(installation=OuterRef("pk"), read_at__isnull=False)
    known = known.filter(Q(unread_reason="") | Q(read_at__gt=now - settings.PART_USE_BY))
    return reduce(or_, (~Exists(known.filter(name=part)) for part in parts))


def told(codes: Collection[str]) -> Q:
    """The condition on `loaded` installations that one of these codes holds there, whatever keeps others from it."""
    holding = telling(Finding.objects.filter(installation=OuterRef("pk"), code__in=codes))
    return Exists(holding) & ~hindered() | Exists(holding.filter(explained_by="")) & ~Q(shown_cause=STALE)


def telling(findings: QuerySet[Finding]) -> QuerySet[Finding]:
    """Those that say something: what was known too long ago says nothing."""
    return findings.exclude(verdict=Verdict.UNKNOWN)
