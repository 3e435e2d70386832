"""The field inspector turned round: one field, or all, over every installation, gathered by the database.

One statement brings the `Facts` of `extensions.mappings.inspecting` as a number for each installation and field; what
the number means is decided there, so that both ways round always agree. See `extensions.mappings.gathering`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from extensions.blueprints.models import BlueprintField, Extension
from extensions.mappings.gathering import Scope
from extensions.mappings.inspecting import Facts, State, weights_of


@dataclass(frozen=True, slots=True)
class Counts:
    """How many installations have a field in each state."""

    states: Counter[State] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.states.total()

    @property
    def differing(self) -> int:
        return sum(count for state, count in self.states.items() if state.differs)

    def of(self, state: State) -> int:
        return self.states[state]

    def add(self, weight: int, number: int) -> None:
        """So many more installations with facts of this weight."""
        if number:
            self.states[Facts.from_weight(weight).state] += number


@dataclass(frozen=True, slots=True)
class Place:
    """One field in one installation: the installation's key, Oneflow's id of the template type there, the state."""

    installation_id: int
    type_id: int | None
    state: State


def counts(extension: Extension, fields: Iterable[BlueprintField]) -> dict[tuple[str, str], Counts]:
    """By (extension type, custom_id), how many installations have the field in each state: one statement.

    `fields` are those of all versions that count, with their template types. The database counts the fields that are
    there; who has none is the rest of those that should.
    """
    rows = Scope(extension).select(
        """SELECT 1, field_id, weight, COUNT(*) FROM present GROUP BY field_id, weight
        UNION ALL SELECT 0, wanted_type_id, was_read, COUNT(*) FROM ours GROUP BY wanted_type_id, was_read""",
        whole=True,
    )
    should: dict[int, Counter[int]] = defaultdict(Counter)
    present: dict[int, Counter[int]] = defaultdict(Counter)
    for is_field, key, weight, number in rows:
        (present if is_field else should)[key][weight] += number
    found: dict[tuple[str, str], Counts] = {}
    for each in (one for one in fields if one.template_type_id in should):
        these = found.setdefault((each.template_type.extension_type, each.custom_id), Counts())
        absent = should[each.template_type_id].copy()
        for weight, number in present[each.pk].items():
            these.add(weight, number)
            absent[int(Facts.from_weight(weight).read)] -= number
        for weight, number in absent.items():
            these.add(weight, number)
    return found


def counts_of(extension: Extension, extension_type: str, custom_id: str) -> Counts:
    """The installations in each state of one field: one statement."""
    found = Counts()
    scope = Scope(extension, extension_type=extension_type, custom_id=custom_id)
    for weight, number in scope.select("SELECT weight, COUNT(*) FROM facts GROUP BY weight", whole=True):
        found.add(weight, number)
    return found


def page(
    extension: Extension,
    extension_type: str,
    custom_id: str,
    *,
    states: Sequence[State],
    offset: int,
    limit: int,
) -> list[Place]:
    """A page of installations with the field's state, by account name; only those in `states`."""
    weights = sorted(weight for state in states for weight in weights_of(state))
    if not weights:
        return []
    rows = Scope(extension, extension_type=extension_type, custom_id=custom_id).select(
        f"""SELECT facts.installation_id, facts.type_id, facts.weight FROM facts
        JOIN {{Installation}} i ON i.id = facts.installation_id
        JOIN {{Account}} a ON a.id = i.account_id
        WHERE facts.weight IN ({", ".join(["%s"] * len(weights))})
        ORDER BY a.name, facts.installation_id LIMIT %s OFFSET %s""",  # noqa: S608 (our own table names)
        [*weights, limit, offset],
        whole=True,
    )
    return [Place(key, type_id, Facts.from_weight(weight).state) for key, type_id, weight in rows]
