"""From a value of the product's record to the text of a data field: few transforms, named, exact.

What is refused becomes an `Untransformable` with a sentence that names no value, so that it may be stored.
"""

from collections.abc import Mapping
from typing import Any

from extensions.mappings.paths import Absent
from extensions.mappings.transforms import dates, numbers, texts
from extensions.mappings.transforms.options import UNWRITABLE, Option, words
from extensions.mappings.transforms.transform import Transform, Untransformable

__all__ = ["DEFAULT_OPTION", "TRANSFORMS", "Option", "Transform", "Untransformable", "apply", "check"]

TRANSFORMS: dict[str, Transform] = {
    transform.name: transform
    for transform in (
        texts.TEXT,
        numbers.TRANSFORM,
        dates.TRANSFORM,
        texts.CHOICE,
        texts.JOIN,
        texts.YES_NO,
        texts.DEFAULT,
    )
}
# Every transform takes it; the one that bears its name is nothing without it.
DEFAULT_OPTION = words("default", "Where the record has no value")


def check(name: str, options: object) -> list[str]:
    """What is wrong with a transform's name and options, in sentences; empty when they are right."""
    transform = TRANSFORMS.get(name) if isinstance(name, str) else None
    if transform is None:
        return [f"There is no such transform. There are: {', '.join(TRANSFORMS)}."]
    if not isinstance(options, dict):
        return ["Options are an object of names and values."]
    known = {option.name: option for option in (*transform.options, DEFAULT_OPTION)}
    unknown = [f"“{_shown(key)}” is no option of {name}." for key in options if key not in known]
    missing = [f"“{option}” is missing." for option in _required(transform) if option not in options]
    wrong = [
        f"“{option.name}” {problem}."
        for option in known.values()
        if option.name in options and (problem := option.problem(options[option.name]))
    ]
    return [*unknown, *missing, *wrong, *([] if unknown or wrong else _together(name, options))]


def apply(name: str, options: object, raw: object) -> str:
    """The text for a value as `look_up` gives it. Raises `Untransformable`, and nothing else.

    Text of spaces only counts as empty, and so does a list of nothing. The default stands in for a value that is
    absent or empty: never for one that cannot be transformed, or that the options make nothing of.
    """
    if problems := check(name, options):
        raise Untransformable(problems[0])
    assert isinstance(options, dict)
    if isinstance(raw, Absent) and "default" not in options:
        raise Untransformable(raw.sentence)
    empty = isinstance(raw, Absent) or (isinstance(raw, str) and not raw.strip())
    text = "" if empty else TRANSFORMS[name].write(options, raw)
    if UNWRITABLE.search(text):
        raise Untransformable("The value holds a character that no field can hold: NUL, or half of a pair.")
    return text if text or not (empty or isinstance(raw, list)) else str(options.get("default", ""))


def _required(transform: Transform) -> list[str]:
    required = [option.name for option in transform.options if option.required]
    return [*required, "default"] if transform is texts.DEFAULT else required


def _together(name: str, options: Mapping[str, Any]) -> list[str]:
    """What is wrong although each option for itself is right."""
    if name == "number" and options.get("decimal_mark", ".") == options.get("thousands_mark"):
        return ["The decimal mark and the thousands mark are the same."]
    return []


def _shown(key: object) -> str:
    return UNWRITABLE.sub("�", str(key))[:60]
