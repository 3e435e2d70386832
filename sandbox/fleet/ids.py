"""Where the ids of each kind begin, so that no id of one kind or account is mistaken for another's.

The ranges are wide apart, as in the reference's examples; SQLite's own sequences carry on from there and give no
id twice, so that whatever is made later (a webhook, a field) gets a new one.
"""

from typing import TypeVar

from django.db import connection, models

from sandbox.models import (
    Account,
    Attempt,
    BlueprintVersion,
    Callback,
    Comment,
    Contact,
    Contract,
    ContractField,
    ContractFile,
    DataField,
    Event,
    Extension,
    Folder,
    Membership,
    Participant,
    Party,
    Pause,
    Product,
    ProductGroup,
    Tag,
    Template,
    TemplateType,
    Token,
    User,
    Webhook,
    Workspace,
)

Row = TypeVar("Row", bound=models.Model)

# 10,000 accounts fit below the next range everywhere.
FIRST: dict[type[models.Model], int] = {
    Account: 410_001,
    User: 5_000_001,
    Workspace: 13_000_001,
    Template: 17_000_001,
    TemplateType: 20_000_001,
    Webhook: 25_000_001,
    Extension: 77_000_001,
    DataField: 90_000_001,
    Token: 1,
    Membership: 1,
    Template.workspaces.through: 1,
    Folder: 30_000_001,
    Tag: 33_000_001,
    Tag.shared_workspaces.through: 1,
    Template.tags.through: 1,
    Contact: 36_000_001,
    Contract: 610_000_001,
    Contract.tags.through: 1,
    Party: 660_000_001,
    ProductGroup: 700_000_001,
    Product: 720_000_001,
    ContractFile: 740_000_001,
    Participant: 770_000_001,
    Event: 880_000_001,
    Comment: 930_000_001,
    ContractField: 990_000_001,
    BlueprintVersion: 1,
    Callback: 1,
    Attempt: 1,
    Pause: 1,
}


def reset_sequences() -> None:
    """Begin every kind at its first id. Only for an empty database."""
    with connection.cursor() as cursor:
        for model in FIRST:
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
    begin_sequences()


def begin_sequences() -> None:
    """Begin each kind that has none yet, as one that a newer version brings to a kept fleet, at its first id."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_sequence")
        begun = {name for (name,) in cursor.fetchall()}
        for model, first in FIRST.items():
            table = model._meta.db_table
            if table not in begun:
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, first - 1])


class Ids:
    """Hands out the next ids of each kind, for rows that refer to each other before they are saved."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, seq FROM sqlite_sequence")
            self._last: dict[str, int] = dict(cursor.fetchall())

    def number(self, rows: list[Row]) -> list[Row]:
        """The same rows, each with the next id of its kind."""
        for row in rows:
            table = row._meta.db_table
            self._last[table] = row.pk = self._last.get(table, 0) + 1
        return rows
