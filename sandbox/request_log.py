"""The last API requests, so that a test can count what a client asked. Kept in memory."""

from collections import deque
from datetime import datetime
from threading import Lock
from typing import Any

LENGTH = 20_000

_lock = Lock()
_requests: deque[dict[str, Any]] = deque(maxlen=LENGTH)


def note(
    *,
    request_id: str,
    account: int | None,
    method: str,
    path: str,
    query: str,
    user: str | None,
    status: int,
    answer: str | None,
    at: datetime,
) -> None:
    """Remember one request. The token is not remembered."""
    entry = {
        "request_id": request_id,
        "account": account,
        "method": method,
        "path": path,
        "query": query,
        "user": user,
        "status": status,
        # Which misbehaviour it met; None for an answer that was right.
        "answer": answer,
        "at": at.isoformat(),
    }
    with _lock:
        _requests.append(entry)


def requests(account: int | None, last: int) -> list[dict[str, Any]]:
    """The last requests, of one account or of all, the oldest first."""
    with _lock:
        kept = [entry for entry in _requests if account is None or entry["account"] == account]
    return kept[-last:] if last else []


def clear() -> None:
    with _lock:
        _requests.clear()
