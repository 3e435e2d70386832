"""Misbehaviour by the clock: `POST /_sandbox/schedules` has answers and deliveries misbehave from here to there.

A schedule begins when it is asked for, and what holds is read off the clock at each request, so it replays exactly.
Kept in memory, as the misbehaviour is that it brings.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.answers import Answer
    from sandbox.delivery.faults import WebhookFault

# Ended ones are listed for a while; the oldest go.
KEPT = 50

_lock = Lock()
_numbers = count(1)
_schedules: list["Schedule"] = []


@dataclass(slots=True)
class Entry:
    """What misbehaves from `begins` until `ends`, in seconds of the schedule."""

    begins: float
    ends: float
    answer: "Answer | None"
    fault: "WebhookFault | None"
    met: int = 0

    def shown(self) -> dict[str, Any]:
        what = {"answer": self.answer.shown()} if self.answer else {}
        fault = {"fault": self.fault.shown()} if self.fault else {}
        return {"from": self.begins, "to": self.ends, **what, **fault, "met": self.met}


@dataclass(slots=True)
class Schedule:
    """Entries on a clock that runs `speed` times as fast as ours."""

    name: str | None
    speed: float
    entries: list[Entry]
    number: int = field(default_factory=lambda: next(_numbers))
    began: float = field(default_factory=time.monotonic)
    stopped: float | None = None

    def at(self) -> float:
        """The seconds of the schedule that have passed; no more than it has, or had when it was stopped."""
        passed = ((self.stopped or time.monotonic()) - self.began) * self.speed
        return min(passed, self.length())

    def length(self) -> float:
        return max(entry.ends for entry in self.entries)

    def state(self) -> str:
        if self.at() >= self.length():
            return "over"
        return "stopped" if self.stopped else "running"

    def holding(self) -> list[Entry]:
        """The entries that hold now, the last in the list first: it wins."""
        if self.state() != "running":
            return []
        now = self.at()
        return [entry for entry in reversed(self.entries) if entry.begins <= now < entry.ends]

    def stop(self) -> None:
        """End it; whoever waits in one of its delays is answered at once."""
        if self.state() == "running":
            self.stopped = time.monotonic()
        for entry in self.entries:
            if entry.answer:
                entry.answer.ended.set()

    def shown(self) -> dict[str, Any]:
        holding = [id(entry) for entry in self.holding()]
        return {
            "id": self.number,
            "name": self.name,
            "speed": self.speed,
            "state": self.state(),
            "at": round(self.at(), 3),
            "length": self.length(),
            "entries": [{**entry.shown(), "holds": id(entry) in holding} for entry in self.entries],
        }


def begin(schedule: Schedule) -> None:
    """Let it run from now on."""
    with _lock:
        _schedules.append(schedule)
        over = [each for each in _schedules if each.state() != "running"]
        for old in over[: max(0, len(_schedules) - KEPT)]:
            _schedules.remove(old)


def listed() -> list[Schedule]:
    with _lock:
        return list(_schedules)


def one(number: int) -> Schedule | None:
    return next((each for each in listed() if each.number == number), None)


def stop_all() -> None:
    for schedule in listed():
        schedule.stop()


def forget() -> None:
    stop_all()
    with _lock:
        _schedules.clear()


def answer(account: int | None, path: str) -> "Answer | None":
    """The misbehaviour of an answer that a running schedule has for this request, the latest schedule first."""
    for entry in _holding():
        if entry.answer and entry.answer.covers(account, path) and _use(entry, entry.answer):
            return entry.answer
    return None


def fault(account: int, webhook: int, event_types: Iterable[str]) -> "WebhookFault | None":
    """The fault of delivery that a running schedule has for this attempt, the latest schedule first."""
    types = list(event_types)
    for entry in _holding():
        if entry.fault and entry.fault.covers(account, webhook, types) and _use(entry, entry.fault):
            return entry.fault
    return None


def _holding() -> list[Entry]:
    return [entry for schedule in reversed(listed()) for entry in schedule.holding()]


def _use(entry: Entry, misbehaviour: "Answer | WebhookFault") -> bool:
    """Count one that met it; whether it had one left."""
    with _lock:
        if misbehaviour.times is not None and entry.met >= misbehaviour.times:
            return False
        entry.met += 1
        return True
