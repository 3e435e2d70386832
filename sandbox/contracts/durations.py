"""Durations as the API writes them: a number and d, w, m or y (section 3.1)."""

import calendar
import re
from datetime import datetime, timedelta

_DAYS = {"d": 1, "w": 7, "m": 31, "y": 366}
LONGEST_DAYS = 36_600


def is_duration(text: object) -> bool:
    """Whether it is a duration, of at most a hundred years."""
    if not isinstance(text, str) or not re.fullmatch(r"[1-9][0-9]{0,4}[dwmy]", text):
        return False
    return int(text[:-1]) * _DAYS[text[-1]] <= LONGEST_DAYS


def after(moment: datetime, duration: str, times: int = 1) -> datetime:
    """The moment so many durations later (earlier when `times` is negative); the 31st becomes a month's last day."""
    number, unit = int(duration[:-1]) * times, duration[-1]
    if unit in "dw":
        return moment + timedelta(days=number * _DAYS[unit])
    months = moment.month - 1 + number * (12 if unit == "y" else 1)
    year, month = moment.year + months // 12, months % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))
