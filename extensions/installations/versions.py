"""Which version of the blueprint an installation was made from (`docs/decisions/0002-blueprint-version-sticks.md`)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor
from typing import Self

from django.db.models import Q, QuerySet

from extensions.blueprints.models import Blueprint, BlueprintTemplateType
from extensions.installations import snapshot as parts
from extensions.installations.matching import types_of_ours
from extensions.installations.mirror import Mirror
from extensions.installations.models import Installation, TemplateType

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """Oneflow's ids of the template types that were `listed` at some time, and of those whose fields were `read`."""

    listed: frozenset[int] = frozenset()
    read: frozenset[int] = frozenset()

    @classmethod
    def by(cls, mirror: Mirror) -> Self:
        """What the mirror knows by now, gone ones included."""
        parts_read = {parts.type_of_fields(name) for name, part in mirror.parts.items() if part.read_at is not None}
        of_fields = {row.template_type_oneflow_id for row in mirror.fields}
        listed = frozenset(row.oneflow_id for row in mirror.template_types)
        return cls(listed, frozenset(type_id for type_id in of_fields | parts_read if type_id))


def roles(wanted: Iterable[BlueprintTemplateType], mirror: Mirror) -> dict[str, TemplateType]:
    """The template type that plays each role, where one does."""
    found = types_of_ours(wanted, mirror.template_types)
    return {role: row for role, row in found.items() if row is not None}


def asked_of(installation: Installation) -> QuerySet[BlueprintTemplateType]:
    """The template types whose fields each refresh reads: those of its own version and of every released one."""
    of_versions = Q(blueprint__state=Blueprint.State.RELEASED) | Q(blueprint=installation.blueprint_id)
    return BlueprintTemplateType.objects.filter(of_versions, blueprint__extension=installation.extension_id)


def is_due(installation: Installation, before: Seen, roles_now: Mapping[str, TemplateType]) -> bool:
    """Whether to infer the version: never yet, or a template type of ours was made anew. What staff set stays.

    So does what a rollout set, unless the extension made the template type: then it is a copy of what Oneflow has now,
    and no longer what the rollout found. Else it is made piece by piece, to have what the rollout asks for.
    """
    if not installation.blueprint_set:
        made_anew = any(row.oneflow_id not in before.read for row in roles_now.values())
        return made_anew or installation.blueprint_id is None
    if installation.rollout_id is None or installation.mode != Installation.Mode.EXTENSION:
        return False
    # One that was there before had no role until a version released since gave it one: nobody made it anew.
    new = (role for role, row in roles_now.items() if row.oneflow_id not in before.listed)
    return any(roles_now[role].extension_type == role for role in new)


def infer(extension_id: int, wanted: Sequence[BlueprintTemplateType], mirror: Mirror) -> Blueprint | None:
    """The released version that matches best, the newest of equals; None while too little was read to say.

    How well is the share of template types and fields that both sides have of those that either has.
    """
    present = _known(wanted, mirror)
    if present is None:
        return None
    versions = list(Blueprint.objects.released().filter(extension=extension_id))
    expected = _expected(versions)
    return max(
        versions,
        key=lambda version: (_likeness(expected.get(version.pk, set()), present), version.version),
        default=None,
    )


def match(wanted: Sequence[BlueprintTemplateType], expected: set[Pair], mirror: Mirror) -> int | None:
    """How well the account matches a version in whole percent; None while too little was read to say.

    `expected` are the version's pairs of extension type and `custom_id`, "" for the template type itself. Only what
    matches altogether is 100.
    """
    present = _known(wanted, mirror)
    return None if present is None else floor(100 * _likeness(expected, present))


def _known(wanted: Iterable[BlueprintTemplateType], mirror: Mirror) -> set[Pair] | None:
    """The template types and fields of ours that are there; None while one of these parts is unread."""
    ours = roles(wanted, mirror)
    names = [parts.TEMPLATE_TYPES, *(parts.fields_of(row.oneflow_id) for row in ours.values())]
    if any(name not in mirror.parts or mirror.parts[name].unread_reason for name in names):
        return None
    return _present(mirror, ours)


def _present(mirror: Mirror, ours: dict[str, TemplateType]) -> set[Pair]:
    """The template types and fields that are there. A field that was switched off was made all the same."""
    pairs = {(role, "") for role in ours}
    role_of = {row.oneflow_id: role for role, row in ours.items()}
    # In a template type that the extension made, a user field is the customer's own and says nothing of the version.
    by_extension = {row.oneflow_id for role, row in ours.items() if row.extension_type == role}
    for field in mirror.fields:
        role = role_of.get(field.template_type_oneflow_id)
        customers_own = field.source == "user" and field.template_type_oneflow_id in by_extension
        if role is not None and field.missing_since is None and not customers_own:
            pairs.add((role, field.custom_id))
    return pairs


def _expected(versions: Iterable[Blueprint]) -> dict[int, set[Pair]]:
    """For each version its template types, and its fields, as pairs of extension type and `custom_id`."""
    expected: dict[int, set[Pair]] = {}
    rows = BlueprintTemplateType.objects.filter(blueprint__in=list(versions)).values_list(
        "blueprint_id", "extension_type", "fields__custom_id"
    )
    for blueprint_id, extension_type, custom_id in rows:
        expected.setdefault(blueprint_id, set()).update({(extension_type, ""), (extension_type, custom_id or "")})
    return expected


def _likeness(expected: set[Pair], present: set[Pair]) -> float:
    either = expected | present
    return len(expected & present) / len(either) if either else 0.0
