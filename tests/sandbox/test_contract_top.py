"""What stands at the top of a contract, and when it may change (section 8.3)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.conftest import Json
from tests.sandbox.contracting import Desk, counterpart, people_of
from tests.sandboxes import Sandbox

NEVER = {"type": "never"}


@pytest.fixture
def desk(sandbox: Sandbox, account: Json) -> Desk:
    return Desk.at(sandbox, account)


def update(desk: Desk, contract: Json, body: Json) -> Any:
    return desk.api("PUT", f"/contracts/{contract['id']}", body)


def today(desk: Desk) -> datetime:
    return datetime.fromisoformat(desk.sandbox.control("GET", "/time")["now"])


@pytest.mark.parametrize("body", [{}, {"_private": {}}, {"_private": None}, {"unknown": 5}])
def test_nothing_named_changes_nothing(desk: Desk, body: Json) -> None:
    made = desk.create(name="First")

    assert update(desk, made, body).json() == made


def test_name_and_value_can_be_removed(desk: Desk) -> None:
    made = desk.create(name="First", value={"amount": "5", "currency": "SEK"})

    changed = update(desk, made, {"_private": {"name": "Second", "value": {"amount": "7.50"}}}).json()
    assert (changed["_private"]["name"], changed["_private"]["value"]) == (
        "Second",
        {"amount": "7.50", "currency": "SEK"},
    )

    removed = update(desk, made, {"_private": {"name": "", "value": None}}).json()
    assert (removed["_private"]["name"], removed["_private"]["value"]) == ("", None)
    assert desk.events(made) == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"_private": []}, "_private"),
        ({"_private": {"name": None}}, "_private.name"),
        ({"_private": {"name": "x" * 131}}, "_private.name"),
        ({"_private": {"value": 5}}, "_private.value"),
        ({"_private": {"value": {"amount": "x"}}}, "_private.value.amount"),
        ({"_private": {"value": {"amount": "5", "currency": "kr"}}}, "_private.value.currency"),
        ({"_private": {"signing_period_expiration": None}}, "_private.signing_period_expiration"),
        ({"_private": {"signing_period_expiration": {"type": "soon"}}}, "_private.signing_period_expiration.type"),
        (
            {"_private": {"signing_period_expiration": {"type": "days_after_publish"}}},
            "_private.signing_period_expiration.expire_days_after_publish",
        ),
        (
            {"_private": {"signing_period_expiration": {"type": "fixed_date", "expire_fixed_date": "soon"}}},
            "_private.signing_period_expiration.expire_fixed_date",
        ),
        (
            {"_private": {"signing_period_expiration": {"type": "fixed_date", "expire_fixed_date": "9999-12-31"}}},
            "_private.signing_period_expiration.expire_fixed_date",
        ),
        ({"sign_order": "x"}, "sign_order"),
        ({"sign_order": [1]}, "sign_order"),
        ({"sign_order": [True]}, "sign_order"),
        ({"tags": {}}, "tags"),
        ({"tags": [{"id": "1"}]}, "tags[0].id"),
        ({"lifecycle_settings": None}, "lifecycle_settings.type"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(desk: Desk, body: Json, problem: str) -> None:
    made = desk.create()

    answer = update(desk, made, body)

    assert answer.status_code == 400
    assert next(iter(answer.json()["parameter_problems"])) == problem
    assert desk.read(made) == made


def test_all_or_nothing(desk: Desk) -> None:
    sent = desk.published(name="First")
    desk.people(sent, "sign")

    answer = update(desk, sent, {"_private": {"name": "Second", "signing_period_expiration": NEVER}})

    assert answer.status_code == 409
    assert desk.read(sent)["_private"]["name"] == "First"


STATES = {"signed": "sign", "declined": "decline"}


@pytest.mark.parametrize(
    ("state", "name", "period", "days"),
    [
        ("draft", 200, 200, 200),
        ("pending", 200, 200, 400),
        ("overdue", 409, 200, 400),
        ("signed", 200, 409, 409),
        ("declined", 409, 409, 409),
    ],
)
def test_when_each_may_change(desk: Desk, state: str, name: int, period: int, days: int) -> None:
    contract = desk.create() if state == "draft" else desk.published()
    if state in STATES:
        desk.people(contract, STATES[state])
    elif state == "overdue":
        desk.days_pass(15)
    assert desk.read(contract)["state"] == state

    assert update(desk, contract, {"_private": {"name": "Another"}}).status_code == name
    after = {"type": "days_after_publish", "expire_days_after_publish": 5}
    assert update(desk, contract, {"_private": {"signing_period_expiration": after}}).status_code == days
    assert update(desk, contract, {"_private": {"signing_period_expiration": NEVER}}).status_code == period


def test_the_signing_period_ends_with_time(desk: Desk) -> None:
    sent = desk.published()
    assert desk.days_pass(13)["ahead_seconds"] > 0
    assert desk.read(sent)["state"] == "pending"

    desk.days_pass(1)

    overdue = desk.read(sent)
    assert overdue["state"] == "overdue"
    assert overdue["state_updated_time"] == sent["signing_period_expiry_time"]
    event = desk.ask("GET", f"/contracts/{sent['id']}/events?sort=-id")["data"][0]
    assert (event["type"], event["actor"]) == ("contract:signing_period_expire", None)
    assert event["created_time"] == sent["signing_period_expiry_time"]
    assert "overdue" in desk.refused(sent, "sign")


def test_another_period_revives_an_overdue_contract(desk: Desk) -> None:
    sent = desk.published()
    desk.days_pass(14)
    last = (today(desk) + timedelta(days=2)).date().isoformat()

    period = {"type": "fixed_date", "expire_fixed_date": last}
    revived = update(desk, sent, {"_private": {"signing_period_expiration": period}}).json()

    assert (revived["state"], revived["_private"]["signing_period_expiration"]) == ("pending", period)
    assert desk.events(sent)[-1] == "contract:signing_period_revive"
    desk.days_pass(3)
    assert desk.read(sent)["state"] == "overdue"
    assert desk.sandbox.control("POST", f"/contracts/{sent['id']}/revive", {"days": 3})["state"] == "pending"
    assert "pending" in desk.refused(sent, "revive")
    assert desk.people(sent, "sign")["state"] == "signed"


def test_a_day_that_is_over_is_no_signing_period(desk: Desk) -> None:
    period = {"type": "fixed_date", "expire_fixed_date": "2020-01-01"}
    sent, made = desk.published(), desk.create()

    assert update(desk, sent, {"_private": {"signing_period_expiration": period}}).status_code == 400
    assert update(desk, made, {"_private": {"signing_period_expiration": period}}).status_code == 200
    assert desk.api("POST", f"/contracts/{made['id']}/publish").status_code == 409


def test_a_period_without_end_never_ends(desk: Desk) -> None:
    sent = desk.published()
    never = update(desk, sent, {"_private": {"signing_period_expiration": NEVER}}).json()
    assert never["signing_period_expiry_time"] is None

    desk.days_pass(400)

    assert desk.read(sent)["state"] == "pending"


def test_tags_are_those_that_are_named(desk: Desk) -> None:
    one, two = (desk.ask("POST", "/tags", {"name": name})["id"] for name in ("One", "Two"))
    made = desk.create(tags=[{"id": one}])

    tagged = update(desk, made, {"tags": [{"id": two}]}).json()["tags"]

    assert tagged == [{"id": two, "name": "Two"}]
    assert update(desk, made, {"tags": []}).json()["tags"] == []
    assert update(desk, made, {"tags": [{"id": 1}]}).status_code == 404


def test_who_leaves_is_in_no_order(desk: Desk) -> None:
    made = desk.create()
    ida = counterpart(made)["id"]
    ordered = update(desk, made, {"sign_order": [ida, people_of(made)[0]["id"]]}).json()
    assert ordered["sign_order"] == [ida, people_of(made)[0]["id"]]

    desk.ask("DELETE", f"/contracts/{made['id']}/parties/{made['parties'][1]['id']}")

    assert desk.read(made)["sign_order"] == [people_of(made)[0]["id"]]


@pytest.mark.parametrize(
    "body", [{"days": -1}, {"days": 3651}, {"days": "1"}, {"seconds": -5}, {"years": 1}, {"days": 1.5}]
)
def test_time_goes_forward_only(desk: Desk, body: Json) -> None:
    before = desk.sandbox.control("GET", "/time")["ahead_seconds"]

    assert desk.sandbox.session.post(f"{desk.sandbox.url}/_sandbox/time", json=body).status_code == 400
    assert desk.sandbox.control("GET", "/time")["ahead_seconds"] == before


def test_the_clock_outlives_a_restart(tmp_path: Any) -> None:
    with Sandbox.start(tmp_path, accounts=1) as running:
        running.control("POST", "/time", {"days": 5})
    with Sandbox.start(tmp_path, accounts=1) as running:
        assert running.control("GET", "/time")["ahead_seconds"] == 5 * 86_400
        assert today(Desk(running, {}, {}, {})) > datetime.now(UTC) + timedelta(days=4)
