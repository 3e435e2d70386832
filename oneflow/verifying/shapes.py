"""Shapes of answers in words that may be sent to anybody: types and names of keys, never a value."""

import re
from collections.abc import Mapping
from typing import Any

from oneflow.verifying.fact import Seen, confirmed, refuted

MOST_KEYS = 40
# A key as programmers write one. Whatever else stands there might be somebody's name, address or token.
_KEY = re.compile(r"[a-z_][a-z0-9_]{0,31}(:[a-z_]{1,31}){0,3}")
_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    (list, "array"),
    (dict, "object"),
)


def kind_of(value: Any) -> str:
    """The JSON type of a value."""
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "null")


def keys_of(item: Mapping[str, Any]) -> str:
    """The names of the keys, those that could be data left out."""
    names = sorted(key for key in item if _KEY.fullmatch(key))
    odd = len(item) - len(names)
    shown = ", ".join(names[:MOST_KEYS]) or "none"
    more = len(names) - MOST_KEYS
    return shown + (f", and {more} more" if more > 0 else "") + (f", and {odd} that are no names" if odd else "")


def parameters_named(problems: tuple[str, ...]) -> str:
    """The parameters that an error names."""
    return keys_of(dict.fromkeys(problems))


def attributes(item: Mapping[str, Any], wanted: Mapping[str, str]) -> Seen:
    """Whether the object has these attributes, each of one of the types in `string|null`."""
    missing = [name for name in wanted if name not in item]
    if missing:
        return refuted(f"missing: {', '.join(missing)}; the keys there are: {keys_of(item)}")
    wrong = [name for name, kinds in wanted.items() if kind_of(item[name]) not in kinds.split("|")]
    if wrong:
        return refuted("; ".join(f"{name} is {kind_of(item[name])}, not {wanted[name]}" for name in wrong))
    return confirmed(", ".join(f"{name}: {kind_of(item[name])}" for name in wanted))
