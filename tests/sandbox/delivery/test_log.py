"""The log of deliveries, sending again, pausing and resuming, and what waits."""

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
from tests.sandbox.delivery.receivers import Receiver
from tests.sandboxes import Sandbox


def test_the_log_shows_request_answer_duration_and_the_next_attempt(
    sandbox: Sandbox, account: Json, receiver: Receiver
) -> None:
    receiver.answer = lambda received: 503
    contract = make_contract(sandbox, account)
    event = bring_about(sandbox, account, contract, "contract:sign")[0]
    (row,) = until(lambda: deliveries(sandbox, account=account["id"]), lambda rows: rows[0]["attempts"] == 1)

    request = receiver.of(path_of(account))[0]
    last = row["last_attempt"]
    assert (row["account"], row["contract"], row["state"]) == (account["id"], contract, "waiting")
    assert [each["id"] for each in row["events"]] == [event["id"]]
    assert row["callback_id"] == request.body["callback_id"]
    assert (last["status"], last["answer"], last["error"], last["fault"]) == (503, "ok", None, None)
    assert last["url"] == receiver.url + path_of(account)
    assert last["body"] == request.text
    assert 0 < last["seconds"] < 5
    assert row["next_attempt"] > last["at"]
    assert sandbox.control("GET", f"/deliveries/{row['id']}")["attempts_made"] == [last]


def test_the_log_is_narrowed_and_paged_the_newest_first(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    webhook = add_webhook(sandbox, account)
    contracts = [make_contract(sandbox, account) for _ in range(3)]
    for contract in contracts:
        bring_about(sandbox, account, contract, "contract:sign")
    await_states(sandbox, ["delivered"] * 6, account=account["id"])

    assert [row["contract"] for row in deliveries(sandbox, webhook=webhook["id"])] == contracts
    assert len(deliveries(sandbox, contract=contracts[0], state="delivered")) == 2
    assert deliveries(sandbox, contract=contracts[0], state="waiting") == []
    page = sandbox.control("GET", f"/deliveries?webhook={webhook['id']}&limit=1&offset=1")
    assert (page["count"], [row["contract"] for row in page["data"]]) == (3, contracts[1:2])
    one = page["data"][0]
    assert [row["id"] for row in deliveries(sandbox, callback_id=one["callback_id"])] == [one["id"]]


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("state=lost", "state: one of waiting, delivered, given_up, cancelled, dropped is expected."),
        ("limit=0", "limit: a whole number from 1 to 1000 is expected."),
        ("limit=1001", "limit: "),
        ("offset=-1", "offset: "),
        ("account=x", "account: a whole number is expected."),
        ("acount=1", "Unknown: acount."),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(sandbox: Sandbox, query: str, problem: str) -> None:
    answer = sandbox.session.get(f"{sandbox.url}/_sandbox/deliveries?{query}")

    assert answer.status_code == 400
    assert answer.json()["error"].startswith(problem)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "problem"),
    [
        ("GET", "/deliveries/999999", None, 404, "There is no delivery 999999."),
        ("POST", "/deliveries/999999/redeliver", {}, 404, "There is no delivery 999999."),
        ("POST", "/deliveries/redeliver", {"acount": 1}, 400, "Unknown: acount."),
        ("POST", "/deliveries/redeliver", {"account": "all"}, 400, "account: a whole number"),
        ("POST", "/deliveries/pauses", {"account": 5}, 404, "There is no account 5."),
        ("POST", "/deliveries/pauses", {"webhook": 5}, 404, "webhook: there is no webhook 5."),
        ("POST", "/deliveries/pauses", {"account": 410001, "webhook": 25000001}, 400, "Name an account or a webhook"),
        ("POST", "/deliveries/resume", {"all": True}, 400, "Unknown: all."),
        ("POST", "/accounts/410001/events", {"types": ["contract:sign"], "contract": 5}, 404, "contract: "),
        ("POST", "/accounts/410001/events", {"types": [], "contract": 5}, 400, "types: "),
        ("POST", "/accounts/410001/events", {"types": ["sign"], "contract": 5}, 400, "types: "),
        ("POST", "/accounts/410001/events", {"types": "contract:sign", "contract": 5}, 400, "types: "),
        ("POST", "/accounts/410001/events", {"types": [5], "contract": 5}, 400, "types: "),
        ("POST", "/accounts/410001/events", {"types": ["contract:sign"]}, 400, "contract: "),
        ("POST", "/accounts/5/events", {"types": ["contract:sign"], "contract": 5}, 404, "There is no account 5."),
        ("DELETE", "/deliveries", None, 405, "/_sandbox/deliveries answers GET only."),
    ],
)
def test_what_cannot_be_done_is_said(
    sandbox: Sandbox, method: str, path: str, body: Any, status: int, problem: str
) -> None:
    answer = sandbox.session.request(method, f"{sandbox.url}/_sandbox{path}", json=body)

    assert answer.status_code == status, answer.text
    assert answer.json()["error"].startswith(problem)


