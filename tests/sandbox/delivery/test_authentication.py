"""Authentication towards the target, additional headers and query (12.5)."""

import base64
import json
import time
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.sandbox.conftest import Json
from tests.sandbox.delivery.delivering import add_webhook, await_states, bring_about, deliveries, make_contract, until
from tests.sandbox.delivery.receivers import Received, Receiver
from tests.sandboxes import Sandbox

TOKEN_URL = "https://hooks.acme.example/token"


class Authority:
    """Gives access tokens at `/token`, and takes only those that it has not withdrawn."""

    def __init__(self, **more: Any) -> None:
        self.more = {"token_type": "Bearer", **more}
        self.given: list[str] = []
        self.valid: set[str] = set()

    def answer(self, received: Received) -> int | bytes:
        if received.path != "/token":
            return 200 if received.headers.get("authorization", "").removeprefix("Bearer ") in self.valid else 401
        token = f"token-{len(self.given) + 1}"
        self.given.append(token)
        self.valid.add(token)
        body = json.dumps({"access_token": token, **self.more}).encode()
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body)


def with_oauth(sandbox: Sandbox, account: Json, **more: Any) -> Json:
    credentials = {"token_url": TOKEN_URL, "client_id": f"c {account['id']}", "client_secret": "s:1", **more}
    authentication = {"type": "oauth2_client_credentials", "oauth2_client_credentials": credentials}
    return add_webhook(sandbox, account, configuration={"authentication": authentication})


def sign(sandbox: Sandbox, account: Json, times: int = 1) -> None:
    contract = make_contract(sandbox, account, by_hand=True)
    for _ in range(times):
        bring_about(sandbox, account, contract, "contract:sign")


def to_target(receiver: Receiver) -> list[Received]:
    return receiver.of("/own")


@pytest.mark.parametrize(
    ("authentication", "header"),
    [
        ({"type": "basic", "basic": {"username": "u", "password": "på:ss"}}, "Basic dTpww6U6c3M="),
        ({"type": "bearer", "bearer": {"token": "t-1"}}, "Bearer t-1"),
        ({"type": "none"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_the_target_sees_what_the_configuration_says(
    sandbox: Sandbox, account: Json, receiver: Receiver, authentication: Any, header: str | None
) -> None:
    configuration = {
        "authentication": authentication,
        "headers": {"X-Acme-Customer": "10042", "user-agent": "Acme"},
        "query": {"account": "41 & 2", "n": 5},
    }
    add_webhook(sandbox, account, "?kept=1", configuration=configuration)

    sign(sandbox, account)

    request = receiver.wait_for(1, path="/own")[0]
    assert request.headers.get("authorization") == header
    assert (request.headers["x-acme-customer"], request.headers["user-agent"]) == ("10042", "Acme")
    assert request.headers["content-type"] == "application/json"
    assert parse_qs(request.path.partition("?")[2]) == {"kept": ["1"], "account": ["41 & 2"], "n": ["5"]}
    (row,) = await_states(sandbox, ["delivered"], account=account["id"])
    # The log keeps the scheme and nothing that opens a door.
    assert row["last_attempt"]["headers"].get("Authorization") == (header and header.split()[0] + " (not kept)")


def test_a_token_is_fetched_once_and_used_until_it_expires(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    authority = Authority(expires_in=2)
    receiver.answer = authority.answer
    with_oauth(sandbox, account, scope="hooks")

    sign(sandbox, account, 5)
    await_states(sandbox, ["delivered"] * 5, account=account["id"])

    assert authority.given == ["token-1"]
    (asked,) = receiver.of("/token")
    assert parse_qs(asked.text) == {"grant_type": ["client_credentials"], "scope": ["hooks"]}
    client = base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode()
    assert client == f"c+{account['id']}:s%3A1"
    time.sleep(max(0.0, asked.at + 2 - time.time()))
    sign(sandbox, account)
    await_states(sandbox, ["delivered"] * 6, account=account["id"])
    assert authority.given == ["token-1", "token-2"]


def test_a_refused_token_is_replaced_once(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    authority = Authority(expires_in=3600)
    receiver.answer = authority.answer
    with_oauth(sandbox, account)
    sign(sandbox, account)
    await_states(sandbox, ["delivered"], account=account["id"])

    authority.valid.clear()
    sign(sandbox, account)

    rows = await_states(sandbox, ["delivered"] * 2, account=account["id"])
    assert authority.given == ["token-1", "token-2"]
    assert rows[1]["attempts"] == 1
    assert [each.headers["authorization"] for each in to_target(receiver)] == [
        "Bearer token-1",
        "Bearer token-1",
        "Bearer token-2",
    ]


def test_a_target_that_refuses_every_token_is_not_asked_for_ever(
    sandbox: Sandbox, account: Json, receiver: Receiver
) -> None:
    authority = Authority()
    receiver.answer = lambda received: authority.answer(received) if received.path == "/token" else 401
    with_oauth(sandbox, account)

    sign(sandbox, account)

    (row,) = until(lambda: deliveries(sandbox, account=account["id"]), lambda rows: rows[0]["attempts"] == 1)
    assert (row["last_attempt"]["status"], len(to_target(receiver)), len(authority.given)) == (401, 2, 2)


@pytest.mark.parametrize(
    "answer",
    [
        500,
        401,
        204,
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull",
        b'HTTP/1.1 200 OK\r\n\r\n{"access_token": 5}',
        b'HTTP/1.1 200 OK\r\n\r\n{"access_token": "a", "expires_in": "soon"}',
        b'HTTP/1.1 200 OK\r\n\r\n{"access_token": "a\\nb"}',
        b"",
    ],
)
def test_without_a_token_the_attempt_fails_and_says_so(
    sandbox: Sandbox, account: Json, receiver: Receiver, answer: int | bytes
) -> None:
    receiver.answer = lambda received: answer
    with_oauth(sandbox, account)

    sign(sandbox, account)

    (row,) = until(lambda: deliveries(sandbox, account=account["id"]), lambda rows: rows[0]["attempts"] >= 1)
    assert row["last_attempt"]["status"] is None
    assert "token" in row["last_attempt"]["error"]
    assert to_target(receiver) == []


def test_a_token_of_a_stranger_is_not_asked_for(sandbox: Sandbox, account: Json, receiver: Receiver) -> None:
    with_oauth(sandbox, account, token_url="https://id.stranger.example/token")

    sign(sandbox, account)

    (row,) = until(lambda: deliveries(sandbox, account=account["id"]), lambda rows: rows[0]["attempts"] == 1)
    assert "id.stranger.example is not this machine" in row["last_attempt"]["error"]


def test_a_configuration_that_cannot_be_followed_fails_with_a_sentence(
    sandbox: Sandbox, account: Json, receiver: Receiver
) -> None:
    add_webhook(sandbox, account, configuration={"headers": {"Host": "elsewhere"}})

    sign(sandbox, account)

    (row,) = until(lambda: deliveries(sandbox, account=account["id"]), lambda rows: rows[0]["attempts"] == 1)
    assert row["last_attempt"]["error"] == "configuration.headers: 'Host' is no header that can be added."
    assert to_target(receiver) == []
