"""Transforms to text: as it is, by choice, joined, and yes or no."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from extensions.mappings.paths import kind
from extensions.mappings.transforms.options import flag, one_of, table, words
from extensions.mappings.transforms.transform import Transform, Untransformable, text_of

CASES = {"upper": str.upper, "lower": str.lower}
YES = {"true", "yes", "1"}
NO = {"false", "no", "0"}


def _text(options: Mapping[str, Any], value: object) -> str:
    text = text_of(value)
    if options.get("trim"):
        text = text.strip()
    case = CASES.get(options.get("case", ""))
    return case(text) if case else text


def _choice(options: Mapping[str, Any], value: object) -> str:
    values = options["values"]
    text = text_of(value)
    if text in values:
        return str(values[text])
    if "fallback" in options:
        return str(options["fallback"])
    raise Untransformable("The value is none of those that the choice knows, and it has no fallback.")


def _join(options: Mapping[str, Any], value: object) -> str:
    if not isinstance(value, list):
        raise Untransformable(f"The value is {kind(value)}, and only a list can be joined.")
    for number, item in enumerate(value, 1):
        if isinstance(item, list | dict):
            raise Untransformable(f"Item {number:,} of the list is {kind(item)}; only single values can be joined.")
    texts = (text_of(item) for item in value if item is not None)
    return str(options.get("separator", ", ")).join(text for text in texts if text.strip())


def _yes_no(options: Mapping[str, Any], value: object) -> str:
    text = str(int(value)) if isinstance(value, Decimal) and value in (0, 1) else text_of(value).strip().casefold()
    if text in YES:
        return str(options.get("yes", "1"))
    if text in NO:
        return str(options.get("no", "0"))
    raise Untransformable("The value is neither yes nor no: true, false, yes, no, 1 and 0 are.")


TEXT = Transform(
    "text",
    "Text",
    "The value as it is.",
    _text,
    (flag("trim", "Without spaces around it"), one_of("case", "Letters", tuple(CASES))),
)
CHOICE = Transform(
    "choice",
    "Choice",
    "Another text for each value; true and false are the values “true” and “false”.",
    _choice,
    (table("values", "What each value becomes"), words("fallback", "For every other value")),
)
JOIN = Transform(
    "join",
    "Join",
    "The values of a list, one after another. A null or an empty text in it is left out.",
    _join,
    (words("separator", "Between them, a comma and a space by default", longest=20),),
)
YES_NO = Transform(
    "yes_no",
    "Yes or no",
    "1 for true, yes and 1, and 0 for false, no and 0, as a checkbox wants; or words of your own.",
    _yes_no,
    (words("yes", "For yes, 1 by default", longest=120), words("no", "For no, 0 by default", longest=120)),
)
DEFAULT = Transform("default", "Text, or a default", "The value as it is, or the default where there is none.", _text)
