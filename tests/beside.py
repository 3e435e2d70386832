"""Somebody else at the same moment, with a database connection of their own, for tests."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

# Locks of rows are PostgreSQL's; on SQLite a transaction that writes has locked everything.
with_locks = pytest.mark.skipif(connection.vendor != "postgresql", reason="On SQLite only one writes at a time.")
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


def begin(work: Callable[[], Any]) -> Future[Any]:
    """Have it done beside us; the future gives its result, or raises what it raised."""

    def run() -> Any:
        try:
            return work()
        finally:
            connection.close()

    pool = ThreadPoolExecutor(1)
    future = pool.submit(run)
    pool.shutdown(wait=False)
    return future


def begin_and_wait(work: Callable[[], Any], *, seconds: float = 10) -> Future[Any]:
    """Have it done beside us, and go on once it waits for what our transaction holds, or is done."""
    future, until = begin(work), time.monotonic() + seconds
    while not future.done() and not _somebody_waits():
        assert time.monotonic() < until, "it neither ended nor waited for us"
        time.sleep(0.01)
    return future


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])
