"""Oneflow's datetimes."""

import re
from datetime import UTC, datetime

# fromisoformat alone would also take week dates, dates without time, and times without offset.
_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)")


def parse_datetime(text: str) -> datetime:
    """The moment in UTC; both spellings of the offset, `+00:00` of REST answers and `+0000` of webhooks, are read.

    Raises ValueError. Formats: type-reference; API reference, section 3.1.
    """
    if not text.isascii() or not _DATETIME.fullmatch(text):
        raise ValueError("not a datetime with an offset")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError as exc:
        raise ValueError("a datetime beyond the calendar") from exc
