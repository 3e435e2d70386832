"""Addresses that a secret opens instead of a token: a file to fetch, a contract to sign. Kept in memory."""

import secrets
import time
from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

Holds = TypeVar("Holds")
# The oldest go first.
MOST = 10_000


class Tickets(Generic[Holds]):
    """Tickets of one kind, each good for some seconds; None for as long as the sandbox runs."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self._lock = Lock()
        self._given: OrderedDict[str, tuple[float, Holds]] = OrderedDict()

    def give(self, what: Holds) -> str:
        """A new ticket for it."""
        key = secrets.token_hex(20)
        with self._lock:
            self._given[key] = (time.monotonic(), what)
            if len(self._given) > MOST:
                self._given.popitem(last=False)
        return key

    def show(self, key: str) -> Holds | None:
        """What the ticket is for; None for one that nobody has or that has run out."""
        with self._lock:
            given, what = self._given.get(key, (0.0, None))
        if self.seconds is not None and time.monotonic() - given > self.seconds:
            return None
        return what

    def forget(self) -> None:
        with self._lock:
            self._given.clear()


# A participant's id.
ACCESS: Tickets[int] = Tickets(None)
# A file's name, its media type and what is in it; good for ten minutes.
DOWNLOADS: "Tickets[tuple[str, str, bytes]]" = Tickets(600)
