"""A minute of traffic: are all events delivered, and are failed ones tried again when they should be?"""

import tempfile
import time
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from bench.figures import Figure
from tests.sandbox.delivery.delivering import add_webhook, bring_about, make_contract
from tests.sandbox.delivery.receivers import Received, Receiver
from tests.sandboxes import Sandbox

ACCOUNTS = 30
SECONDS = 60
EVENTS_A_SECOND = 100
# A contract's life is four actions and about six events.
ACTIONS_A_SECOND = 72
# Callbacks that are refused all the while, beside the traffic; within the minute each is due four times more.
REFUSED = 20
WAITS = (1, 5, 10, 30)
PATIENCE = 30


def figures() -> Iterable[Figure]:
    """Events made by traffic at a hundred a second, told to a webhook of each account that has no filters."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        Receiver(lambda received: 503 if received.path.startswith("/own/refused") else 200) as receiver,
        Sandbox.start(scratch, accounts=ACCOUNTS) as sandbox,
    ):
        sandbox.control("PUT", "/switches", {"deliver_to": {"hooks.acme.example": receiver.url}, "rate_limit": None})
        refused, *busy = sandbox.accounts()
        for account in busy:
            add_webhook(sandbox, account, "/all")
        ids = [account["id"] for account in busy]
        traffic = {"rate": ACTIONS_A_SECOND, "seconds": SECONDS, "accounts": ids}
        sandbox.control("POST", "/traffic", traffic)
        _refuse(sandbox, refused)
        run = _until_over(sandbox)
        made = run["counts"]["events"]
        got = _await_events(receiver, made)
        name = f"events of {made:,} delivered in time, {EVENTS_A_SECOND} a second for {SECONDS} s"
        yield Figure("events a second that traffic made", made / run["running_for"], EVENTS_A_SECOND, "", True)
        yield Figure(name, len(got), made, "", True)
        yield Figure("events lost", made - len(got), 0)
        yield Figure("retries beside their schedule, of max(10 %, 0.5 s) at most", _error(receiver), 1, "×")


def _refuse(sandbox: Sandbox, account: dict[str, Any]) -> None:
    """Begin callbacks that nobody acknowledges."""
    add_webhook(sandbox, account, callback_url="https://hooks.acme.example/own/refused")
    contract = make_contract(sandbox, account, by_hand=True)
    for _ in range(REFUSED):
        bring_about(sandbox, account, contract, "contract:sign")


def _until_over(sandbox: Sandbox) -> Any:
    while (run := sandbox.control("GET", "/traffic"))["state"] == "running":
        time.sleep(0.5)
    assert run["state"] == "over", run["error"]
    return run


def _await_events(receiver: Receiver, count: int) -> set[int]:
    """The ids of the events that came to webhooks without filters, once all have come or there is no more hope."""
    deadline = time.monotonic() + PATIENCE
    while True:
        got = {event["id"] for each in _told(receiver) for event in each.body["events"]}
        if len(got) >= count or time.monotonic() > deadline:
            return got
        time.sleep(0.5)


def _told(receiver: Receiver) -> list[Received]:
    return [each for each in receiver.of("/own/") if each.path.endswith("/all")]


def _error(receiver: Receiver) -> float:
    """The worst difference between a wait and the schedule, in units of what it may be; every retry must have come."""
    came: dict[str, list[float]] = {}
    for each in receiver.of("/own/refused"):
        came.setdefault(each.body["callback_id"], []).append(each.at)
    assert len(came) == REFUSED and all(len(times) > len(WAITS) for times in came.values()), came
    return max(
        abs(later - former - wait) / max(0.1 * wait, 0.5)
        for times in came.values()
        for (former, later), wait in zip(pairwise(times), WAITS, strict=False)
    )
