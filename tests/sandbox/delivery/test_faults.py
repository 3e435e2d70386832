"""Faults of delivery: each does what its sentence says, to whom it is aimed at, so many times (16)."""

import hashlib
import time
from typing import Any

import pytest

from tests.sandbox.conftest import Json, ours
from tests.sandbox.delivery.delivering import (
    account_of_ours,
    add_webhook,
    await_states,
    bring_about,
    deliveries,
    make_contract,
    path_of,
    until,
)
from tests.sandbox.delivery.receivers import Received, Receiver
from tests.sandboxes import Sandbox

KEY = "acme-demo-sign-key"


def fault(sandbox: Sandbox, kind: str, **more: Any) -> list[Json]:
    listed: list[Json] = sandbox.control("POST", "/deliveries/faults", {"kind": kind, **more})
    return listed


def is_signed_with(received: Received, key: str) -> bool:
    body = received.body
    return bool(body["signature"] == hashlib.sha1((body["callback_id"] + key).encode()).hexdigest())


def sign(sandbox: Sandbox, account: Json, times: int = 1) -> list[int]:
    """So many events, each in a callback of its own; their ids."""
    contract = make_contract(sandbox, account)
    return [bring_about(sandbox, account, contract, "contract:sign")[0]["id"] for _ in range(times)]


def ids(requests: list[Received]) -> list[int]:
    return [event["id"] for each in requests for event in each.body["events"]]


