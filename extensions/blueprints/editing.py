"""Template types and fields of a draft: added, changed, put elsewhere, taken out; each with its record.

Whoever changes something holds the draft meanwhile, so two who edit at once come one after the other; and the second
is told what the first made of the same row, before anything of it is overwritten.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from accounts.acting import Actor
from extensions.blueprints.content import digest_of
from extensions.blueprints.drafting import Refused, editing
from extensions.blueprints.models import Blueprint, BlueprintField, BlueprintTemplateType

# As the schema of the extension file; Oneflow itself allows 300 fields.
MOST_TYPES, MOST_FIELDS = 100, 300
Row = TypeVar("Row", BlueprintTemplateType, BlueprintField)


class Overtaken(Refused):
    """A colleague changed the row since it was looked at; `theirs` is how it is now."""

    def __init__(self, theirs: BlueprintTemplateType | BlueprintField) -> None:
        super().__init__(f"A colleague changed {theirs.name} while you had its form open, so nothing was stored.")
        self.theirs = theirs


def put_type(
    blueprint: Blueprint,
    row: BlueprintTemplateType,
    *,
    actor: Actor,
    place: int | None,
    changed: Sequence[str] = (),
    seen: str = "",
) -> None:
    """Store a new or changed template type as number `place`, or where it is, a new one last. Raises `Refused`.

    `seen` is the `digest_of` the stored one that was looked at: what it says otherwise meanwhile is not overwritten,
    but raises `Overtaken`.
    """
    with editing(blueprint, actor=actor, **_what(row, row.extension_type, changed)) as draft:
        row.blueprint = draft
        others = list(draft.template_types.exclude(pk=row.pk))
        if any(each.extension_type == row.extension_type for each in others):
            raise Refused(f"Another template type of this version is {row.extension_type} already. Choose another.")
        if len(others) >= MOST_TYPES:
            raise Refused(f"A blueprint has at most {MOST_TYPES} template types.")
        _put(row, others, place, changed, seen)


def put_field(
    blueprint: Blueprint,
    row: BlueprintField,
    *,
    actor: Actor,
    place: int | None,
    changed: Sequence[str] = (),
    seen: str = "",
) -> None:
    """Store a new or changed field of a template type, likewise. Raises `Refused`."""
    extension_type = row.template_type.extension_type
    with editing(blueprint, actor=actor, **_what(row, extension_type, changed), custom_id=row.custom_id):
        if not BlueprintTemplateType.objects.filter(pk=row.template_type_id, blueprint=blueprint).exists():
            raise Refused(f"The template type {extension_type} was taken out of this draft meanwhile.")
        others = list(row.template_type.fields.exclude(pk=row.pk))
        if any(each.custom_id == row.custom_id for each in others):
            raise Refused(f"Another field of {row.template_type} has the custom_id {row.custom_id} already.")
        if len(others) >= MOST_FIELDS:
            raise Refused(f"A template type has at most {MOST_FIELDS} fields.")
        _put(row, others, place, changed, seen)


def take_out(blueprint: Blueprint, row: BlueprintTemplateType | BlueprintField, *, actor: Actor) -> None:
    """Take a template type with its fields, or a field, out of the draft. Raises `Refused`."""
    if isinstance(row, BlueprintField):
        details = {"extension_type": row.template_type.extension_type, "custom_id": row.custom_id}
    else:
        details = {"extension_type": row.extension_type}
    with editing(blueprint, actor=actor, what="taken out", **details):
        row.delete()


def place_of(row: BlueprintTemplateType | BlueprintField) -> int:
    """The number at which it stands among the others, from 1; positions have gaps where something was taken out."""
    siblings = row.template_type.fields if isinstance(row, BlueprintField) else row.blueprint.template_types
    keys = list(siblings.values_list("pk", flat=True))
    return keys.index(row.pk) + 1 if row.pk in keys else len(keys) + 1


def _what(row: BlueprintTemplateType | BlueprintField, extension_type: str, changed: Sequence[str]) -> dict[str, Any]:
    if row.pk is None:
        return {"what": "added", "extension_type": extension_type}
    return {"what": "changed" if changed else "moved", "extension_type": extension_type, "changed": list(changed)}


def _put(row: Row, others: list[Row], place: int | None, changed: Sequence[str], seen: str) -> None:
    """Save the row as that number among the others, which close up around it; of a stored one only what changed."""
    stored = row.pk is not None
    if stored:
        theirs = type(row)._default_manager.filter(pk=row.pk).first()
        if theirs is None:
            raise Refused(f"{row.name} was taken out of this draft meanwhile.")
        if changed and digest_of(theirs) != seen:
            raise Overtaken(theirs)
    if stored and place is None:
        row.save(update_fields=changed)
        return
    index = len(others) if place is None else min(max(place - 1, 0), len(others))
    ordered = [*others[:index], row, *others[index:]]
    moved = [each for number, each in enumerate(ordered) if each is not row and each.position != number]
    for number, each in enumerate(ordered):
        each.position = number
    row.save(update_fields=[*changed, "position"] if stored else None)
    type(row)._default_manager.bulk_update(moved, ["position"], batch_size=200)
