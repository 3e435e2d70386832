"""Misbehaviour by the clock: what holds when, replayed exactly, watched and stopped."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.schedules import Entry, Schedule
from tests.sandbox.conftest import Json
from tests.sandbox.delivery.delivering import account_of_ours, await_states, bring_about, make_contract, until
from tests.sandbox.delivery.receivers import Receiver
from tests.sandboxes import Sandbox


@pytest.fixture(autouse=True)
def stopped(sandbox: Sandbox) -> Iterator[None]:
    yield
    sandbox.control("DELETE", "/schedules")


def begin(sandbox: Sandbox, entries: list[Json], **more: Any) -> Json:
    schedule: Json = sandbox.control("POST", "/schedules", {"entries": entries, **more})
    return schedule


def ping(sandbox: Sandbox, account: Json) -> int:
    return sandbox.api("/ping", token=account["token"]).status_code


def test_what_holds_follows_the_clock(sandbox: Sandbox, account: Json) -> None:
    answer = {"account": account["id"], "path": "/ping", "kind": "status", "status": 503}
    schedule = begin(sandbox, [{"from": 60, "to": 120, "answer": answer}], speed=60)
    assert (schedule["state"], schedule["length"], schedule["speed"]) == ("running", 120, 60)

    met = []
    while (state := sandbox.control("GET", f"/schedules/{schedule['id']}"))["state"] == "running":
        status = ping(sandbox, account)
        after = sandbox.control("GET", f"/schedules/{schedule['id']}")["at"]
        # A request between two looks at the clock is judged only when both are on one side of the bounds.
        if (state["at"] < 60) == (after < 60) and after < 120:
            met.append((state["at"] >= 60, status))

    assert set(met) == {(False, 200), (True, 503)}
    assert ping(sandbox, account) == 200
    assert state["at"] == 120
    assert state["entries"][0]["met"] >= sum(holds for holds, _ in met)
    assert state["entries"][0]["holds"] is False


def test_the_last_entry_wins_and_a_direct_answer_before_it(sandbox: Sandbox, account: Json) -> None:
    entries = [
        {"from": 0, "to": 600, "answer": {"account": account["id"], "kind": "status", "status": status}}
        for status in (500, 502)
    ]
    begin(sandbox, entries)
    assert ping(sandbox, account) == 502

    sandbox.answer("status", account=account["id"], status=418, times=1)

    assert (ping(sandbox, account), ping(sandbox, account)) == (418, 502)


def test_an_entry_can_be_limited_to_so_many(sandbox: Sandbox, account: Json) -> None:
    answer = {"account": account["id"], "kind": "status", "times": 2}
    schedule = begin(sandbox, [{"from": 0, "to": 600, "answer": answer}])

    assert [ping(sandbox, account) for _ in range(3)] == [500, 500, 200]
    assert sandbox.control("GET", f"/schedules/{schedule['id']}")["entries"][0]["met"] == 2


def test_stopping_lets_go_whoever_waits_and_keeps_the_progress(sandbox: Sandbox, account: Json) -> None:
    answer = {"account": account["id"], "kind": "delay", "seconds": 600}
    schedule = begin(sandbox, [{"from": 0, "to": 600, "answer": answer}], name="slow")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ping, sandbox, account)
        path = f"/schedules/{schedule['id']}"
        until(lambda: sandbox.control("GET", path), lambda shown: shown["entries"][0]["met"] == 1)
        began = time.monotonic()
        stopped = sandbox.control("DELETE", path)
        assert waiting.result(timeout=10) == 200

    assert time.monotonic() - began < 5
    assert (stopped["state"], stopped["name"]) == ("stopped", "slow")
    assert sandbox.control("GET", path)["at"] == stopped["at"]
    assert schedule["id"] in [each["id"] for each in sandbox.control("GET", "/schedules")]


def test_faults_of_delivery_keep_to_the_clock_too(sandbox: Sandbox) -> None:
    account = account_of_ours(sandbox)
    with Receiver() as receiver:
        sandbox.control("PUT", "/switches", {"deliver_to": receiver.url})
        schedule = begin(sandbox, [{"from": 0, "to": 600, "fault": {"account": account["id"], "kind": "drop"}}])
        contract = make_contract(sandbox, account)
        bring_about(sandbox, account, contract, "contract:sign")
        await_states(sandbox, ["dropped"], account=account["id"])

        sandbox.control("DELETE", f"/schedules/{schedule['id']}")
        bring_about(sandbox, account, contract, "contract:sign")

        await_states(sandbox, ["dropped", "delivered"], account=account["id"])
        sandbox.control("PUT", "/switches", {"deliver_to": None})


def test_the_factor_is_the_speed_of_what_has_none(sandbox: Sandbox) -> None:
    sandbox.control("PUT", "/switches", {"time_factor": 25})
    schedule = begin(sandbox, [{"from": 0, "to": 1, "fault": {"kind": "drop", "webhook": None, "times": 1}}])
    sandbox.control("PUT", "/switches", {"time_factor": 1})
    assert schedule["speed"] == 25


def entry(**more: Any) -> Json:
    return {"from": 0, "to": 1, "answer": {"kind": "empty"}, **more}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "entries: a list of 1 to 200"),
        ({"entries": []}, "entries: a list"),
        ({"entries": {"from": 0}}, "entries: a list"),
        ({"entries": [entry()] * 201}, "entries: a list"),
        ({"entries": [entry()], "speed": 0}, "speed: a number from 0.01"),
        ({"entries": [entry()], "speed": "2"}, "speed: a number"),
        ({"entries": [entry()], "name": 5}, "name: a text"),
        ({"entries": [entry()], "when": 5}, "Unknown: when."),
        ({"entries": [entry(), 5]}, "entries[1]: an object is expected."),
        ({"entries": [entry(begin=1)]}, "entries[0]: Unknown: begin."),
        ({"entries": [entry(to=0)]}, "entries[0]: to: a number above from"),
        ({"entries": [entry(to=None)]}, "entries[0]: to: a number from 0"),
        ({"entries": [entry(**{"from": True})]}, "entries[0]: from: a number"),
        ({"entries": [entry(**{"from": -1})]}, "entries[0]: from: a number"),
        ({"entries": [{"from": 0, "to": 1}]}, "entries[0]: either answer or fault"),
        ({"entries": [entry(fault={"kind": "drop"})]}, "entries[0]: either answer or fault"),
        ({"entries": [entry(answer="503")]}, "entries[0]: answer: an object is expected."),
        ({"entries": [entry(answer={"kind": "unheard"})]}, "entries[0]: kind: one of status"),
        ({"entries": [{"from": 0, "to": 1, "fault": {"kind": "status"}}]}, "entries[0]: kind: one of delay"),
        ({"entries": [{"from": 0, "to": 1, "fault": {"kind": "drop", "account": 5}}]}, "entries[0]: There is no acc"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(sandbox: Sandbox, body: Json, problem: str) -> None:
    answer = sandbox.session.post(f"{sandbox.url}/_sandbox/schedules", json=body)

    assert answer.status_code in (400, 404)
    assert answer.json()["error"].startswith(problem)


def test_one_that_is_not_there_is_a_404(sandbox: Sandbox) -> None:
    for method in ("GET", "DELETE"):
        answer = sandbox.session.request(method, f"{sandbox.url}/_sandbox/schedules/999999")
        assert (answer.status_code, answer.json()["error"][:28]) == (404, "There is no schedule 999999.")


BOUNDS = st.tuples(st.integers(0, 50), st.integers(1, 50)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.lists(BOUNDS, min_size=1, max_size=8), st.floats(0, 120), st.floats(0.01, 100_000))
def test_exactly_the_entries_around_the_moment_hold(bounds: list[tuple[int, int]], at: float, speed: float) -> None:
    schedule = Schedule("any", speed, [Entry(begins, ends, None, None) for begins, ends in bounds])
    schedule.began = time.monotonic() - at / speed
    before = schedule.at()
    holding = [(entry.begins, entry.ends) for entry in schedule.holding()]
    after = schedule.at()

    # The clock goes on between two lines.
    surely = [pair for pair in bounds if pair[0] <= before and after < pair[1]]
    perhaps = [pair for pair in bounds if pair[0] <= after and before < pair[1]]
    assert all(holding.count(pair) >= surely.count(pair) for pair in surely)
    assert all(pair in perhaps for pair in holding)
    assert holding == [pair for pair in reversed(bounds) if pair in holding]
