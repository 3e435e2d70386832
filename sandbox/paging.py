"""Pages, sorting, and comma lists (sections 3.2 to 3.4)."""

from collections.abc import Callable
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Model, QuerySet

from sandbox.api.call import Call
from sandbox.bodies import whole_number
from sandbox.errors import BadRequest, NotThere

MOST_ITEMS = 100
LAST_OFFSET = 19_900


def page(
    call: Call,
    rows: "QuerySet[Any]",
    render: Callable[[Any], dict[str, Any]],
    *,
    sortable: tuple[str, ...] = (),
    all_at_once: bool = False,
) -> dict[str, Any]:
    """The envelope of one page: `_links`, `count` of all that match, and at most `limit` items.

    `all_at_once` is for the lists that know `limit=all` (section 3.2).
    """
    if all_at_once and call.parameter("limit") == "all":
        return _whole(call, [render(row) for row in rows.order_by(*_order(call, rows, sortable), "pk")])
    limit = _bounded(call, "limit", default=MOST_ITEMS, low=1, high=MOST_ITEMS)
    offset = _bounded(call, "offset", default=0, low=0, high=LAST_OFFSET)
    ordered = rows.order_by(*_order(call, rows, sortable), "pk")
    items = list(ordered[offset : offset + limit])
    # Most lists fit on their first page, and then need no second query to be counted.
    count = len(items) if offset == 0 and len(items) < limit else rows.count()
    return _envelope(call, [render(row) for row in items], count, limit, offset)


def page_of_items(
    call: Call, items: list[dict[str, Any]], *, sortable: tuple[str, ...] = (), all_at_once: bool = False
) -> dict[str, Any]:
    """The same for items that are no rows: few, and as they are shown."""
    for column in reversed(_order_columns(call, sortable)):
        items = sorted(items, key=itemgetter(column.removeprefix("-")), reverse=column.startswith("-"))
    if all_at_once and call.parameter("limit") == "all":
        return _whole(call, items)
    limit = _bounded(call, "limit", default=MOST_ITEMS, low=1, high=MOST_ITEMS)
    offset = _bounded(call, "offset", default=0, low=0, high=LAST_OFFSET)
    return _envelope(call, items[offset : offset + limit], len(items), limit, offset)


def _whole(call: Call, items: list[dict[str, Any]]) -> dict[str, Any]:
    links = {"next": call.href(None), "previous": call.href(None), "self": _link(call, "all", 0)}
    return {"_links": links, "count": len(items), "data": items}


def _envelope(call: Call, data: list[dict[str, Any]], count: int, limit: int, offset: int) -> dict[str, Any]:
    following = offset + limit if offset + limit < count and offset + limit <= LAST_OFFSET else None
    former = max(offset - limit, 0) if offset else None
    return {
        "_links": {
            "next": _link(call, limit, following),
            "previous": _link(call, limit, former),
            "self": _link(call, limit, offset),
        },
        "count": count,
        "data": data,
    }


def ids_of(call: Call, name: str) -> list[int] | None:
    """The ids in a comma list; None when the parameter is absent, 400 when one is no id."""
    text = call.parameter(name)
    if text is None:
        return None
    numbers = [whole_number(part.strip()) for part in text.split(",")]
    if None in numbers:
        raise BadRequest({name: ["A comma list of ids is expected."]})
    return [number for number in numbers if number is not None]


def _bounded(call: Call, name: str, *, default: int, low: int, high: int) -> int:
    text = call.parameter(name)
    if text is None:
        return default
    number = whole_number(text)
    if number is None or not low <= number <= high:
        raise BadRequest({name: [f"A whole number from {low} to {high} is expected."]})
    return number


def _order(call: Call, rows: "QuerySet[Any]", sortable: tuple[str, ...]) -> list[Any]:
    """As asked for, nulls last whichever way it goes (section 3.4)."""

    def term(column: str) -> Any:
        name = column.removeprefix("-")
        # Said only where there can be nulls: with it, no index serves the order.
        last = rows.model._meta.get_field(name).null or None
        return F(name).desc(nulls_last=last) if column.startswith("-") else F(name).asc(nulls_last=last)

    return [term(column) for column in _order_columns(call, sortable)]


def _order_columns(call: Call, sortable: tuple[str, ...]) -> list[str]:
    text = call.parameter("sort")
    if text is None:
        return []
    columns = text.split(",")
    if any(column.removeprefix("-") not in sortable for column in columns):
        allowed = ", ".join(sortable) or "none"
        raise BadRequest({"sort": [f"Columns to sort by here: {allowed}."]})
    return columns


def _link(call: Call, limit: int | str, offset: int | None) -> dict[str, str | None]:
    if offset is None:
        return call.href(None)
    kept = [(name, value) for name, values in call.query.items() for value in values]
    kept = [pair for pair in kept if pair[0] not in ("limit", "offset")]
    return call.href(f"{call.path}?{urlencode([*kept, ('limit', limit), ('offset', offset)])}")


def one_of(rows: "QuerySet[Any]", pk: int, thing: str) -> Any:
    """The row with that id among those that the caller may see; 404 for every other id."""
    row: Model | None = rows.filter(pk=pk).first()
    if row is None:
        raise NotThere(thing)
    return row
