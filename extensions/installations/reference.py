"""What an account really has, as the content of a blueprint: to compare a version with, or to begin a draft from.

Oneflow's answer does not say everything that a blueprint does: whether a field is a checkbox or required, and which
events are wanted. The same template type and `custom_id` in a version that is known says it instead; where none does
the plainest is taken, or for events what our webhook sends there, and a sentence says so.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.db import transaction
from django.utils.text import slugify

from accounts.acting import Actor, Deed
from extensions.blueprints.comparing import Place
from extensions.blueprints.content import TypeContent
from extensions.blueprints.document import problems_of
from extensions.blueprints.models import BlueprintField, BlueprintTemplateType
from extensions.installations import snapshot as parts
from extensions.installations.matching import types_of_ours, webhooks_of_ours
from extensions.installations.mirror import Mirror
from extensions.installations.models import DataField, Installation, Part, TemplateType, Webhook
from extensions.installations.versions import asked_of

# How many names a sentence holds.
NAMED = 5
LONGEST_PLACEHOLDER = 255
# Of a role that is made of a name; with an id behind it, it still fits where roles are stored.
LONGEST_MADE = 100
FORGET = "installation.forget_roles"


@dataclass(frozen=True, slots=True)
class Seen:
    """The template types and fields that Oneflow listed when they were last read, and what was read."""

    types: tuple[TemplateType, ...]
    fields: dict[int, list[DataField]]
    parts: dict[str, Part]
    webhooks: tuple[Webhook, ...] = ()

    @classmethod
    def load(cls, installation: Installation) -> Self:
        """Read in one statement, of an installation that is loaded with account and extension."""
        mirror = Mirror.load(installation)
        fields: dict[int, list[DataField]] = {}
        for row in mirror.fields:
            if row.missing_since is None:
                fields.setdefault(row.template_type_oneflow_id, []).append(row)
        types = tuple(row for row in mirror.template_types if row.missing_since is None)
        return cls(types, fields, mirror.parts, tuple(webhooks_of_ours(installation, mirror.webhooks)))

    @property
    def types_read_at(self) -> datetime | None:
        """When Oneflow last said which template types the account has; None if it never did."""
        part = self.parts.get(parts.TEMPLATE_TYPES)
        return part.read_at if part else None

    def fields_of(self, row: TemplateType) -> list[DataField]:
        return self.fields.get(row.oneflow_id, [])

    def events_of(self, row: TemplateType) -> set[str] | None:
        """What webhooks of ours that are tied to it send; None where one sends everything."""
        tied = [each for each in self.webhooks if each.template_type_oneflow_id == row.oneflow_id]
        rules = [rule.get("event_types") for each in tied for rule in each.filters or [{}]]
        return None if None in rules else {event for each in rules for event in each}

    def doubt(self, row: TemplateType) -> str:
        """Why its fields are not known as they are now: never read, or not by the latest refresh; "" when they are."""
        part = self.parts.get(parts.fields_of(row.oneflow_id))
        if part is None or part.read_at is None:
            return "were never read"
        return "were not read by the latest refresh" if part.unread_reason else ""


@dataclass(frozen=True, slots=True)
class Reference:
    """An account's content; what is `off` there; what could not be known; and which fields are not known as of now."""

    content: tuple[TypeContent, ...]
    off: frozenset[Place]
    notes: tuple[str, ...]
    doubts: tuple[str, ...]

    @property
    def off_in_words(self) -> str:
        """That a draft of this has what is switched off in the account; "" where nothing is."""
        names = sorted("/".join(filter(None, place)) for place in self.off)
        return f"Taken over though switched off there: {_named(names)}." if names else ""


def roles_of_ours(seen: Seen, wanted: Iterable[BlueprintTemplateType]) -> dict[str, TemplateType]:
    """The account's template types that play a role of the blueprint's, by extension type."""
    return {role: row for role, row in types_of_ours(wanted, seen.types).items() if row is not None}


