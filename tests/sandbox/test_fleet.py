"""The fleet: the same from the same seed, plausible, and healthy."""

from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.conftest import Json, admin_of, ours, type_of, whole_state
from tests.sandboxes import Sandbox


@pytest.fixture(scope="module")
def fleet(sandbox: Sandbox) -> list[Json]:
    """Twenty accounts that nobody has touched."""
    made: list[Json] = sandbox.control("POST", "/accounts", {"count": 20})
    return made


def portable(state: Any, sandbox: Sandbox) -> str:
    """The state without the address of the sandbox that told it."""
    return str(state).replace(sandbox.url, "")


def test_the_same_seed_gives_the_same_fleet(tmp_path: Path) -> None:
    with Sandbox.start(tmp_path / "one", accounts=2, seed=11) as one:
        listed = one.accounts()
        states = [portable(whole_state(one, account), one) for account in listed]
        one.control("POST", "/reset", {"accounts": 3, "seed": 12})
        other = one.accounts()
        one.control("POST", "/reset", {"accounts": 3, "seed": 11})
        larger = one.accounts()
        again = [portable(whole_state(one, account), one) for account in larger[:2]]

    assert larger[:2] == listed
    assert again == states
    assert [account["token"] for account in other] != [account["token"] for account in larger]


def test_ids_begin_at_410001_and_go_up_by_one(sandbox: Sandbox) -> None:
    pks = [account["id"] for account in sandbox.accounts()]

    assert pks == list(range(410001, 410001 + len(pks)))


def test_ids_of_every_kind_are_unique_over_all_accounts(sandbox: Sandbox, fleet: list[Json]) -> None:
    seen: list[int] = [account["id"] for account in fleet]
    for account in fleet:
        for kind in ("users", "workspaces", "templates?filter[active]=", "template_types", "webhooks"):
            listed = sandbox.api(f"/{kind}", token=account["token"]).json()["data"]
            seen += [item["id"] for item in listed]
        seen += [field["id"] for field in type_of(sandbox, account)["data_fields"]]

    assert len(seen) == len(set(seen))


def test_every_account_has_enough_people(fleet: list[Json]) -> None:
    for account in fleet:
        active = [user for user in account["users"] if user["active"]]
        assert 4 <= len(account["users"]) <= 15
        assert sum(user["is_admin"] for user in active) >= 2
        assert sum(not user["is_admin"] for user in active) >= 2
        assert len({user["email"] for user in account["users"]}) == len(account["users"])
    assert any(not user["active"] for account in fleet for user in account["users"])


def test_every_account_is_plausible(fleet: list[Json]) -> None:
    assert len({account["name"] for account in fleet}) > 15
    assert len({account["country_code"] for account in fleet}) > 2
    assert all(account["registration_number"] for account in fleet)
    assert all(account["extension"]["enabled"] and account["faults"] == [] for account in fleet)


def test_the_first_administrator_can_create_with_every_type_of_ours(sandbox: Sandbox, fleet: list[Json]) -> None:
    for account in fleet:
        for extension_type in ("acme_deal", "acme_engagement"):
            path = f"/helpers/contract_create_data?extension_type={extension_type}"
            places = sandbox.api(path, token=account["token"], email=admin_of(account)).json()
            assert places[0]["templates"]
        assert len(ours(sandbox, account)) == 2


def test_some_accounts_have_a_webhook_of_their_own(sandbox: Sandbox, fleet: list[Json]) -> None:
    hooks = [
        hook
        for account in fleet
        for hook in sandbox.api("/webhooks", token=account["token"]).json()["data"]
        if hook["integration_instance"] is None
    ]

    assert hooks
    assert not any("hooks.acme.example" in hook["callback_url"] for hook in hooks)


def test_an_added_account_is_the_one_that_a_larger_fleet_has(tmp_path: Path) -> None:
    with Sandbox.start(tmp_path / "one", accounts=1, seed=11) as running:
        added = running.new_account()
        running.control("POST", "/reset", {"accounts": 2, "seed": 11})
        assert running.accounts()[1] == added
