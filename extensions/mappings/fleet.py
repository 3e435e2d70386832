"""The field inspector turned round: one field, or all, over every installation, gathered by the database.

One statement brings the `Facts` of `extensions.mappings.inspecting` as a number for each installation and field; what
the number means is decided there, so that both ways round always agree. It follows
`extensions.installations.matching` in which template type plays a role. Disconnected installations are left out.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from accounts.models import Account
from extensions.blueprints.models import BlueprintField, BlueprintTemplateType, Extension
from extensions.installations.models import DataField, Installation, Part, TemplateType
from extensions.mappings.inspecting import Facts, State, weights_of

TABLES = {
    model.__name__: connection.ops.quote_name(model._meta.db_table)
    for model in (Account, BlueprintField, BlueprintTemplateType, DataField, Installation, Part, TemplateType)
}

# Which template type plays which role where, as `matching.types_of_ours` has it: confirmed, then by extension
# type, then by name; of several an active one, then the newest.
OURS = """
    ours AS (
        SELECT installation_id, role, wanted_type_id, type_id FROM (
            SELECT i.id AS installation_id, w.extension_type AS role, w.id AS wanted_type_id, t.oneflow_id AS type_id,
                ROW_NUMBER() OVER (
                    PARTITION BY i.id, w.id
                    ORDER BY
                        CASE WHEN t.confirmed_role = w.extension_type THEN 0
                             WHEN t.extension_type = w.extension_type THEN 1 ELSE 2 END,
                        CASE WHEN t.active THEN 0 ELSE 1 END,
                        t.oneflow_id DESC
                ) AS place
            FROM {Installation} i
            JOIN {BlueprintTemplateType} w ON w.blueprint_id = i.blueprint_id
            LEFT JOIN {TemplateType} t ON t.installation_id = i.id AND t.missing_since IS NULL AND (
                t.confirmed_role = w.extension_type
                OR t.extension_type = w.extension_type
                OR (t.extension_type = '' AND TRIM(t.name) = TRIM(w.name))
            )
            WHERE i.extension_id = %s AND i.state <> 'disconnected'
        ) ranked WHERE place = 1
    )
"""

# One row for each installation and blueprint field, with the weight of its facts; see `Facts.weight`.
FACTS = """
    facts AS (
        SELECT o.installation_id, o.role, o.type_id, b.custom_id, MAX(
            CASE WHEN o.type_id IS NULL THEN CASE WHEN types.read_at IS NULL THEN 0 ELSE 1 END
                 ELSE CASE WHEN part.read_at IS NULL THEN 0 ELSE 1 END END
            + CASE WHEN f.id IS NULL THEN 0 ELSE 16
                + CASE WHEN f.active THEN 8 ELSE 0 END
                + CASE WHEN TRIM(f.name) = TRIM(b.name) THEN 4 ELSE 0 END
                + CASE WHEN TRIM(f.description) = TRIM(b.description)
                    AND TRIM(f.placeholder) = TRIM(b.placeholder) THEN 2 ELSE 0 END
              END
        ) AS weight
        FROM ours o
        JOIN {BlueprintField} b ON b.template_type_id = o.wanted_type_id
        LEFT JOIN {Part} types ON types.installation_id = o.installation_id AND types.name = 'template_types'
        LEFT JOIN {Part} part ON part.installation_id = o.installation_id
            AND part.name = 'fields/' || CAST(o.type_id AS VARCHAR(20))
        LEFT JOIN {DataField} f ON f.installation_id = o.installation_id
            AND f.template_type_oneflow_id = o.type_id AND f.custom_id = b.custom_id AND f.missing_since IS NULL
        WHERE 1 = 1 {narrowed}
        GROUP BY o.installation_id, o.role, o.type_id, b.custom_id
    )
"""


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


@dataclass(frozen=True, slots=True)
class Place:
    """One field in one installation: the installation's key, Oneflow's id of the template type there, the state."""

    installation_id: int
    type_id: int | None
    state: State


def counts(extension: Extension) -> dict[tuple[str, str], Counts]:
    """By (extension type, custom_id), how many installations have the field in each state: one statement."""
    rows = _select(
        "SELECT role, custom_id, weight, COUNT(*) FROM facts GROUP BY role, custom_id, weight", [extension.pk]
    )
    found: dict[tuple[str, str], Counts] = {}
    for role, custom_id, weight, number in rows:
        _count(found.setdefault((role, custom_id), Counts()), weight, number)
    return found


def counts_of(extension: Extension, extension_type: str, custom_id: str) -> Counts:
    """The installations in each state of one field: one statement."""
    found = Counts()
    for weight, number in _one_field(
        "SELECT weight, COUNT(*) FROM facts GROUP BY weight", extension, extension_type, custom_id
    ):
        _count(found, weight, number)
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
    rows = _one_field(
        f"""SELECT facts.installation_id, facts.type_id, facts.weight FROM facts
        JOIN {TABLES["Installation"]} i ON i.id = facts.installation_id
        JOIN {TABLES["Account"]} a ON a.id = i.account_id
        WHERE facts.weight IN ({", ".join(["%s"] * len(weights))})
        ORDER BY a.name, facts.installation_id LIMIT %s OFFSET %s""",  # noqa: S608 (our own table names)
        extension,
        extension_type,
        custom_id,
        [*weights, limit, offset],
    )
    return [Place(key, type_id, Facts.from_weight(weight).state) for key, type_id, weight in rows]


def _count(counts: Counts, weight: int, number: int) -> None:
    counts.states[Facts.from_weight(weight).state] += number


def _one_field(
    statement: str, extension: Extension, extension_type: str, custom_id: str, more: Sequence[Any] = ()
) -> list[tuple[Any, ...]]:
    narrowed = "AND o.role = %s AND b.custom_id = %s"
    return _select(statement, [extension.pk, extension_type, custom_id, *more], narrowed=narrowed)


def _select(statement: str, values: Sequence[Any], *, narrowed: str = "") -> list[tuple[Any, ...]]:
    with_facts = f"WITH {OURS}, {FACTS}".format(**TABLES, narrowed=narrowed)
    with connection.cursor() as cursor:
        cursor.execute(f"{with_facts} {statement}", values)
        return cursor.fetchall()