def roles_of(
    rows: Iterable[TemplateType], ours: Mapping[str, TemplateType], known: Collection[str] = ()
) -> dict[str, TemplateType]:
    """Template types by the extension type that a draft gives them: ours, Oneflow's, else one made of the name.

    Nobody is given the role that one of ours plays, and no name leads to one that the extension is `known` to have: it
    would make a customer's type ours.
    """
    played = {row.oneflow_id: role for role, row in ours.items()}
    found: dict[str, TemplateType] = {}
    for row in rows:
        role = played.get(row.oneflow_id)
        if role is None:
            told = row.confirmed_role or row.extension_type
            role = told or slugify(row.name).replace("-", "_")[:LONGEST_MADE] or f"type_{row.oneflow_id}"
            taken = {*found, *ours} if told else {*found, *ours, *known}
            role = f"{role[:LONGEST_MADE]}_{row.oneflow_id}" if role in taken else role
        found[role] = row
    return found


@transaction.atomic
def name_roles(installation: Installation, roles: Mapping[str, TemplateType], *, actor: Actor) -> None:
    """Keep which roles these template types play, so that each refresh reads their fields though no version has them.

    Nothing is kept of a role that each refresh asks for anyway: it would bind the role to this very template type.
    """
    read_anyway = set(asked_of(installation).values_list("extension_type", flat=True))
    held = Installation.objects.filter(pk=installation.pk)
    held.hold()
    number = 0
    for role, row in roles.items():
        if role not in read_anyway:
            named = TemplateType.objects.filter(pk=row.pk, installation=installation)
            number += named.exclude(confirmed_role=role).update(confirmed_role=role)
    if number:
        held.revised()
    details = {"template_types": [row.oneflow_id for row in roles.values()]}
    Deed(actor, "installation.read_fields", installation, details=details).tell()


@transaction.atomic
def forget_roles(installation: Installation, rows: Iterable[TemplateType], *, actor: Actor) -> int:
    """Take back which roles these template types play, by whomever it was said; of how many it was.

    They are then ours only by what Oneflow says of them, or by their name, and otherwise read no more.
    """
    held = Installation.objects.filter(pk=installation.pk)
    held.hold()
    named = TemplateType.objects.filter(installation=installation, pk__in=[row.pk for row in rows])
    named = named.exclude(confirmed_role="")
    details = {"template_types": dict(named.values_list("oneflow_id", "confirmed_role"))}
    number = named.update(confirmed_role="")
    if number:
        held.revised()
        Deed(actor, FORGET, installation, details=details).tell()
    return number


def reference(seen: Seen, roles: Mapping[str, TemplateType], known: Sequence[TypeContent]) -> Reference:
    """What the account has of these template types, with what it cannot say from the `known` content."""
    says = {each.template_type.extension_type: each for each in known}
    taken = [_Taken(role, row, seen.fields_of(row), seen.events_of(row), says.get(role)) for role, row in roles.items()]
    return Reference(
        content=tuple(each.content() for each in taken),
        off=frozenset(place for each in taken for place in each.off()),
        notes=tuple(_notes(taken)),
        doubts=tuple(f"The fields of {row.name} {why}." for row in roles.values() if (why := seen.doubt(row))),
    )


class _Taken:
    """A template type of the account in the role that it plays, with what is known of that role."""

    def __init__(
        self,
        role: str,
        row: TemplateType,
        fields: Sequence[DataField],
        sent: set[str] | None,
        known: TypeContent | None,
    ) -> None:
        self.role, self.row, self.fields, self.sent, self.known = role, row, fields, sent, known
        # In a template type that the extension made, a user field is the customer's own.
        self.own = [field for field in fields if row.extension_type == role and field.source == "user"]
        self.kept = list(_kept(field for field in fields if field not in self.own))
        self.before = {field.custom_id: field for field in known.fields} if known else {}

    def content(self) -> TypeContent:
        template_type = BlueprintTemplateType(
            name=self.row.name.strip() or self.role,
            extension_type=self.role,
            description=self.row.description,
            event_types=self.known.template_type.event_types if self.known else self.sent_and_held(),
        )
        return TypeContent(template_type, tuple(_field(field, self.before.get(field.custom_id)) for field in self.kept))

    def sent_and_held(self) -> list[str]:
        """The events that our webhook sends and a blueprint can hold."""
        return sorted(filter(_holds, self.sent or ()))

    def off(self) -> Iterator[Place]:
        if not self.row.active:
            yield self.role, ""
        yield from ((self.role, field.custom_id) for field in self.kept if not field.active)


