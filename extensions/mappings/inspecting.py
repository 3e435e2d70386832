"""What became of each blueprint field in an account: there, off, renamed, missing, or shadowed by a customer's field.

The one place where the state of a field is decided. `tables` decides it for one installation's rows;
`extensions.mappings.gathering` lets the database gather the same `Facts` over all installations; what they mean is
asked here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Self

from extensions.blueprints.content import TypeContent, content_of
from extensions.blueprints.models import BlueprintField, BlueprintTemplateType
from extensions.installations.matching import types_of_ours
from extensions.installations.models import DataField, Installation, Part, TemplateType
from extensions.mappings.effective import Rule, Rules


class State(Enum):
    """How a field stands in an account, the worst first: value, mark, word, and what it says."""

    MISSING = ("missing", "?", "missing", "In the blueprint, not in the account.")
    OFF = ("off", "✕", "off", "There, but switched off: contracts are made without it.")
    RENAMED = ("renamed", "≠", "renamed", "There, under another name than the blueprint's.")
    REWORDED = ("reworded", "≠", "reworded", "There, with another description or placeholder than the blueprint's.")
    UNREAD = ("unread", "◌", "not read", "Nothing is known: this part of the account was never read.")
    OK = ("ok", "✓", "ok", "There, active and as the blueprint has it.")
    SHADOWS = ("shadows", "⚠", "shadows", "A field of the customer's own that bears the name of one of ours.")
    EXTRA = ("extra", "+", "not in blueprint", "Made by the extension, but not in this blueprint version.")
    OWN = ("own", "·", "customer's own", "A field of the customer's own, which is none of our business.")

    def __init__(self, key: str, mark: str, word: str, meaning: str) -> None:
        self.key, self.mark, self.word, self.meaning = key, mark, word, meaning

    @property
    def differs(self) -> bool:
        """Whether somebody who asks for "only what differs" wants to see it."""
        return self not in {State.OK, State.OWN}

    @classmethod
    def of(cls, key: str) -> Self | None:
        """The state with this key, such as "off"; None for a word that is no state."""
        return next((state for state in cls if state.key == key), None)


# The states that a field of the blueprint can be in; the others are those of fields that stand only in the account.
OF_BLUEPRINT = (State.MISSING, State.OFF, State.RENAMED, State.REWORDED, State.UNREAD, State.OK)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that decides the state of one blueprint field in one installation.

    As a number (`weight`) the facts sort: of two fields in the account with one `custom_id` the heavier one counts.
    """

    read: bool
    here: bool
    same_words: bool
    same_name: bool
    active: bool

    @property
    def weight(self) -> int:
        return self.read + 2 * self.same_words + 4 * self.same_name + 8 * self.active + 16 * self.here

    @classmethod
    def from_weight(cls, weight: int) -> Self:
        return cls(
            read=bool(weight & 1),
            same_words=bool(weight & 2),
            same_name=bool(weight & 4),
            active=bool(weight & 8),
            here=bool(weight & 16),
        )

    @property
    def state(self) -> State:
        """Unread is not missing: only a part that was read can lack a field."""
        if not self.here:
            return State.MISSING if self.read else State.UNREAD
        if not self.active:
            return State.OFF
        if not self.same_name:
            return State.RENAMED
        return State.OK if self.same_words else State.REWORDED


def weights_of(state: State) -> list[int]:
    """Every weight of facts that mean this state: what a query filters by."""
    return [weight for weight in range(32) if Facts.from_weight(weight).state is state]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the inspector. `since` is when the state began, as far as the rows tell; None where it is well."""

    custom_id: str
    state: State
    wanted: BlueprintField | None
    here: DataField | None
    filled_by: Rule | None
    since: datetime | None
    shadows: str = ""

    @property
    def name(self) -> str:
        """What it is called: by the blueprint, else in the account."""
        return self.wanted.name if self.wanted else self.here.name if self.here else self.custom_id

    @property
    def differences(self) -> list[tuple[str, str, str]]:
        """What is not as the blueprint has it: attribute, wanted, here."""
        if not self.wanted or not self.here:
            return []
        pairs = [
            (attribute, getattr(self.wanted, attribute).strip(), getattr(self.here, attribute).strip())
            for attribute in ("name", "description", "placeholder")
        ]
        return [(attribute, wanted, here) for attribute, wanted, here in pairs if wanted != here]

    @property
    def searched(self) -> str:
        """The words by which a search finds it, without regard to case."""
        words = [self.custom_id, self.name, self.here.name if self.here else ""]
        return " ".join([*words, *([self.filled_by.path, self.filled_by.label] if self.filled_by else [])]).casefold()


@dataclass(frozen=True, slots=True)
class Table:
    """A template type of ours with all of its fields; `here` is the account's template type that plays its role."""

    wanted: BlueprintTemplateType
    here: TemplateType | None
    part: Part | None
    rows: tuple[Row, ...]

    @property
    def read_at(self) -> datetime | None:
        """When its fields were last read in full."""
        return self.part.read_at if self.part else None

    def count(self, state: State) -> int:
        return sum(row.state is state for row in self.rows)

    @property
    def differing(self) -> int:
        return sum(row.state.differs for row in self.rows)

    @property
    def ours(self) -> int:
        """How many fields the blueprint gives it."""
        return sum(row.wanted is not None for row in self.rows)


