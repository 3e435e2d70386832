"""What a record of the product would become in one installation: field by field the value, the rule and the text.

Decided from the same tables as the field inspector, so that both say the same of a field. What Oneflow would refuse
is left out of the body, with the reason.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from extensions.blueprints.models import BlueprintField, BlueprintTemplateType
from extensions.installations.models import Installation, Part, TemplateType
from extensions.mappings.effective import Place, Rule, Rules, effective
from extensions.mappings.inspecting import Row, State, Table, tables_of
from extensions.mappings.paths import Absent, look_up
from extensions.mappings.transforms import Untransformable, apply

# API reference, section 13.
LONGEST_VALUE = 1_024
CHECKBOX = ("0", "1")


class Outcome(Enum):
    """What becomes of a field: key, mark and word."""

    FILLED = ("filled", "✓", "filled")
    EMPTY = ("empty", "○", "empty")
    REFUSED = ("refused", "✕", "refused")

    def __init__(self, key: str, mark: str, word: str) -> None:
        self.key, self.mark, self.word = key, mark, word


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a field would not be filled, what to do, and where: "installation", "missing", "off", or anywhere."""

    sentence: str
    remedy: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What a rule makes of a value: the text where it makes one, what that comes to, and why not."""

    text: str
    outcome: Outcome
    reasons: tuple[Reason, ...] = ()

    def but(self, *obstacles: Reason) -> "Written":
        """The same where something else stands in the way: then nothing is filled."""
        refused = bool(obstacles) and self.outcome is Outcome.FILLED
        return Written(self.text, Outcome.REFUSED if refused else self.outcome, (*self.reasons, *obstacles))


@dataclass(frozen=True, slots=True)
class Line:
    """One field: what fills it, the value in the record, and the text that it becomes, where it becomes one."""

    place: Place
    name: str
    required: bool
    rule: Rule | None
    raw: object
    written: Written

    @property
    def custom_id(self) -> str:
        return self.place[1]

    @property
    def text(self) -> str:
        return self.written.text

    @property
    def outcome(self) -> Outcome:
        return self.written.outcome

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return self.written.reasons

    @property
    def refused(self) -> bool:
        return self.outcome is Outcome.REFUSED

    @property
    def given(self) -> str:
        """What a contract would get."""
        return self.text if self.outcome is Outcome.FILLED else ""


@dataclass(frozen=True, slots=True)
class TypeLineage:
    """A template type of the blueprint version, with what becomes of each of its fields."""

    wanted: BlueprintTemplateType
    here: TemplateType | None
    lines: tuple[Line, ...]

    def count(self, outcome: Outcome) -> int:
        return sum(line.outcome is outcome for line in self.lines)

    @property
    def amiss(self) -> list[Line]:
        """What a contract would be without and should not be: what is refused, and what is required and empty."""
        return [line for line in self.lines if line.refused or (line.required and line.outcome is Outcome.EMPTY)]

    @property
    def data_fields(self) -> list[dict[str, str]]:
        """What Oneflow would accept, as a body has it."""
        return [
            {"custom_id": line.custom_id, "value": line.text} for line in self.lines if line.outcome is Outcome.FILLED
        ]

    def body(self, workspace_id: int, template_id: int) -> dict[str, Any]:
        """The body of POST /contracts/create (create-a-contract-with-data-fields)."""
        return {"workspace_id": workspace_id, "template_id": template_id, "data_fields": self.data_fields}


@dataclass(frozen=True, slots=True)
class Lineage:
    """All template types of an installation's blueprint version, and the rules that lead to none of them."""

    types: tuple[TypeLineage, ...]
    astray: tuple[Line, ...]

    def of_type(self, oneflow_id: int | None) -> TypeLineage | None:
        """The template type that bears this id in the account."""
        return next((each for each in self.types if each.here and each.here.oneflow_id == oneflow_id), None)


def trace(installation: Installation, parts: Mapping[str, Part], record: object) -> Lineage:
    """What the record would become in the installation: four statements, whatever the number of fields.

    Nothing for an installation whose blueprint version is not known.
    """
    rules = effective(installation)
    return follow(tables_of(installation, parts, rules), rules, record)


def follow(found: Sequence[Table], rules: Rules, record: object) -> Lineage:
    """The same from tables as the inspector has them, and rules by extension type and `custom_id`."""
    types = tuple(TypeLineage(table.wanted, table.here, tuple(_lines(table, rules, record))) for table in found)
    ours = {table.wanted.extension_type for table in found}
    astray = [
        _unknown(place, rule, record, _no_such_type(place)) for place, rule in rules.items() if place[0] not in ours
    ]
    return Lineage(types, tuple(astray))


def _lines(table: Table, rules: Rules, record: object) -> Iterator[Line]:
    """The blueprint's fields, then what else a rule names. A customer's own field that no rule fills is left out."""
    kind = table.wanted.extension_type
    of_type = {custom_id: rule for (extension_type, custom_id), rule in rules.items() if extension_type == kind}
    for row in table.rows:
        rule = of_type.pop(row.custom_id, None)
        if row.wanted or rule:
            yield _line(table, row, rule, record)
    for custom_id, rule in of_type.items():
        yield _unknown((kind, custom_id), rule, record, _no_such_field(table))


