"""The transform of numbers: exact, by decimals and not by floats."""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from extensions.mappings.paths import kind
from extensions.mappings.transforms.options import one_of, whole
from extensions.mappings.transforms.transform import MOST_DIGITS, Transform, Untransformable, number_of

NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,9})?")
DECIMAL_MARKS = (".", ",")
# The last two are a space and a narrow one that no line breaks at.
THOUSANDS_MARKS = (",", ".", "'", " ", "\u00a0", "\u202f")
MOST_DECIMALS = 20
_EXACT = Context(prec=MOST_DIGITS + MOST_DECIMALS, rounding=ROUND_HALF_UP)


def _number(options: Mapping[str, Any], value: object) -> str:
    decimal_mark, thousands_mark = options.get("decimal_mark", "."), options.get("thousands_mark", "")
    number = _read(value)
    if "decimals" in options:
        number = number.quantize(Decimal(1).scaleb(-options["decimals"]), context=_EXACT)
    # Zero has no sign, whatever it was rounded from.
    written = f"{number if number else abs(number):f}"
    sign, digits = ("-", written[1:]) if written.startswith("-") else ("", written)
    before, _, after = digits.partition(".")
    grouped = f"{int(before):,}".replace(",", thousands_mark) if thousands_mark else before
    return f"{sign}{grouped}{decimal_mark}{after}" if after else f"{sign}{grouped}"


def _read(value: object) -> Decimal:
    if isinstance(value, str):
        text = value.strip()
        if NUMBER.fullmatch(text):
            return number_of(Decimal(text))
        raise Untransformable("The value is text that is no number. A number is written like 12500.50, without spaces.")
    if isinstance(value, bool) or not isinstance(value, Decimal | int | float):
        raise Untransformable(f"The value is {kind(value)}, and not a number.")
    return number_of(value)


TRANSFORM = Transform(
    "number",
    "Number",
    "A number with chosen decimals and marks; halves are rounded away from zero.",
    _number,
    (
        whole("decimals", "Decimals, as many as it has by default", 0, MOST_DECIMALS),
        one_of("decimal_mark", "Decimal mark", DECIMAL_MARKS),
        one_of("thousands_mark", "Thousands mark, none by default", THOUSANDS_MARKS),
    ),
)