def folded(name: str) -> str:
    """A name without regard to case and spaces: two that are alike to a reader are alike here."""
    return "".join(name.casefold().split())


def tables_of(installation: Installation, parts: Mapping[str, Part], rules: Rules) -> list[Table]:
    """The inspector of one installation from its rows, in three statements; none while its version is unknown."""
    if installation.blueprint is None:
        return []
    return tables(
        content_of(installation.blueprint),
        list(TemplateType.objects.filter(installation=installation)),
        DataField.objects.filter(installation=installation),
        parts,
        rules,
    )


def tables(
    wanted: Sequence[TypeContent],
    present: Sequence[TemplateType],
    fields: Iterable[DataField],
    parts: Mapping[str, Part],
    rules: Rules,
) -> list[Table]:
    """The inspector of one installation: a table for each template type of its blueprint version, in that order.

    Rows of the blueprint first, in its order, then what stands only here.
    """
    roles = types_of_ours([each.template_type for each in wanted], present)
    by_type: dict[int, list[DataField]] = defaultdict(list)
    for field in fields:
        by_type[field.template_type_oneflow_id].append(field)
    return [_table(each, roles[each.template_type.extension_type], by_type, parts, rules) for each in wanted]


def _table(
    content: TypeContent,
    here: TemplateType | None,
    by_type: Mapping[int, list[DataField]],
    parts: Mapping[str, Part],
    rules: Rules,
) -> Table:
    wanted = content.template_type
    part = parts.get(f"fields/{here.oneflow_id}" if here else "template_types")
    known = by_type.get(here.oneflow_id, []) if here else []
    present = [field for field in known if field.missing_since is None]
    gone = {field.custom_id: field for field in known if field.missing_since is not None}
    candidates: dict[str, list[DataField]] = defaultdict(list)
    for field in present:
        candidates[field.custom_id].append(field)
    read = bool(part and part.read_at)
    rows: list[Row] = []
    for field in content.fields:
        facts, found = _best(field, candidates.get(field.custom_id, []), read=read)
        rows.append(
            Row(
                custom_id=field.custom_id,
                state=facts.state,
                wanted=field,
                here=found,
                filled_by=rules.get((wanted.extension_type, field.custom_id)),
                since=_since(facts.state, found, gone.get(field.custom_id)),
            )
        )
    rows.extend(_only_here(content.fields, present))
    return Table(wanted=wanted, here=here, part=part, rows=tuple(rows))


def _best(wanted: BlueprintField, found: list[DataField], *, read: bool) -> tuple[Facts, DataField | None]:
    judged = [(facts_of(wanted, field, read=read), field) for field in found]
    if not judged:
        return facts_of(wanted, None, read=read), None
    return max(judged, key=lambda pair: (pair[0].weight, pair[1].oneflow_id))


def facts_of(wanted: BlueprintField, found: DataField | None, *, read: bool) -> Facts:
    """What decides the state of `wanted`, where the account has `found` for it."""
    if found is None:
        return Facts(read=read, here=False, same_words=False, same_name=False, active=False)
    return Facts(
        read=read,
        here=True,
        same_words=_same(found, wanted, "description") and _same(found, wanted, "placeholder"),
        same_name=_same(found, wanted, "name"),
        active=found.active,
    )


def _same(found: DataField, wanted: BlueprintField, attribute: str) -> bool:
    """Whether it reads alike; spaces around do not count."""
    return bool(getattr(found, attribute).strip() == getattr(wanted, attribute).strip())


def _since(state: State, found: DataField | None, gone: DataField | None) -> datetime | None:
    """When the state began as far as the rows tell: a row is written anew when Oneflow shows it changed."""
    if state is State.MISSING:
        return gone.missing_since if gone else None
    return found.seen_at if found and state.differs else None


def _only_here(wanted: Sequence[BlueprintField], present: Sequence[DataField]) -> Iterator[Row]:
    """Fields that stand only in the account: those that shadow one of ours first."""
    known = {field.custom_id for field in wanted}
    # By the name that ours bears here, and before that by the blueprint's.
    names = {folded(field.name): field.custom_id for field in present if field.custom_id in known}
    names |= {folded(field.name): field.custom_id for field in wanted}
    rest = [field for field in present if field.custom_id not in known]
    order = (State.SHADOWS, State.EXTRA, State.OWN)
    judged = [(_foreign_state(field, names), field) for field in rest]
    for state, field in sorted(judged, key=lambda pair: order.index(pair[0])):
        since = field.seen_at if state.differs else None
        shadows = names[folded(field.name)] if state is State.SHADOWS else ""
        yield Row(field.custom_id, state, wanted=None, here=field, filled_by=None, since=since, shadows=shadows)


def _foreign_state(field: DataField, names: Mapping[str, str]) -> State:
    """What a field is that the blueprint does not have. One that is switched off leads nobody astray."""
    if field.source != "user":
        return State.EXTRA
    return State.SHADOWS if field.active and folded(field.name) in names else State.OWN