def _notes(taken: Sequence[_Taken]) -> Iterator[str]:
    unknown = sum(field.custom_id not in each.before for each in taken for field in each.kept)
    if unknown:
        yield (
            "Oneflow does not say whether a field is a checkbox, nor whether it is required: "
            f"{_fields(unknown)} that no known version has {'is' if unknown == 1 else 'are'} taken for optional text."
        )
    for each in taken:
        if each.role != each.row.extension_type:
            theirs = f"the extension type {each.row.extension_type}" if each.row.extension_type else "no extension type"
            yield f"Oneflow gives {each.row.name} {theirs}: it stands here as {each.role}."
        yield from _events(each)
        yield from _left_out(each)


def _events(of: _Taken) -> Iterator[str]:
    """Where the wanted events come from, if no version says them, and what is sent beside them."""
    name, held = of.row.name, of.sent_and_held()
    unheld = sorted((of.sent or set()).difference(held))
    if unheld:
        yield f"Left out of {name}: event types that no blueprint can hold ({_named([each[:60] for each in unheld])})."
    if of.known is not None:
        if more := sorted(set(held).difference(of.known.template_type.event_types)):
            yield f"Left out of {name}: events that its webhook sends and the version does not want ({_named(more)})."
    elif held:
        listed = ", ".join(held)
        yield f"No known version has {name}: the events that its webhook sends there are taken for wanted ({listed})."
    else:
        why = "the one there sends every event" if of.sent is None else "it has none of ours there that names any"
        yield (
            f"Which events the webhook of {name} must send is not known, as {why}: none are wanted. "
            "Add them, or nothing is checked of it."
        )


def _holds(event: str) -> bool:
    """Whether a blueprint can hold an event type."""
    return not problems_of([{"name": "x", "extension_type": "x", "event_types": [event], "fields": []}])


def _kept(fields: Iterable[DataField]) -> Iterator[DataField]:
    """Those with a `custom_id`, each once: of several with one an active one, then the first."""
    keyed = [field for field in fields if field.custom_id]
    chosen: dict[str, DataField] = {}
    for field in sorted(keyed, key=lambda each: not each.active):
        chosen.setdefault(field.custom_id, field)
    return (field for field in keyed if chosen[field.custom_id] is field)


def _field(row: DataField, known: BlueprintField | None) -> BlueprintField:
    return BlueprintField(
        custom_id=row.custom_id,
        name=row.name.strip() or row.custom_id,
        description=row.description,
        placeholder=row.placeholder[:LONGEST_PLACEHOLDER],
        kind=known.kind if known else BlueprintField.Kind.TEXT,
        required=known.required if known else False,
    )


def _left_out(of: _Taken) -> Iterator[str]:
    """A sentence for each kind of field that is not taken as it is."""
    keys = {field.pk for field in of.kept} | {field.pk for field in of.own}
    rest = [field for field in of.fields if field.pk not in keys]
    long = [field for field in of.kept if len(field.placeholder) > LONGEST_PLACEHOLDER]
    for fields, why in (
        (of.own, "of the customer's own"),
        ([field for field in rest if not field.custom_id], "without a custom_id"),
        ([field for field in rest if field.custom_id], "whose custom_id another has too"),
    ):
        if fields:
            yield f"Left out of {of.row.name}: {_fields(len(fields))} {why} ({_named(_names(fields))})."
    if long:
        yield f"Cut to {LONGEST_PLACEHOLDER} characters in {of.row.name}: the placeholder of {_named(_names(long))}."


def _names(fields: Iterable[DataField]) -> list[str]:
    return [field.name or field.custom_id for field in fields]


def _named(names: Sequence[str]) -> str:
    listed = ", ".join(names[:NAMED])
    return f"{listed} and {len(names) - NAMED} more" if len(names) > NAMED else listed


def _fields(number: int) -> str:
    return "1 field" if number == 1 else f"{number} fields"
