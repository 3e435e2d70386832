"""Everything that is mirrored of one installation, in memory: loaded once, changed by a refresh, judged by health."""

from collections import namedtuple
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Self, TypeVar

from django.db import connection, models

from extensions.installations.models import (
    AccountExtension,
    AccountUser,
    DataField,
    Installation,
    Part,
    Template,
    TemplateType,
    UsableTemplate,
    Webhook,
    Workspace,
)
from extensions.installations.models.mirrored import Mirrored

Row = TypeVar("Row", bound=models.Model)
# Of the many rows that are judged these columns cost as much as the others, and no check looks at them.
NEVER_JUDGED = {"id", "seen_at"}


@dataclass(slots=True)
class Mirror:
    """The rows of an installation by kind, missing ones included, and its parts by name."""

    template_types: list[TemplateType]
    fields: list[DataField]
    templates: list[Template]
    webhooks: list[Webhook]
    workspaces: list[Workspace]
    users: list[AccountUser]
    extensions: list[AccountExtension]
    usable: list[UsableTemplate]
    parts: dict[str, Part]

    @classmethod
    def load(cls, installation: Installation) -> Self:
        """Read it all, in nine statements whatever the number of rows."""
        return cls.load_all([installation])[installation.pk]

    @classmethod
    def load_all(cls, installations: Sequence[Installation], *, to_judge: bool = False) -> dict[int, Self]:
        """The mirrors of many installations by their id, in nine statements in all.

        Those only `to_judge` hold plain tuples, at a fifth of the price, and only the fields that are there.
        """
        keys = [each.pk for each in installations]
        rows = {name: (_tuples_of if to_judge else rows_of)(model, keys) for name, model in MIRRORED.items()}
        parts = (_tuples_of if to_judge else rows_of)(Part, keys)
        return {
            key: cls(
                **{name: found.get(key, []) for name, found in rows.items()},
                parts={part.name: part for part in parts.get(key, [])},
            )
            for key in keys
        }


MIRRORED: dict[str, type[Mirrored]] = {
    "template_types": TemplateType,
    "fields": DataField,
    "templates": Template,
    "webhooks": Webhook,
    "workspaces": Workspace,
    "users": AccountUser,
    "extensions": AccountExtension,
    "usable": UsableTemplate,
}


def _tuples_of(model: type[Row], keys: Sequence[int]) -> dict[int, list[Row]]:
    """As `rows_of`, each row a named tuple of what may be judged."""
    names = [column.attname for column in model._meta.concrete_fields if column.attname not in NEVER_JUDGED]
    shape = namedtuple(model.__name__, names)  # type: ignore[misc]
    rows = model._default_manager.filter(installation__in=keys).order_by("pk")
    if model is DataField:
        rows = rows.filter(missing_since=None)
    place = names.index("installation_id")
    found: dict[int, list[Any]] = {}
    for row in rows.values_list(*names):
        found.setdefault(row[place], []).append(shape._make(row))
    return found


def rows_of(model: type[Row], keys: Sequence[int]) -> dict[int, list[Row]]:
    """All rows of that kind by installation, in the order in which they first appeared."""
    found: dict[int, list[Row]] = {}
    for row in model._default_manager.raw(_statement(model, len(keys)), keys):
        found.setdefault(row.installation_id, []).append(row)  # type: ignore[attr-defined]
    return found


@cache
def _statement(model: type[models.Model], number: int) -> str:
    # Composing these nine anew for each refresh costs more than running them.
    quote = connection.ops.quote_name
    columns = ", ".join(quote(column.column) for column in model._meta.concrete_fields)
    table, places = quote(model._meta.db_table), ", ".join(["%s"] * number)
    return f"SELECT {columns} FROM {table} WHERE installation_id IN ({places}) ORDER BY id"  # noqa: S608 - our own names
