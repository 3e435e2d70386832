"""Take values out of decoded JSON, strict about their types; whatever does not fit is an `UnexpectedAnswer`.

The messages name the object and the key, never the value: it may be personal or secret.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from oneflow.dates import parse_datetime
from oneflow.errors import UnexpectedAnswer

LONGEST_TEXT = 10_000
# Databases keep ids in 64 bits; Oneflow's are much smaller (type-reference: signed_integer_id).
LARGEST_ID = 2**63 - 1

T = TypeVar("T")
_MISSING = object()
# All but tab and line breaks, which descriptions have.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def unexpected(what: str, key: str, expected: str) -> UnexpectedAnswer:
    return UnexpectedAnswer(f"{what}: {key} is not {expected}")


def as_object(data: object, what: str) -> dict[str, Any]:
    if isinstance(data, dict):
        return data
    raise UnexpectedAnswer(f"{what}: not a JSON object")


def as_list(data: object, what: str) -> list[Any]:
    if isinstance(data, list):
        return data
    raise UnexpectedAnswer(f"{what}: not a JSON array")


def clean_text(value: object, what: str, key: str) -> str:
    """The string, without NUL and surrogates, which databases refuse, and control codes, which terminals obey."""
    if not isinstance(value, str):
        raise unexpected(what, key, "a string")
    if len(value) > LONGEST_TEXT:
        raise unexpected(what, key, f"a string of at most {LONGEST_TEXT} characters")
    if not value.isprintable():
        value = _CONTROL.sub("", value)
    if not value.isascii():
        value = value.encode("utf-8", "replace").decode("utf-8")
    return value


def clean_id(value: object, what: str, key: str) -> int:
    # type() and not isinstance(): true is an int to Python and no id to anybody.
    if type(value) is not int or not 0 < value <= LARGEST_ID:
        raise unexpected(what, key, "a positive whole number")
    return value


def required_text(data: dict[str, Any], key: str, what: str) -> str:
    """The string under a key that must be there; null, which some descriptive texts are, is read as empty."""
    value = data.get(key, _MISSING)
    return "" if value is None else clean_text(value, what, key)


def text(data: dict[str, Any], key: str, what: str) -> str:
    """The string under a key; empty when missing or null."""
    value = data.get(key)
    return "" if value is None else clean_text(value, what, key)


def optional_text(data: dict[str, Any], key: str, what: str) -> str | None:
    value = data.get(key)
    return None if value is None else clean_text(value, what, key)


def verbatim_text(data: dict[str, Any], key: str, what: str) -> str | None:
    """The string under a key exactly as it came, however long; None when missing or null."""
    value = data.get(key)
    if value is None or isinstance(value, str):
        return value
    raise unexpected(what, key, "a string")


def required_id(data: dict[str, Any], key: str, what: str) -> int:
    return clean_id(data.get(key), what, key)


def optional_id(data: dict[str, Any], key: str, what: str) -> int | None:
    value = data.get(key)
    return None if value is None else clean_id(value, what, key)


def required_flag(data: dict[str, Any], key: str, what: str) -> bool:
    value = data.get(key)
    if isinstance(value, bool):
        return value
    raise unexpected(what, key, "true or false")


def flag(data: dict[str, Any], key: str, what: str, *, default: bool) -> bool:
    """The boolean under a key; the default when the key is missing or null."""
    return default if data.get(key) is None else required_flag(data, key, what)


def optional_datetime(data: dict[str, Any], key: str, what: str) -> datetime | None:
    value = data.get(key)
    if value is None:
        return None
    try:
        return parse_datetime(clean_text(value, what, key))
    except ValueError:
        pass
    raise unexpected(what, key, "a datetime")


def items(data: dict[str, Any], key: str, what: str, parse: Callable[[object], T]) -> tuple[T, ...]:
    """What the array under a key holds, each item parsed; empty when the key is missing or null."""
    value = data.get(key)
    return () if value is None else tuple(map(parse, as_list(value, f"{what}: {key}")))


def required_items(data: dict[str, Any], key: str, what: str, parse: Callable[[object], T]) -> tuple[T, ...]:
    """The same for a key that must hold an array: nothing is empty that was merely not told."""
    return tuple(map(parse, as_list(data.get(key), f"{what}: {key}")))


def child(data: dict[str, Any], key: str, what: str) -> dict[str, Any]:
    """The object under a key; an empty one when missing or null."""
    value = data.get(key)
    return {} if value is None else as_object(value, f"{what}: {key}")
