"""The options of transforms: what each may be, said in words where it is something else."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

MOST_CHARACTERS = 1_024
MOST_CHOICES = 500
# NUL is refused by databases, a lone surrogate by UTF-8.
UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Option:
    """One option. `kind` is how a form asks for it: flag, choice, text, whole or table.

    `problem` says what is wrong with a value, as the end of a sentence; empty for one that is right.
    """

    name: str
    label: str
    kind: str
    problem: Callable[[object], str]
    choices: tuple[str, ...] = ()
    required: bool = False


def flag(name: str, label: str) -> Option:
    """True or false."""
    return Option(name, label, "flag", lambda value: "" if isinstance(value, bool) else "must be true or false")


def one_of(name: str, label: str, choices: Sequence[str], *, required: bool = False) -> Option:
    """One of a few words."""
    listed = ", ".join(f"“{choice}”" for choice in choices)

    def problem(value: object) -> str:
        return "" if isinstance(value, str) and value in choices else f"must be one of {listed}"

    return Option(name, label, "choice", problem, tuple(choices), required)


def words(name: str, label: str, *, longest: int = MOST_CHARACTERS, required: bool = False) -> Option:
    """A text, which may be empty."""
    return Option(name, label, "text", lambda value: _text_problem(value, longest), required=required)


def whole(name: str, label: str, low: int, high: int) -> Option:
    """A whole number between two others."""

    def problem(value: object) -> str:
        fits = type(value) is int and low <= value <= high
        return "" if fits else f"must be a whole number from {low} to {high}"

    return Option(name, label, "whole", problem)


def table(name: str, label: str) -> Option:
    """What each value becomes: texts by texts."""
    return Option(name, label, "table", _table_problem, required=True)


def zone(name: str, label: str) -> Option:
    """The name of a time zone."""
    return Option(name, label, "text", _zone_problem)


def _text_problem(value: object, longest: int) -> str:
    if not isinstance(value, str):
        return "must be text"
    if UNWRITABLE.search(value):
        return "holds a character that no field can hold"
    return "" if len(value) <= longest else f"must be at most {longest:,} characters"


def _table_problem(value: object) -> str:
    if not isinstance(value, dict) or not value:
        return "must be an object with a text for each value, such as {“net30”: “30 days”}"
    if len(value) > MOST_CHOICES:
        return f"must have at most {MOST_CHOICES} values"
    for text in (*value, *value.values()):
        if problem := _text_problem(text, MOST_CHARACTERS):
            return f"has a text that {problem}" if isinstance(text, str) else "must have texts only"
    return ""


def _zone_problem(value: object) -> str:
    known = isinstance(value, str) and value in _zones()
    return "" if known else "must be the name of a time zone, such as Europe/Stockholm"


@cache
def _zones() -> frozenset[str]:
    # The names are read from the machine's files, hundreds of them.
    return frozenset(available_timezones())
