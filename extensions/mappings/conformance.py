"""Who has what of a blueprint version: the accounts in the rows, its fields or its template types in the columns.

Against each account's own version, or one chosen version, a draft too. The database finds, counts and pages; the
states of a page's cells are those of `extensions.mappings.inspecting`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from extensions.blueprints.models import Blueprint, BlueprintTemplateType, Extension
from extensions.installations.models import Installation
from extensions.mappings.gathering import Scope
from extensions.mappings.inspecting import Facts, State, weights_of

# Extension type and custom_id; the latter empty for the template type itself.
Key = tuple[str, str]
WELL = weights_of(State.OK)


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a blueprint version, or one of its template types."""

    key: Key
    name: str
    type_name: str
    required: bool = False

    @property
    def subject(self) -> str:
        """As findings and addresses name it: "acme_deal/deal_value", or "acme_deal"."""
        return "/".join(filter(None, self.key))


@dataclass(frozen=True, slots=True)
class Contents:
    """What versions of the blueprint hold: their columns, the newest version's order first, and the keys of each."""

    columns: tuple[Column, ...] = ()
    keys: dict[int, frozenset[Key]] = field(default_factory=dict)

    @classmethod
    def of(cls, versions: Iterable[Blueprint], *, types: bool = False) -> Self:
        """The fields of these versions, or their template types: one statement."""
        columns: dict[Key, Column] = {}
        keys: dict[int, set[Key]] = {version.pk: set() for version in versions}
        rows = BlueprintTemplateType.objects.filter(blueprint__in=keys)
        names, order = ["blueprint", "extension_type", "name"], ["-blueprint__version", "position", "pk"]
        if not types:
            rows = rows.exclude(fields=None)
            names += ["fields__custom_id", "fields__name", "fields__required"]
            order += ["fields__position", "fields__pk"]
        for version, role, type_name, *of_field in rows.order_by(*order).values_list(*names):
            custom_id, name, required = of_field or ("", type_name, True)
            keys[version].add((role, custom_id))
            columns.setdefault((role, custom_id), Column((role, custom_id), name, type_name, required))
        # A field that only an older version has stands beside those of its template type.
        roles = list(dict.fromkeys(role for role, _ in columns))
        ordered = sorted(columns.values(), key=lambda each: roles.index(each.key[0]))
        return cls(tuple(ordered), {version: frozenset(each) for version, each in keys.items()})


@dataclass(frozen=True, slots=True)
class Standing:
    """How one account stands: all that it should have, and the state of what is not as it should be."""

    wanted: frozenset[Key]
    amiss: dict[Key, State]

    def state(self, key: Key) -> State | None:
        """None for what its version does not have."""
        return self.amiss.get(key, State.OK) if key in self.wanted else None


def standings(
    extension: Extension,
    against: Blueprint | None,
    installations: Sequence[Installation],
    contents: Contents,
    *,
    types: bool = False,
) -> dict[int, Standing]:
    """By their keys, how these installations stand against that version, or each against its own: one statement."""
    source = "SELECT installation_id, role, '' AS custom_id, weight FROM ours" if types else "SELECT * FROM facts"
    rows = Scope(extension, against, [each.pk for each in installations]).select(
        f"""SELECT installation_id, role, custom_id, weight FROM ({source}) judged
        WHERE weight NOT IN ({", ".join(map(str, WELL))})"""  # noqa: S608 (our own words)
    )
    found = {
        each.pk: Standing(contents.keys.get((against.pk if against else each.blueprint_id) or 0, frozenset()), {})
        for each in installations
    }
    for key, role, custom_id, weight in rows:
        found[key].amiss[role, custom_id] = Facts.from_weight(weight).state
    return found


@dataclass(frozen=True, slots=True)
class Condition:
    """What is asked of the accounts: the state of one column, or whether anything is amiss; by default nothing."""

    key: Key | None = None
    states: frozenset[State] = frozenset()
    differs: bool = False

    def holds(self, standing: Standing) -> bool:
        if self.differs and not standing.amiss:
            return False
        return self.key is None or standing.state(self.key) in self.states


