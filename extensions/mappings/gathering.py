"""What the database gathers about fields of many installations at once; the state that follows is decided elsewhere.

One row for each installation and blueprint field, with the `Facts` of `extensions.mappings.inspecting` as a number.
It follows `extensions.installations.matching` in which template type plays a role. Disconnected installations are
left out, and while nothing else is compared with, those whose own version is not known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from accounts.models import Account
from extensions.blueprints.models import Blueprint, BlueprintField, BlueprintTemplateType, Extension
from extensions.installations.models import DataField, Installation, Part, TemplateType
from extensions.mappings.models import Summary

MODELS = (
    *(Account, Blueprint, BlueprintField, BlueprintTemplateType),
    *(DataField, Installation, Part, Summary, TemplateType),
)
TABLES = {model.__name__: connection.ops.quote_name(model._meta.db_table) for model in MODELS}
# Spaces around do not count, and Python knows of more than one kind of space.
SPACES = "'" + "".join(chr(number) for number in range(0x3001) if chr(number).isspace()) + "'"


def _same(one: str, other: str) -> str:
    """SQL that says whether two texts read alike; most are equal as they stand, which is cheaper to see."""
    return f"({one} = {other} OR TRIM({one}, {SPACES}) = TRIM({other}, {SPACES}))"


def _weight(here: str, wanted: str, words: Sequence[str]) -> str:
    """SQL of `Facts.weight`, but for whether it was read, of a row that is here."""
    same_words = " AND ".join(_same(f"{here}.{word}", f"{wanted}.{word}") for word in words)
    return f"""(16 + CASE WHEN {here}.active THEN 8 ELSE 0 END
        + CASE WHEN {_same(f"{here}.name", f"{wanted}.name")} THEN 4 ELSE 0 END
        + CASE WHEN {same_words} THEN 2 ELSE 0 END)"""


# The weight of a data field `f` for the blueprint's field `b`.
FIELD_WEIGHT = _weight("f", "b", ("description", "placeholder"))

# The installations that are looked at.
CHOSEN = """
    chosen AS (
        SELECT i.id, i.account_id, i.blueprint_id, i.mode, i.revision FROM {Installation} i
        WHERE i.extension_id = %s AND i.state <> 'disconnected' {among}
    )
"""

# Which template type plays which role where, as `matching.types_of_ours` has it: confirmed, then by extension
# type, then by name; of several an active one, then the newest. `was_read` is whether the part that would hold its
# fields was read, `weight` what is known of the template type itself.
OURS = f"""
    placed AS (
        SELECT i.id AS installation_id, w.extension_type AS role, w.id AS wanted_type_id, t.oneflow_id AS type_id,
            CASE WHEN t.id IS NULL THEN 0 ELSE {_weight("t", "w", ("description",))} END AS weight,
            ROW_NUMBER() OVER (
                PARTITION BY i.id, w.id
                ORDER BY
                    CASE WHEN t.confirmed_role = w.extension_type THEN 0
                         WHEN t.extension_type = w.extension_type THEN 1 ELSE 2 END,
                    CASE WHEN t.active THEN 0 ELSE 1 END,
                    t.oneflow_id DESC
            ) AS place
        FROM chosen i
        JOIN {{BlueprintTemplateType}} w ON w.blueprint_id = {{version}} {{typed}}
        LEFT JOIN {{TemplateType}} t ON t.installation_id = i.id AND t.missing_since IS NULL AND (
            t.confirmed_role = w.extension_type
            OR t.extension_type = w.extension_type
            OR (t.extension_type = '' AND {_same("t.name", "w.name")})
        )
    ),
    ours AS (
        SELECT p.installation_id, p.role, p.wanted_type_id, p.type_id,
            CASE WHEN part.read_at IS NULL THEN 0 ELSE 1 END AS was_read,
            p.weight + CASE WHEN part.read_at IS NULL THEN 0 ELSE 1 END AS weight
        FROM placed p
        LEFT JOIN {{Part}} part ON part.installation_id = p.installation_id AND part.name =
            CASE WHEN p.type_id IS NULL THEN 'template_types' ELSE 'fields/' || CAST(p.type_id AS VARCHAR(20)) END
        WHERE p.place = 1
    )
