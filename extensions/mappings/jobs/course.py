"""How a job over many accounts goes on: a few first, then the rest, never on past too many failures. Pure.

Only states and numbers: who reads, writes and keeps the queue is told in `advancing`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from extensions.mappings.models import RepairJob
from extensions.mappings.models.job import Standing

# So many accounts are written first. Then the job waits until somebody has looked at them, in Oneflow too.
CANARY = 5
# So many accounts are read or written at a time: at most as many are still written after one failure too many.
AT_ONCE = 5

State = RepairJob.State


@dataclass(frozen=True, slots=True)
class Tally:
    """How many accounts of a job are how far."""

    unread: int = 0
    planned: int = 0
    at_work: int = 0
    verified: int = 0
    undone: int = 0
    failed: int = 0
    aside: int = 0

    @classmethod
    def of(cls, counted: Iterable[tuple[str, int]]) -> Self:
        """The sums of what was counted."""
        sums = dict.fromkeys(Standing.values, 0)
        for standing, number in counted:
            sums[standing] += number
        return cls(**sums)

    @property
    def total(self) -> int:
        return self.unread + self.to_write + self.aside

    @property
    def to_write(self) -> int:
        """All for which there is something to write, however far they are."""
        return self.planned + self.at_work + self.tried

    @property
    def written(self) -> int:
        """All in which it was done and read back, undone since or not."""
        return self.verified + self.undone

    @property
    def tried(self) -> int:
        return self.written + self.failed

    @property
    def left(self) -> int:
        """All in which it was not done and read back."""
        return self.total - self.written

    def fails_above(self, share: int) -> bool:
        """Whether more than so many per cent of those tried have failed; fewer than the first five count as five."""
        return self.failed * 100 > share * max(self.tried, CANARY)


@dataclass(frozen=True, slots=True)
class Next:
    """What becomes of a job, why, and how many more accounts may be taken up now."""

    state: str
    says: str = ""
    room: int = 0


def onward(state: str, tally: Tally, most_failing: int) -> Next | None:
    """How a job in that state goes on by itself; None where it waits for somebody, or is over."""
    if state == State.DRY_RUN:
        return _read(tally)
    if state not in (State.CANARY, State.RUNNING):
        return None
    if tally.fails_above(most_failing):
        return Next(State.STOPPED, _too_many(tally, most_failing))
    if not tally.planned and not tally.at_work:
        return Next(State.DONE, _outcome(tally))
    if state == State.RUNNING:
        return Next(state, room=max(AT_ONCE - tally.at_work, 0))
    if tally.tried >= CANARY and not tally.at_work:
        return Next(State.LOOKED_AT, f"{_first(tally)} Look at them in Oneflow, then let it go on.")
    return Next(state, room=max(CANARY - tally.tried - tally.at_work, 0))


def _read(tally: Tally) -> Next:
    if tally.unread:
        return Next(State.DRY_RUN, room=AT_ONCE)
    if not tally.planned:
        return Next(State.DONE, "The dry run found nothing to write in any of the accounts.")
    return Next(State.PLANNED, "Nothing is written yet. Look at what would change, then have it approved.")


def _first(tally: Tally) -> str:
    if not tally.failed:
        return f"The first {tally.tried} are written{_undone(tally)}."
    return f"Of the first {tally.tried}, {tally.written} are written{_undone(tally)}, and {tally.failed} failed."


def _too_many(tally: Tally, most_failing: int) -> str:
    left = f" {_accounts(tally.planned)} not written." if tally.planned else ""
    return f"{tally.failed} of {tally.tried} failed, more than {most_failing} per cent, so it stopped.{left}"


def _outcome(tally: Tally) -> str:
    failed = f" {tally.failed} failed, and each says why." if tally.failed else ""
    return f"{_accounts(tally.written)} written and read back{_undone(tally)}.{failed}"


def _undone(tally: Tally) -> str:
    return f" ({tally.undone} of them undone since)" if tally.undone else ""


def _accounts(number: int) -> str:
    return "1 account was" if number == 1 else f"{number} accounts were"
