"""Each fault: brought about, seen through the API as its code says, cleared to the letter, cured by its remedy."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.conftest import READS, READS_BY_PERSON, Json, admin_of, member_of, ours, type_of, whole_state
from tests.sandboxes import Sandbox


def status(sandbox: Sandbox, account: Json, path: str, email: str | None = None) -> int:
    return sandbox.api(path, token=account["token"], email=email).status_code


def extension(sandbox: Sandbox, account: Json, key: str) -> Json | None:
    listed = sandbox.api("/integration_extensions", token=account["token"]).json()["data"]
    return next((item for item in listed if item["extension_type"] == key), None)


def field(sandbox: Sandbox, account: Json, custom_id: str = "deal_value") -> Json | None:
    listed = type_of(sandbox, account)["data_fields"]
    return next((item for item in listed if item["custom_id"] == custom_id), None)


def types(sandbox: Sandbox, account: Json) -> list[str | None]:
    listed = sandbox.api("/template_types", token=account["token"]).json()["data"]
    return [item["extension_type"] for item in listed]


def templates(sandbox: Sandbox, account: Json) -> list[str | None]:
    """The extension types of the active templates."""
    listed = sandbox.api("/templates", token=account["token"]).json()["data"]
    return [(item["template_type"] or {}).get("extension_type") for item in listed]


def helper(sandbox: Sandbox, account: Json) -> Any:
    path = "/helpers/contract_create_data?extension_type=acme_deal"
    return sandbox.api(path, token=account["token"], email=admin_of(account)).json()


def integration(sandbox: Sandbox, account: Json) -> Any:
    return sandbox.api("/accounts/me", token=account["token"]).json()["token_info"]["integration"]["key"]


def wanted_events(sandbox: Sandbox, account: Json) -> Any:
    return ours(sandbox, account)[0]["filters"][0]["filter_rules"][0]["values"]


def urls(sandbox: Sandbox, account: Json) -> list[str]:
    return [hook["callback_url"].partition("/oneflow")[0] for hook in ours(sandbox, account)]


# code → what somebody sees through the API, and what it is then and not otherwise
SEEN: dict[str, tuple[Callable[[Sandbox, Json], Any], Any]] = {
    "token.rejected": (lambda s, a: status(s, a, "/ping"), 401),
    "token.foreign": (integration, "hubspot"),
    "user.gone": (lambda s, a: status(s, a, "/ping", admin_of(a)), 401),
    "extension.absent": (lambda s, a: extension(s, a, "acme_ledger"), None),
    "extension.disabled": (lambda s, a: (extension(s, a, "acme_ledger") or {})["enabled"], False),
    "dependency.disabled": (lambda s, a: (extension(s, a, "webhooks") or {})["enabled"], False),
    "template_type.missing": (lambda s, a: "acme_deal" in types(s, a), False),
    "template_type.inactive": (lambda s, a: type_of(s, a)["active"], False),
    "template_type.unused": (lambda s, a: "acme_deal" in templates(s, a), False),
    "workspace.none": (helper, []),
    "field.missing": (field, None),
    "field.inactive": (lambda s, a: (field(s, a) or {})["active"], False),
    "field.changed": (lambda s, a: (field(s, a) or {})["name"], "Deal value (renamed)"),
    "field.shadowed": (lambda s, a: (field(s, a, "deal_value_copy") or {}).get("name"), "Deal value"),
    "webhook.missing": (lambda s, a: len(ours(s, a)), 1),
    "webhook.misdirected": (lambda s, a: urls(s, a)[0], "https://old-hooks.acme.example"),
    "webhook.insecure": (lambda s, a: urls(s, a)[0], "http://hooks.acme.example"),
    "webhook.deaf": (wanted_events, ["contract:publish", "contract:sign", "contract:decline"]),
    "webhook.duplicate": (lambda s, a: len(ours(s, a)), 3),
    "webhook.unbound": (lambda s, a: ours(s, a)[0]["template_group_id"], None),
    "webhook.legacy": (lambda s, a: ours(s, a)[0]["legacy_webhook"], True),
    "api.limited": (lambda s, a: status(s, a, "/webhooks"), 429),
    "api.failing": (lambda s, a: status(s, a, "/users"), 500),
}
CODES = list(SEEN)
CURED_BY_ENABLING = [
    code
    for code in CODES
    if not code.startswith(("user", "workspace", "api")) and code not in ("template_type.unused", "field.shadowed")
]
EVERYTHING = {*(path.partition("?")[0] for path in READS), "/template_types/*"}
# code, or the first word of several → the paths whose answers it changes, and none besides
OWN_PARTS = {
    "token.rejected": EVERYTHING,
    "token.foreign": {"/accounts/me"},
    # As the user who is gone, nothing can be read; for everybody else one user is inactive.
    "user.gone": {"/users", *(path.partition("?")[0] for path in READS_BY_PERSON)},
    "extension": {"/integration_extensions"},
    "dependency": {"/integration_extensions"},
    "template_type.missing": {
        "/template_types",
        "/template_types/*",
        "/templates",
        "/helpers/contract_create_data",
    },
    "template_type.inactive": {"/template_types", "/template_types/*"},
    "template_type.unused": {"/templates", "/helpers/contract_create_data"},
    "workspace.none": {"/workspaces", "/helpers/contract_create_data"},
    "field": {"/template_types/*"},
    "webhook": {"/webhooks"},
    "api.limited": {"/webhooks"},
    "api.failing": EVERYTHING - {"/ping", "/accounts/me"},
}


def changed(before: Json, after: Json) -> set[str]:
    """The paths whose answers differ, without query and id."""
    differing = {key for key in before | after if before.get(key) != after.get(key)}
    paths = {key.partition(" as ")[0].partition("?")[0] for key in differing}
    return {re.sub("/[0-9]+$", "/*", path) for path in paths}


def test_the_control_plane_lists_every_fault_with_a_sentence(sandbox: Sandbox) -> None:
    listed = sandbox.control("GET", "/faults")

    assert list(listed) == CODES
    assert all(listed.values())


@pytest.mark.parametrize("code", CODES)
def test_a_fault_is_seen_and_cleared_to_the_letter(sandbox: Sandbox, account: Json, code: str) -> None:
    seen, broken = SEEN[code]
    before = whole_state(sandbox, account)
    assert seen(sandbox, account) != broken

    shown = sandbox.fault(account["id"], code)
    assert shown["faults"] == [code]
    assert seen(sandbox, account) == broken
    during = whole_state(sandbox, account)
    assert changed(before, during) == OWN_PARTS.get(code, OWN_PARTS.get(code.partition(".")[0]))
    assert sandbox.fault(account["id"], code)["faults"] == [code]
    assert seen(sandbox, account) == broken

    assert sandbox.clear(account["id"], code)["faults"] == []
    assert sandbox.clear(account["id"], code)["faults"] == []
    assert whole_state(sandbox, account) == before


@pytest.mark.parametrize("code", CURED_BY_ENABLING)
def test_enabling_again_cures_a_fault_for_good(sandbox: Sandbox, account: Json, code: str) -> None:
    seen, broken = SEEN[code]
    sandbox.fault(account["id"], code)

    again = sandbox.control("POST", f"/accounts/{account['id']}/extension")

    assert again["faults"] == []
    assert seen(sandbox, again) != broken
    assert status(sandbox, account, "/ping") == 401, "the old token is revoked"
    healthy = (ours(sandbox, again), type_of(sandbox, again), integration(sandbox, again))
    sandbox.clear(account["id"], code)
    assert (ours(sandbox, again), type_of(sandbox, again), integration(sandbox, again)) == healthy


def test_the_put_of_the_reference_cures_an_inactive_field(sandbox: Sandbox, account: Json) -> None:
    before = type_of(sandbox, account)
    sandbox.fault(account["id"], "field.inactive")
    fields = type_of(sandbox, account)["data_fields"]

    sandbox.api(
        f"/template_types/{before['id']}/data_fields",
        method="PUT",
        token=account["token"],
        email=admin_of(account),
        json={"data_fields": [item | {"active": True} for item in fields]},
    )

    assert type_of(sandbox, account)["data_fields"] == before["data_fields"]
    assert sandbox.account(account["id"])["faults"] == []


def test_the_put_that_leaves_the_shadow_out_cures_it(sandbox: Sandbox, account: Json) -> None:
    deal = type_of(sandbox, account)
    sandbox.fault(account["id"], "field.shadowed")

    sandbox.api(
        f"/template_types/{deal['id']}/data_fields",
        method="PUT",
        token=account["token"],
        email=admin_of(account),
        json={"data_fields": deal["data_fields"]},
    )

    assert field(sandbox, account, "deal_value_copy") is None
    assert sandbox.account(account["id"])["faults"] == []


def test_every_fault_at_once_clears_to_the_letter_in_any_order(sandbox: Sandbox, account: Json) -> None:
    """All but those that take away what another one strikes, which comes to nothing then."""
    before = whole_state(sandbox, account)
    first = ["token.foreign", "webhook.duplicate", "webhook.deaf"]
    away = ["template_type.missing", "webhook.missing", "webhook.unbound", "field.missing"]
    brought = first + [code for code in CODES if code not in first + away]
    for code in brought:
        sandbox.fault(account["id"], code)
    assert sandbox.account(account["id"])["faults"] == sorted(brought)

    for code in brought[::2] + brought[1::2]:
        sandbox.clear(account["id"], code)

    assert sandbox.account(account["id"])["faults"] == []
    assert whole_state(sandbox, account) == before


def test_faults_of_one_webhook_hand_its_address_down(sandbox: Sandbox, account: Json) -> None:
    before = whole_state(sandbox, account)
    sandbox.fault(account["id"], "webhook.misdirected")
    sandbox.fault(account["id"], "webhook.insecure")

    sandbox.clear(account["id"], "webhook.misdirected")
    sandbox.clear(account["id"], "webhook.insecure")

    assert whole_state(sandbox, account) == before


def test_a_fault_of_the_acting_user_strikes_the_one_who_was_sent_last(sandbox: Sandbox, account: Json) -> None:
    sandbox.api("/users", token=account["token"], email=member_of(account))

    shown = sandbox.fault(account["id"], "user.gone")

    inactive = {user["email"] for user in shown["users"] if not user["active"]}
    assert member_of(account) in inactive
    assert admin_of(account) not in inactive


def test_workspace_none_leaves_every_other_user_their_permission(sandbox: Sandbox, account: Json) -> None:
    second = [user["email"] for user in account["users"] if user["is_admin"] and user["active"]][1]

    sandbox.fault(account["id"], "workspace.none")

    path = "/helpers/contract_create_data"
    assert sandbox.api(path, token=account["token"], email=admin_of(account)).json() == []
    assert sandbox.api(path, token=account["token"], email=second).json() != []


def test_a_fault_can_be_narrowed(sandbox: Sandbox, account: Json) -> None:
    sandbox.fault(account["id"], "field.missing", template_type="acme_engagement", custom_id="fiscal_year")

    engagement = type_of(sandbox, account, "acme_engagement")
    assert "fiscal_year" not in [item["custom_id"] for item in engagement["data_fields"]]
    assert len(type_of(sandbox, account)["data_fields"]) == 9


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({"fault": "webhook.confused"}, 404, "webhook.misdirected"),
        ({}, 400, "token.rejected"),
        ({"fault": 7}, 400, "fault"),
        ({"fault": "field.missing", "custom_id": "nothing"}, 400, "no data field nothing"),
        ({"fault": "field.missing", "template_type": "nothing"}, 400, "acme_deal, acme_engagement"),
        ({"fault": "user.gone", "user": "nobody@nowhere.example"}, 400, "no user"),
        ({"fault": "user.gone", "usr": "x"}, 400, "Unknown: usr"),
    ],
)
def test_a_fault_that_cannot_be_brought_about_says_why(
    sandbox: Sandbox, account: Json, body: Json, code: int, words: str
) -> None:
    answer = sandbox.session.post(f"{sandbox.url}/_sandbox/accounts/{account['id']}/faults", json=body)

    assert answer.status_code == code
    assert words in answer.json()["error"]
    assert sandbox.account(account["id"])["faults"] == []


def test_without_a_webhook_none_can_be_misdirected(sandbox: Sandbox, account: Json) -> None:
    sandbox.fault(account["id"], "webhook.missing")

    answer = sandbox.session.post(
        f"{sandbox.url}/_sandbox/accounts/{account['id']}/faults", json={"fault": "webhook.misdirected"}
    )

    assert answer.status_code == 400
    assert "no webhook of the extension for acme_deal" in answer.json()["error"]
