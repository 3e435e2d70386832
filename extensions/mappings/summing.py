"""Keeping it summed up which accounts differ from which version, so that whoever asks need not have all fields read.

An account has one revision after another, and so has a draft: whatever changes what they have makes the next one, in
the same transaction. A summary says which revisions it was made of, read in the same statement, and counts only while
both are the current ones. So one that comes too late, or never, is not believed: the next refresh or `catch_up` makes
it anew, and until then the fields are read.
"""

import logging
import time
from collections.abc import Iterator, Sequence

from django.db import DatabaseError
from django.db.models import Count, Exists, F, OuterRef, QuerySet

from extensions.blueprints.models import Blueprint, Extension
from extensions.installations.models import Installation
from extensions.mappings.conformance import differing
from extensions.mappings.gathering import Scope
from extensions.mappings.models import Summary

BATCH = 500
SLICE = 20.0  # seconds after which a worker lets others have their turn
MADE_OF = ["installation_revision", "blueprint_revision"]
SAID = ["fields_differ", "types_differ"]

logger = logging.getLogger(__name__)


def sum_up(extension: Extension, installations: Sequence[int]) -> None:
    """Sum up how these installations of the extension stand against each of its versions."""
    versions = extension.blueprints.order_by("version")
    _store(each for version in versions for each in _summaries(version, installations))


def catch_up(seconds: float = SLICE) -> int:
    """Sum up whatever is not: after a draft was changed or made, say; for so long at most. How many it were.

    The newest versions come first, drafts before all: they are what is looked at most.
    """
    until, number = time.monotonic() + seconds, 0
    for version in _incomplete():
        last = 0
        while time.monotonic() < until and (batch := list(_waiting(version).filter(pk__gt=last)[:BATCH])):
            last = batch[-1]
            number += _tried(version, batch)
    return number


def _tried(version: Blueprint, batch: Sequence[int]) -> int:
    """Sum these up; where that fails, as others were at them, they alone are left to the next round."""
    try:
        return _store(_summaries(version, batch))
    except DatabaseError as exc:
        logger.warning("summing up %s accounts against %s failed: %s", len(batch), version, exc)
        return 0


def _incomplete() -> list[Blueprint]:
    """The versions with which not every connected account is summed up: mostly none, so all are asked of at once."""
    rows = Summary.objects.exclude(installation__state=Installation.State.DISCONNECTED)
    rows = rows.filter(installation_revision=F("installation__revision"), blueprint_revision=F("blueprint__revision"))
    summed_up = dict(rows.values_list("blueprint").annotate(Count("pk")))
    wanted = dict(Installation.objects.connected().order_by().values_list("extension").annotate(Count("pk")))
    versions = Blueprint.objects.select_related("extension")
    newest_first = versions.order_by(F("released_at").desc(nulls_first=True), "-pk")
    return [each for each in newest_first if summed_up.get(each.pk, 0) < wanted.get(each.extension_id, 0)]


def _waiting(version: Blueprint) -> QuerySet[Installation, int]:
    counts = Summary.objects.filter(
        installation=OuterRef("pk"),
        installation_revision=OuterRef("revision"),
        blueprint=version,
        blueprint_revision=F("blueprint__revision"),
    )
    # Found by the version: where that is a draft that was discarded since, nobody waits for it.
    rows = Installation.objects.connected().filter(~Exists(counts), extension__blueprints=version)
    return rows.order_by("pk").values_list("pk", flat=True)


def _summaries(version: Blueprint, installations: Sequence[int]) -> Iterator[Summary]:
    scope = Scope(version.extension, version, installations)
    rows = scope.select(
        f"""SELECT i.id, v.id, i.revision, v.revision, COALESCE(fields.weight, 1) = 0, COALESCE(types.weight, 1) = 0
        FROM chosen i
        JOIN {{Blueprint}} v ON v.id = {scope.version}
        LEFT JOIN ({differing(scope, types=False)}) fields ON fields.installation_id = i.id
        LEFT JOIN ({differing(scope, types=True)}) types ON types.installation_id = i.id
        ORDER BY i.id"""  # noqa: S608 (our own words)
    )
    names = ["installation_id", "blueprint_id", *MADE_OF, *SAID]
    return (Summary(**dict(zip(names, row, strict=True))) for row in rows)


def _store(summaries: Iterator[Summary]) -> int:
    # Always in the same order, so that of two who store at once one waits for the other.
    unique = ["installation", "blueprint"]
    rows = Summary.objects.bulk_create(
        summaries, update_conflicts=True, unique_fields=unique, update_fields=[*MADE_OF, *SAID]
    )
    return len(rows)
