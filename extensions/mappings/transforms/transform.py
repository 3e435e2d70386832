"""What a transform is, and what each of them does with a single value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from extensions.mappings.paths import kind
from extensions.mappings.transforms.options import Option

# A field holds 1,024 characters; a number like 1e999999999 would fill the memory with zeros.
MOST_DIGITS = 1_000


class Untransformable(Exception):
    """A value that the transform cannot turn into text. The sentence says why, and never holds the value."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Transform:
    """A named way from a value to the text of a data field, with the options that it takes."""

    name: str
    label: str
    summary: str
    write: Callable[[Mapping[str, Any], object], str]
    options: tuple[Option, ...] = ()


def text_of(value: object) -> str:
    """A single value as text: numbers by all their digits, true and false by these words."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal | int | float):
        return f"{number_of(value):f}"
    remedy = "The transform “join” makes one." if isinstance(value, list) else "Let the path name one in it."
    raise Untransformable(f"The value is {kind(value)}, and a field holds one text. {remedy}")


def number_of(value: Decimal | int | float) -> Decimal:
    """The number exactly as it was written, if it can be written out."""
    too_long = Untransformable(f"The number has more than {MOST_DIGITS:,} digits.")
    if isinstance(value, int) and value.bit_length() > MOST_DIGITS * 4:
        raise too_long
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise Untransformable("The value is no finite number.")
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    if max(number.adjusted() + 1, 1) - min(exponent, 0) > MOST_DIGITS:
        raise too_long
    return number
