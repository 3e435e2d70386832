"""What a release preview was computed from, and what of that is not as it was when the preview began."""

import json
from dataclasses import astuple, dataclass
from hashlib import sha256

from django.db.models import Count, F, FilteredRelation, Q
from django.db.models.functions import Coalesce

from extensions.blueprints import content
from extensions.blueprints.models import Blueprint
from extensions.health.models import Flip, Preview
from extensions.installations.models import Change, Installation
from extensions.mappings.models import Mapping, Version


@dataclass(frozen=True, slots=True)
class Since:
    """What is otherwise by now: true when anything is.

    `said_otherwise` is of the version, the mapping or the extension, `overridden` of overrides in accounts. Counted are
    the accounts that were given another version or mode, that joined, that are gone, and of the others those in which a
    refresh found something.
    """

    said_otherwise: bool
    overridden: bool
    moved: int
    joined: int
    gone: int
    found: int

    def __bool__(self) -> bool:
        return any(astuple(self))


def since(preview: Preview) -> Since:
    """What has changed since it began, in four statements whatever the number of accounts."""
    now = _accounts(preview)
    return Since(
        said_otherwise=not is_current(preview),
        overridden=_overridden(preview),
        moved=now["moved"],
        # Of one that was stopped, whoever it never came to is not new.
        joined=max(now["connected"] - now["judged"], 0) if preview.state == Preview.State.DONE else 0,
        gone=max(preview.done - now["judged"], 0),
        found=now["found"],
    )


def is_current(preview: Preview) -> bool:
    """Whether the version, the mapping and the extension still say what they said when the preview began."""
    return preview.blueprint is not None and digest(preview.blueprint) == preview.content


def digest(blueprint: Blueprint) -> str:
    """The same while the version, loaded with its extension, and that extension's mapping say the same."""
    extension = blueprint.extension
    rows = Mapping.objects.filter(extension=extension).order_by("extension_type", "custom_id")
    mapping = [list(row) for row in rows.values_list("extension_type", "custom_id", "path")]
    settings = [extension.integration_key, extension.callback_urls, extension.dependencies]
    said = [content.digest(content.content_of(blueprint)), mapping, settings]
    return sha256(json.dumps(said).encode()).hexdigest()


def _overridden(preview: Preview) -> bool:
    """Whether an override was made, changed or taken back in any account of the extension."""
    versions = Version.objects.filter(extension=preview.extension_id, at__gte=preview.started_at)
    return versions.exclude(installation=None).exists()


def _accounts(preview: Preview) -> dict[str, int]:
    """Of the accounts that are connected now: how many there are, how many were judged, and what became of those."""
    rows = Installation.objects.connected().filter(extension=preview.extension_id)
    rows = rows.annotate(outcome=FilteredRelation("outcomes", condition=Q(outcomes__preview=preview)))
    judged, same = Q(outcome__isnull=False), Q(version_then=F("version_now"), outcome__mode=F("mode"))
    same |= Q(outcome__mode="")  # of previews from before an upgrade nobody noted either
    changed = Change.objects.filter(at__gte=preview.started_at).order_by().values("installation")
    flipped = Flip.objects.filter(at__gte=preview.started_at).order_by().values("installation")
    rows = rows.annotate(version_then=Coalesce("outcome__blueprint", 0), version_now=Coalesce("blueprint", 0))
    return rows.aggregate(
        connected=Count("pk"),
        judged=Count("pk", filter=judged),
        moved=Count("pk", filter=judged & ~same),
        found=Count("pk", filter=judged & same & (Q(pk__in=changed) | Q(pk__in=flipped))),
    )
