"""What installations should have, by their versions of the blueprint and the mappings: read for many at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from extensions.blueprints.models import BlueprintField, BlueprintTemplateType
from extensions.installations.models import Installation
from extensions.mappings.models import Mapping


@dataclass(frozen=True, slots=True)
class WantedField:
    """A field of the blueprint version, as far as it is judged."""

    extension_type: str
    custom_id: str
    name: str
    description: str
    placeholder: str
    required: bool


@dataclass(frozen=True, slots=True)
class Filling:
    """A mapping, as far as it is judged."""

    path: str
    label: str


@dataclass(frozen=True, slots=True)
class Expected:
    """The template types of a version, their fields by type, and the mappings by type and `custom_id`."""

    wanted: tuple[BlueprintTemplateType, ...]
    wanted_fields: dict[str, tuple[WantedField, ...]]
    mappings: dict[tuple[str, str], Filling]


Place = tuple[int, int | None]  # extension, blueprint
Mappings = dict[tuple[str, str], Filling]


def place(installation: Installation) -> Place:
    """By what installations expect the same: their extension, and their version of the blueprint."""
    return installation.extension_id, installation.blueprint_id


def expected(installations: Iterable[Installation]) -> dict[Place, Expected]:
    """What they should have, by `place`, in two statements.

    A third is needed only while a mapping fills a field outside one of the versions.
    """
    places = {place(each) for each in installations}
    types, fields = _versions({blueprint for _, blueprint in places if blueprint is not None})
    filled = _mappings({extension for extension, _ in places})
    mappings = _that_concern(places, fields, filled)
    return {
        each: Expected(
            tuple(types[each[1]]), {name: tuple(rows) for name, rows in fields[each[1]].items()}, mappings[each]
        )
        for each in places
    }


def _versions(
    blueprints: set[int],
) -> tuple[dict[int | None, list[BlueprintTemplateType]], dict[int | None, dict[str, list[WantedField]]]]:
    """The types and fields of these versions by their id; plain rows, as there may be many fields."""
    types: dict[int | None, list[BlueprintTemplateType]] = defaultdict(list)
    fields: dict[int | None, dict[str, list[WantedField]]] = defaultdict(dict)
    names = [column.attname for column in BlueprintTemplateType._meta.concrete_fields]
    rows = BlueprintTemplateType.objects.filter(blueprint__in=blueprints).order_by(
        "position", "pk", F("fields__position").asc(nulls_first=True), "fields__pk"
    )
    asked = ("custom_id", "name", "description", "placeholder", "required")
    seen: set[int] = set()
    for row in rows.values_list(*names, *(f"fields__{name}" for name in asked)):
        own, of_field = row[: len(names)], row[len(names) :]
        kind = BlueprintTemplateType(**dict(zip(names, own, strict=True)))
        found = fields[kind.blueprint_id].setdefault(kind.extension_type, [])
        if kind.pk not in seen:
            seen.add(kind.pk)
            types[kind.blueprint_id].append(kind)
        if of_field[0] is not None:
            found.append(WantedField(kind.extension_type, *of_field))
    return types, fields


def _mappings(extensions: set[int]) -> dict[int, Mappings]:
    found: dict[int, Mappings] = defaultdict(dict)
    rows = Mapping.objects.filter(extension__in=extensions).order_by()
    for extension, kind, custom_id, path, label in rows.values_list(
        "extension", "extension_type", "custom_id", "path", "label"
    ):
        if path.strip():
            found[extension][kind, custom_id] = Filling(path, label)
    return found


def _that_concern(
    places: Iterable[Place], fields: dict[int | None, dict[str, list[WantedField]]], filled: dict[int, Mappings]
) -> dict[Place, Mappings]:
    """For each version the mappings that concern it.

    One that serves only another version of the blueprint is no fault of an installation that has this one.
    """
    outside: dict[Place, set[tuple[str, str]]] = {}
    for extension, blueprint in places:
        wanted = {(name, field.custom_id) for name, rows in fields[blueprint].items() for field in rows}
        outside[extension, blueprint] = filled[extension].keys() - wanted
    known = _of_any_version(outside)
    return {
        each: {key: value for key, value in filled[each[0]].items() if key not in left or (each[0], *key) not in known}
        for each, left in outside.items()
    }


def _of_any_version(outside: dict[Place, set[tuple[str, str]]]) -> set[Any]:
    """Which of these fields some version of the extension's blueprint has."""
    extensions = {extension for (extension, _), keys in outside.items() if keys}
    if not extensions:
        return set()
    custom_ids: Sequence[str] = sorted({custom_id for keys in outside.values() for _, custom_id in keys})
    rows = BlueprintField.objects.filter(
        template_type__blueprint__extension__in=extensions, custom_id__in=custom_ids
    ).order_by()
    names = ("template_type__blueprint__extension", "template_type__extension_type", "custom_id")
    return set(rows.values_list(*names).distinct())
