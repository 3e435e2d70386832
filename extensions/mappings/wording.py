"""A rule's transform in words: its name, and what each of its options says."""

from collections.abc import Iterator, Mapping
from typing import Any

from extensions.mappings.transforms import DEFAULT_OPTION, TRANSFORMS, Option

# Marks that cannot be told from one another on a screen.
SPACES = {" ": "a space", "\u00a0": "a non-breaking space", "\u202f": "a narrow non-breaking space"}
MOST_SHOWN = 3
LONGEST_SHOWN = 60


def transform_in_words(name: str, options: Mapping[str, Any]) -> str:
    """Such as "number: decimals 2, decimal mark “,”"; empty for text that is written as it is."""
    if name == "text" and not options:
        return ""
    told = ", ".join(_told(name, options))
    return f"{name_in_words(name)}: {told}" if told else name_in_words(name)


def name_in_words(name: str) -> str:
    """The transform's name within a sentence, such as "yes or no"."""
    known = TRANSFORMS.get(name)
    return known.label[:1].lower() + known.label[1:] if known else name


def _told(name: str, options: Mapping[str, Any]) -> Iterator[str]:
    known = (*TRANSFORMS[name].options, DEFAULT_OPTION) if name in TRANSFORMS else ()
    for option in known:
        if option.name in options:
            yield _option(option, options[option.name])


def _option(option: Option, value: Any) -> str:
    label = option.label.partition(",")[0]
    label = label[:1].lower() + label[1:]
    if option.kind == "flag":
        return label if value else f"not {label}"
    if option.kind == "table" and isinstance(value, dict):
        shown = ", ".join(f"{_quoted(key)} → {_quoted(text)}" for key, text in list(value.items())[:MOST_SHOWN])
        return f"{shown} and {len(value) - MOST_SHOWN} more" if len(value) > MOST_SHOWN else shown
    return f"{label} {value if option.kind == 'whole' else _quoted(value)}"


def _quoted(value: Any) -> str:
    text = str(value)
    if text in SPACES:
        return SPACES[text]
    return f"“{text}”" if len(text) <= LONGEST_SHOWN else f"“{text[:LONGEST_SHOWN]}…”"
