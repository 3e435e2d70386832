"""The log of API calls: what it tells, of whom, and what it keeps to itself (section 6.19)."""

import json
from datetime import datetime
from typing import Any

import pytest

from tests.sandbox.conftest import Json, admin_of, member_of
from tests.sandboxes import Sandbox

SECRET = "a-key-that-nobody-should-read"
MOST = 25


def logged(sandbox: Sandbox, account: Json, **options: Any) -> list[Json]:
    entries: list[Json] = sandbox.api("/logs", token=account["token"], **options).json()["data"]
    return entries


def test_a_call_is_logged_with_everything_that_was_seen_in_a_client(sandbox: Sandbox, account: Json) -> None:
    body = {"name": "Quote", "description": "Made by a test"}
    made = sandbox.api(
        "//template_types/?x=1", method="POST", token=account["token"], email=admin_of(account), json=body
    ).json()

    entry = logged(sandbox, account)[0]

    assert set(entry) == {
        "api_version", "integration_key", "request_body", "request_duration", "request_endpoint", "request_headers",
        "request_id", "request_method", "request_path", "request_time", "response_body", "response_code",
    }  # fmt: skip
    assert (entry["request_method"], entry["request_path"]) == ("POST", "/v1/template_types?x=1")
    assert (entry["request_endpoint"], entry["response_code"]) == ("/template_types", 200)
    assert json.loads(entry["request_body"]) == body
    assert json.loads(entry["response_body"]) == made
    assert entry["request_headers"]["X-Oneflow-User-Email"] == admin_of(account)
    assert entry["integration_key"] == "acme_ledger"
    assert datetime.fromisoformat(entry["request_time"]).tzinfo is not None


def test_the_endpoint_has_no_id_and_an_error_is_found_by_its_request_id(sandbox: Sandbox, account: Json) -> None:
    refused = sandbox.api("/users/999999999", token=account["token"]).json()

    entry = logged(sandbox, account)[0]

    assert (entry["request_endpoint"], entry["response_code"]) == ("/users/{id}", 404)
    assert entry["request_id"] == refused["request_id"]


def test_no_secret_is_in_the_log(sandbox: Sandbox, account: Json) -> None:
    configuration = {"headers": {"X-Key": SECRET}}
    hook = {"callback_url": "https://x.example", "sign_key": SECRET, "configuration": configuration}
    sandbox.api("/webhooks", method="POST", token=account["token"], json=hook)
    sandbox.api("/webhooks", token=account["token"])
    sandbox.api("/webhooks", method="POST", token=account["token"], data=f"sign_key={SECRET}")
    sandbox.api("/ping", token=account["token"], headers={"Authorization": SECRET, "Cookie": SECRET})

    entries = logged(sandbox, account)

    text = json.dumps(entries)
    assert SECRET not in text
    assert account["token"] not in text
    made = next(entry for entry in entries if entry["request_method"] == "POST" and entry["response_code"] == 200)
    assert json.loads(made["request_body"])["sign_key"] == "(hidden)"
    assert json.loads(made["request_body"])["callback_url"] == "https://x.example"


def test_the_newest_comes_first_and_so_many_are_kept(sandbox: Sandbox, account: Json) -> None:
    for number in range(MOST + 5):
        sandbox.api(f"/users?number={number}", token=account["token"])

    paths = [entry["request_path"] for entry in logged(sandbox, account)]

    assert paths == [f"/v1/users?number={number}" for number in range(MOST + 4, 4, -1)]
    page = sandbox.api("/logs?limit=2&offset=1", token=account["token"]).json()
    assert (page["count"], len(page["data"])) == (MOST, 2)


def test_the_log_of_another_account_is_not_seen(sandbox: Sandbox, account: Json) -> None:
    sandbox.api("/users?mine=1", token=account["token"])

    assert not any("mine" in entry["request_path"] for entry in logged(sandbox, sandbox.new_account()))


def test_only_administrators_read_the_log(sandbox: Sandbox, account: Json) -> None:
    assert sandbox.api("/logs", token=account["token"], email=member_of(account)).status_code == 403
    assert sandbox.api("/logs", token=account["token"], email=admin_of(account)).status_code == 200


def test_a_body_that_is_too_long_is_not_kept(sandbox: Sandbox, account: Json) -> None:
    sandbox.api("/template_types", method="POST", token=account["token"], json={"name": "x" * 5000})

    assert "too long to be kept" in logged(sandbox, account)[0]["request_body"]


@pytest.mark.usefixtures("behaving")
def test_a_misbehaviour_is_logged_as_it_was_answered(sandbox: Sandbox, account: Json) -> None:
    sandbox.answer("status", account=account["id"], path="/users", status=503, times=1)
    refused = sandbox.api("/users", token=account["token"]).json()

    entry = logged(sandbox, account)[0]

    assert (entry["response_code"], entry["request_id"]) == (503, refused["request_id"])
