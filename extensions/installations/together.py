"""Rows of several tables in one statement: each column in a slot of its type, so that a UNION can join the tables.

An account is mirrored in nine small tables, and what fills its fields stands in two. Asking for them one by one costs
more than what they hold.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection, models
from django.db.models.expressions import Col

NUMBER = "bigint"
OWNER = "installation_id"
# The slot that a column goes into, and what an empty slot is cast to. A kind that is not here is no surprise in one
# database alone: it is refused in all.
TYPES = {
    **dict.fromkeys(("BigAutoField", "BigIntegerField", "ForeignKey", "PositiveSmallIntegerField"), NUMBER),
    "CharField": "text",
    "SlugField": "text",
    "TextField": "text",
    "BooleanField": "boolean",
    "DateTimeField": "timestamp with time zone",
    "JSONField": "jsonb",
}
Convert = Callable[[Any], Any]
Slot = tuple[str, int]  # a type and a number


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of one table: these columns of the rows of some owners, or only of those that are there."""

    model: type[models.Model]
    names: tuple[str, ...]
    only_present: bool = False
    owner: str = OWNER


@dataclass(frozen=True, slots=True)
class Plan:
    """The statement for a number of owners, and for each table where its values stand and how they are read."""

    statement: str
    places: tuple[tuple[int, ...], ...]
    converters: tuple[tuple[tuple[int, Convert], ...], ...]


def rows(asked: tuple[Asked, ...], keys: Mapping[str, Sequence[int]]) -> Iterator[tuple[int, list[Any]]]:
    """The number of the table and the values of the columns asked of it, for each row; each table's in its order.

    `keys` are the owners' ids, at least one, by the column that names the owner.
    """
    plan = _plan(asked, tuple(len(keys[each.owner]) for each in asked))
    with connection.cursor() as cursor:
        cursor.execute(plan.statement, [key for each in asked for key in keys[each.owner]])
        for row in cursor.fetchall():
            table = row[0]
            values = [row[place] for place in plan.places[table]]
            for place, convert in plan.converters[table]:
                values[place] = convert(values[place])
            yield table, values


@cache
def _plan(asked: tuple[Asked, ...], numbers: tuple[int, ...]) -> Plan:
    """Composed once: that costs more than running it."""
    layouts = [_layout(each) for each in asked]
    # The id comes first everywhere, since the rows are sorted by it.
    slots = sorted({slot for layout in layouts for slot in layout}, key=lambda slot: (slot[0] != NUMBER, slot))
    branches = [
        _branch(table, each, layout, slots, number)
        for table, (each, layout, number) in enumerate(zip(asked, layouts, numbers, strict=True))
    ]
    places = tuple(
        tuple(1 + slots.index(slot) for slot, column in layout.items() if column.attname in each.names)
        for each, layout in zip(asked, layouts, strict=True)
    )
    converters = tuple(tuple(_converters(each)) for each in asked)
    return Plan(" UNION ALL ".join(branches) + " ORDER BY 1, 2", places, converters)


def _layout(asked: Asked) -> dict[Slot, Any]:
    """The slot of each column, in the order of the columns; the id's is the first of the numbers."""
    taken: dict[str, int] = {}
    found: dict[Slot, Any] = {}
    for column in asked.model._meta.concrete_fields:
        if column.primary_key or column.attname in asked.names:
            kind = TYPES[column.get_internal_type()]
            found[kind, taken.setdefault(kind, 0)] = column
            taken[kind] += 1
    return found


def _branch(table: int, asked: Asked, layout: dict[Slot, Any], slots: Sequence[Slot], number: int) -> str:
    quote = connection.ops.quote_name
    columns = ", ".join(quote(layout[slot].column) if slot in layout else f"CAST(NULL AS {slot[0]})" for slot in slots)
    present = " AND missing_since IS NULL" if asked.only_present else ""
    return (
        f"SELECT {table}, {columns} FROM {quote(asked.model._meta.db_table)} "  # noqa: S608 - our own names
        f"WHERE {quote(asked.owner)} IN ({', '.join(['%s'] * number)}){present}"
    )


def _converters(asked: Asked) -> Iterator[tuple[int, Convert]]:
    """What the database's values become as Django reads them, by their place among the values asked for."""
    columns = [each for each in asked.model._meta.concrete_fields if each.attname in asked.names]
    for place, column in enumerate(columns):
        expression = Col(asked.model._meta.db_table, column)
        chain = [*connection.ops.get_db_converters(expression), *expression.get_db_converters(connection)]
        if chain:
            yield place, _converting(chain, expression)


def _converting(chain: Sequence[Callable[..., Any]], expression: Col) -> Convert:
    def convert(value: Any) -> Any:
        for each in chain:
            value = each(value, expression, connection)
        return value

    return convert