def test_a_delayed_callback_comes_later(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    fault(sandbox, "delay", account=account["id"], seconds=0.7, times=1)
    began = time.time()

    late, early = sign(sandbox, account, 2)

    requests = receiver.wait_for(2, path=path_of(account))
    assert ids(requests) == [early, late]
    assert requests[1].at - began >= 0.7
    rows = await_states(sandbox, ["delivered"] * 2, account=account["id"])
    assert [row["last_attempt"]["fault"] for row in rows] == ["delay", None]


def test_ending_faults_lets_go_what_they_hold(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    fault(sandbox, "burst", account=account["id"], size=100, seconds=600)
    sign(sandbox, account)
    fault(sandbox, "delay", account=account["id"], seconds=600)
    sign(sandbox, account)
    until(lambda: sandbox.control("GET", "/deliveries/waiting"), lambda shown: shown["held_by_faults"] == 2)
    assert receiver.of(path_of(account)) == []

    assert sandbox.control("DELETE", "/deliveries/faults") == []

    receiver.wait_for(2, path=path_of(account), seconds=5)


def test_a_duplicated_callback_comes_again_to_the_letter(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    fault(sandbox, "duplicate", account=account["id"], copies=2, times=1)

    sign(sandbox, account)

    requests = receiver.wait_for(3, path=path_of(account))
    assert len({each.text for each in requests}) == 1
    (row,) = await_states(sandbox, ["delivered"], account=account["id"])
    made = sandbox.control("GET", f"/deliveries/{row['id']}")["attempts_made"]
    assert [(each["number"], each["fault"]) for each in made] == [(1, "duplicate"), (0, "duplicate"), (0, "duplicate")]
    assert row["attempts"] == 1


def test_reordered_callbacks_come_the_latest_first(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    fault(sandbox, "reorder", account=account["id"], size=3, seconds=60, times=3)

    events = sign(sandbox, account, 3)

    assert ids(receiver.wait_for(3, path=path_of(account))) == events[::-1]
    await_states(sandbox, ["delivered"] * 3, account=account["id"])


def test_a_group_that_does_not_fill_is_sent_when_it_has_waited(
    sandbox: Sandbox, account: Json, receiver: Receiver
) -> None:
    fault(sandbox, "reorder", account=account["id"], size=3, seconds=0.5)

    events = sign(sandbox, account, 2)

    assert ids(receiver.wait_for(2, path=path_of(account))) == events[::-1]


def test_a_burst_comes_all_at_once(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    together = 0

    def answer(received: Received) -> int:
        nonlocal together
        deadline = time.monotonic() + 10
        # Nobody is answered before all are there.
        while len(receiver.of(path_of(account))) < 40 and time.monotonic() < deadline:
            time.sleep(0.01)
        together = max(together, len(receiver.of(path_of(account))))
        return 200

    receiver.answer = answer
    fault(sandbox, "burst", account=account["id"], size=40, seconds=60)

    sign(sandbox, account, 40)

    await_states(sandbox, ["delivered"] * 40, account=account["id"])
    assert together == 40


def test_a_dropped_callback_never_comes_until_it_is_sent_again(
    sandbox: Sandbox, account: Json, receiver: Receiver
) -> None:
    fault(sandbox, "drop", account=account["id"], times=1)
    lost, kept = sign(sandbox, account, 2)
    rows = await_states(sandbox, ["dropped", "delivered"], account=account["id"])
    assert ids(receiver.of(path_of(account))) == [kept]
    assert rows[0]["last_attempt"]["fault"] == "drop"

    sandbox.control("POST", f"/deliveries/{rows[0]['id']}/redeliver", {})

    assert ids(receiver.wait_for(2, path=path_of(account))) == [kept, lost]


@pytest.mark.parametrize(
    ("kind", "more", "key"), [("corrupt_signature", {}, None), ("wrong_key", {"key": "theirs"}, "theirs")]
)
def test_a_wrong_signature_is_sent_once_and_the_right_one_when_it_is_refused(
    sandbox: Sandbox, account: Json, receiver: Receiver, kind: str, more: Json, key: str | None
) -> None:
    receiver.answer = lambda received: 200 if is_signed_with(received, KEY) else 401
    fault(sandbox, kind, account=account["id"], times=1, **more)

    sign(sandbox, account)

    first, second = receiver.wait_for(2, path=path_of(account))
    assert not is_signed_with(first, KEY)
    assert key is None or is_signed_with(first, key)
    assert is_signed_with(second, KEY)
    assert first.body["callback_id"] == second.body["callback_id"]
    await_states(sandbox, ["delivered"], account=account["id"])


def test_another_body_comes_under_the_same_callback_id(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    fault(sandbox, "other_body", account=account["id"], times=1)

    (event,) = sign(sandbox, account)

    right, other = (each.body for each in receiver.wait_for(2, path=path_of(account)))
    assert right["callback_id"] == other["callback_id"] and right["signature"] == other["signature"]
    assert right["events"][0]["id"] == event != other["events"][0]["id"]
    assert right["contract"] != other["contract"]


def test_a_fault_strikes_only_what_it_is_aimed_at(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    other = account_of_ours(sandbox)
    webhook = add_webhook(sandbox, account)
    fault(sandbox, "drop", webhook=webhook["id"], event_type="contract:s*")
    contract = make_contract(sandbox, account)

    bring_about(sandbox, account, contract, "contract:sign")
    bring_about(sandbox, account, contract, "contract:publish")
    sign(sandbox, other)

    await_states(sandbox, ["dropped", "delivered"], webhook=webhook["id"])
    await_states(sandbox, ["delivered"] * 2, webhook=ours(sandbox, account)[0]["id"])
    await_states(sandbox, ["delivered"], account=other["id"])


def test_the_latest_fault_wins_and_a_limited_one_is_used_up(
    sandbox: Sandbox, account: Json, receiver: Receiver
) -> None:
    fault(sandbox, "drop", account=account["id"])
    listed = fault(sandbox, "duplicate", account=account["id"], times=2)
    assert [each["times"] for each in listed] == [None, 2]

    sign(sandbox, account)
    await_states(sandbox, ["delivered"], account=account["id"])

    assert [each["times"] for each in sandbox.control("GET", "/deliveries/faults")] == [None, 1]
    sign(sandbox, account, 2)
    await_states(sandbox, ["delivered", "delivered", "dropped"], account=account["id"])
    assert [each["kind"] for each in sandbox.control("GET", "/deliveries/faults")] == ["drop"]


def test_what_a_fault_holds_comes_after_a_restart_all_the_same(tmp_path: Any) -> None:
    with Receiver() as receiver:
        with Sandbox.start(tmp_path, accounts=1) as running:
            running.control("PUT", "/switches", {"deliver_to": receiver.url})
            fault(running, "burst", size=10, seconds=600)
            bring_about(running, running.account(), make_contract(running, running.account()), "contract:sign")
            until(lambda: running.control("GET", "/deliveries/waiting"), lambda shown: shown["held_by_faults"] == 1)
            assert receiver.received == []

        with Sandbox.start(tmp_path) as again:
            await_states(again, ["delivered"])


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "kind: one of delay, duplicate"),
        ({"kind": "unheard"}, "kind: one of"),
        ({"kind": ["drop"]}, "kind: a text"),
        ({"kind": "drop", "acount": 1}, "Unknown: acount."),
        ({"kind": "drop", "account": "410001"}, "account: a whole number"),
        ({"kind": "drop", "account": 5}, "There is no account 5."),
        ({"kind": "drop", "webhook": 5}, "webhook: there is no webhook 5."),
        ({"kind": "drop", "event_type": ""}, "event_type: a text of 1 to 60"),
        ({"kind": "drop", "times": 0}, "times: a whole number"),
        ({"kind": "delay", "seconds": 601}, "seconds: a number from 0 to 600"),
        ({"kind": "burst", "size": 1}, "size: a whole number from 2"),
        ({"kind": "duplicate", "copies": 101}, "copies: a whole number from 1 to 100"),
        ({"kind": "wrong_key", "key": 5}, "key: a text"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(sandbox: Sandbox, body: Json, problem: str) -> None:
    answer = sandbox.session.post(f"{sandbox.url}/_sandbox/deliveries/faults", json=body)

    assert answer.status_code in (400, 404)
    assert answer.json()["error"].startswith(problem)
    assert deliveries(sandbox, account=1) == []
