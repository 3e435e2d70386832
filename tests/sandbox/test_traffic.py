"""Traffic: keeps its rate and its shares, counts what it does, can be replayed, watched and stopped."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.traffic.planning import ACTIONS, OPEN_AT_ONCE, plan
from tests.sandbox.conftest import Json
from tests.sandbox.delivery.delivering import deliveries, until
from tests.sandbox.delivery.receivers import Receiver
from tests.sandboxes import Sandbox


@pytest.fixture(autouse=True)
def stopped(sandbox: Sandbox) -> Iterator[None]:
    yield
    sandbox.control("DELETE", "/traffic")


def begin(sandbox: Sandbox, **more: Any) -> Json:
    run: Json = sandbox.control("POST", "/traffic", {"rate": 200, **more})
    return run


def over(sandbox: Sandbox) -> Json:
    run: Json = until(lambda: sandbox.control("GET", "/traffic"), lambda run: run["state"] != "running")
    return run


def contracts(sandbox: Sandbox, account: int) -> list[Json]:
    listed: list[Json] = sandbox.control("GET", f"/contracts?account={account}")
    return listed


def test_contracts_are_made_and_come_to_an_end(sandbox: Sandbox, account: Json) -> None:
    begin(sandbox, accounts=[account["id"]], actions=200, by_hand=0.4, decline=0.3)

    run = over(sandbox)

    counts, found = run["counts"], contracts(sandbox, account["id"])
    assert (run["state"], run["error"], counts["skipped"]) == ("over", None, 0)
    assert sum(counts[name] for name in ACTIONS) == 200
    assert len(found) == counts["create"]
    states = Counter(row["state"] for row in found)
    assert (states["signed"], states["declined"]) == (counts["sign"], counts["decline"])
    assert states["pending"] == counts["publish"] - counts["sign"] - counts["decline"]
    assert sum(row["made_through"] is None for row in found) == counts["made_by_hand"]
    assert 0 < counts["made_by_hand"] < counts["create"]
    assert 0 < counts["decline"] < counts["sign"]
    events = sum(
        sandbox.api(f"/contracts/{row['id']}/events?limit=1", token=account["token"]).json()["count"] for row in found
    )
    assert events == counts["events"]


def test_what_is_made_by_hand_reaches_no_webhook_of_the_extension(sandbox: Sandbox, account: Json) -> None:
    with Receiver() as receiver:
        sandbox.control("PUT", "/switches", {"deliver_to": {"hooks.acme.example": receiver.url}})
        begin(sandbox, accounts=[account["id"]], actions=120, by_hand=0.5)
        over(sandbox)
        by_hand = {row["id"] for row in contracts(sandbox, account["id"]) if row["made_through"] is None}
        rows = until(
            lambda: [row for row in deliveries(sandbox, account=account["id"]) if "oneflow/" in _url(row)],
            lambda rows: rows and all(row["state"] == "delivered" for row in rows),
        )
        sandbox.control("PUT", "/switches", {"deliver_to": None})

    assert by_hand
    assert by_hand.isdisjoint(row["contract"] for row in rows)


def _url(row: Json) -> str:
    return str((row["last_attempt"] or {}).get("url", "oneflow/"))


def test_a_run_can_be_replayed(tmp_path: Path) -> None:
    runs = []
    for name in ("one", "two"):
        with Sandbox.start(tmp_path / name, accounts=2, seed=3) as running:
            running.control("POST", "/traffic", {"rate": 500, "actions": 60, "seed": 11})
            counts = over(running)["counts"]
            made = [
                {key: row[key] for key in ("id", "account", "name", "state", "made_through")}
                for account in running.accounts()
                for row in contracts(running, account["id"])
            ]
            runs.append((counts, made))

    assert runs[0] == runs[1]


def test_another_run_waits_until_the_first_is_stopped(sandbox: Sandbox, account: Json) -> None:
    begin(sandbox, accounts=[account["id"]], rate=0.01)

    refused = sandbox.session.post(f"{sandbox.url}/_sandbox/traffic", json={})
    stopped = sandbox.control("DELETE", "/traffic")

    assert (refused.status_code, stopped["state"]) == (409, "stopped")
    assert sandbox.control("DELETE", "/traffic")["state"] == "stopped"
    assert begin(sandbox, accounts=[account["id"]], seconds=0.1)["state"] in ("running", "over")
    assert over(sandbox)["state"] == "over"


def test_it_goes_on_where_the_extension_is_off(sandbox: Sandbox, account: Json) -> None:
    sandbox.control("DELETE", f"/accounts/{account['id']}/extension")

    begin(sandbox, accounts=[account["id"]], actions=20)

    run = over(sandbox)
    assert (run["state"], run["counts"]["skipped"], run["counts"]["create"]) == ("over", 20, 0)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"rate": 0}, "rate: a number from 0.01 to 500"),
        ({"rate": "5"}, "rate: "),
        ({"rate": 501}, "rate: "),
        ({"rate": None}, "rate: "),
        ({"by_hand": 1.1}, "by_hand: a number from 0 to 1"),
        ({"decline": True}, "decline: "),
        ({"seed": -1}, "seed: "),
        ({"actions": 0}, "actions: "),
        ({"seconds": "1"}, "seconds: "),
        ({"accounts": []}, "accounts: a list"),
        ({"accounts": 410001}, "accounts: a list"),
        ({"accounts": ["410001"]}, "accounts: a list"),
        ({"accounts": [5]}, "There is no account 5."),
        ({"pace": 5}, "Unknown: pace."),
    ],
)
def test_traffic_that_cannot_be_is_refused(sandbox: Sandbox, body: Json, problem: str) -> None:
    answer = sandbox.session.post(f"{sandbox.url}/_sandbox/traffic", json=body)

    assert answer.status_code in (400, 404)
    assert answer.json()["error"].startswith(problem)


@given(st.integers(0, 2**53), st.integers(1, 50), st.floats(0, 1), st.floats(0, 1))
def test_every_contract_goes_its_way_in_order(seed: int, accounts: int, by_hand: float, decline: float) -> None:
    shares = {"accounts": accounts, "by_hand": by_hand, "decline": decline}
    actions = list(islice(plan(seed, **shares), 300))

    assert actions == list(islice(plan(seed, **shares), 300))
    lives: dict[int, list[str]] = {}
    for action in actions:
        assert 0 <= action.account < accounts
        lives.setdefault(action.contract, []).append(action.name)
        unfinished = [life for life in lives.values() if life[-1] not in ("sign", "decline")]
        assert len(unfinished) <= OPEN_AT_ONCE
    for life in lives.values():
        assert life in (["create", "fill", "publish", end][: len(life)] for end in ("sign", "decline"))


@pytest.mark.parametrize(("share", "kinds"), [(0.0, {False}), (1.0, {True})])
def test_a_share_of_nothing_or_all_is_exact(share: float, kinds: set[bool]) -> None:
    actions = list(islice(plan(1, accounts=3, by_hand=share, decline=share), 400))

    assert {action.by_hand for action in actions} == kinds
    assert {action.name for action in actions} == {"create", "fill", "publish", "decline" if share else "sign"}