Group = tuple[int | None, str, State | None]  # own version, mode, state of what the condition asks about
Counted = Counter[Group]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What to show of the accounts that were counted: those of one own version, one mode, and these states.

    What is left empty chooses nothing.
    """

    states: frozenset[State] = frozenset()
    version: int | None = None
    without_version: bool = False
    mode: str = ""

    def has(self, group: Group) -> bool:
        version, mode, state = group
        if (self.version is not None or self.without_version) and version != self.version:
            return False
        return mode == (self.mode or mode) and (not self.states or state in self.states)


@dataclass(frozen=True, slots=True)
class Found:
    """How many accounts there are in each group, and the keys of one page of those that were chosen.

    The state is that of the column which the condition asks about. Where it asks about none, it is whether anything is
    amiss, and none where that was not summed up.
    """

    counted: Counted
    installations: list[int]

    @property
    def is_known(self) -> bool:
        """Whether every account has a state."""
        return all(state is not None for _, _, state in self.counted)


def look(scope: Scope, condition: Condition, chosen: Chosen, *, types: bool, offset: int, limit: int) -> Found:
    """The accounts of the scope counted by what the condition asks about, and a page of the chosen ones by name.

    One statement, however many accounts there are. Where the condition is that anything differs, a second one reads the
    fields of all of them if that was not summed up for each.
    """
    if condition.key is not None:
        role, custom_id = condition.key
        scope = replace(scope, extension_type=role, custom_id=custom_id)
        marks = "SELECT installation_id, weight FROM facts" if custom_id else "SELECT installation_id, weight FROM ours"
        return _look(scope, marks, chosen, offset, limit)
    found = _look(scope, _summed_up(scope, types=types), chosen, offset, limit)
    if condition.differs and not found.is_known:
        return _look(scope, differing(scope, types=types), chosen, offset, limit)
    return found


def _summed_up(scope: Scope, *, types: bool) -> str:
    """Each account with the weight of what is well, or of what is not, by its summary; null where none counts.

    Where it is not known what an account should have, nothing is amiss.
    """
    differ = "types_differ" if types else "fields_differ"
    return f"""SELECT i.id AS installation_id,
            CASE WHEN s.{differ} THEN 0 WHEN NOT s.{differ} OR v.id IS NULL THEN {WELL[0]} END AS weight
        FROM chosen i
        LEFT JOIN {{Blueprint}} v ON v.id = {scope.version}
        LEFT JOIN {{Summary}} s ON s.installation_id = i.id AND s.blueprint_id = v.id
            AND s.installation_revision = i.revision AND s.blueprint_revision = v.revision"""  # noqa: S608 (our own words)


def differing(scope: Scope, *, types: bool) -> str:
    """The same from what each account has: by how many of its columns are well."""
    source, should = (
        "present",
        """SELECT w.blueprint_id, COUNT(*) AS number FROM {BlueprintTemplateType} w
        JOIN {BlueprintField} b ON b.template_type_id = w.id GROUP BY w.blueprint_id""",
    )
    if types:
        source = "ours"
        should = "SELECT blueprint_id, COUNT(*) AS number FROM {BlueprintTemplateType} GROUP BY blueprint_id"
    good = f"""SELECT installation_id, COUNT(*) AS number FROM {source}
        WHERE weight IN ({", ".join(map(str, WELL))}) GROUP BY installation_id"""  # noqa: S608 (our own words)
    return f"""SELECT i.id AS installation_id,
            CASE WHEN COALESCE(good.number, 0) < should.number THEN 0 ELSE {WELL[0]} END AS weight
        FROM chosen i
        JOIN ({should}) should ON should.blueprint_id = {scope.version}
        LEFT JOIN ({good}) good ON good.installation_id = i.id"""  # noqa: S608 (our own words)


def _look(scope: Scope, marks: str, chosen: Chosen, offset: int, limit: int) -> Found:
    conditions, values = ["1 = 1"], list[Any]()
    if chosen.states:
        weights = sorted(weight for state in chosen.states for weight in weights_of(state))
        conditions.append(f"m.weight IN ({', '.join(['%s'] * len(weights))})")
        values += weights
    if chosen.without_version:
        conditions.append("i.blueprint_id IS NULL")
    elif chosen.version is not None:
        conditions.append("i.blueprint_id = %s")
        values.append(chosen.version)
    if chosen.mode:
        conditions.append("i.mode = %s")
        values.append(chosen.mode)
    rows = scope.select(
        f""", marks AS ({marks})
        SELECT NULL AS place, i.blueprint_id, i.mode, m.weight, COUNT(*)
        FROM marks m JOIN chosen i ON i.id = m.installation_id
        GROUP BY i.blueprint_id, i.mode, m.weight
        UNION ALL
        SELECT ROW_NUMBER() OVER (ORDER BY page.name, page.id), page.id, '', 0, 0 FROM (
            SELECT a.name, i.id FROM marks m
            JOIN chosen i ON i.id = m.installation_id
            JOIN {{Account}} a ON a.id = i.account_id
            WHERE {" AND ".join(conditions)}
            ORDER BY a.name, i.id LIMIT %s OFFSET %s
        ) page""",  # noqa: S608 (our own words)
        [*values, limit, offset],
        whole=True,
    )
    counted: Counted = Counter()
    page: list[tuple[int, int]] = []
    for place, key, mode, weight, number in rows:
        if place is not None:
            page.append((place, key))
        else:
            counted[key, mode, None if weight is None else Facts.from_weight(weight).state] += number
    return Found(counted, [key for _, key in sorted(page)])
