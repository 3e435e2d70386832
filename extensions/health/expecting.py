"""What installations should have, by their versions of the blueprint and the rules that fill it: for many at once."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from extensions.blueprints.content import each_field
from extensions.blueprints.models import BlueprintField, BlueprintTemplateType
from extensions.installations.models import Installation
from extensions.mappings.effective import Rules, Stored, stored


@dataclass(frozen=True, slots=True)
class WantedField:
    """A field of the blueprint version, as far as it is judged."""

    extension_type: str
    custom_id: str
    name: str
    description: str
    placeholder: str
    required: bool


# After the extension type, in the order of `WantedField`.
OF_FIELD = ("custom_id", "name", "description", "placeholder", "required")


@dataclass(frozen=True, slots=True)
class Expected:
    """The template types of a version, their fields by type, and the rules that fill them by type and `custom_id`."""

    wanted: tuple[BlueprintTemplateType, ...]
    wanted_fields: dict[str, tuple[WantedField, ...]]
    rules: Rules


# Those who expect the same: an extension, a version of its blueprint, and an installation if it overrides anything.
Place = tuple[int, int | None, int | None]


def expected(installations: Collection[Installation], *, version: int | None = None) -> dict[int, Expected]:
    """What they should have, by the installation's id, in two statements.

    Each by its own version of the blueprint, or all by the `version` that is named. A third is needed only while a
    rule fills a field outside one of the versions.
    """
    rules = stored(installations)
    versions = {each.pk: version or each.blueprint_id for each in installations}
    types, fields = _versions({each for each in versions.values() if each is not None})
    places = {each.pk: _place(each, versions[each.pk], rules) for each in installations}
    concern = _that_concern({places[each.pk]: rules.of(each) for each in installations}, fields)
    shared = {
        each: Expected(
            tuple(types[each[1]]), {name: tuple(rows) for name, rows in fields[each[1]].items()}, concern[each]
        )
        for each in concern
    }
    return {key: shared[each] for key, each in places.items()}


def _place(installation: Installation, version: int | None, rules: Stored) -> Place:
    own = installation.pk if installation.pk in rules.overrides else None
    return installation.extension_id, version, own


def _versions(
    blueprints: set[int],
) -> tuple[dict[int | None, list[BlueprintTemplateType]], dict[int | None, dict[str, list[WantedField]]]]:
    """The types and fields of these versions by their id; plain rows, as there may be many fields."""
    types: dict[int | None, list[BlueprintTemplateType]] = defaultdict(list)
    fields: dict[int | None, dict[str, list[WantedField]]] = defaultdict(dict)
    for kind, columns in each_field(blueprints, OF_FIELD):
        of_version = fields[kind.blueprint_id]
        if kind.extension_type not in of_version:
            types[kind.blueprint_id].append(kind)
        found = of_version.setdefault(kind.extension_type, [])
        if columns is not None:
            found.append(WantedField(kind.extension_type, *columns))
    return types, fields


def _that_concern(
    rules: dict[Place, Rules], fields: dict[int | None, dict[str, list[WantedField]]]
) -> dict[Place, Rules]:
    """For each version the rules that concern it.

    One that serves only another version of the blueprint is no fault of an installation that has this one.
    """
    outside = {
        each: filled.keys() - {(name, field.custom_id) for name, rows in fields[each[1]].items() for field in rows}
        for each, filled in rules.items()
    }
    known = _of_any_version(outside)
    return {
        each: {key: rule for key, rule in rules[each].items() if key not in left or (each[0], *key) not in known}
        for each, left in outside.items()
    }


def _of_any_version(outside: dict[Place, set[tuple[str, str]]]) -> set[Any]:
    """Which of these fields some version of the extension's blueprint has."""
    extensions = {each[0] for each, keys in outside.items() if keys}
    if not extensions:
        return set()
    custom_ids: Sequence[str] = sorted({custom_id for keys in outside.values() for _, custom_id in keys})
    rows = BlueprintField.objects.filter(
        template_type__blueprint__extension__in=extensions, custom_id__in=custom_ids
    ).order_by()
    names = ("template_type__blueprint__extension", "template_type__extension_type", "custom_id")
    return set(rows.values_list(*names).distinct())