def _line(table: Table, row: Row, rule: Rule | None, record: object) -> Line:
    place = (table.wanted.extension_type, row.custom_id)
    raw, found = _found(rule, record, row.wanted)
    required = bool(row.wanted and row.wanted.required)
    return Line(place, row.name, required, rule, raw, found.but(*_obstacles(table, row)))


def _unknown(place: Place, rule: Rule, record: object, reason: Reason) -> Line:
    """A rule for a field that is nowhere."""
    raw, found = _found(rule, record, None)
    return Line(place, rule.label, False, rule, raw, found.but(reason))


def _found(rule: Rule | None, record: object, wanted: BlueprintField | None) -> tuple[object, Written]:
    """The raw value, and what the rule makes of it."""
    if rule is None:
        return None, Written("", Outcome.EMPTY, (NO_RULE,))
    if not rule.filled:
        return None, Written("", Outcome.EMPTY, (NOT_HERE,))
    raw = look_up(record, rule.path)
    return raw, write(rule, raw, wanted.kind if wanted else "")


def write(rule: Rule, raw: object, kind: str = "") -> Written:
    """What the rule makes of a value for a field of that kind, whatever an account has."""
    try:
        text = apply(rule.transform, rule.options, raw)
    except Untransformable as exc:
        if isinstance(raw, Absent):
            return Written("", Outcome.EMPTY, (Reason(exc.sentence, "Correct the path, or give the rule a default."),))
        return Written("", Outcome.REFUSED, (Reason(exc.sentence, "Correct the rule’s transform, or the record."),))
    if not text:
        return Written("", Outcome.EMPTY, (NO_VALUE,))
    return Written(text, Outcome.FILLED).but(*_misfits(kind, text))


def _obstacles(table: Table, row: Row) -> Iterator[Reason]:
    """Why the account would not take a value in this field, whatever the value."""
    if table.here is None:
        yield NO_TYPE if table.read_at else NEVER_READ
    elif row.state is State.UNREAD:
        yield NEVER_READ
    elif row.here is None:
        yield NO_FIELD
    elif not row.here.active:
        yield SWITCHED_OFF


def _misfits(kind: str, text: str) -> Iterator[Reason]:
    """Why a field of that kind would not take this text."""
    if len(text) > LONGEST_VALUE:
        yield Reason(
            f"The text has {len(text):,} characters, and a field holds {LONGEST_VALUE:,}.", "Shorten it in the product."
        )
    if kind == BlueprintField.Kind.CHECKBOX and text not in CHECKBOX:
        yield CHECKBOX_ONLY


def _no_such_field(table: Table) -> Reason:
    return Reason(
        f"Neither this blueprint version nor the account has such a field in {table.wanted.name}.",
        "Correct the custom_id, or take the mapping out.",
    )


def _no_such_type(place: Place) -> Reason:
    return Reason(
        f"This blueprint version has no template type {place[0]}.",
        "Nothing, if the mapping is for another version; else correct its template type.",
    )


NO_VERSION = Reason("No version of the blueprint has this field.", "Correct the custom_id, or take the mapping out.")
NO_RULE = Reason("No mapping fills this field.", "Add one, if the product has a value for it.")
NOT_HERE = Reason("In this installation nothing fills it: an override says so.", "Take the override back to fill it.")
NO_VALUE = Reason("The value is empty.", "Nothing, or give the rule a default.")
NO_TYPE = Reason("The template type is not in the account.", "See why on the installation’s page.", "installation")
NO_FIELD = Reason("The account’s template type has no such field.", "See what to do about it.", "missing")
SWITCHED_OFF = Reason("The field is switched off in the account.", "Have it switched on in the template type.", "off")
NEVER_READ = Reason(
    "The account’s fields were never read, so nobody knows whether it takes the value.",
    "Refresh the account first.",
    "installation",
)
CHECKBOX_ONLY = Reason("The field is a checkbox, which takes 0 or 1.", "Use the transform “yes_no”.")


class Match(Enum):
    """How a contract's field stands to what the mapping gives: key, mark and word."""

    SAME = ("same", "✓", "same")
    DIFFERS = ("different", "≠", "different")
    NOT_THERE = ("not_there", "?", "not on the contract")

    def __init__(self, key: str, mark: str, word: str) -> None:
        self.key, self.mark, self.word = key, mark, word


@dataclass(frozen=True, slots=True)
class Compared:
    """A field as a contract holds it, beside what the mapping gives; `held` is None where it has no such field."""

    line: Line
    held: str | None
    match: Match


def compare(lineage: TypeLineage, held: Mapping[str, str]) -> list[Compared]:
    """Each field with what a contract of the type holds, by `custom_id`. What the contract holds beside is left out."""
    return [_compared(line, held.get(line.custom_id)) for line in lineage.lines]


def _compared(line: Line, held: str | None) -> Compared:
    if held is None:
        return Compared(line, None, Match.NOT_THERE)
    # Nothing is what a refused field comes to, and yet not what it should hold.
    return Compared(line, held, Match.SAME if held == line.given and not line.refused else Match.DIFFERS)
