"""Any path, query or form of the marketplace: a page that says what is wrong, never a 5xx."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.conftest import Json, ours, type_of
from tests.sandbox.test_bad_input import METHODS, ODD_IDS, raw
from tests.sandbox.visiting import Person, administrator, words
from tests.sandboxes import Sandbox

SHAPES = (
    "", "sign-in/", "sign-out/", "assumed/", "extensions/{id}/", "extensions/{id}/enable/", "extensions/{id}/disable/",
    "template-types/", "template-types/{id}/", "template-types/{id}/fields/", "template-types/{id}/templates/",
    "fields/{id}/", "fields/{id}/active/", "fields/{id}/delete/", "templates/", "templates/{id}/", "webhooks/",
    "webhooks/{id}/delete/", "tokens/", "tokens/{id}/revoke/", "static/{id}", "nothing", "%00", "%ff/", "../v1/users",
)  # fmt: skip
ODD_VALUES = (
    "",
    " ",
    "\x00",
    "x" * 5000,
    "9" * 30,
    "-1",
    "🙂",
    "<b>",
    "{{ 7*7 }}",
    "javascript:alert(1)",
    "https://[::1",
)
FORMS = (
    "/sign-in/", "/template-types/", "/template-types/{type}/", "/template-types/{own}/",
    "/template-types/{own}/fields/", "/template-types/{own}/templates/", "/fields/{field}/active/",
    "/fields/{own_field}/", "/templates/", "/templates/{template}/", "/webhooks/", "/webhooks/{hook}/delete/",
    "/tokens/", "/extensions/hubspot/enable/",
)  # fmt: skip
NAMES = (
    "name", "description", "custom_id", "placeholder", "value", "active", "callback_url", "sign_key", "template_type",
    "workspaces", "template", "email", "user", "next",
)  # fmt: skip


@pytest.fixture(scope="module")
def account(sandbox: Sandbox) -> Json:
    return sandbox.new_account()


@pytest.fixture(scope="module")
def admin(sandbox: Sandbox, account: Json) -> Person:
    return administrator(sandbox, account)


@pytest.fixture(scope="module")
def places(sandbox: Sandbox, account: Json) -> dict[str, Any]:
    """Ids of real things, so that the forms are reached."""
    listed = sandbox.api("/template_types", token=account["token"]).json()["data"]
    own = next(item["id"] for item in listed if item["extension_type"] is None)
    kind = type_of(sandbox, account)
    return {
        "type": kind["id"],
        "own": own,
        "field": kind["data_fields"][0]["id"],
        "own_field": sandbox.api(f"/template_types/{own}", token=account["token"]).json()["data_fields"][0]["id"],
        "template": sandbox.control("GET", f"/accounts/{account['id']}/templates")[0]["id"],
        "hook": ours(sandbox, account)[0]["id"],
    }


@pytest.mark.parametrize("shape", SHAPES)
def test_every_path_and_method_with_odd_ids(sandbox: Sandbox, admin: Person, shape: str) -> None:
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in admin.session.cookies)
    for pk in ODD_IDS if "{id}" in shape else ("",):
        for method in METHODS if pk in ("", "1") else ("GET",):
            target = "/marketplace/" + shape.replace("{id}", pk)
            assert raw(sandbox, method, target, {"Cookie": cookies}) < 500, (method, target)


@pytest.mark.parametrize("path", FORMS)
def test_every_form_with_odd_values(admin: Person, places: dict[str, Any], path: str) -> None:
    for value in ODD_VALUES:
        admin.get("/")
        sent = {} if path == "/sign-in/" and value == "" else dict.fromkeys(NAMES, value)
        answer = admin.send(path.format(**places), **sent)
        assert answer.status_code < 500, value
        assert words(answer)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(FORMS),
    fields=st.dictionaries(
        st.sampled_from(NAMES) | st.text(max_size=8), st.text(max_size=30) | st.integers(), max_size=6
    ),
)
def test_no_form_at_all_is_a_server_error(admin: Person, places: dict[str, Any], path: str, fields: Json) -> None:
    fields = {name.encode("utf-8", "ignore").decode(): value for name, value in fields.items()}
    assert admin.send(path.format(**places), **fields).status_code < 500


@pytest.mark.parametrize(
    "query",
    ["q=%00", "q=" + "x" * 3000, "q=%ff", "account=x", "account=1", "account=" + "9" * 40, "next=//x", "q=%25'"],
)
def test_the_sign_in_with_odd_queries(sandbox: Sandbox, query: str) -> None:
    status = raw(sandbox, "GET", f"/marketplace/sign-in/?{query}", {})
    assert status in (200, 404)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"), ("multipart/form-data", b"x"), ("multipart/form-data; boundary=x", b"--x\r\n"),
        ("text/plain", b"\xff"), ("application/x-www-form-urlencoded", b"%ff=%00&" * 2000),
        ("application/x-www-form-urlencoded; charset=nothing", b"a=b"),
        ("application/x-www-form-urlencoded", b"x" * 1_500_000), ("", b"a"),
    ],
)  # fmt: skip
def test_odd_bodies(sandbox: Sandbox, admin: Person, kind: str, body: bytes) -> None:
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in admin.session.cookies)
    for path in ("sign-in/", "webhooks/", "extensions/acme_ledger/enable/"):
        headers = {"Cookie": cookies, "Content-Type": kind}
        assert raw(sandbox, "POST", f"/marketplace/{path}", headers, body) in (400, 403, 413), path


@pytest.mark.parametrize(
    "cookie", ["sandbox_session=x", "sandbox_session=" + "x" * 4000, "sandbox_csrf=%00", "=;=;\xff"]
)
def test_odd_cookies(sandbox: Sandbox, cookie: str) -> None:
    headers = {"Cookie": cookie.encode("latin-1")}
    assert raw(sandbox, "GET", "/marketplace/", headers) == 302
    assert raw(sandbox, "POST", "/marketplace/sign-in/", headers, b"email=a") == 403
