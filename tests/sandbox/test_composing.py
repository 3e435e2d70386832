"""Accounts composed by hand in the control plane (section 16): people, workspaces, templates."""

from typing import Any

import pytest

from tests.sandbox.blueprints import refusal
from tests.sandbox.conftest import Json, admin_of
from tests.sandboxes import Sandbox


@pytest.fixture
def empty(sandbox: Sandbox) -> Json:
    made: Json = sandbox.control(
        "POST",
        "/accounts",
        {"empty": True, "name": "Bare AB", "country_code": "NO", "registration_number": "912 345 678"},
    )[0]
    return made


def test_an_empty_account_has_nobody_and_nothing(sandbox: Sandbox, empty: Json) -> None:
    assert (empty["name"], empty["country_code"], empty["registration_number"]) == ("Bare AB", "NO", "912 345 678")
    assert (empty["users"], empty["token"], empty["extension"]["enabled"]) == ([], None, False)
    token = sandbox.control("POST", f"/accounts/{empty['id']}/token")["token"]
    for path in ("/workspaces", "/templates?filter[active]=", "/template_types", "/webhooks"):
        assert sandbox.api(path, token=token).json()["count"] == 0


def test_an_account_is_composed_to_a_contract_that_could_be_made(sandbox: Sandbox, empty: Json) -> None:
    base = f"/accounts/{empty['id']}"
    place = sandbox.control("POST", f"{base}/workspaces", {"name": "Sales", "description": "Deals"})
    other = sandbox.control("POST", f"{base}/workspaces", {"name": "Legal"})
    user = {"email": "Maja@Bare.example", "name": "Maja Lind", "is_admin": True, "workspaces": [place["id"]]}
    made = sandbox.control("POST", f"{base}/users", user)
    token = sandbox.control("POST", f"{base}/extension")["token"]
    template = {"name": "Deal", "template_type": "acme_deal", "workspaces": [place["id"]]}
    kept = sandbox.control("POST", f"{base}/templates", template)

    assert (made["email"], made["workspaces"], made["active"]) == ("maja@bare.example", [place["id"]], True)
    data = sandbox.api(
        "/helpers/contract_create_data?extension_type=acme_deal", token=token, email=made["email"]
    ).json()
    assert [(item["id"], [row["id"] for row in item["templates"]]) for item in data] == [(place["id"], [kept["id"]])]
    assert sandbox.control("GET", f"{base}/workspaces") == [place, other]
    assert sandbox.control("GET", f"{base}/users") == [made]
    assert sandbox.control("GET", f"{base}/templates") == [kept]


def test_a_user_is_deactivated_and_activated(sandbox: Sandbox, account: Json) -> None:
    email = admin_of(account)
    path = f"/accounts/{account['id']}/users/{email}"

    sandbox.control("PUT", path, {"active": False})
    assert sandbox.api("/ping", token=account["token"], email=email).status_code == 401

    sandbox.control("PUT", path, {"active": True})
    assert sandbox.api("/ping", token=account["token"], email=email).status_code == 200


def test_a_user_moves_to_other_workspaces_and_loses_the_right_to_create(sandbox: Sandbox, account: Json) -> None:
    email = admin_of(account)
    base = f"/accounts/{account['id']}"
    place = sandbox.control("GET", f"{base}/workspaces")[0]

    sandbox.control("PUT", f"{base}/users/{email}", {"workspaces": [place["id"]], "can_create": False})

    assert sandbox.api("/helpers/contract_create_data", token=account["token"], email=email).json() == []


def test_a_template_is_switched_off_and_connected_elsewhere(sandbox: Sandbox, account: Json) -> None:
    base = f"/accounts/{account['id']}/templates"
    row = next(item for item in sandbox.control("GET", base) if item["template_type"] is None)

    changed = sandbox.control(
        "PUT", f"{base}/{row['id']}", {"template_type": "acme_deal", "active": False, "name": "X"}
    )

    shown = sandbox.api(f"/templates/{row['id']}", token=account["token"]).json()
    assert (shown["template_type"]["extension_type"], shown["template_active"], shown["name"]) == (
        "acme_deal",
        False,
        "X",
    )
    assert changed["workspaces"] == row["workspaces"]
    assert sandbox.control("PUT", f"{base}/{row['id']}", {"template_type": None})["template_type"] is None


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/users", {}, 400), ("POST", "/users", {"email": "no"}, 400), ("POST", "/users", {"email": 5}, 400),
        ("POST", "/users", {"email": "a@b.example", "active": 1}, 400),
        ("POST", "/users", {"email": "a@b.example", "workspaces": [1]}, 400),
        ("POST", "/users", {"email": "a@b.example", "workspaces": ["x"]}, 400),
        ("POST", "/users", {"email": "a@b.example", "workspaces": [True]}, 400),
        ("POST", "/users", {"email": "a@b.example", "nothing": 1}, 400),
        ("PUT", "/users/nobody@b.example", {}, 404), ("PUT", "/users/%00", {}, 404), ("PUT", "/users/5", {}, 404),
        ("POST", "/workspaces", {}, 400), ("POST", "/workspaces", {"name": "x" * 101}, 400),
        ("POST", "/templates", {}, 400), ("POST", "/templates", {"name": "X", "template_type": "nothing"}, 400),
        ("POST", "/templates", {"name": "X", "template_type": [1]}, 400),
        ("POST", "/templates", {"name": "X", "template_type": 2**80}, 400),
        ("POST", "/templates", {"name": "X", "workspaces": {}}, 400),
        ("PUT", "/templates/1", {}, 404), ("PUT", "/templates/x", {}, 404),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_and_nothing_is_made(
    sandbox: Sandbox, empty: Json, method: str, path: str, body: Any, status: int
) -> None:
    base = f"/accounts/{empty['id']}"

    assert refusal(sandbox, method, base + path, body)[0] == status
    for kind in ("users", "workspaces", "templates"):
        assert sandbox.control("GET", f"{base}/{kind}") == []


def test_an_email_that_is_taken_is_refused(sandbox: Sandbox, account: Json) -> None:
    email = admin_of(account).upper()

    status, sentence = refusal(sandbox, "POST", f"/accounts/{account['id']}/users", {"email": email})

    assert (status, sentence) == (409, f"email: the account has a user {email.lower()} already. PUT changes it.")


@pytest.mark.parametrize("body", [{"country_code": "se"}, {"country_code": 5}, {"registration_number": "x" * 41},
                                  {"empty": 1}, {"toolkit": "yes"}])  # fmt: skip
def test_an_account_with_odd_facts_is_refused(sandbox: Sandbox, body: Json) -> None:
    before = len(sandbox.accounts())

    assert refusal(sandbox, "POST", "/accounts", body)[0] == 400
    assert len(sandbox.accounts()) == before
