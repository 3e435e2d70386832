"""Everything that is mirrored of one installation, in memory: loaded once, changed by a refresh, judged by health."""

from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Self, TypeVar

from django.db import connection, models

from extensions.installations import together
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
        """Read it all, in one statement whatever the number of rows."""
        return cls.load_all([installation])[installation.pk]

    @classmethod
    def load_all(cls, installations: Sequence[Installation], *, to_judge: bool = False) -> dict[int, Self]:
        """The mirrors of many installations by their id, in one statement.

        Those only `to_judge` hold plain tuples, at a fifth of the price, and only the fields that are there.
        """
        keys = [each.pk for each in installations]
        found: dict[int, dict[str, list[Any]]] = {key: {name: [] for name in TABLES} for key in keys}
        kinds = [_kind(model, to_judge=to_judge) for model in TABLES.values()]
        names, owners = list(TABLES), [kind.asked.names.index("installation_id") for kind in kinds]
        for table, values in together.rows(tuple(kind.asked for kind in kinds), keys) if keys else ():
            found[values[owners[table]]][names[table]].append(kinds[table].make(values))
        return {
            key: cls(**rows | {"parts": {part.name: part for part in rows["parts"]}}) for key, rows in found.items()
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


TABLES: dict[str, type[models.Model]] = {**MIRRORED, "parts": Part}


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is asked of a table, and what a row of it is made into."""

    asked: together.Asked
    make: Callable[[list[Any]], Any]


@cache
def _kind(model: type[models.Model], *, to_judge: bool) -> _Kind:
    names = tuple(column.attname for column in model._meta.concrete_fields)
    if not to_judge:
        return _Kind(together.Asked(model, names), partial(model.from_db, connection.alias, names))
    names = tuple(name for name in names if name not in NEVER_JUDGED)
    shape = namedtuple(model.__name__, names)  # type: ignore[misc]
    return _Kind(together.Asked(model, names, only_present=model is DataField), shape._make)


def rows_of(model: type[Row], keys: Sequence[int]) -> dict[int, list[Row]]:
    """All rows of that kind by installation, in the order in which they first appeared."""
    found: dict[int, list[Row]] = {}
    for row in model._default_manager.raw(_statement(model, len(keys)), keys):
        found.setdefault(row.installation_id, []).append(row)  # type: ignore[attr-defined]
    return found


@cache
def _statement(model: type[models.Model], number: int) -> str:
    # Composing it anew for each refresh costs more than running it.
    quote = connection.ops.quote_name
    columns = ", ".join(quote(column.column) for column in model._meta.concrete_fields)
    table, places = quote(model._meta.db_table), ", ".join(["%s"] * number)
    return f"SELECT {columns} FROM {table} WHERE installation_id IN ({places}) ORDER BY id"  # noqa: S608 - our own names
