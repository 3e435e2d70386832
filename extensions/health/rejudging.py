"""Judge stored rows anew, without asking Oneflow: after a release that changed what is judged, or how."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from extensions.health.expecting import expected
from extensions.health.facts import gather
from extensions.health.judging import Judgement, judge
from extensions.health.models.incidents import explaining_incident
from extensions.health.storing import known_of_all, store_all
from extensions.installations.mirror import Mirror
from extensions.installations.models import Installation

BATCH = 500
JUDGED = ["verdict", "cause", "causes", "verdict_since", "fresh_until"]


@dataclass(frozen=True, slots=True)
class Rejudged:
    """How many were judged, and for how many that made a difference."""

    judged: int
    changed: int


def rejudge(now: datetime, *, batch: int = BATCH) -> Rejudged:
    """Judge every installation whose verdict still holds, in batches of a constant number of statements each.

    One that grew stale is left to its next refresh: what is too old to be shown opens and resolves nothing. One
    that is being stored at the moment is left to that refresh, which judges it by the same rules.
    """
    judged = changed = last = 0
    while True:
        chosen = Installation.objects.connected().filter(pk__gt=last, fresh_until__gt=now).order_by("pk")
        keys = list(chosen.values_list("pk", flat=True)[:batch])
        if not keys:
            return Rejudged(judged, changed)
        last = keys[-1]
        with transaction.atomic():
            done = rejudge_these(keys, now)
        judged, changed = judged + done.judged, changed + done.changed


def rejudge_these(keys: Sequence[int], now: datetime) -> Rejudged:
    """Judge these installations, in a constant number of statements. Call it in a transaction."""
    rows = Installation.objects.connected().filter(pk__in=keys, fresh_until__gt=now).order_by("pk")
    rows = rows.select_related("account", "extension", "token").annotate(incident=explaining_incident())
    installations = list(rows.select_for_update(of=("self",), skip_locked=True, no_key=True))
    mirrors, should = Mirror.load_all(installations, to_judge=True), expected(installations)
    known = known_of_all(installations)
    judged: list[tuple[Installation, Judgement]] = []
    for each in installations:
        facts = gather(each, mirrors[each.pk], now, should[each.pk])
        incident = each.incident or ""  # type: ignore[attr-defined]
        judged.append((each, judge(facts, known[each.pk], now, part_use_by=settings.PART_USE_BY, incident=incident)))
    before = {each.pk: _values(each) for each in installations}
    store_all(judged, now)
    for each, judgement in judged:
        if judgement.use_by is not None and each.fresh_until is not None:
            each.fresh_until = min(each.fresh_until, judgement.use_by)
    changed = [each for each in installations if _values(each) != before[each.pk]]
    Installation.objects.bulk_update(changed, JUDGED)
    return Rejudged(len(installations), len(changed))


def _values(installation: Installation) -> tuple[object, ...]:
    return tuple(str(getattr(installation, name)) for name in JUDGED)
