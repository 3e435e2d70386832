"""Enabling and disabling the extension (sections 12.1 and 12.6)."""

import re

from tests.sandbox.conftest import Json, ours, type_of, whole_state
from tests.sandboxes import Sandbox


def enable(sandbox: Sandbox, account: Json) -> Json:
    shown: Json = sandbox.control("POST", f"/accounts/{account['id']}/extension")
    return shown


def disable(sandbox: Sandbox, account: Json) -> Json:
    shown: Json = sandbox.control("DELETE", f"/accounts/{account['id']}/extension")
    return shown


def test_an_account_can_begin_without_the_extension(sandbox: Sandbox) -> None:
    account = sandbox.new_account(extension=False, name="Fresh AB")

    assert (account["name"], account["token"], account["extension"]["enabled"]) == ("Fresh AB", None, False)


def test_enabling_makes_everything_that_the_partner_page_says(sandbox: Sandbox) -> None:
    account = enable(sandbox, sandbox.new_account(extension=False))

    assert re.fullmatch("[a-zA-Z0-9-]{40}", account["token"])
    deal, engagement = type_of(sandbox, account), type_of(sandbox, account, "acme_engagement")
    assert {field["source"] for field in deal["data_fields"] + engagement["data_fields"]} == {"system"}
    assert [hook["template_group_id"] for hook in ours(sandbox, account)] == [deal["id"], engagement["id"]]
    listed = sandbox.api("/integration_extensions", token=account["token"]).json()["data"]
    on = {item["extension_type"] for item in listed if item["enabled"]}
    assert on == {"acme_ledger", "api_tokens", "template_types", "webhooks"}


def test_disabling_revokes_the_token_and_takes_the_webhooks(sandbox: Sandbox, account: Json) -> None:
    own = sandbox.control("POST", f"/accounts/{account['id']}/token")["token"]

    shown = disable(sandbox, account)

    assert not shown["extension"]["enabled"]
    assert sandbox.api("/ping", token=account["token"]).status_code == 401
    account["token"] = own
    assert ours(sandbox, account) == []
    assert not type_of(sandbox, account)["active"]


def test_enabling_again_gives_the_same_types_a_new_token_and_new_webhooks(sandbox: Sandbox, account: Json) -> None:
    before, hooks = type_of(sandbox, account), ours(sandbox, account)

    disable(sandbox, account)
    again = enable(sandbox, account)

    assert again["token"] != account["token"]
    after = type_of(sandbox, again)
    assert (after["id"], after["active"], after["data_fields"]) == (before["id"], True, before["data_fields"])
    assert not {hook["id"] for hook in hooks} & {hook["id"] for hook in ours(sandbox, again)}
    assert len(ours(sandbox, again)) == len(hooks)


def test_enabling_what_is_enabled_is_disabling_and_enabling(sandbox: Sandbox, account: Json) -> None:
    again = enable(sandbox, account)

    assert sandbox.api("/ping", token=account["token"]).status_code == 401
    assert sandbox.api("/ping", token=again["token"]).status_code == 200
    assert len(ours(sandbox, again)) == 2


def test_the_generated_fleet_is_what_enabling_makes(sandbox: Sandbox, account: Json) -> None:
    """But for ids, times, and the customer's own field; so the demo's fleet is no special case."""
    generated = whole_state(sandbox, account)

    made = whole_state(sandbox, enable(sandbox, account))

    assert made["/users as None"] == generated["/users as None"]
    assert (
        made["/templates?filter[active]= as None"][1]["count"]
        == (generated["/templates?filter[active]= as None"][1]["count"])
    )
    for path in (path for path in generated if path.startswith("/template_types/")):
        assert made[path][1]["data_fields"] == generated[path][1]["data_fields"]
