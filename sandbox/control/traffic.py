"""Traffic in the control plane: begun, watched, stopped."""

from typing import Any

from sandbox.control.asking import LARGEST_ID, Asked, Refused, account_of
from sandbox.traffic import acting, running
from sandbox.traffic.running import Wanted

FASTEST = 500
MOST_ACCOUNTS = 10_000


def status(asked: Asked) -> dict[str, Any]:
    """The run that is under way, or the last one; `idle` when there was none since the start."""
    run = running.last()
    return {"state": "idle"} if run is None else run.shown()


def begin(asked: Asked) -> dict[str, Any]:
    """Begin traffic; 409 while there is some."""
    asked.only("rate", "seed", "accounts", "by_hand", "decline", "actions", "seconds")
    wanted = Wanted(
        rate=asked.number("rate", low=0.01, high=FASTEST, default=1),
        seed=asked.whole("seed", low=0, high=2**53, default=7),
        accounts=_accounts(asked),
        by_hand=asked.number("by_hand", low=0, high=1, default=0.2),
        decline=asked.number("decline", low=0, high=1, default=0.1),
        actions=asked.whole("actions", low=1, high=10**9),
        seconds=None if asked.body.get("seconds") is None else asked.number("seconds", low=0.1, high=7 * 86_400),
    )
    run = running.begin(wanted)
    if run is None:
        raise Refused(409, "There is traffic already. DELETE /_sandbox/traffic stops it.")
    return run.shown()


def stop(asked: Asked) -> dict[str, Any]:
    """Stop it after what is under way; nothing happens where there is none."""
    running.stop()
    return status(asked)


def _accounts(asked: Asked) -> list[int]:
    """The accounts named, else all in which something can be made through the extension."""
    named = asked.body.get("accounts")
    if named is None:
        everywhere = acting.with_extension()
        if not everywhere:
            raise Refused(400, "accounts: no account has the extension on. POST /_sandbox/accounts makes some.")
        return everywhere
    ids = named if isinstance(named, list) and 1 <= len(named) <= MOST_ACCOUNTS else [None]
    if any(type(pk) is not int or not 0 < pk <= LARGEST_ID for pk in ids):
        raise Refused(400, f"accounts: a list of 1 to {MOST_ACCOUNTS} account ids is expected, or null for all.")
    return [account_of(pk).pk for pk in ids]
