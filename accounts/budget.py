"""What was lately spent of each token's share of Oneflow's rate limit, kept where every process sees it.

A sliding window by two counters: what the window before the current one held counts by the share of it that
still lies within reach. Each verb is one statement, so that two processes at once cannot both take the last call.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from accounts.models import Spending

# What the counters hold at a moment: after the turn of a window the current calls are those of the one before, later
# none. A clock that lags behind another process's counts in that one's window. A window further ahead was written
# by a clock that was wrong: it must not spend our share for as long as it was ahead.
_CURRENT = 'CASE WHEN "window" BETWEEN %(window)s AND %(window)s + 1 THEN "current" ELSE 0 END'
_PREVIOUS = """CASE WHEN "window" BETWEEN %(window)s AND %(window)s + 1 THEN "previous"
    WHEN "window" = %(window)s - 1 THEN "current" ELSE 0 END"""
_WINDOW = 'CASE WHEN "window" = %(window)s + 1 THEN "window" ELSE %(window)s END'

# Plain SQL, since it is asked before every refresh and composing it costs more than running it. Every right-hand
# side sees the row as it was.
TAKE = f"""
UPDATE accounts_spending
SET "window" = {_WINDOW}, "previous" = {_PREVIOUS}, "current" = {_CURRENT} + %(calls)s
WHERE "key" = %(key)s AND ({_PREVIOUS}) * %(within_reach)s + {_CURRENT} + %(calls)s
    <= CASE WHEN throttled_until > %(now)s THEN %(half)s ELSE %(limit)s END
"""  # noqa: S608 - only our own constants are put together

# Calls of the window before count still, and less and less.
GIVE_BACK = f"""
UPDATE accounts_spending
SET "window" = {_WINDOW},
    "previous" = CASE WHEN "window" >= %(window)s THEN "previous"
        WHEN "current" > %(calls)s THEN "current" - %(calls)s ELSE 0 END,
    "current" = CASE WHEN "window" >= %(window)s AND "current" > %(calls)s THEN "current" - %(calls)s ELSE 0 END
WHERE "key" = %(key)s AND "window" BETWEEN %(window)s - 1 AND %(window)s + 1
"""  # noqa: S608


class DatabaseBudgetStore:
    """The `oneflow.budget.BudgetStore` of the console; its keys are tokens' fingerprints."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock

    def take(self, key: str, calls: int, *, limit: int, window_seconds: int) -> bool:
        """Count the calls if the window then holds at most `limit`, half of it while throttled; else do nothing."""
        now = self._clock()
        values = {
            "key": key,
            "calls": calls,
            "limit": limit,
            "half": limit // 2,
            "window": int(now // window_seconds),
            "within_reach": 1 - (now % window_seconds) / window_seconds,
            "now": connection.ops.adapt_datetimefield_value(datetime.fromtimestamp(now, UTC)),
        }
        if _changed(TAKE, values):
            return True
        # Refused, or the key's first time; another process may be making its row at this moment.
        Spending.objects.bulk_create([Spending(key=key)], ignore_conflicts=True)
        return _changed(TAKE, values)

    def give_back(self, key: str, calls: int, *, window_seconds: int) -> None:
        """Calls that were taken and not made."""
        _changed(GIVE_BACK, {"key": key, "calls": calls, "window": int(self._clock() // window_seconds)})

    def throttle(self, key: str, *, seconds: int) -> None:
        """Halve what `take` allows for this key, from now for so many seconds."""
        until = datetime.fromtimestamp(self._clock(), UTC) + timedelta(seconds=seconds)
        Spending.objects.bulk_create(
            [Spending(key=key, throttled_until=until)],
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["throttled_until"],
        )


def _changed(statement: str, values: dict[str, Any]) -> bool:
    """Whether the statement found its row."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return bool(cursor.rowcount > 0)
