"""Each way to misbehave, over a real socket."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Json
from tests.sandboxes import Sandbox

pytestmark = pytest.mark.usefixtures("behaving")


@pytest.mark.parametrize("status", [400, 402, 403, 404, 409, 419, 500, 503, 599])
def test_status_answers_with_an_error_body(sandbox: Sandbox, account: Json, status: int) -> None:
    sandbox.answer("status", account=account["id"], path="/users", status=status)

    answer = sandbox.api("/users", token=account["token"])

    assert (answer.status_code, answer.json()["error_code"]) == (status, status * 10_000)


def test_status_429_has_the_body_of_the_rate_limit(sandbox: Sandbox, account: Json) -> None:
    sandbox.answer("status", account=account["id"], status=429)

    assert sandbox.api("/users", token=account["token"]).json()["info"].endswith("api-rate-limit")


def test_a_delay_holds_the_right_answer_back(sandbox: Sandbox, account: Json) -> None:
    right = sandbox.api("/users", token=account["token"]).json()
    sandbox.answer("delay", account=account["id"], path="/users", seconds=0.3)

    before = time.monotonic()
    late = sandbox.api("/users", token=account["token"]).json()

    assert time.monotonic() - before >= 0.3
    assert late == right


def test_ending_answers_lets_go_who_waits(sandbox: Sandbox, account: Json) -> None:
    sandbox.answer("delay", account=account["id"], path="/users", seconds=600)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(requests.get, f"{sandbox.api_url}/users", timeout=30)
        while not sandbox.control("GET", "/answers"):
            pass
        sandbox.behave()

    assert waiting.result().status_code == 401


def test_a_truncated_answer_ends_before_its_length(sandbox: Sandbox, account: Json) -> None:
    sandbox.answer("truncate", account=account["id"], path="/users")

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        sandbox.api("/users", token=account["token"])


def test_close_ends_the_connection_without_an_answer(sandbox: Sandbox, account: Json) -> None:
    sandbox.answer("close", account=account["id"], path="/users")

    with pytest.raises(requests.exceptions.ConnectionError):
        sandbox.api("/users", token=account["token"])


def test_a_malformed_answer_is_no_json(sandbox: Sandbox, account: Json) -> None:
    sandbox.answer("malformed", account=account["id"], path="/users")

    answer = sandbox.api("/users", token=account["token"])

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.text)


def test_html_is_a_web_page_with_200(sandbox: Sandbox, account: Json) -> None:
    sandbox.answer("html", account=account["id"], path="/users")

    answer = sandbox.api("/users", token=account["token"])

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html")
    assert answer.text.startswith("<!doctype html>")


def test_a_huge_answer_is_over_10_mb(sandbox: Sandbox, account: Json) -> None:
    sandbox.answer("huge", account=account["id"], path="/users")

    answer = sandbox.api("/users", token=account["token"])

    assert len(answer.content) > 10_000_000
    assert answer.json()["data"] == []


def test_an_empty_answer_has_no_body(sandbox: Sandbox, account: Json) -> None:
    sandbox.answer("empty", account=account["id"], path="/users")

    answer = sandbox.api("/users", token=account["token"])

    assert (answer.status_code, answer.content) == (200, b"")


def test_a_redirect_leads_to_another_host(sandbox: Sandbox, account: Json) -> None:
    sandbox.answer("redirect", account=account["id"], path="/users")

    answer = sandbox.api("/users", token=account["token"])

    assert (answer.status_code, answer.headers["Location"]) == (301, "https://elsewhere.example/v1/users")


def test_wrong_types_keep_the_keys_and_change_the_values(sandbox: Sandbox, account: Json) -> None:
    sandbox.answer("wrong_types", account=account["id"], path="/users")

    user = sandbox.api("/users", token=account["token"]).json()["data"][0]

    assert type(user["id"]) is str
    assert type(user["email"]) is int
    assert type(user["active"]) is str


@pytest.mark.parametrize(("kind", "alike"), [("endless", False), ("repeating", True)])
def test_pages_that_never_end(sandbox: Sandbox, account: Json, kind: str, alike: bool) -> None:
    sandbox.answer(kind, account=account["id"], path="/users")

    pages = [sandbox.api(f"/users?offset={n}", token=account["token"]).json() for n in (0, 100, 19_900)]

    assert all(len(page["data"]) == 100 and page["_links"]["next"]["href"] for page in pages)
    assert ({item["id"] for item in pages[0]["data"]} == {item["id"] for item in pages[1]["data"]}) == alike


def test_a_lying_count_promises_more_than_there_is(sandbox: Sandbox, account: Json) -> None:
    right = sandbox.api("/users", token=account["token"]).json()
    sandbox.answer("lying_count", account=account["id"], path="/users")

    lie = sandbox.api("/users", token=account["token"]).json()

    assert (lie["data"], lie["count"]) == (right["data"], right["count"] + 1000)


def test_an_answer_strikes_its_account_and_path_only(sandbox: Sandbox) -> None:
    account, other = sandbox.new_account(), sandbox.new_account()
    sandbox.answer("status", account=account["id"], path="/users", status=503)

    def status(of: Json, path: str) -> int:
        return sandbox.api(path, token=of["token"]).status_code

    assert status(account, "/users") == status(account, "//users/") == 503
    assert status(account, "/workspaces") == status(other, "/users") == 200


@pytest.mark.parametrize("path", ["/users/", "//users"])
def test_a_path_is_understood_as_that_of_a_request_is(sandbox: Sandbox, account: Json, path: str) -> None:
    sandbox.answer("status", account=account["id"], path=path, status=503)

    assert sandbox.api("/users", token=account["token"]).status_code == 503


def test_a_star_covers_all_paths_that_begin_so_and_no_path_covers_all(sandbox: Sandbox, account: Json) -> None:
    sandbox.answer("status", account=account["id"], path="/template*", status=503)
    assert sandbox.api("/template_types", token=account["token"]).status_code == 503
    assert sandbox.api("/users", token=account["token"]).status_code == 200

    sandbox.answer("status", account=account["id"], status=502)
    assert sandbox.api("/users", token=account["token"]).status_code == 502


def test_an_answer_for_every_account_needs_no_token(sandbox: Sandbox) -> None:
    sandbox.answer("status", path="/ping", status=503)

    assert sandbox.api("/ping").status_code == 503


def test_an_answer_can_be_limited_to_so_many_times(sandbox: Sandbox, account: Json) -> None:
    sandbox.answer("status", account=account["id"], path="/users", status=503, times=2)

    statuses = [sandbox.api("/users", token=account["token"]).status_code for _ in range(3)]

    assert statuses == [503, 503, 200]
    assert sandbox.control("GET", "/answers") == []


def test_ending_answers_leaves_faults_of_the_api_standing(sandbox: Sandbox, account: Json) -> None:
    sandbox.fault(account["id"], "api.failing")

    sandbox.behave()

    assert sandbox.api("/users", token=account["token"]).status_code == 500
    assert sandbox.api("/ping", token=account["token"]).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {}, {"kind": "sulk"}, {"kind": ["status"]}, {"kind": "status", "status": 200},
        {"kind": "status", "status": "5"},
        {"kind": "delay", "seconds": -1}, {"kind": "delay", "seconds": 601}, {"kind": "html", "account": 1},
        {"kind": "html", "account": "x"}, {"kind": "html", "path": "webhooks"}, {"kind": "html", "times": 0},
        {"kind": "html", "pth": "/"}, {"kind": "html", "path": "/v1/webhooks"}, {"kind": "html", "path": "/v1"},
        {"kind": "html", "path": "/webhooks?limit=1"}, [], "x",
    ],
)  # fmt: skip
def test_an_answer_that_makes_no_sense_is_refused(sandbox: Sandbox, body: Any) -> None:
    answer = sandbox.session.post(f"{sandbox.url}/_sandbox/answers", json=body)

    assert answer.status_code in (400, 404)
    assert answer.json()["error"]
    assert sandbox.control("GET", "/answers") == []