"""  # noqa: S608 (our own names)

# One row for each installation and blueprint field, with the weight of its facts; see `Facts.weight`.
FACTS = f"""
    facts AS (
        SELECT o.installation_id, o.role, o.type_id, b.custom_id,
            MAX(o.was_read + CASE WHEN f.id IS NULL THEN 0 ELSE {FIELD_WEIGHT} END) AS weight
        FROM ours o
        JOIN {{BlueprintField}} b ON b.template_type_id = o.wanted_type_id {{named}}
        LEFT JOIN {{DataField}} f ON f.installation_id = o.installation_id
            AND f.template_type_oneflow_id = o.type_id AND f.custom_id = b.custom_id AND f.missing_since IS NULL
        GROUP BY o.installation_id, o.role, o.type_id, b.custom_id
    )
"""  # noqa: S608 (our own names)

# The same of what is in the accounts only, which a fleet's fields can be read for in one pass. Weighed before they are
# grouped: sorting numbers is cheap, sorting texts is not.
PRESENT = f"""
    weighed AS MATERIALIZED (
        SELECT o.installation_id, b.id AS field_id, o.was_read + {FIELD_WEIGHT} AS weight
        FROM ours o
        JOIN {{DataField}} f ON f.installation_id = o.installation_id
            AND f.template_type_oneflow_id = o.type_id AND f.missing_since IS NULL
        JOIN {{BlueprintField}} b ON b.template_type_id = o.wanted_type_id AND b.custom_id = f.custom_id
    ),
    present AS (
        SELECT installation_id, field_id, MAX(weight) AS weight FROM weighed GROUP BY installation_id, field_id
    )
"""  # noqa: S608 (our own names)

# Said with a statement that concerns the whole fleet, for as long as it runs. PostgreSQL cannot know how
# many template types play a role, takes them for a handful, and would look up each field of the fleet by itself, which
# takes a hundred times as long as reading the table through.
IN_ONE_PASS = {
    "postgresql": "SET LOCAL enable_nestloop = off; SET LOCAL jit = off; SET LOCAL work_mem = '64MB'; ",
    "sqlite": "",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What is gathered: of which installations, against which version, and of which field.

    Without more it is everything: every connected installation of the extension, each against its own version.
    """

    extension: Extension
    against: Blueprint | None = None
    among: QuerySet[Installation] | Sequence[int] | None = None
    extension_type: str = ""
    custom_id: str = ""

    def select(self, statement: str, values: Sequence[Any] = (), *, whole: bool = False) -> list[tuple[Any, ...]]:
        """The rows of a statement over `chosen`, `ours`, `facts` and `present`.

        It may begin with a comma and further tables of its own. `whole` where it concerns the whole fleet.
        """
        try:
            among, ids = self._among()
        except EmptyResultSet:
            return []
        conditions = {
            "version": self.version,
            "typed": "AND w.extension_type = %s" if self.extension_type else "",
            "among": among,
            "named": "AND b.custom_id = %s" if self.custom_id else "",
        }
        bound = [
            self.extension.pk,
            *ids,
            *([self.extension_type] if self.extension_type else []),
            *([self.custom_id] if self.custom_id else []),
        ]
        tables = ", ".join((CHOSEN, OURS, FACTS, PRESENT)).format(**TABLES, **conditions)
        before = IN_ONE_PASS[connection.vendor] if whole else ""
        with connection.cursor() as cursor:
            cursor.execute(f"{before}WITH {tables} {statement.format(**TABLES)}", [*bound, *values])
            while before and cursor.nextset():  # only the last of them has rows
                pass
            return list(cursor.fetchall())

    @property
    def version(self) -> str:
        """SQL of the key of the version that an installation `i` of `chosen` is compared with."""
        return "i.blueprint_id" if self.against is None else str(int(self.against.pk))

    def _among(self) -> tuple[str, list[Any]]:
        if self.among is None:
            return "", []
        if isinstance(self.among, QuerySet):
            chosen, values = self.among.order_by().values("pk").query.sql_with_params()
            return f"AND i.id IN ({chosen})", list(values)
        if not self.among:
            raise EmptyResultSet
        return f"AND i.id IN ({', '.join(['%s'] * len(self.among))})", list(self.among)
