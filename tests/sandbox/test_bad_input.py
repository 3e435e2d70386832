"""Any body, header, path or query: a documented 4xx, never a 5xx."""

import http.client
import json
import socket

import pytest

from tests.sandbox.conftest import Json, admin_of, type_of
from tests.sandbox.walking import raw
from tests.sandboxes import Sandbox

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
PATHS = (
    "/", "/ping", "/accounts/me", "/users", "/users/{id}", "/workspaces", "/workspaces/{id}", "/templates",
    "/templates/{id}", "/template_types", "/template_types/{id}", "/template_types/{id}/data_fields",
    "/helpers/contract_create_data", "/helpers/template_types/{id}/data_fields", "/webhooks", "/webhooks/{id}",
    "/integration_extensions", "/integration_extensions/{id}", "/contracts", "/contracts/create", "/contracts/{id}",
    "/contracts/{id}/publish", "/contracts/{id}/copy", "/contracts/{id}/move", "/contracts/{id}/decline",
    "/contracts/{id}/mark_as_signed", "/contracts/{id}/data_fields", "/contracts/{id}/data_fields/c::x",
    "/contracts/{id}/events", "/contracts/{id}/events/1", "/contracts/{id}/parties", "/contracts/{id}/parties/1",
    "/contracts/{id}/parties/1/participants", "/contracts/{id}/parties/1/participants/1",
    "/contracts/{id}/participants/1/access_link", "/contracts/{id}/product_groups",
    "/contracts/{id}/product_groups/1/products", "/contracts/{id}/files", "/contracts/{id}/files/1",
    "/templates/{id}/files/1",
)  # fmt: skip
ODD_IDS = ("0", "1", "-1", "x", "1.5", "%00", "9" * 18, "9" * 19, "9" * 5000, "%F0%9F%92%A9", "..%2f", "1;DROP")
ODD_BODIES = (
    b"", b"{", b"null", b"[]", b'"x"', b"NaN", b'{"name": NaN}', b'{"name": 1e999}', b"\xff\xfe",
    b'{"name": "\\ud800"}',
    b'{"name": "\\u0000"}', b"[" * 100_000, b'{"a":' * 5000, b"9" * 5000, b'{"data_fields": {"a": {}}}',
    b'{"callback_url": {"a": []}}', b'{"configuration": ' + b"[" * 900 + b"]" * 900 + b"}",
    b'{"callback_url": "https://x.example", "configuration": {"n": 1e999}}',
    b'{"callback_url": "https://x.example", "configuration": ' + b'{"a":' * 900 + b"1" + b"}" * 901,
    b'{"callback_url": "https://x.example", "configuration": {"n": ' + b"9" * 4000 + b"}}",
)  # fmt: skip
ODD_QUERIES = (
    "%", "%ff", "a=1&a=2", "&&&", "=", "limit", "limit[]=1", "limit=%00", "sort=%00", "filter[id]=%00",
    "filter[name]=%00&filter[id]=" + "1," * 500 + "1", "extension_type=%00", "extension_type=" + "x" * 2000,
    "template_type_id=" + "9" * 30, "x=1&" * 101, "filter[workspace_ids]=" + "9" * 19, "filter[name]=%25_%27%22",
)  # fmt: skip
DOCUMENTED = {200, 400, 401, 403, 404, 405, 409, 413, 429}


@pytest.fixture(scope="module")
def account(sandbox: Sandbox) -> Json:
    """One account for all: nothing here does it any harm, or so these tests say."""
    return sandbox.new_account()


@pytest.fixture
def headers(account: Json) -> dict[str, str]:
    return {"X-Oneflow-API-Token": account["token"], "X-Oneflow-User-Email": admin_of(account)}


@pytest.mark.parametrize("path", PATHS)
def test_every_path_and_method_with_odd_ids(sandbox: Sandbox, headers: dict[str, str], path: str) -> None:
    for pk in ODD_IDS if "{id}" in path else ("",):
        # An odd id is refused before the method matters, so one id meets every method.
        for method in METHODS if pk in ("", "1") else ("GET",):
            status = raw(sandbox, method, "/v1" + path.replace("{id}", pk), headers)
            assert status in DOCUMENTED, (method, pk)


