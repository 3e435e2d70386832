"""The rate limit: so many requests for each token in a sliding window (section 4.4). Kept in memory."""

import time
from collections import deque
from threading import Lock

from sandbox import switches

_lock = Lock()
_requests: dict[int, deque[float]] = {}


def exceeded(token_id: int) -> bool:
    """Count one request of the token; whether it is one too many. A refused request is not counted."""
    limit = switches.value("rate_limit")
    if limit is None:
        return False
    now = time.monotonic()
    oldest = now - switches.value("rate_window")
    with _lock:
        times = _requests.setdefault(token_id, deque())
        while times and times[0] <= oldest:
            times.popleft()
        if len(times) >= limit:
            return True
        times.append(now)
        return False


def forget() -> None:
    with _lock:
        _requests.clear()
