"""The life of a contract that is signed (section 9.2)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.conftest import Json
from tests.sandbox.contracting import Desk
from tests.sandboxes import Sandbox

LIFE = "contract:lifecycle_state:"


@pytest.fixture
def desk(sandbox: Sandbox, account: Json) -> Desk:
    return Desk.at(sandbox, account)


def in_days(desk: Desk, days: int) -> str:
    now = datetime.fromisoformat(desk.sandbox.control("GET", "/time")["now"])
    return (now + timedelta(days=days)).date().isoformat()


def signed(desk: Desk, **settings: Any) -> Json:
    """A signed contract with these lifecycle settings."""
    sent = desk.published(lifecycle_settings=settings)
    desk.people(sent, "sign")
    return desk.read(sent)


def life(desk: Desk, contract: Json) -> list[str]:
    return [kind.removeprefix(LIFE) for kind in desk.events(contract) if kind.startswith(LIFE)]


def test_without_a_duration_it_begins_with_the_signature_and_does_not_end(desk: Desk) -> None:
    contract = signed(desk, type="no_duration")
    state = contract["lifecycle_state"]
    assert (state["lifecycle_state"], state["period"], state["period_end_time"]) == ("active", 1, None)
    assert state["contract_start_time"] == contract["state_updated_time"]

    desk.days_pass(1000)

    assert desk.read(contract)["lifecycle_state"] == state
    assert life(desk, contract) == ["start"]


def test_before_its_start_date_it_waits(desk: Desk) -> None:
    contract = signed(desk, type="no_duration", start_date=in_days(desk, 10))
    assert (contract["lifecycle_state"]["lifecycle_state"], life(desk, contract)) == ("awaiting", [])

    desk.days_pass(10)

    active = desk.read(contract)["lifecycle_state"]
    assert (active["lifecycle_state"], life(desk, contract)) == ("active", ["start"])
    assert active["lifecycle_state_updated_time"] == active["contract_start_time"]


@pytest.mark.parametrize("end", ["duration", "end_date"])
def test_a_single_period_ends(desk: Desk, end: str) -> None:
    contract = signed(desk, type="single_period", **{end: "3w" if end == "duration" else in_days(desk, 20)})
    ends = contract["lifecycle_state"]["contract_end_time"]
    assert ends == contract["lifecycle_state"]["period_end_time"]

    desk.days_pass(22)

    ended = desk.read(contract)["lifecycle_state"]
    assert (ended["lifecycle_state"], ended["lifecycle_state_updated_time"]) == ("ended", ends)
    assert life(desk, contract) == ["start", "end"]


def test_a_recurring_contract_enters_period_after_period(desk: Desk) -> None:
    contract = signed(desk, type="recurring", duration="10d", notice_period="3d")
    assert contract["lifecycle_state"]["is_recurring"] is True

    desk.days_pass(25)

    state = desk.read(contract)["lifecycle_state"]
    assert (state["period"], state["lifecycle_state"]) == (3, "active")
    assert life(desk, contract) == ["start", "new_period", "new_period"]
    assert state["has_passed_notice_period_start_time"] is False
    desk.days_pass(3)
    assert desk.read(contract)["lifecycle_state"]["has_passed_notice_period_start_time"] is True


def test_the_first_of_two_periods_has_a_length_of_its_own(desk: Desk) -> None:
    contract = signed(desk, type="recurring_two_periods", initial_duration="30d", duration="5d")

    desk.days_pass(36)

    assert desk.read(contract)["lifecycle_state"]["period"] == 3


@pytest.mark.parametrize(("wait", "more"), [(1, 10), (8, 20)])
def test_what_is_cancelled_ends_with_its_period_or_the_next(desk: Desk, wait: int, more: int) -> None:
    contract = signed(desk, type="recurring", duration="10d", notice_period="3d")
    desk.days_pass(wait)

    desk.sandbox.control("POST", f"/contracts/{contract['id']}/cancel")

    cancelled = desk.read(contract)["lifecycle_state"]
    assert (cancelled["is_canceled"], cancelled["lifecycle_state"]) == (True, "active")
    begun = datetime.fromisoformat(cancelled["contract_start_time"])
    assert datetime.fromisoformat(cancelled["contract_end_time"]) == begun + timedelta(days=more)
    assert "not cancelled yet" in desk.refused(contract, "cancel")
    desk.days_pass(20)
    assert desk.read(contract)["lifecycle_state"]["lifecycle_state"] == "ended"
    assert life(desk, contract)[-1] == ("cancel" if more == 10 else "new_period")


def test_what_is_terminated_ends_at_once(desk: Desk) -> None:
    contract = signed(desk, type="single_period", duration="1y")

    shown = desk.sandbox.control("POST", f"/contracts/{contract['id']}/terminate")

    state = desk.read(contract)["lifecycle_state"]
    assert (shown["lifecycle_state"], state["has_ended_by_termination"]) == ("ended", True)
    assert life(desk, contract) == ["start", "terminate"]
    assert "ended" in desk.refused(contract, "terminate")


@pytest.mark.parametrize("act", ["cancel", "terminate"])
def test_only_what_is_signed_is_cancelled_or_terminated(desk: Desk, act: str) -> None:
    assert "pending" in desk.refused(desk.published(), act)


def test_a_contract_that_is_not_recurring_is_not_cancelled(desk: Desk) -> None:
    assert "recurring" in desk.refused(signed(desk, type="single_period", duration="1y"), "cancel")


def test_a_start_that_lies_back_is_in_the_period_that_runs_now(desk: Desk) -> None:
    contract = signed(desk, type="recurring", duration="1y", start_date="2020-02-29")

    state = contract["lifecycle_state"]
    assert state["period"] > 5
    assert life(desk, contract) == ["start"]
    # A leap day becomes the last of February, and comes back in the next leap year.
    assert state["period_end_time"][5:10] in ("02-28", "02-29")


def test_settings_change_until_it_is_signed(desk: Desk) -> None:
    sent = desk.published()
    body = {"lifecycle_settings": {"type": "recurring", "duration": "12m"}}
    assert desk.ask("PUT", f"/contracts/{sent['id']}", body)["lifecycle_settings"]["duration"] == "12m"
    desk.people(sent, "sign")

    assert desk.api("PUT", f"/contracts/{sent['id']}", body).status_code == 409


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ({"type": "forever"}, "type"),
        ({"type": "no_duration", "end_date": "2030-01-01"}, "end_date"),
        ({"type": "no_duration", "notice_period": "3m"}, "notice_period"),
        ({"type": "no_duration", "start_date": "2030-02-30"}, "start_date"),
        ({"type": "no_duration", "start_date": "1900-01-01"}, "start_date"),
        ({"type": "single_period"}, "end_date"),
        ({"type": "single_period", "end_date": "2030-01-01", "duration": "1y"}, "end_date"),
        ({"type": "single_period", "start_date": "2030-01-02", "end_date": "2030-01-01"}, "end_date"),
        ({"type": "single_period", "notice_period": "1m", "duration": "1y"}, "notice_period"),
        ({"type": "recurring"}, "duration"),
        ({"type": "recurring", "duration": "0d"}, "duration"),
        ({"type": "recurring", "duration": "1h"}, "duration"),
        ({"type": "recurring", "duration": "101y"}, "duration"),
        ({"type": "recurring", "duration": 12}, "duration"),
        ({"type": "recurring", "duration": "1y", "initial_duration": "1y"}, "initial_duration"),
        ({"type": "recurring_two_periods", "duration": "1y"}, "initial_duration"),
    ],
)
def test_a_setting_that_the_type_does_not_allow_is_a_400(desk: Desk, wanted: Json, problem: str) -> None:
    made = desk.create()

    answer = desk.api("PUT", f"/contracts/{made['id']}", {"lifecycle_settings": wanted})

    assert (answer.status_code, list(answer.json()["parameter_problems"])) == (400, [f"lifecycle_settings.{problem}"])