def test_what_was_given_up_is_sent_again_with_its_attempts_before_it(
    sandbox: Sandbox, account: Json, receiver: Receiver
) -> None:
    other = account_of_ours(sandbox)
    receiver.answer = lambda received: 500
    sandbox.control("PUT", "/switches", {"time_factor": 100_000})
    for each in (account, other):
        bring_about(sandbox, each, make_contract(sandbox, each), "contract:sign")
        await_states(sandbox, ["given_up"], account=each["id"])
    first = receiver.of(path_of(account))[0]

    receiver.answer = lambda received: 500 if len(receiver.of(path_of(account))) < 12 else 200
    assert sandbox.control("POST", "/deliveries/redeliver", {"account": account["id"]}) == {"redelivered": 1}

    (row,) = await_states(sandbox, ["delivered"], account=account["id"])
    requests = receiver.of(path_of(account))
    assert (len(requests), row["attempts"]) == (12, 2)
    assert {each.body["callback_id"] for each in requests} == {first.body["callback_id"]}
    await_states(sandbox, ["given_up"], account=other["id"])
    receiver.answer = lambda received: 200
    assert sandbox.control("POST", "/deliveries/redeliver", {})["redelivered"] >= 1
    await_states(sandbox, ["delivered"], account=other["id"])


def test_one_that_waits_is_sent_at_once_when_asked(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    receiver.answer = lambda received: 500 if len(receiver.of(path_of(account))) < 3 else 200
    bring_about(sandbox, account, make_contract(sandbox, account), "contract:sign")
    (row,) = until(lambda: deliveries(sandbox, account=account["id"]), lambda rows: rows[0]["attempts"] == 2)

    sandbox.control("POST", f"/deliveries/{row['id']}/redeliver", {})

    receiver.wait_for(3, path=path_of(account), seconds=3)
    await_states(sandbox, ["delivered"], account=account["id"])


def test_what_is_delivered_already_can_be_sent_once_more(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    bring_about(sandbox, account, make_contract(sandbox, account), "contract:sign")
    (row,) = await_states(sandbox, ["delivered"], account=account["id"])

    shown = sandbox.control("POST", f"/deliveries/{row['id']}/redeliver", {})

    assert shown["callback_id"] == row["callback_id"]
    first, second = receiver.wait_for(2, path=path_of(account))
    assert first.text == second.text


@pytest.mark.parametrize("scope", ["all", "account", "webhook"])
def test_a_pause_holds_what_is_due_until_it_ends(
    sandbox: Sandbox, account: Json, receiver: Receiver, scope: str
) -> None:
    other = account_of_ours(sandbox)
    hook = ours(sandbox, account)[0]["id"]
    body = {"all": {}, "account": {"account": account["id"]}, "webhook": {"webhook": hook}}[scope]
    (pause,) = sandbox.control("POST", "/deliveries/pauses", body)
    assert {name: pause[name] for name in ("account", "webhook")} == {"account": None, "webhook": None} | body
    for each in (account, other):
        bring_about(sandbox, each, make_contract(sandbox, each), "contract:sign")
    if scope != "all":
        await_states(sandbox, ["delivered"], account=other["id"])

    shown = sandbox.control("GET", "/deliveries/waiting")
    held = [each for each in shown["webhooks"] if each["account"] in (account["id"], other["id"])]
    assert len(held) == (2 if scope == "all" else 1)
    assert [each["callbacks"] for each in held if each["webhook"] == hook] == [1]
    assert shown["pauses"] == [pause]
    assert receiver.of(path_of(account)) == []

    assert sandbox.control("POST", "/deliveries/resume", body) == []

    receiver.wait_for(1, path=path_of(account), seconds=3)
    receiver.wait_for(1, path=path_of(other), seconds=3)


def test_a_pause_outlives_a_restart(tmp_path: Any) -> None:
    with Receiver() as receiver:
        with Sandbox.start(tmp_path, accounts=1) as running:
            running.control("PUT", "/switches", {"deliver_to": receiver.url})
            running.control("POST", "/deliveries/pauses", {})
            bring_about(running, running.account(), make_contract(running, running.account()), "contract:sign")

        with Sandbox.start(tmp_path) as again:
            assert len(again.control("GET", "/deliveries/pauses")) == 1
            await_states(again, ["waiting"])
            assert receiver.received == []
            again.control("POST", "/deliveries/resume", {})
            await_states(again, ["delivered"])


def test_types_that_nobody_knows_are_told_too(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    """11.5: the list grows."""
    add_webhook(sandbox, account)

    bring_about(sandbox, account, make_contract(sandbox, account), "approval:late_step:grant")

    assert receiver.wait_for(1, path="/own")[0].types == ["approval:late_step:grant"]
