"""The control plane: what it lists, counts, switches and resets."""

from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.conftest import Json, admin_of
from tests.sandboxes import Sandbox


def test_accounts_are_a_bare_array_with_what_a_script_needs(sandbox: Sandbox) -> None:
    listed = sandbox.accounts()

    assert isinstance(listed, list)
    assert {"id", "name", "token", "users", "faults", "extension"} <= set(listed[0])
    assert set(listed[0]["users"][0]) == {"email", "name", "active", "is_admin"}
    assert sandbox.account(listed[1]["id"]) == listed[1]


def test_a_fleet_larger_than_one_reading_is_listed_whole_and_in_order(tmp_path: Path) -> None:
    with Sandbox.start(tmp_path, accounts=251) as running:
        listed = running.accounts()
        last = running.account(410_251)
        made = running.control("POST", "/accounts", {"count": 252})
        running.control("POST", "/reset", {"accounts": 0})
        nobody = running.accounts()

    assert [account["id"] for account in listed] == list(range(410_001, 410_252))
    assert listed[-1] == last
    assert [account["id"] for account in made] == list(range(410_252, 410_504))
    assert nobody == []


def test_several_accounts_can_be_made_at_once(sandbox: Sandbox) -> None:
    made = sandbox.control("POST", "/accounts", {"count": 2, "name": "Twin AB"})

    assert [account["name"] for account in made] == ["Twin AB", "Twin AB"]


@pytest.mark.parametrize("body", [{"count": 0}, {"count": 10_001}, {"count": "x"}, {"name": ""}, {"extension": 1}])
def test_an_account_that_makes_no_sense_is_refused(sandbox: Sandbox, body: Json) -> None:
    before = len(sandbox.accounts())

    answer = sandbox.session.post(f"{sandbox.url}/_sandbox/accounts", json=body)

    assert answer.status_code == 400
    assert len(sandbox.accounts()) == before


@pytest.mark.parametrize("path", ["/accounts/1", "/accounts/1/extension", "/accounts/1/faults/user.gone"])
def test_an_unknown_account_is_a_404_that_says_how_to_list_them(sandbox: Sandbox, path: str) -> None:
    method = "GET" if path == "/accounts/1" else "DELETE"

    answer = sandbox.session.request(method, f"{sandbox.url}/_sandbox{path}")

    assert answer.status_code == 404
    assert answer.json()["error"] == "There is no account 1. GET /_sandbox/accounts lists them."


@pytest.mark.parametrize("path", ["/nothing", "/", ""])
def test_an_unknown_path_lists_those_that_there_are(sandbox: Sandbox, path: str) -> None:
    answer = sandbox.session.get(f"{sandbox.url}/_sandbox{path}")

    assert answer.status_code == 404
    assert "/_sandbox/accounts/<id>/faults" in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"{", "body: This is not valid JSON in UTF-8."),
        (b"[]", "body: A JSON object is expected."),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_in_one_sentence(sandbox: Sandbox, body: bytes, sentence: str) -> None:
    answer = sandbox.session.post(f"{sandbox.url}/_sandbox/answers", data=body)

    assert answer.json() == {"error": sentence}


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example"},
        {"Host": "127.0.0.1.rebound.example:8001"},
        {"Host": "[127"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"X-Forwarded-For": "192.0.2.7"},
        {"X-Forwarded-For": "127.0.0.1, 192.0.2.7"},
    ],
)
def test_a_page_of_another_site_or_a_client_of_a_proxy_is_not_this_machine(sandbox: Sandbox, headers: Json) -> None:
    answer = sandbox.session.get(f"{sandbox.url}/_sandbox/accounts", headers=headers)

    assert (answer.status_code, answer.json()) == (404, {"error": "There is nothing here."})


@pytest.mark.parametrize(
    "headers", [{"Host": "localhost"}, {"Host": "[::1]:8001"}, {"Origin": "http://127.0.0.1:8000"}]
)
def test_every_name_of_this_machine_is_answered(sandbox: Sandbox, headers: Json) -> None:
    assert sandbox.session.get(f"{sandbox.url}/_sandbox/faults", headers=headers).status_code == 200


def test_requests_can_be_counted(sandbox: Sandbox, account: Json) -> None:
    sandbox.api("/users?limit=5", token=account["token"], email=admin_of(account))
    sandbox.api("//nothing/", token=account["token"])

    seen = sandbox.requests(account["id"])

    assert [(one["method"], one["path"], one["query"], one["status"]) for one in seen] == [
        ("GET", "/users", "limit=5", 200),
        ("GET", "/nothing", "", 404),
    ]
    assert seen[0]["user"] == admin_of(account)
    assert account["token"] not in str(seen)


def test_the_request_log_can_be_cleared(sandbox: Sandbox, account: Json) -> None:
    sandbox.api("/users", token=account["token"])

    sandbox.forget_requests()

    assert sandbox.requests() == []


def test_a_time_can_be_written_as_the_documentation_has_it(sandbox: Sandbox, account: Json) -> None:
    sandbox.control("PUT", "/switches", {"datetime_style": "plain"})
    try:
        assert sandbox.api("/accounts/me", token=account["token"]).json()["created_time"].endswith("+0000")
    finally:
        sandbox.control("PUT", "/switches", {"datetime_style": "colon"})


@pytest.mark.parametrize(
    "body",
    [{"rate_limit": 0}, {"rate_limit": True}, {"rate_window": None}, {"datetime_style": 5}, {"echo_sign_key": 1},
     {"templates_unknown_extension": []}, {"nothing": 1}, {"rate_limit": 5, "rate_window": 0}],
)  # fmt: skip
def test_a_switch_takes_only_its_own_values_and_all_or_none(sandbox: Sandbox, body: Any) -> None:
    before = sandbox.control("GET", "/switches")

    answer = sandbox.session.put(f"{sandbox.url}/_sandbox/switches", json=body)

    assert answer.status_code == 400
    assert sandbox.control("GET", "/switches") == before


def test_a_reset_begins_anew(tmp_path: Path) -> None:
    with Sandbox.start(tmp_path, accounts=1, seed=5) as running:
        first = running.account()
        running.fault(first["id"], "api.failing")
        running.answer("status", path="/ping")
        running.control("PUT", "/switches", {"rate_limit": None})
        running.new_account()

        running.control("POST", "/reset", {"accounts": 1, "seed": 5})

        assert running.accounts() == [first]
        assert running.control("GET", "/answers") == running.requests() == []
        assert running.control("GET", "/switches")["rate_limit"] == 2000
        assert running.api("/users", token=first["token"]).status_code == 200
