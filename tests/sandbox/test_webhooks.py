"""Managing webhooks (section 10)."""

from typing import Any

import pytest

from tests.sandbox.conftest import Json, member_of, ours, type_of
from tests.sandboxes import Sandbox

URL = "https://hooks.acme.example/mine"


def create(sandbox: Sandbox, account: Json, body: Any) -> Any:
    return sandbox.api("/webhooks", method="POST", token=account["token"], json=body)


def test_a_webhook_can_be_made_read_changed_and_deleted(sandbox: Sandbox, account: Json) -> None:
    made = create(sandbox, account, {"callback_url": URL, "sign_key": "k"}).json()
    path = f"/webhooks/{made['id']}"

    assert (made["filters"], made["template_group_id"], made["integration_instance"]) == (None, None, None)
    assert sandbox.api(path, token=account["token"]).json() == made
    changed = sandbox.api(path, method="PUT", token=account["token"], json={"callback_url": URL + "/2"})
    assert changed.json() == made | {"callback_url": URL + "/2"}
    deleted = sandbox.api(path, method="DELETE", token=account["token"])
    assert (deleted.status_code, deleted.content) == (200, b"")
    assert sandbox.api(path, token=account["token"]).status_code == 404


def test_deleting_what_is_not_there_is_200_with_an_empty_body(sandbox: Sandbox, account: Json) -> None:
    foreign = ours(sandbox, sandbox.account())[0]["id"]
    for pk in (foreign, 999_999_999_999):
        answer = sandbox.api(f"/webhooks/{pk}", method="DELETE", token=account["token"])
        assert (answer.status_code, answer.content) == (200, b"")
    assert foreign in [hook["id"] for hook in ours(sandbox, sandbox.account())]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_what_the_extension_made_is_protected(sandbox: Sandbox, account: Json, method: str) -> None:
    before = ours(sandbox, account)

    answer = sandbox.api(
        f"/webhooks/{before[0]['id']}", method=method, token=account["token"], json={"callback_url": URL}
    )

    assert answer.status_code == 403
    assert ours(sandbox, account) == before


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_member_may_not_manage_webhooks(sandbox: Sandbox, account: Json, method: str) -> None:
    made = create(sandbox, account, {"callback_url": URL}).json()
    path = "/webhooks" if method == "POST" else f"/webhooks/{made['id']}"

    answer = sandbox.api(
        path, method=method, token=account["token"], email=member_of(account), json={"callback_url": URL}
    )

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "callback_url"),
        ({"callback_url": None}, "callback_url"),
        ({"callback_url": "http://hooks.acme.example"}, "callback_url"),
        ({"callback_url": "https://"}, "callback_url"),
        ({"callback_url": "https://[::1"}, "callback_url"),
        ({"callback_url": "https://a b"}, "callback_url"),
        ({"callback_url": "https://x.example/" + "a" * 1000}, "callback_url"),
        ({"callback_url": URL, "template_group_id": "5"}, "template_group_id"),
        ({"callback_url": URL, "template_group_id": True}, "template_group_id"),
        ({"callback_url": URL, "template_group_id": 10**30}, "template_group_id"),
        ({"callback_url": URL, "sign_key": 5}, "sign_key"),
        ({"callback_url": URL, "configuration": []}, "configuration"),
        ({"callback_url": URL, "filters": {}}, "filters"),
        ({"callback_url": URL, "filters": [{}]}, "filters[0].filter_rules"),
        ({"callback_url": URL, "filters": [{"filter_rules": []}]}, "filters[0].filter_rules"),
        ({"callback_url": URL, "filters": [{"filter_rules": [{"type": []}]}]}, "filters[0].filter_rules[0]"),
        (
            {"callback_url": URL, "filters": [{"filter_rules": [{"type": "EVENT_TYPE", "values": ["x"] * 51}]}]},
            "filters[0].filter_rules[0]",
        ),
        (
            {"callback_url": URL, "filters": [{"filter_rules": [{"type": "WORKSPACE", "values": ["1"]}]}]},
            "filters[0].filter_rules[0]",
        ),
    ],
)
def test_a_bad_webhook_is_refused_with_the_problem_named(
    sandbox: Sandbox, account: Json, body: Json, problem: str
) -> None:
    answer = create(sandbox, account, body)

    assert answer.status_code == 400
    assert list(answer.json()["parameter_problems"]) == [problem]


def test_a_template_type_that_is_not_there_or_anothers_is_a_404(sandbox: Sandbox, account: Json) -> None:
    """As of every object that a request refers to (sections 4.2 and 16)."""
    for pk in (type_of(sandbox, sandbox.account())["id"], 1):
        answer = create(sandbox, account, {"callback_url": URL, "template_group_id": pk})
        assert (answer.status_code, answer.json()["error_code"]) == (404, 4040000)


def test_filters_come_back_as_they_were_sent(sandbox: Sandbox, account: Json) -> None:
    rules = [{"type": "EVENT_TYPE", "values": ["contract:sign"]}, {"type": "WORKSPACE", "values": [1]}]

    made = create(sandbox, account, {"callback_url": URL, "filters": [{"filter_rules": rules}]}).json()

    assert made["filters"] == [{"filter_rules": rules}]


def test_what_a_filter_does_not_have_is_not_kept(sandbox: Sandbox, account: Json) -> None:
    rule = {"type": "EVENT_TYPE", "values": ["contract:sign"]}
    sent = [{"filter_rules": [{**rule, "colour": "red"}], "name": "Mine"}]

    made = create(sandbox, account, {"callback_url": URL, "filters": sent}).json()

    assert made["filters"] == [{"filter_rules": [rule]}]


def test_the_sign_key_is_echoed_unless_switched_off(sandbox: Sandbox, account: Json) -> None:
    assert ours(sandbox, account)[0]["sign_key"] == "acme-demo-sign-key"

    sandbox.control("PUT", "/switches", {"echo_sign_key": False})
    try:
        assert "sign_key" not in ours(sandbox, account)[0]
    finally:
        sandbox.control("PUT", "/switches", {"echo_sign_key": True})
