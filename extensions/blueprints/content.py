"""What a version of a blueprint says: its template types with their fields, as rows that need not be stored.

The same content is a draft's, a file's or that of an account; compared, exported and judged alike.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, F, Model, Q, QuerySet

from extensions.blueprints.models import Blueprint, BlueprintField, BlueprintTemplateType, Extension

OF_TYPE = ("name", "extension_type", "description", "event_types")
OF_FIELD = ("custom_id", "name", "description", "placeholder", "kind", "required")


@dataclass(frozen=True, slots=True)
class TypeContent:
    """A template type of a blueprint with its fields, each in its order."""

    template_type: BlueprintTemplateType
    fields: tuple[BlueprintField, ...]


def each_field(
    blueprints: Collection[int], names: Sequence[str]
) -> Iterator[tuple[BlueprintTemplateType, tuple[Any, ...] | None]]:
    """The fields of these versions as their columns of these names, each with its template type; in one statement.

    In order, and a type is one object however many fields it has; one without fields comes once, with None.
    """
    of_type = _columns(BlueprintTemplateType)
    rows = BlueprintTemplateType.objects.filter(blueprint__in=blueprints)
    rows = rows.order_by("position", "pk", F("fields__position").asc(nulls_first=True), "fields__pk")
    types: dict[int, BlueprintTemplateType] = {}
    for row in rows.values_list("pk", "fields__pk", *of_type, *(f"fields__{name}" for name in names)):
        key, columns = row[0], row[2:]
        if key not in types:
            types[key] = BlueprintTemplateType.from_db(rows.db, of_type, columns[: len(of_type)])
        yield types[key], None if row[1] is None else columns[len(of_type) :]


def contents_of(blueprints: Iterable[Blueprint]) -> dict[int, list[TypeContent]]:
    """What stored versions say, by their id, in one statement."""
    found: dict[int, list[TypeContent]] = {each.pk: [] for each in blueprints}
    names = _columns(BlueprintField)
    fields: dict[BlueprintTemplateType, list[BlueprintField]] = {}
    for kind, columns in each_field(found, names):
        of_kind = fields.setdefault(kind, [])
        if columns is not None:
            of_kind.append(BlueprintField.from_db(kind._state.db, names, columns))
    for kind, of_kind in fields.items():
        found[kind.blueprint_id].append(TypeContent(kind, tuple(of_kind)))
    return found


def _columns(model: type[Model]) -> list[str]:
    return [column.attname for column in model._meta.concrete_fields]


def fields_of_any_version(extension: Extension) -> QuerySet[BlueprintField]:
    """The fields of all its versions, those of the newest released one first and of drafts last, as `of_draft` says.

    So the first of several says what holds: a draft judges nobody.
    """
    draft = ExpressionWrapper(Q(template_type__blueprint__state=Blueprint.State.DRAFT), output_field=BooleanField())
    rows = BlueprintField.objects.filter(template_type__blueprint__extension=extension).annotate(of_draft=draft)
    return rows.order_by("of_draft", "-template_type__blueprint__version", "template_type__position", "position", "pk")


def content_of(blueprint: Blueprint) -> list[TypeContent]:
    """What a stored version says."""
    return contents_of([blueprint])[blueprint.pk]


def as_document(content: Iterable[TypeContent]) -> list[dict[str, Any]]:
    """The template types in the form and order of the extension file."""
    return [
        {
            **{name: getattr(each.template_type, name) for name in OF_TYPE},
            "fields": [{name: getattr(field, name) for name in OF_FIELD} for field in each.fields],
        }
        for each in content
    ]


def from_document(template_types: Sequence[dict[str, Any]]) -> list[TypeContent]:
    """The content of a checked document's template types, every default filled in; nothing is stored."""
    return [
        TypeContent(
            BlueprintTemplateType(**{name: value for name, value in each.items() if name != "fields"}),
            tuple(BlueprintField(**field) for field in each["fields"]),
        )
        for each in template_types
    ]


def store(blueprint: Blueprint, content: Iterable[TypeContent]) -> None:
    """Make it what the version says, as new rows in this order. Call it in a transaction that holds the version."""
    Blueprint.objects.filter(pk=blueprint.pk).revised()
    blueprint.template_types.all().delete()
    for position, each in enumerate(content):
        own = {name: getattr(each.template_type, name) for name in OF_TYPE}
        stored = BlueprintTemplateType.objects.create(blueprint=blueprint, position=position, **own)
        BlueprintField.objects.bulk_create(
            BlueprintField(template_type=stored, position=number, **{name: getattr(field, name) for name in OF_FIELD})
            for number, field in enumerate(each.fields)
        )


def digest(content: Iterable[TypeContent]) -> str:
    """The same for the same content only, so that a form can say which content it was made for."""
    return _digest(as_document(content))


def digest_of(row: BlueprintTemplateType | BlueprintField) -> str:
    """The same likewise for what a template type itself, or a field, says; where it stands does not count."""
    return _digest([getattr(row, name) for name in columns_of(row)])


def columns_of(row: BlueprintTemplateType | BlueprintField) -> tuple[str, ...]:
    """The names of what a template type itself, or a field, says."""
    return OF_FIELD if isinstance(row, BlueprintField) else OF_TYPE


def _digest(document: Any) -> str:
    return sha256(json.dumps(document).encode()).hexdigest()[:32]
