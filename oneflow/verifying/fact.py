"""What a fact is, and what can come out when one looks for it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from oneflow.verifying.asking import Asked


class Outcome(StrEnum):
    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    NOT_TESTABLE = "not testable"


@dataclass(frozen=True, slots=True)
class Seen:
    """The outcome, and what was seen: shapes, never values."""

    outcome: Outcome
    what: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement of the API reference. `look` asks for it, and may raise `CannotTell`."""

    id: str
    section: str
    mark: str
    sentence: str
    how: str
    look: Callable[[Asked], Seen]


def confirmed(what: str) -> Seen:
    return Seen(Outcome.CONFIRMED, what)


def refuted(what: str) -> Seen:
    return Seen(Outcome.REFUTED, what)


def holds(whether: bool, what: str) -> Seen:
    """Confirmed or refuted by what was seen."""
    return confirmed(what) if whether else refuted(what)
