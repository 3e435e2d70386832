"""Requests that are broken in their framing, below the API: a documented 4xx in the form of section 4.1."""

import contextlib
import http.client
import json
import socket

import pytest

from tests.sandbox.conftest import Json, admin_of
from tests.sandbox.walking import ERROR
from tests.sandboxes import Sandbox

CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
BROKEN_CHUNKS = {
    "a size that is no number": b"zz\r\n{}\r\n0\r\n\r\n",
    "a chunk that ends too early": b"ff\r\n{}",
    "a chunk that goes on after its end": b"2\r\n{}{}\r\n0\r\n\r\n",
    "no last chunk": b"2\r\n{}\r\n",
    "a trailer that is no header": b"2\r\n{}\r\n0\r\nno header\r\n\r\n",
}
BROKEN_HEADS = {
    "noise": (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
    "a path in raw UTF-8": ("GET /v1/users/å HTTP/1.1\r\nHost: x\r\n\r\n".encode(), 400),
    "a coding that nobody has": (b"POST /v1/users HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: x\r\n\r\n{}", 400),
    "a control character": (b"GET /v1/users HTTP/1.1\r\nHost: x\r\nX-Oneflow-User-Email: a\x01\r\n\r\n", 400),
    "two lengths": (b"POST /v1/users HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
    "an expectation that nobody meets": (b"GET /v1/users HTTP/1.1\r\nHost: x\r\nExpect: x\r\n\r\n", 417),
    "a long address": (b"GET /v1/users?x=" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    "a long header": (b"GET /v1/users HTTP/1.1\r\nHost: x\r\nX-A: " + b"x" * 9000 + b"\r\n\r\n", 431),
}


@pytest.fixture(scope="module")
def account(sandbox: Sandbox) -> Json:
    return sandbox.new_account()


def answered(sandbox: Sandbox, request: bytes) -> tuple[int, bytes, bytes]:
    """Status, head and body of the first answer to these bytes, after which nothing more comes."""
    host, _, port = sandbox.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while received := connection.recv(65536):
            answer += received
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), head, body


def post(path: str, account: Json, rest: bytes) -> bytes:
    who = f"X-Oneflow-API-Token: {account['token']}\r\nX-Oneflow-User-Email: {admin_of(account)}\r\n"
    return f"POST {path} HTTP/1.1\r\nHost: x\r\n{who}".encode() + CHUNKED + rest


@pytest.mark.parametrize("chunks", BROKEN_CHUNKS.values(), ids=BROKEN_CHUNKS)
def test_a_body_in_broken_chunks_is_400(sandbox: Sandbox, account: Json, chunks: bytes) -> None:
    status, _, body = answered(sandbox, post("/v1/template_types", account, chunks))

    assert status == 400
    assert b'"parameter_problems":{"body":[' in body


@pytest.mark.parametrize("chunks", BROKEN_CHUNKS.values(), ids=BROKEN_CHUNKS)
def test_nor_is_it_more_where_the_body_is_only_passed_over(sandbox: Sandbox, account: Json, chunks: bytes) -> None:
    assert answered(sandbox, post("/v1/nothing", account, chunks))[0] == 404
    assert answered(sandbox, post("/v1/ping", {**account, "token": "wrong"}, chunks))[0] == 401


@pytest.mark.parametrize("path", ["/_sandbox/answers", "/marketplace/sign-in", "/marketplace/sign-in/", "/elsewhere"])
@pytest.mark.parametrize("chunks", BROKEN_CHUNKS.values(), ids=BROKEN_CHUNKS)
def test_nor_beside_the_api(sandbox: Sandbox, account: Json, path: str, chunks: bytes) -> None:
    assert 400 <= answered(sandbox, post(path, account, chunks).replace(b"Host: x", b"Host: 127.0.0.1"))[0] < 500


@pytest.mark.parametrize(("request_", "status"), BROKEN_HEADS.values(), ids=BROKEN_HEADS)
def test_what_cannot_be_read_as_a_request_is_told_as_an_error_of_the_api(
    sandbox: Sandbox, request_: bytes, status: int
) -> None:
    answer, head, body = answered(sandbox, request_)

    told = json.loads(body)
    assert (answer, told["status"], told["error_code"]) == (status, status, status * 10_000)
    assert set(told) == ERROR
    assert b"Content-Type: application/json\r\n" in head + b"\r\n"
    assert b"gunicorn" not in body


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path",
    ["/v1/users", "/v1/nothing", "/elsewhere", "/_sandbox/answers", "/_sandbox/nothing", "/marketplace/sign-in/"],
)
def test_a_body_that_nobody_wanted_does_not_spoil_the_connection(sandbox: Sandbox, path: str, method: str) -> None:
    connection = http.client.HTTPConnection(sandbox.url.removeprefix("http://"), timeout=10)
    for _ in range(2):
        connection.request(method, path, body=b"x" * 2_000_000, headers={"Host": "127.0.0.1"})
        assert connection.getresponse().read() is not None
        connection.auto_open = 0  # from now on a connection that was closed is an error
    connection.close()


def test_clients_that_stop_halfway_do_not_silence_it(sandbox: Sandbox, account: Json) -> None:
    host, _, port = sandbox.url.removeprefix("http://").partition(":")
    begun = b"POST /v1/ping HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
    with contextlib.ExitStack() as stack:
        for number in range(80):
            connection = stack.enter_context(socket.create_connection((host, int(port)), timeout=10))
            # Half of them in the headers, half of them in the body.
            connection.sendall(begun + b"\r\n{" if number % 2 else begun)

        # On a connection that comes after theirs.
        late = http.client.HTTPConnection(host, int(port), timeout=60)
        late.request("GET", "/v1/ping", headers={"X-Oneflow-API-Token": account["token"]})
        assert late.getresponse().status == 200
        late.close()
