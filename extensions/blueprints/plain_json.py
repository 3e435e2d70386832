"""JSON that people bring, in a file or a form: read strictly, and refused in words that say what to do."""

import json
from collections.abc import Callable
from typing import Any

# What names an object to whoever wrote it.
NAMING = ("custom_id", "extension_type", "integration_key")
# Lists and objects in each other. No file of ours has ten, no record that a mapping reads a hundred; and whoever goes
# through a document or quotes a part of it is far from Python's own limit, however deep in calls.
DEEPEST = 100
TOO_DEEP = ("the JSON is nested too deeply.", "Is this the right file?")


class NotPlain(Exception):
    """The bytes are no object in plain JSON: what was expected, and what to do."""

    def __init__(self, expected: str, remedy: str) -> None:
        super().__init__(f"{expected} {remedy}")
        self.expected = expected
        self.remedy = remedy


def read_object(
    raw: bytes,
    *,
    most_bytes: int,
    whole: Callable[[str], object],
    fraction: Callable[[str], object] = float,
) -> dict[str, Any]:
    """The object, each key of it once. `whole` and `fraction` make numbers of digits, and may raise ValueError.

    Raises `NotPlain`.
    """
    if len(raw) > most_bytes:
        raise NotPlain(f"the file is larger than {most_bytes:,} bytes.", "Is this the right file?")
    try:
        document = json.loads(
            raw.decode("utf-8-sig"),
            object_pairs_hook=_once,
            parse_constant=_no_constant,
            parse_int=whole,
            parse_float=fraction,
        )
    except UnicodeDecodeError as exc:
        raise NotPlain(f"expected text in UTF-8; byte {exc.start + 1} is not.", "Save the file as UTF-8.") from None
    except json.JSONDecodeError as exc:
        where = f"line {exc.lineno}, column {exc.colno}"
        raise NotPlain(
            f"expected JSON; {where}: {exc.msg}.", "Mend that line, or check it with a JSON editor."
        ) from None
    except RecursionError:
        raise NotPlain(*TOO_DEEP) from None
    except ValueError as exc:
        raise NotPlain(f"expected plain JSON; {exc}.", "Write each key once, and numbers as digits.") from None
    if not isinstance(document, dict):
        raise NotPlain(f"expected an object, found {kind(document)}.", "Begin with { as the example does.")
    if _is_deeper(document, DEEPEST):
        raise NotPlain(*TOO_DEEP)
    return document


def kind(value: Any) -> str:
    """What a value of JSON is, in words."""
    kinds = {bool: "true or false", str: "text", list: "a list", dict: "an object", type(None): "null"}
    return kinds.get(type(value), "a number")


def _is_deeper(document: dict[str, Any], levels: int) -> bool:
    """Whether lists and objects are nested deeper; looks level by level, since the nesting may be any."""
    level: list[Any] = [document]
    for _ in range(levels):
        inside = (each.values() if isinstance(each, dict) else each for each in level)
        level = [value for values in inside for value in values if isinstance(value, dict | list)]
    return bool(level)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key[:60]!r} stands twice in {_which(pairs)}")
        found[key] = value
    return found


def _which(pairs: list[tuple[str, Any]]) -> str:
    """An object as its reader finds it: by the value that identifies it, as JSON says no line here."""
    named = (
        f"the object with {key} {value[:60]!r}" for key, value in pairs if key in NAMING and isinstance(value, str)
    )
    return next(named, f"the object that begins with {pairs[0][0][:60]!r}")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number in JSON")