@pytest.mark.parametrize("path", PATHS)
def test_every_path_with_odd_queries(sandbox: Sandbox, account: Json, headers: dict[str, str], path: str) -> None:
    target = "/v1" + path.replace("{id}", str(type_of(sandbox, account)["id"]))
    for query in ODD_QUERIES:
        assert raw(sandbox, "GET", f"{target}?{query}", headers) in DOCUMENTED, query


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/template_types"), ("POST", "/webhooks"), ("PUT", "/webhooks/{hook}"),
        ("PUT", "/template_types/{type}/data_fields"), ("GET", "/users"), ("DELETE", "/webhooks/{hook}"),
    ],
)  # fmt: skip
def test_every_path_that_reads_a_body_with_odd_bodies(
    sandbox: Sandbox, account: Json, headers: dict[str, str], method: str, path: str
) -> None:
    hook = sandbox.api(
        "/webhooks", method="POST", token=account["token"], json={"callback_url": "https://x.example"}
    ).json()
    target = "/v1" + path.format(hook=hook["id"], type=type_of(sandbox, account)["id"])
    for body in ODD_BODIES:
        assert raw(sandbox, method, target, headers, body) in DOCUMENTED, body[:60]


@pytest.mark.parametrize(
    "kind", ["text/plain", "multipart/form-data; boundary=x", "multipart/form-data", "application/json;"]
)
def test_a_body_is_read_as_json_whatever_its_media_type(sandbox: Sandbox, headers: dict[str, str], kind: str) -> None:
    sent = {**headers, "Content-Type": kind}

    assert raw(sandbox, "POST", "/v1/template_types", sent, b'{"name": "Plain"}') == 200
    assert raw(sandbox, "POST", "/v1/template_types", sent, b"--x") == 400


@pytest.mark.parametrize("name", ["X-Oneflow-API-Token", "X-Oneflow-User-Email", "Host", "Accept", "Content-Type"])
@pytest.mark.parametrize("value", ["", " ", "\xff\xfe", "x" * 5000, "a, b", "'; --", "%00", "[::1", "a b:c"])
def test_odd_headers(sandbox: Sandbox, headers: dict[str, str], name: str, value: str) -> None:
    sent = {**headers, name: value.encode("latin-1")}

    assert raw(sandbox, "GET", "/v1/users", sent) in DOCUMENTED


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/v2/users",
        "/v1x",
        "/v1/%00",
        "/V1/users",
        "/v1/../v1/users",
        "/%ff",
        "/favicon.ico",
        "/v1/users%0A",
        "/v1/a%0Db/%0a",
    ],
)
def test_paths_that_are_not_there(sandbox: Sandbox, headers: dict[str, str], target: str) -> None:
    assert raw(sandbox, "GET", target, headers) == 404


def test_a_body_over_a_megabyte_is_413(sandbox: Sandbox, headers: dict[str, str]) -> None:
    body = json.dumps({"name": "x" * 1_000_000}).encode()

    assert raw(sandbox, "POST", "/v1/template_types", headers, body) == 413
    assert raw(sandbox, "POST", "/_sandbox/accounts", {}, body) == 413


def test_a_body_over_a_megabyte_in_chunks_is_413(sandbox: Sandbox, headers: dict[str, str]) -> None:
    host = sandbox.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=30)
    connection.request(
        "POST", "/v1/template_types", body=(b"x" * 100_000 for _ in range(11)), headers=headers, encode_chunked=True
    )

    assert connection.getresponse().status == 413
    connection.close()


def test_a_length_that_is_a_lie_or_no_number_is_refused(sandbox: Sandbox, headers: dict[str, str]) -> None:
    for length in ("-1", "x", "1" * 5000, str(10**12)):
        assert raw(sandbox, "POST", "/v1/template_types", {**headers, "Content-Length": length}) in (400, 413)


def test_what_is_no_http_is_refused_and_harms_nobody(sandbox: Sandbox) -> None:
    host, _, port = sandbox.url.removeprefix("http://").partition(":")
    for noise in (b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"\r\n" * 100, b"GET / HTTP/9.9\r\n\r\n"):
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(noise)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1000)

    assert raw(sandbox, "GET", "/_sandbox/faults", {}) == 200


@pytest.mark.parametrize(
    "path",
    ["", "accounts", "accounts/1", "accounts/x", "accounts/1/extension", "accounts/1/token", "accounts/1/faults",
     "accounts/1/faults/webhook.missing", "accounts/1/faults/%00", "requests", "switches", "answers", "nothing"],
)  # fmt: skip
def test_the_control_plane_refuses_nonsense_too(sandbox: Sandbox, path: str) -> None:
    for method in METHODS:
        for body in (
            (b"",)
            if method not in ("POST", "PUT")
            else (b"", b"{", b"[]", b'{"count": -1}', b'{"x": "\\ud800"}', b"[" * 100_000)
        ):
            if (method, path, body) != ("POST", "accounts", b""):
                status = raw(sandbox, method, f"/_sandbox/{path}?account=%00&limit=x", {}, body)
                assert status in DOCUMENTED, (method, body[:20])
