"""Planning what is done with the fields of one template type: one PUT with every field that is there."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from extensions.blueprints.models import BlueprintField
from extensions.mappings.repairing.account import Reading
from extensions.mappings.repairing.comparing import watched
from extensions.mappings.repairing.context import Context
from extensions.mappings.repairing.guarding import demand_addressable, demand_whole
from extensions.mappings.repairing.operations import Kind, Operation, can_be_named
from extensions.mappings.repairing.plans import Call, Cell, Fate, Plan, Row, Write, printable
from extensions.mappings.repairing.refusing import ENABLE_ANEW, ONLY_THE_CUSTOMER, Refused
from oneflow.kept import TEXTS, KeptField, KeptTemplateType

# Of a playbook in Oneflow's newest app; that a template type takes no more is ASSUMED.
MOST_FIELDS = 300
SYSTEM_ASSUMED = (
    "Oneflow documents that active of a system field can be changed, not where: that the template type's PUT takes it "
    "is assumed. The account is read back, and a change that Oneflow ignores is told."
)
NOT_UNDONE: dict[Kind, str] = {
    Kind.ACTIVATE_FIELD: "Undoing switches the field off again. What contracts were filled with meanwhile stays.",
    Kind.DEACTIVATE_FIELD: "A field that is off acts like a removed one in contracts made meanwhile; switching it on "
    "again does not fill those.",
    Kind.ADD_FIELD: "Undoing removes the field again, and with it whatever templates and contracts hold in it by then.",
    Kind.REMOVE_FIELD: "Removing takes the field out of every template of the type, with the values that stand there. "
    "Undoing makes it anew: under another id, in no template, its values in templates gone.",
    Kind.RESTORE_FIELD: "The field is made anew: under another id, in no template; values that templates had are gone.",
}
OURS, THE_EXTENSIONS, THE_CUSTOMERS = "ours", "the extension's", "the customer's own"
Content = dict[str, Any]


class _Planned:
    """One template type as it is, and what becomes of each field."""

    def __init__(self, kept: KeptTemplateType, role: str, context: Context, former: Plan | None) -> None:
        self.kept = kept
        self.role = role
        self.context = context
        self.present = {each.custom_id: each for each in kept.data_fields}
        self.former = _bodies(former)
        self.made_before = _made(former)

    def wanted(self, custom_id: str) -> BlueprintField | None:
        return self.context.wanted_field(self.role, custom_id)

    def is_ours(self, field: KeptField) -> bool:
        """Whether the console may write a field that a user's call made: the blueprint's, or made by a repair."""
        known = self.wanted(field.custom_id) is not None or field.custom_id in self.made_before
        return known and not self.is_extensions

    @property
    def is_extensions(self) -> bool:
        """Whether Oneflow made the type from the blueprint, so that its own fields come from nowhere else."""
        return self.context.by_extension or bool(self.kept.extension_type)

    def whose(self, field: KeptField) -> str:
        if field.is_systems:
            return THE_EXTENSIONS
        return OURS if self.is_ours(field) else THE_CUSTOMERS


def plan(operations: tuple[Operation, ...], reading: Reading, context: Context, former: Plan | None) -> Plan:
    """The plan of these operations on the fields of one type. `former` is the plan that they undo. Raises `Refused`."""
    role = operations[0].role
    wanted = context.wanted_type(role)
    if reading.kept is None:
        raise Refused(
            f'The account has no template type that is our "{wanted.name}".', "Repair the missing template type first."
        )
    demand_addressable(reading.kept)
    planned = _Planned(reading.kept, role, context, former)
    after = _after(operations, planned)
    if len(after) > max(MOST_FIELDS, len(planned.present)):
        raise Refused(
            f'"{reading.kept.name}" would have {len(after)} fields; Oneflow is assumed to take {MOST_FIELDS}.',
            "Ask the customer which of their own fields can go, and plan the repair again.",
        )
    body = {"data_fields": list(after.values())}
    demand_whole(
        body["data_fields"], reading.kept, {each.custom_id for each in operations if each.kind is Kind.REMOVE_FIELD}
    )
    kinds = list(dict.fromkeys(each.kind for each in operations))
    target = reading.kept.id
    return Plan(
        operations=operations,
        write=Write(Call.REPLACE_FIELDS, target, body, role=role),
        before=watched(Call.REPLACE_FIELDS, target, role, reading, context),
        rows=tuple(_rows(planned, after, operations)),
        removes=tuple(each.custom_id for each in operations if each.kind.removes),
        not_undone=tuple(NOT_UNDONE[kind] for kind in kinds),
        assumed=tuple(_assumed(planned, operations)),
    )


def left_to_undo(
    operations: tuple[Operation, ...], done: Plan, reading: Reading, context: Context
) -> tuple[Operation, ...]:
    """Of the operations that undo a plan those that the account still asks for; and fields that the write lost anew."""
    if reading.kept is None:
        return operations
    planned = _Planned(reading.kept, operations[0].role, context, done)
    left = {each.custom_id: each for each in _left(operations, planned.present)}
    for custom_id in planned.former:
        if custom_id not in planned.present and not planned.is_extensions and can_be_named(custom_id):
            left.setdefault(custom_id, Operation(Kind.RESTORE_FIELD, planned.role, custom_id))
    return tuple(left.values())


def left_to_do(operations: tuple[Operation, ...], reading: Reading) -> tuple[Operation, ...]:
    """Of these operations those for which there is something to do in the account."""
    return _left(operations, {each.custom_id: each for each in reading.kept.data_fields} if reading.kept else {})


def _left(operations: tuple[Operation, ...], present: Mapping[str, KeptField]) -> tuple[Operation, ...]:
    return tuple(each for each in operations if LEFT[each.kind](present.get(each.custom_id)))


# Whether there is something to do, by the field as it is now; None where there is none.
LEFT: Mapping[Kind, Callable[[KeptField | None], bool]] = {
    Kind.ADD_FIELD: lambda field: field is None,
    Kind.ACTIVATE_FIELD: lambda field: field is not None and not field.active,
    Kind.DEACTIVATE_FIELD: lambda field: field is not None and field.active,
    Kind.REMOVE_FIELD: lambda field: field is not None,
    Kind.RESTORE_FIELD: lambda field: field is None,
}


def _after(operations: tuple[Operation, ...], planned: _Planned) -> dict[str, Content]:
    """Every field as it is to be sent, by custom_id: as it was shown, unless an operation names it."""
    after = {custom_id: field.as_body() for custom_id, field in planned.present.items()}
    for operation in operations:
        content = CHANGES[operation.kind](operation, planned)
        if content is None:
            del after[operation.custom_id]
        else:
            after[operation.custom_id] = content
    return after


def _activated(operation: Operation, planned: _Planned) -> Content:
    return _switched(operation, planned, active=True)


def _deactivated(operation: Operation, planned: _Planned) -> Content:
    return _switched(operation, planned, active=False)


def _switched(operation: Operation, planned: _Planned, *, active: bool) -> Content:
    field = _present(operation, planned)
    if planned.wanted(field.custom_id) is None and field.custom_id not in planned.made_before:
        raise Refused(f'Field "{field.custom_id}" is not of our blueprint version.', ONLY_THE_CUSTOMER)
    if not field.is_systems and not planned.is_ours(field):
        raise Refused(f'Field "{field.custom_id}" was made by a user, not by the extension.', ONLY_THE_CUSTOMER)
    if field.active is active:
        state = "on" if active else "off"
        raise Refused(
            f'Field "{field.custom_id}" is {state} already.', "Nothing is to be done: refresh and look again."
        )
    return replace(field, active=active).as_body()


def _added(operation: Operation, planned: _Planned) -> Content:
    wanted = planned.wanted(operation.custom_id)
    if wanted is None:
        raise Refused(
            f'The blueprint version has no field "{operation.custom_id}".', "Look at the version of the installation."
        )
    _demand_makeable(operation, planned)
    texts = {"name": wanted.name, "description": wanted.description, "placeholder": wanted.placeholder}
    return {"custom_id": wanted.custom_id, **texts, "active": True}


def _restored(operation: Operation, planned: _Planned) -> Content:
    if operation.custom_id not in planned.former:
        raise Refused(f'Field "{operation.custom_id}" was not in the snapshot.', "Add it from the blueprint instead.")
    _demand_makeable(operation, planned)
    return planned.former[operation.custom_id]


def _removed(operation: Operation, planned: _Planned) -> None:
    field = _present(operation, planned)
    if field.is_systems:
        raise Refused(
            f'Field "{field.custom_id}" is the extension\'s: Oneflow keeps it whatever is sent (assumed).',
            "Release a blueprint without it; it stays in accounts until the extension is enabled anew.",
        )
    if not planned.is_ours(field):
        raise Refused(
            f'Field "{field.custom_id}" is not of our blueprint version, so it may be the customer\'s own.',
            ONLY_THE_CUSTOMER,
        )


CHANGES: Mapping[Kind, Callable[[Operation, _Planned], Content | None]] = {
    Kind.ACTIVATE_FIELD: _activated,
    Kind.DEACTIVATE_FIELD: _deactivated,
    Kind.ADD_FIELD: _added,
    Kind.RESTORE_FIELD: _restored,
    Kind.REMOVE_FIELD: _removed,
}


def _present(operation: Operation, planned: _Planned) -> KeptField:
    if operation.custom_id not in planned.present:
        raise Refused(
            f'Field "{operation.custom_id}" is not in "{planned.kept.name}".',
            "Refresh the installation and look again.",
        )
    return planned.present[operation.custom_id]


def _demand_makeable(operation: Operation, planned: _Planned) -> None:
    if operation.custom_id in planned.present:
        raise Refused(
            f'Field "{operation.custom_id}" is in "{planned.kept.name}" already.',
            "Nothing is to be made: refresh the installation and look again.",
        )
    if planned.is_extensions:
        raise Refused(f'Field "{operation.custom_id}" is made by the extension, not by its callers.', ENABLE_ANEW)


def _rows(planned: _Planned, after: Mapping[str, Content], operations: tuple[Operation, ...]) -> Iterator[Row]:
    """What an operation names first, in that order, then every other field, as it stays."""
    named = [each.custom_id for each in operations]
    for custom_id in named:
        field, content = planned.present.get(custom_id), after.get(custom_id)
        fate = Fate.ADDED if field is None else Fate.REMOVED if content is None else Fate.CHANGED
        wanted = planned.wanted(custom_id)
        name = printable((field.name if field else wanted.name if wanted else custom_id) or custom_id)
        cells = tuple(_cells(wanted, field.as_body() if field else None, content))
        yield Row(custom_id, name, fate, planned.whose(field) if field else OURS, cells)
    for custom_id, field in planned.present.items():
        if custom_id not in named:
            yield Row(custom_id, printable(field.name or custom_id), Fate.KEPT, planned.whose(field))


def _cells(wanted: BlueprintField | None, before: Content | None, after: Content | None) -> Iterator[Cell]:
    for name in ("name", "description", "placeholder"):
        should = getattr(wanted, name) if wanted else None
        yield Cell(name, should, _text(before, name), _text(after, name))
    yield Cell("active", "on" if wanted else None, _on(before), _on(after))
    # What the customer set as its default is theirs: that it stays is told, not what it is.
    yield Cell("default value", None, _kept(before), _kept(after))


def _text(content: Content | None, name: str) -> str | None:
    return None if content is None else printable(content.get(name, ""))


def _on(content: Content | None) -> str | None:
    return None if content is None else "on" if content["active"] else "off"


def _kept(content: Content | None) -> str | None:
    return None if content is None else "set" if content.get("value") else "none"


def _assumed(planned: _Planned, operations: tuple[Operation, ...]) -> Iterator[str]:
    """What the plan rests on that Oneflow does not document."""
    if any(field.is_systems for each in operations if (field := planned.present.get(each.custom_id))):
        yield SYSTEM_ASSUMED
    if unknown := sorted({key for field in planned.kept.data_fields for key in field.unknown}):
        names = printable(", ".join(unknown[:10]))
        yield f"Of these fields Oneflow also shows {names}, which no write is known to take: that it stays is assumed."


def _bodies(former: Plan | None) -> dict[str, Content]:
    """The fields of the snapshot of another plan, as they would be sent."""
    kept = (former.before.get("template_type") if former else None) or {}
    return {
        field["custom_id"]: {
            "custom_id": field["custom_id"],
            **{name: field[name] for name in TEXTS if field[name] is not None},
            "active": field["active"],
        }
        for field in kept.get("data_fields", ())
    }


def _made(former: Plan | None) -> set[str]:
    """The fields that another plan was about."""
    return {each.custom_id for each in former.operations} if former else set()
