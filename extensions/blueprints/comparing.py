"""What differs between two contents of a blueprint, template type by template type and field by field.

Types are matched by extension type, fields by `custom_id`. Nothing here touches the database.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Model

from extensions.blueprints.content import TypeContent
from extensions.blueprints.models import BlueprintField, BlueprintTemplateType

Place = tuple[str, str]  # extension type, custom_id; "" for the template type itself
ACTIVE, OFF = "active", "off"


class What(StrEnum):
    """What happened to a template type or a field from left to right."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute that differs: its name in words, left and right."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field that differs. `places` are its numbers left and right, set when it stands elsewhere among the others."""

    what: What
    field: BlueprintField  # of the right, unless it is there no more
    attributes: tuple[Attribute, ...] = ()
    places: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class TypeDifference:
    """A template type, whether and how it differs itself, and those of its fields that do, in the right's order."""

    what: What
    template_type: BlueprintTemplateType
    attributes: tuple[Attribute, ...] = ()
    fields: tuple[FieldDifference, ...] = ()

    @property
    def differs(self) -> bool:
        return self.what != What.SAME or bool(self.fields)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that differs, in the right's order; what is there no more comes last."""

    types: tuple[TypeDifference, ...]
    counts: dict[What, int] = field(default_factory=dict)  # of fields

    @property
    def differs(self) -> bool:
        return any(each.differs for each in self.types)


def compare(
    left: Sequence[TypeContent],
    right: Sequence[TypeContent],
    *,
    ordered: bool = True,
    off: Collection[Place] = (),
) -> Comparison:
    """What became of the left in the right.

    `ordered=False` leaves out what only moved, where an order means nothing; `off` names what is switched off in the
    right, which only accounts know.
    """
    before = {each.template_type.extension_type: each for each in left}
    after = {each.template_type.extension_type: each for each in right}
    types = [_type(before.get(key), each, ordered=ordered, off=off) for key, each in after.items()]
    types += [_gone(each) for key, each in before.items() if key not in after]
    counts = dict.fromkeys(What, 0)
    for each in types:
        for found in each.fields:
            counts[found.what] += 1
    return Comparison(tuple(types), counts)


def _gone(left: TypeContent) -> TypeDifference:
    fields = tuple(FieldDifference(What.REMOVED, each) for each in left.fields)
    return TypeDifference(What.REMOVED, left.template_type, fields=fields)


def _type(left: TypeContent | None, right: TypeContent, *, ordered: bool, off: Collection[Place]) -> TypeDifference:
    own = right.template_type
    if left is None:
        return TypeDifference(What.ADDED, own, fields=tuple(FieldDifference(What.ADDED, each) for each in right.fields))
    attributes = attributes_that_differ(left.template_type, own, ("name", "description", "event_types"))
    if (own.extension_type, "") in off:
        attributes = (*attributes, Attribute("state", ACTIVE, OFF))
    switched_off = {custom_id for extension_type, custom_id in off if extension_type == own.extension_type}
    fields = tuple(_fields(left.fields, right.fields, ordered=ordered, off=switched_off))
    return TypeDifference(What.CHANGED if attributes else What.SAME, own, attributes, fields)


def _fields(
    left: Sequence[BlueprintField], right: Sequence[BlueprintField], *, ordered: bool, off: Collection[str]
) -> Iterable[FieldDifference]:
    before = {each.custom_id: each for each in left}
    after = {each.custom_id: each for each in right}
    moved = _moved(list(before), list(after)) if ordered else {}
    for custom_id, each in after.items():
        if custom_id not in before:
            yield FieldDifference(What.ADDED, each)
            continue
        attributes = attributes_that_differ(
            before[custom_id], each, ("name", "description", "placeholder", "kind", "required")
        )
        if custom_id in off:
            attributes = (*attributes, Attribute("state", ACTIVE, OFF))
        if attributes or custom_id in moved:
            what = What.CHANGED if attributes else What.MOVED
            yield FieldDifference(what, each, attributes, moved.get(custom_id))
    for custom_id, each in before.items():
        if custom_id not in after:
            yield FieldDifference(What.REMOVED, each)


def attributes_that_differ(left: Model, right: Model, names: Iterable[str]) -> tuple[Attribute, ...]:
    """What of these two rows say differently, of the attributes with these names."""
    found = []
    for name in names:
        before, after = _comparable(getattr(left, name)), _comparable(getattr(right, name))
        if before != after:
            label = str(left._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            found.append(Attribute(label, before, after))
    return tuple(found)


def _comparable(value: Any) -> Any:
    """Event types have no order; spaces around a text do not count, as in health."""
    if isinstance(value, list):
        return ", ".join(sorted(map(str, value)))
    return value.strip() if isinstance(value, str) else value


def _moved(before: list[str], after: list[str]) -> dict[str, tuple[int, int]]:
    """The fewest of those in both that must be taken out and put elsewhere, with their numbers left and right.

    What stays is the longest part of the right that is in the left's order; so a field put first has moved, not all
    the others.
    """
    place = {each: number for number, each in enumerate(before)}
    common = [each for each in after if each in place]
    stays = {common[index] for index in _longest_rising([place[each] for each in common])}
    there = {each: number for number, each in enumerate(after)}
    return {each: (place[each] + 1, there[each] + 1) for each in common if each not in stays}


def _longest_rising(numbers: Sequence[int]) -> list[int]:
    """The indexes of a longest rising part of numbers that are all different."""
    ends: list[int] = []  # the smallest number in which a rising part of each length ends
    at: list[int] = []  # its index
    previous: list[int] = []
    for index, number in enumerate(numbers):
        length = bisect_left(ends, number)
        ends[length : length + 1] = [number]
        at[length : length + 1] = [index]
        previous.append(at[length - 1] if length else -1)
    chain = []
    index = at[-1] if at else -1
    while index >= 0:
        chain.append(index)
        index = previous[index]
    return chain
