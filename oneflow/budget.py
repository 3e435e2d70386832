"""Our share of a token's rate limit: 2,000 requests in 5 minutes for each token, which is the product's token too.

Rate limit: api-rate-limit; API reference, section 4.4. Where the counts are kept is passed in, so that several
processes can share one budget while this package knows no database.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from oneflow.errors import BudgetSpent, OutOfTime

# Calls taken at once when nothing was reserved, so that not every call costs a statement.
BLOCK = 5


class BudgetStore(Protocol):
    """Counts calls by key in a sliding window. Every method is atomic between threads and processes."""

    def take(self, key: str, calls: int, *, limit: int, window_seconds: int) -> bool:
        """Count the calls if the window then holds at most `limit` (half of it while throttled); else do nothing."""

    def give_back(self, key: str, calls: int, *, window_seconds: int) -> None:
        """Calls that were taken and not made."""

    def throttle(self, key: str, *, seconds: int) -> None:
        """Halve what `take` allows for this key, from now for so many seconds."""


class Budget:
    """One piece of work's claim on the share: reserve what it needs at most, spend it, settle the rest.

    Background work leaves `staff_reserve` of the limit to staff.
    """

    def __init__(
        self,
        store: BudgetStore,
        key: str,
        *,
        limit: int = 500,
        staff_reserve: int = 100,
        window_seconds: int = 300,
        staff: bool = False,
    ) -> None:
        self._store = store
        self._key = key
        self._limit = limit if staff else max(limit - staff_reserve, 0)
        self._window_seconds = window_seconds
        self._reserved = 0

    def reserve(self, calls: int) -> None:
        """Make sure of so many calls, in one statement of the store; raises BudgetSpent and takes none otherwise."""
        if not self._take(calls):
            raise BudgetSpent(
                f"Our share of this token's rate limit has no room for {calls} more calls in "
                f"{self._window_seconds} seconds; the work is tried again later."
            )

    def spend(self) -> None:
        """Use up one reserved call before it is made; without any, a few more are taken. Raises BudgetSpent."""
        if not self._reserved and not self._take(BLOCK):
            self.reserve(1)
        self._reserved -= 1

    def settle(self) -> None:
        """Give back what was reserved and not spent. The budget can be used again."""
        unused, self._reserved = self._reserved, 0
        if unused:
            self._store.give_back(self._key, unused, window_seconds=self._window_seconds)

    def limited(self) -> None:
        """Oneflow answered 429, so others spend more than we reckoned with: halve our share for one window."""
        self._store.throttle(self._key, seconds=self._window_seconds)

    def _take(self, calls: int) -> bool:
        taken = self._store.take(self._key, calls, limit=self._limit, window_seconds=self._window_seconds)
        if taken:
            self._reserved += calls
        return taken


class TimedBudget(Budget):
    """A share that ends with the time of the work: no page of a long list is asked for after it."""

    def __init__(self, *args: Any, seconds: float, clock: Callable[[], float] = time.monotonic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clock = clock
        self._ends_at = clock() + seconds

    def spend(self) -> None:
        """Use up one call. Raises `BudgetSpent`, and `OutOfTime` when time is over."""
        if self._clock() > self._ends_at:
            raise OutOfTime("Out of time: Oneflow took too long for everything that was asked.")
        super().spend()


@dataclass(slots=True)
class _Window:
    number: int = 0
    calls: int = 0
    calls_before: int = 0
    throttled_until: float = 0.0

    def move_to(self, number: int) -> None:
        """Let the window of this number be the current one; the one just before it still counts by weight."""
        if number == self.number:
            return
        self.calls_before = self.calls if number == self.number + 1 else 0
        self.calls = 0
        self.number = number


class MemoryBudgetStore:
    """The budget of one process, kept in memory."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: dict[str, _Window] = {}

    def take(self, key: str, calls: int, *, limit: int, window_seconds: int) -> bool:
        now = self._clock()
        with self._lock:
            window = self._window(key, now, window_seconds)
            if now < window.throttled_until:
                limit //= 2
            share_of_before = 1 - (now % window_seconds) / window_seconds
            if window.calls_before * share_of_before + window.calls + calls > limit:
                return False
            window.calls += calls
            return True

    def give_back(self, key: str, calls: int, *, window_seconds: int) -> None:
        with self._lock:
            window = self._window(key, self._clock(), window_seconds)
            from_this_window = min(calls, window.calls)
            window.calls -= from_this_window
            window.calls_before = max(window.calls_before - (calls - from_this_window), 0)

    def throttle(self, key: str, *, seconds: int) -> None:
        now = self._clock()
        with self._lock:
            self._windows.setdefault(key, _Window()).throttled_until = now + seconds

    def _window(self, key: str, now: float, window_seconds: int) -> _Window:
        window = self._windows.setdefault(key, _Window())
        window.move_to(int(now // window_seconds))
        return window
