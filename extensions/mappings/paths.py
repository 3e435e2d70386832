"""Follow a mapping's path, such as `deal.amount`, into a record of the product."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from extensions.blueprints import plain_json


@dataclass(frozen=True, slots=True)
class Absent:
    """The record has no value there. `sentence` says where the path stopped, by names of the path and no values."""

    sentence: str


def look_up(record: object, path: str) -> object:
    """The value under names with dots between them, or `Absent`. Never null: a null is no value.

    The value may be a list or an object; what becomes of it is up to the transform.
    """
    value, names = record, path.split(".")
    for number, name in enumerate(names):
        if not isinstance(value, dict):
            return Absent(f"{_where(names[:number])} is {kind(value)}, and a path cannot go into {_into(value)}.")
        if name not in value:
            return Absent(f"{_where(names[:number])} has no “{name}”.")
        value = value[name]
        if value is None:
            return Absent(f"{_where(names[: number + 1])} is null.")
    return value


def outline(paths: Iterable[str]) -> dict[str, Any]:
    """A record with everything that these paths lead to, each value null: for people to fill in.

    Where one path goes through what another one ends at, the longer one is followed.
    """
    record: dict[str, Any] = {}
    for path in paths:
        *names, last = path.split(".")
        inside = record
        for name in names:
            if not inside.get(name):
                inside[name] = {}
            inside = inside[name]
        inside.setdefault(last, None)
    return record


def kind(value: object) -> str:
    """What a value of a record is, in words, without the value."""
    return f"a list of {len(value):,}" if isinstance(value, list) else plain_json.kind(value)


def _into(value: object) -> str:
    return "a list" if isinstance(value, list) else "it"


def _where(names: list[str]) -> str:
    return f"“{'.'.join(names)}”" if names else "The record"
