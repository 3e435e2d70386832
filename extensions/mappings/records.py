"""A record of the partner's product, as staff paste it: read from JSON with its numbers exact. Never stored."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.text import capfirst

from extensions.blueprints.plain_json import NotPlain, read_object

# A record is what one contract is filled from; what is larger was not meant for us.
MOST_BYTES = 1_000_000

Record = dict[str, Any]


class BadRecord(Exception):
    """The text is no record; the sentence says what was expected and what to do."""


def parse(raw: bytes) -> Record:
    """The record in the bytes of a file or a form: an object whose numbers are decimals. Raises `BadRecord`."""
    if not raw.strip():
        raise BadRecord("There is no record. Paste one as JSON, or choose a file.")
    try:
        return read_object(raw, most_bytes=MOST_BYTES, whole=number, fraction=number)
    except NotPlain as exc:
        raise BadRecord(capfirst(str(exc))) from None


def number(digits: str) -> Decimal:
    """A number of JSON, exact. Raises ValueError where it is larger than any that can be written."""
    try:
        return Decimal(digits)
    except InvalidOperation:
        raise ValueError("a number is larger than any that can be written") from None
