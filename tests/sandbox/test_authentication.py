"""Tokens, user emails, the order of checks, and the rate limit."""

import pytest

from tests.sandbox.conftest import Json, admin_of, member_of, type_of
from tests.sandbox.contracting import Desk
from tests.sandboxes import Sandbox


@pytest.mark.parametrize("token", [None, "", "x" * 40, "x" * 4000, "ünïcode"])
def test_without_a_known_token_everything_is_401(sandbox: Sandbox, token: str | None) -> None:
    header = {} if token is None else {"X-Oneflow-API-Token": token.encode("latin-1")}
    for path in ("/ping", "/users", "/users/1", "/nothing", "/"):
        answer = sandbox.api(path, headers=header)
        assert (answer.status_code, answer.json()["error_code"]) == (401, 4010000)


def test_an_error_has_the_documented_body(sandbox: Sandbox) -> None:
    first, second = sandbox.api("/ping").json(), sandbox.api("/ping").json()

    assert set(first) == {
        "detail", "error_code", "parameter_problems", "request_id", "status", "title", "type",
    }  # fmt: skip
    assert first["type"] == "https://api.oneflow.com/v1/error_codes/4010000"
    assert (first["status"], first["title"], first["parameter_problems"]) == (401, "Unauthorized", {})
    assert first["request_id"] != second["request_id"]


def test_an_active_user_of_the_account_is_accepted_in_any_case(sandbox: Sandbox, account: Json) -> None:
    assert sandbox.api("/ping", token=account["token"], email=admin_of(account).upper()).status_code == 200


def test_unknown_foreign_and_inactive_emails_are_401(sandbox: Sandbox, account: Json) -> None:
    foreign = admin_of(sandbox.account())
    sandbox.fault(account["id"], "user.gone", user=admin_of(account))

    for email in ("nobody@nowhere.example", foreign, admin_of(account), "no email at all"):
        answer = sandbox.api("/ping", token=account["token"], email=email)
        assert answer.status_code == 401


def test_a_revoked_token_is_401(sandbox: Sandbox, account: Json) -> None:
    sandbox.control("DELETE", f"/accounts/{account['id']}/extension")

    assert sandbox.api("/ping", token=account["token"]).status_code == 401


def test_checks_come_in_the_documented_order(sandbox: Sandbox, account: Json) -> None:
    """401 token, 401 email, 400 missing email, 404 object, 403 permission, 400 body (section 16)."""
    deal = type_of(sandbox, account)
    there, nowhere = f"/template_types/{deal['id']}/data_fields", "/template_types/999999999999/data_fields"

    def status(path: str, token: str | None, email: str | None) -> int:
        return sandbox.api(path, method="PUT", token=token, email=email, data=b"not json").status_code

    assert status(nowhere, "wrong", None) == 401
    assert status(nowhere, account["token"], "nobody@nowhere.example") == 401
    assert status(nowhere, account["token"], None) == 400
    assert status(nowhere, account["token"], member_of(account)) == 404
    assert status(there, account["token"], member_of(account)) == 403
    assert status(there, account["token"], admin_of(account)) == 400


def test_the_missing_email_is_named_in_the_problems(sandbox: Sandbox, account: Json) -> None:
    deal = type_of(sandbox, account)

    answer = sandbox.api(f"/template_types/{deal['id']}/data_fields", method="PUT", token=account["token"])

    assert list(answer.json()["parameter_problems"]) == ["X-Oneflow-User-Email"]


@pytest.fixture
def limit_of_three(sandbox: Sandbox):  # type: ignore[no-untyped-def]
    sandbox.control("PUT", "/switches", {"rate_limit": 3})
    yield
    sandbox.control("PUT", "/switches", {"rate_limit": 2000})


@pytest.mark.usefixtures("limit_of_three")
def test_one_request_too_many_is_a_429_for_that_token_alone(sandbox: Sandbox) -> None:
    account, other = sandbox.new_account(), sandbox.new_account()

    statuses = [sandbox.api("/ping", token=account["token"]).status_code for _ in range(4)]
    refused = sandbox.api("/nothing", token=account["token"], email="nobody@nowhere.example")

    assert statuses == [200, 200, 200, 429]
    assert refused.status_code == 429
    assert set(refused.json()) == {"detail", "error_code", "parameter_problems", "status", "title", "info"}
    assert "Retry-After" not in refused.headers
    assert sandbox.api("/ping", token=other["token"]).status_code == 200


def test_the_sandbox_knows_whom_an_account_acts_as(sandbox: Sandbox, account: Json) -> None:
    assert sandbox.account(account["id"])["acting_user"] is None

    sandbox.api("/users", token=account["token"], email=member_of(account))

    assert sandbox.account(account["id"])["acting_user"] == member_of(account)


def test_a_contract_can_be_acted_on_as_whoever_created_it(sandbox: Sandbox) -> None:
    """What Oneflow's own connector sends in the email's place (section 2.1)."""
    desk = Desk.at(sandbox, sandbox.new_account())
    member = member_of(desk.account)
    made = desk.ask("POST", "/contracts/create", desk.body(), email=member)
    path = f"/contracts/{made['id']}"

    side = next(party for party in desk.ask("GET", path, email="__CREATOR__")["parties"] if party["my_party"])
    said = desk.ask("POST", f"{path}/comments", {"body": "Mine"}, email="__CREATOR__")

    assert [(who["email"], who["my_participant"]) for who in side["participants"]] == [(member, True)]
    assert said["participants"]["sender"]["participant_id"] == side["participants"][0]["id"]
    # Also once it is deleted, since that is said twice without harm (section 8.5).
    for _ in range(2):
        desk.ask("DELETE", path, email="__CREATOR__")


def test_nobody_is_the_creator_elsewhere_nor_of_what_a_token_alone_or_a_stranger_made(sandbox: Sandbox) -> None:
    desk, other = Desk.at(sandbox, sandbox.new_account()), Desk.at(sandbox, sandbox.new_account())
    made, foreign = desk.create(), other.create()
    copied = desk.ask("POST", f"/contracts/{made['id']}/copy", {"workspace_id": desk.workspace["id"]}, email=None)
    sandbox.control("PUT", f"/accounts/{desk.account['id']}/users/{admin_of(desk.account)}", {"active": False})

    for path in ("/ping", "/contracts", "/users/1", *(f"/contracts/{one['id']}" for one in (made, copied, foreign))):
        assert desk.api("GET", path, email="__CREATOR__").status_code == 401, path
    assert desk.api("GET", f"/contracts/{'9' * 18}", email="__CREATOR__").status_code == 401
    assert desk.api("GET", "/ping", email="__creator__").status_code == 401
