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
        names, kinds = list(TABLES), [_kind(model, to_judge=to_judge) for model in TABLES.values()]
        for table, values in together.rows(tuple(kind.asked for kind in kinds), {together.OWNER: keys}) if keys else ():
            found[values[kinds[table].owner]][names[table]].append(kinds[table].make(values))
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
    """What is asked of a table, where the installation's key stands among it, and what a row is made into."""

    asked: together.Asked
    owner: int
    make: Callable[[list[Any]], Any]


@cache
def _kind(model: type[models.Model], *, to_judge: bool) -> _Kind:
    names = tuple(column.attname for column in model._meta.concrete_fields)
    if to_judge:
        names = tuple(name for name in names if name not in NEVER_JUDGED)
    asked = together.Asked(model, names, only_present=to_judge and model is DataField)
    make = namedtuple(model.__name__, names)._make if to_judge else partial(model.from_db, connection.alias, names)  # type: ignore[misc]
    return _Kind(asked, names.index(together.OWNER), make)


def rows_of(model: type[Row], keys: Sequence[int]) -> dict[int, list[Row]]:
    """All rows of that kind by installation, in the order in which they first appeared; one statement."""
    kind, found = _kind(model, to_judge=False), dict[int, list[Row]]()
    for _, values in together.rows((kind.asked,), {together.OWNER: keys}) if keys else ():
        found.setdefault(values[kind.owner], []).append(kind.make(values))
    return found
