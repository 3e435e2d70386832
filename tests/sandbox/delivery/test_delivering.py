"""Delivering webhooks: who is told what, in which body, and when again (sections 10.2, 11 and 16)."""

import hashlib
import os
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.conftest import Json, ours, type_of
from tests.sandbox.delivery.delivering import (
    HOST,
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


def test_the_extensions_webhook_is_told_in_the_documented_body(
    sandbox: Sandbox, account: Json, receiver: Receiver
) -> None:
    contract = make_contract(sandbox, account)
    event = bring_about(sandbox, account, contract, "contract:publish")[0]

    request = receiver.wait_for(1, path=path_of(account))[0]

    body = request.body
    assert set(body) == {"contract", "callback_id", "events", "signature"}
    assert body["contract"] == {"id": contract}
    assert [(each["id"], each["type"]) for each in body["events"]] == [(event["id"], "contract:publish")]
    assert body["events"][0]["created_time"].endswith("+0000") and "." not in body["events"][0]["created_time"]
    assert len(body["callback_id"]) == 40 and int(body["callback_id"], 16) >= 0
    right = hashlib.sha1((body["callback_id"] + "acme-demo-sign-key").encode()).hexdigest()
    assert body["signature"] == right
    assert (request.headers["content-type"], request.path) == ("application/json", path_of(account))
    (row,) = await_states(sandbox, ["delivered"], account=account["id"])
    assert (row["attempts"], row["next_attempt"], row["last_attempt"]["status"]) == (1, None, 200)


def test_events_that_happen_together_come_in_one_callback(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    add_webhook(sandbox, account)
    contract = make_contract(sandbox, account)

    bring_about(sandbox, account, contract, "participant:sign", "contract:sign")

    assert receiver.wait_for(1, path="/own")[0].types == ["participant:sign", "contract:sign"]
    # The extension's webhook does not ask for participants.
    assert receiver.wait_for(1, path="/oneflow")[0].types == ["contract:sign"]


def test_an_extensions_webhook_hears_only_of_what_the_extension_made_from_its_type(
    sandbox: Sandbox, account: Json, receiver: Receiver
) -> None:
    """11.1: both conditions hold, and a contract made by hand fires nothing."""
    add_webhook(sandbox, account)
    by_hand = make_contract(sandbox, account, by_hand=True)
    of_another_type = make_contract(sandbox, account, extension_type="acme_engagement")
    of_no_type = make_contract(sandbox, account, extension_type=None)
    for contract in (by_hand, of_another_type, of_no_type):
        bring_about(sandbox, account, contract, "contract:sign")

    assert len(await_states(sandbox, ["delivered"] * 4, account=account["id"])) == 4
    told_own = sorted(each.body["contract"]["id"] for each in receiver.of("/own"))
    assert told_own == [by_hand, of_another_type, of_no_type]
    told = deliveries(sandbox, account=account["id"], webhook=ours(sandbox, account)[1]["id"])
    assert [row["contract"] for row in told] == [of_another_type]
    assert deliveries(sandbox, account=account["id"], webhook=ours(sandbox, account)[0]["id"]) == []


def test_a_webhook_of_a_type_hears_of_that_type_however_the_contract_was_made(
    sandbox: Sandbox, account: Json, receiver: Receiver
) -> None:
    webhook = add_webhook(sandbox, account, template_group_id=type_of(sandbox, account)["id"])
    by_hand = make_contract(sandbox, account, by_hand=True)
    other = make_contract(sandbox, account, extension_type="acme_engagement")
    for contract in (by_hand, other):
        bring_about(sandbox, account, contract, "contract:sign")

    receiver.wait_for(1, path="/own")

    assert [row["contract"] for row in deliveries(sandbox, webhook=webhook["id"])] == [by_hand]


def test_filters_decide_event_by_event(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    contract = make_contract(sandbox, account, by_hand=True)
    here = sandbox.api("/templates", token=account["token"]).json()["data"][0]["workspaces"][0]["id"]
    rules: list[list[Json]] = [
        [{"type": "EVENT_TYPE", "values": ["contract:sign", "contract:decline"]}],
        [{"type": "EVENT_TYPE", "values": ["party:create"]}, {"type": "WORKSPACE", "values": [here]}],
        [{"type": "EVENT_TYPE", "values": ["party:delete"]}, {"type": "WORKSPACE", "values": [1]}],
    ]
    add_webhook(sandbox, account, filters=[{"filter_rules": each} for each in rules])
    deaf = add_webhook(sandbox, account, "/deaf", filters=[{"filter_rules": rules[2]}])

    bring_about(sandbox, account, contract, "contract:sign", "party:create", "party:delete", "product:create")

    assert receiver.wait_for(1, path="/own")[0].types == ["contract:sign", "party:create"]
    assert deliveries(sandbox, webhook=deaf["id"]) == []


def test_without_a_sign_key_the_callback_id_alone_is_signed(
    sandbox: Sandbox, account: Json, receiver: Receiver
) -> None:
    add_webhook(sandbox, account, sign_key=None)

    bring_about(sandbox, account, make_contract(sandbox, account, by_hand=True), "contract:sign")

    body = receiver.wait_for(1, path="/own")[0].body
    assert body["signature"] == hashlib.sha1(body["callback_id"].encode()).hexdigest()


@pytest.mark.parametrize("fault", ["extension.disabled", "extension.absent", "webhook.missing"])
def test_what_is_off_or_gone_is_told_nothing(sandbox: Sandbox, account: Json, receiver: Receiver, fault: str) -> None:
    contract = make_contract(sandbox, account)
    sandbox.fault(account["id"], fault)

    bring_about(sandbox, account, contract, "contract:sign")

    assert deliveries(sandbox, account=account["id"]) == []


def test_what_waits_for_a_webhook_that_goes_is_not_sent_any_more(
    sandbox: Sandbox, account: Json, receiver: Receiver
) -> None:
    receiver.answer = lambda received: 500
    bring_about(sandbox, account, make_contract(sandbox, account), "contract:sign")
    receiver.wait_for(1, path=path_of(account))

    sandbox.control("DELETE", f"/accounts/{account['id']}/extension")

    await_states(sandbox, ["cancelled"], account=account["id"])
    assert len(receiver.of(path_of(account))) == 1


def test_a_legacy_webhook_gets_the_former_body_for_the_events_that_it_knew(
    sandbox: Sandbox, account: Json, receiver: Receiver
) -> None:
    """11.6: so that a receiver can be seen to refuse it."""
    sandbox.fault(account["id"], "webhook.legacy")
    contract = make_contract(sandbox, account)
    bring_about(sandbox, account, contract, "contract:publish")
    event = bring_about(sandbox, account, contract, "contract:sign")[0]

    body = receiver.wait_for(1, path=path_of(account))[0].body

    assert set(body) == {"agreement_id", "callback_id", "events", "signature"}
    assert body["agreement_id"] == contract
    assert [(each["id"], each["type"], each["refs"]) for each in body["events"]] == [(event["id"], 2, {})]
    right = hashlib.sha1((body["callback_id"] + "acme-demo-sign-key").encode()).hexdigest()
    assert body["signature"] == right
    assert len(deliveries(sandbox, account=account["id"])) == 1


def test_only_200_counts_and_the_waits_keep_their_proportions(
    sandbox: Sandbox, account: Json, receiver: Receiver
) -> None:
    """Ten attempts at 1, 5, 10, 30, 60, 300, 600, 1800 and 3600 s, here 2000 times as fast, then never again."""
    statuses = [201, 202, 204, 301, 302, 400, 401, 404, 500, 503]
    receiver.answer = lambda received: statuses[len(receiver.of(path_of(account))) - 1]
    sandbox.control("PUT", "/switches", {"time_factor": 2000})

    bring_about(sandbox, account, make_contract(sandbox, account), "contract:sign")

    requests = receiver.wait_for(10, path=path_of(account))
    (row,) = await_states(sandbox, ["given_up"], account=account["id"])
    assert len({each.body["callback_id"] for each in requests}) == 1
    waited = [later.at - former.at for former, later in pairwise(requests)]
    scheduled = [seconds / 2000 for seconds in (1, 5, 10, 30, 60, 300, 600, 1800, 3600)]
    assert all(real >= planned - 0.02 for real, planned in zip(waited, scheduled, strict=True)), waited
    assert all(real <= planned + 1 for real, planned in zip(waited, scheduled, strict=True)), waited
    made = sandbox.control("GET", f"/deliveries/{row['id']}")["attempts_made"]
    assert [(each["number"], each["status"]) for each in made] == list(enumerate(statuses, 1))
    assert [hook["id"] for hook in ours(sandbox, account)] != []
    assert row["next_attempt"] is None


def test_a_retry_schedule_of_ones_own_is_followed(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    receiver.answer = lambda received: 500
    sandbox.control("PUT", "/switches", {"retry_schedule": [0, 0.05]})
    try:
        bring_about(sandbox, account, make_contract(sandbox, account), "contract:sign")
        (row,) = await_states(sandbox, ["given_up"], account=account["id"])
    finally:
        sandbox.control("PUT", "/switches", {"retry_schedule": [1, 5, 10, 30, 60, 300, 600, 1800, 3600]})
    assert row["attempts"] == 3


def test_turning_the_factor_shortens_what_waits_already(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    receiver.answer = lambda received: 200 if len(receiver.of(path_of(account))) > 2 else 500
    bring_about(sandbox, account, make_contract(sandbox, account), "contract:sign")
    until(lambda: deliveries(sandbox, account=account["id"]), lambda rows: rows[0]["attempts"] == 2)

    sandbox.control("PUT", "/switches", {"time_factor": 1000})

    receiver.wait_for(3, path=path_of(account), seconds=3)


def test_a_receiver_that_is_too_slow_counts_as_failed(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    def answer(received: Received) -> int:
        if len(receiver.of(path_of(account))) == 1:
            time.sleep(1)
        return 200

    receiver.answer = answer
    sandbox.control("PUT", "/switches", {"webhook_timeout": 0.2})

    bring_about(sandbox, account, make_contract(sandbox, account), "contract:sign")

    (row,) = await_states(sandbox, ["delivered"], account=account["id"])
    first, second = sandbox.control("GET", f"/deliveries/{row['id']}")["attempts_made"]
    assert (first["status"], first["error"]) == (None, "There was no complete answer within 0.2 s.")
    assert 0.2 <= first["seconds"] < 0.9
    assert second["status"] == 200


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 300 + b"\r\n",
        b"HTTP/1.1 200 " + b"x" * 100_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_answer_is_a_failure_and_hurts_nobody(
    sandbox: Sandbox, account: Json, receiver: Receiver, answer: bytes
) -> None:
    receiver.answer = lambda received: answer if len(receiver.of(path_of(account))) == 1 else 200
    sandbox.control("PUT", "/switches", {"time_factor": 100})

    bring_about(sandbox, account, make_contract(sandbox, account), "contract:sign")

    (row,) = await_states(sandbox, ["delivered"], account=account["id"])
    first = sandbox.control("GET", f"/deliveries/{row['id']}")["attempts_made"][0]
    assert first["status"] is None and first["error"]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200\r\n\r\nto the end",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\xff\x00\xff",
        b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"x" * 200_000,
    ],
)
def test_every_200_acknowledges_whatever_its_body(
    sandbox: Sandbox, account: Json, receiver: Receiver, answer: bytes
) -> None:
    receiver.answer = lambda received: answer

    bring_about(sandbox, account, make_contract(sandbox, account), "contract:sign")

    await_states(sandbox, ["delivered"], account=account["id"])


def test_one_receiver_that_hangs_holds_no_other_up(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    receiver.answer = lambda received: time.sleep(5) or 200 if received.path.endswith("/hangs") else 200
    for _ in range(3):
        add_webhook(sandbox, account, "/hangs")
    add_webhook(sandbox, account, "/quick")
    contract = make_contract(sandbox, account, by_hand=True)

    began = time.monotonic()
    for _ in range(100):
        bring_about(sandbox, account, contract, "contract:sign")
    receiver.wait_for(100, path=f"/own/{account['id']}/quick")

    assert time.monotonic() - began < 5
    sandbox.control("DELETE", f"/accounts/{account['id']}/extension")
    for hook in sandbox.api("/webhooks", token=account["token"]).json().get("data", []):
        sandbox.api(f"/webhooks/{hook['id']}", token=account["token"], method="DELETE")


def test_connections_are_used_again(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    contract = make_contract(sandbox, account)
    for number in range(5):
        bring_about(sandbox, account, contract, "contract:sign")
        receiver.wait_for(number + 1, path=path_of(account))
        await_states(sandbox, ["delivered"] * (number + 1), account=account["id"])

    assert len({each.connection for each in receiver.of(path_of(account))}) == 1


def test_strangers_are_never_called(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    """Not even the local receiver gets what goes to a host that the switch does not name."""
    sandbox.fault(account["id"], "webhook.misdirected")

    bring_about(sandbox, account, make_contract(sandbox, account), "contract:sign")

    (row,) = until(lambda: deliveries(sandbox, account=account["id"]), lambda rows: rows[0]["attempts"] == 1)
    assert row["last_attempt"]["status"] is None
    assert "old-hooks.acme.example is not this machine" in row["last_attempt"]["error"]
    assert receiver.of(path_of(account)) == []


@pytest.mark.parametrize(
    "value",
    [
        "http://hooks.acme.example",
        "http://10.0.0.1:9000",
        "ftp://127.0.0.1",
        "127.0.0.1:9000",
        "http://127.0.0.1:99999",
        "http://127.0.0.1/?a=b",
        "http://[::1",
        "",
        5,
        [],
        {"hooks.acme.example": "http://192.168.1.1"},
        {"Hooks.acme.example": "http://127.0.0.1:1"},
        {"": "http://127.0.0.1:1"},
        {"hooks.acme.example": None},
    ],
)
def test_callbacks_can_be_sent_to_this_machine_only(sandbox: Sandbox, value: Any) -> None:
    answer = sandbox.session.put(f"{sandbox.url}/_sandbox/switches", json={"deliver_to": value})

    assert answer.status_code == 400
    assert "--deliver-anywhere" in answer.json()["error"]


@pytest.mark.parametrize(
    ("switch", "value"),
    [
        ("webhook_timeout", 0),
        ("webhook_timeout", "10"),
        ("webhook_timeout", True),
        ("retry_schedule", 5),
        ("retry_schedule", [-1]),
        ("retry_schedule", ["1"]),
        ("retry_schedule", [1] * 51),
        ("time_factor", 0.5),
        ("time_factor", None),
    ],
)
def test_switches_of_delivery_refuse_what_they_cannot_follow(sandbox: Sandbox, switch: str, value: Any) -> None:
    answer = sandbox.session.put(f"{sandbox.url}/_sandbox/switches", json={switch: value})

    assert answer.status_code == 400
    assert answer.json()["error"].startswith(f"{switch}: ")


def test_one_address_can_take_every_host(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    sandbox.control("PUT", "/switches", {"deliver_to": f"{receiver.url}/all/"})
    body = {"callback_url": "https://crm.other.example:8443?a=1&b=ü"}
    assert sandbox.api("/webhooks", token=account["token"], method="POST", json=body).status_code == 400
    body = {"callback_url": "https://crm.other.example:8443?a=1&b=%C3%BC"}
    sandbox.api("/webhooks", token=account["token"], method="POST", json=body)

    bring_about(sandbox, account, make_contract(sandbox, account, by_hand=True), "contract:sign")

    await_states(sandbox, ["delivered"], account=account["id"])
    assert receiver.received[-1].path == "/all/?a=1&b=%C3%BC"


def test_a_loopback_callback_url_needs_no_switch(sandbox: Sandbox, account: Json) -> None:
    add_webhook(sandbox, account, callback_url="https://127.0.0.1:9/nobody-listens")

    bring_about(sandbox, account, make_contract(sandbox, account, by_hand=True), "contract:sign")

    (row,) = until(lambda: deliveries(sandbox, account=account["id"]), lambda rows: rows[0]["attempts"] == 1)
    assert row["last_attempt"]["error"].startswith("It cannot be reached: ")


def test_killed_in_the_middle_it_loses_nothing(tmp_path: Path) -> None:
    """Half of the callbacks have failed once when the process is killed; all arrive after it starts again."""
    count = 60
    with Receiver() as receiver:
        receiver.answer = lambda received: 500 if len(receiver.received) % 2 else 200
        running = Sandbox.start(tmp_path, accounts=1)
        account = running.account()
        running.control("PUT", "/switches", {"deliver_to": receiver.url, "time_factor": 2})
        contract = make_contract(running, account)
        events = {bring_about(running, account, contract, "contract:sign")[0]["id"] for _ in range(count)}
        receiver.wait_for(count // 2)
        os.killpg(running.process.pid, signal.SIGKILL)
        running.stop()
        before = len(receiver.received)

        receiver.answer = lambda received: 200
        with Sandbox.start(tmp_path) as again:
            rows = await_states(again, ["delivered"] * count)

        acknowledged = {event["id"] for each in receiver.received for event in each.body["events"]}
        assert acknowledged == events
        assert {row["callback_id"] for row in rows} == {each.body["callback_id"] for each in receiver.received}
        assert before < count * 2
        # What was told to have failed before the end of the first process kept its place in the schedule.
        assert max(row["attempts"] for row in rows) >= 2


def test_the_worker_alone_killed_is_replaced_and_goes_on(tmp_path: Path) -> None:
    with Receiver() as receiver, Sandbox.start(tmp_path, accounts=1) as running:
        account = running.account()
        running.control("PUT", "/switches", {"deliver_to": receiver.url, "time_factor": 2})
        receiver.answer = lambda received: 503
        bring_about(running, account, make_contract(running, account), "contract:sign")
        receiver.wait_for(1)
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(running.process.pid)], capture_output=True, text=True, check=True
        )
        receiver.answer = lambda received: 200
        os.kill(int(listed.stdout.split()[0]), signal.SIGKILL)

        receiver.wait_for(2)


@pytest.mark.parametrize("table", ["sandbox_webhook", "sandbox_attempt"])
def test_a_database_that_refuses_for_a_while_costs_nothing(tmp_path: Path, table: str) -> None:
    """Neither what is to be sent, nor what was sent and could not be written down."""
    with Receiver() as receiver, Sandbox.start(tmp_path, accounts=1) as running:
        account = running.account()
        receiver.answer = lambda received: 503 if len(receiver.received) == 1 else 200
        running.control("PUT", "/switches", {"deliver_to": receiver.url})
        bring_about(running, account, make_contract(running, account), "contract:sign")
        until(lambda: deliveries(running), lambda rows: rows[0]["attempts"] == 1)

        with closing(sqlite3.connect(tmp_path / "sandbox.sqlite3", timeout=20, isolation_level=None)) as database:
            database.execute("PRAGMA legacy_alter_table = ON")
            database.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
            time.sleep(2)
            database.execute(f"ALTER TABLE elsewhere RENAME TO {table}")

        (row,) = await_states(running, ["delivered"])
        assert row["attempts"] == 2


def test_a_reset_takes_what_waits_with_it(tmp_path: Path) -> None:
    with Receiver() as receiver, Sandbox.start(tmp_path, accounts=1) as running:
        receiver.answer = lambda received: 503
        running.control("PUT", "/switches", {"deliver_to": receiver.url, "time_factor": 2})
        bring_about(running, running.account(), make_contract(running, running.account()), "contract:sign")
        receiver.wait_for(1)

        running.control("POST", "/reset", {"accounts": 1})
        running.control("PUT", "/switches", {"deliver_to": receiver.url})
        receiver.answer = lambda received: 200
        bring_about(running, running.account(), make_contract(running, running.account()), "contract:publish")

        await_states(running, ["delivered"])
        assert receiver.received[-1].types == ["contract:publish"]
        assert HOST not in receiver.received[-1].path
