"""Everything that is mirrored of one installation, in memory: loaded once, changed by a refresh, judged by health."""

from dataclasses import dataclass
from functools import cache
from typing import Self, TypeVar

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

Row = TypeVar("Row", bound=models.Model)


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
        return cls(
            template_types=_rows(TemplateType, installation),
            fields=_rows(DataField, installation),
            templates=_rows(Template, installation),
            webhooks=_rows(Webhook, installation),
            workspaces=_rows(Workspace, installation),
            users=_rows(AccountUser, installation),
            extensions=_rows(AccountExtension, installation),
            usable=_rows(UsableTemplate, installation),
            parts={part.name: part for part in _rows(Part, installation)},
        )


def _rows(model: type[Row], installation: Installation) -> list[Row]:
    """All rows of that kind, in the order in which they first appeared."""
    return list(model._default_manager.raw(_statement(model), [installation.pk]))


@cache
def _statement(model: type[models.Model]) -> str:
    # Composing these nine anew for each refresh costs more than running them.
    quote = connection.ops.quote_name
    columns = ", ".join(quote(column.column) for column in model._meta.concrete_fields)
    table = quote(model._meta.db_table)
    return f"SELECT {columns} FROM {table} WHERE installation_id = %s ORDER BY id"  # noqa: S608 - our own names
