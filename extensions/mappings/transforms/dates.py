"""The transform of dates: from ISO 8601 to one of a few patterns, in a language and a zone."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.dateformat import format as format_date

from extensions.mappings.paths import kind
from extensions.mappings.transforms.options import one_of, zone
from extensions.mappings.transforms.transform import Transform, Untransformable

ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
# As it is written in a mapping, and as Django's date format says it. E is the month as it stands within a date.
PATTERNS = {
    "YYYY-MM-DD": "Y-m-d",
    "YYYY-MM-DD HH:mm": "Y-m-d H:i",
    "YYYYMMDD": "Ymd",
    "DD.MM.YYYY": "d.m.Y",
    "DD/MM/YYYY": "d/m/Y",
    "MM/DD/YYYY": "m/d/Y",
    "D MMMM YYYY": "j E Y",
    "D. MMMM YYYY": "j. E Y",
    "MMMM D, YYYY": "E j, Y",
    "MMMM YYYY": "F Y",
    "YYYY": "Y",
}
LANGUAGES = ("en", "sv", "nb", "da", "fi", "de", "fr", "nl")


def _date(options: Mapping[str, Any], value: object) -> str:
    moment = _read(value)
    pattern = options.get("pattern", "YYYY-MM-DD")
    if "HH" in pattern and not isinstance(moment, datetime):
        raise Untransformable("The value is a date without a time of day, which the pattern asks for.")
    if isinstance(moment, datetime):
        moment = _in_zone(moment, options.get("zone", ""))
    with translation.override(options.get("language", "en")):
        return format_date(moment, PATTERNS[pattern])


def _read(value: object) -> date | datetime:
    if not isinstance(value, str):
        raise Untransformable(f"The value is {kind(value)}, and a date is text such as 2026-01-31.")
    text = value.strip()
    if not ISO.fullmatch(text):
        raise Untransformable("The value is no date as ISO 8601 writes it: 2026-01-31, or 2026-01-31T09:30:00+01:00.")
    try:
        return datetime.fromisoformat(text) if len(text) > len("2026-01-31") else date.fromisoformat(text)
    except ValueError:
        raise Untransformable("The value is a date or time of day that does not exist.") from None


def _in_zone(moment: datetime, name: str) -> datetime:
    """The moment on the clock of the zone; one that names no offset is taken to stand on that clock already."""
    try:
        return moment.astimezone(ZoneInfo(name)) if name and moment.tzinfo else moment
    except OverflowError:
        raise Untransformable("The value is a moment beyond the years that can be written.") from None


TRANSFORM = Transform(
    "date",
    "Date",
    "A date or a moment, written by a pattern. A moment is shown on the zone's clock, else as it is.",
    _date,
    (
        one_of("pattern", "Pattern, YYYY-MM-DD by default", tuple(PATTERNS)),
        one_of("language", "Language of the month", LANGUAGES),
        zone("zone", "Time zone of moments, such as Europe/Stockholm"),
    ),
)
