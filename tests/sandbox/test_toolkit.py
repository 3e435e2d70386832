"""Extensions built with the Toolkit (section 12.4): the token is the extension's, the rest the partner's code's."""

from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.blueprints import blueprint, enable, extension, published, refusal
from tests.sandbox.conftest import Json
from tests.sandbox.test_process import run
from tests.sandboxes import Sandbox


def by_hand(sandbox: Sandbox, token: str) -> dict[str, Json]:
    """Name → template type with its fields, of the types that no extension owns."""
    listed = sandbox.api("/template_types", token=token).json()["data"]
    own = [item for item in listed if item["extension_type"] is None]
    return {item["name"]: sandbox.api(f"/template_types/{item['id']}", token=token).json() for item in own}


@pytest.fixture
def toolkit(sandbox: Sandbox) -> Json:
    """An account of the fleet that the partner's code has set up."""
    return sandbox.new_account(toolkit=True)


def test_enabling_delivers_the_token_and_nothing_else(sandbox: Sandbox) -> None:
    account = sandbox.new_account(extension=False)
    content = blueprint(mode="toolkit")
    published(sandbox, content)

    shown = enable(sandbox, account, content["key"])

    assert (
        sandbox.api("/accounts/me", token=shown["token"]).json()["token_info"]["integration"]["key"] == content["key"]
    )
    assert (shown["mode"], shown["template_types"]) == ("toolkit", {})
    assert set(by_hand(sandbox, shown["token"])) == {"Employment"}


def test_the_stand_in_of_the_partners_code_makes_the_rest_through_the_api(sandbox: Sandbox) -> None:
    account = sandbox.new_account(extension=False)
    content = blueprint(mode="toolkit")
    published(sandbox, content)
    token = enable(sandbox, account, content["key"])["token"]

    shown = sandbox.control("POST", f"/accounts/{account['id']}/extensions/{content['key']}/toolkit")

    order = by_hand(sandbox, token)["Order"]
    assert shown["template_types"] == {f"{content['key']}_order": order["id"]}
    assert {(field["custom_id"], field["source"]) for field in order["data_fields"]} == {
        ("order_number", "user"),
        ("buyer", "user"),
    }
    hooks = sandbox.api("/webhooks", token=token).json()["data"]
    (hook,) = [hook for hook in hooks if hook["template_group_id"] == order["id"]]
    assert hook["integration_instance"] is None
    assert hook["callback_url"] == f"https://hooks.partner.example/{account['id']}"


def test_setting_up_again_mends_what_is_gone_and_keeps_what_the_customer_added(sandbox: Sandbox, toolkit: Json) -> None:
    token, path = toolkit["token"], f"/accounts/{toolkit['id']}/extensions/acme_ledger/toolkit"
    email = next(user["email"] for user in toolkit["users"] if user["is_admin"])
    before = by_hand(sandbox, token)["Deal"]
    fields = [{"custom_id": "own", "name": "Own"}]
    answer = sandbox.api(
        f"/template_types/{before['id']}/data_fields",
        token=token,
        email=email,
        method="PUT",
        json={"data_fields": fields},
    )
    assert answer.status_code == 200
    for hook in sandbox.api("/webhooks", token=token).json()["data"]:
        sandbox.api(f"/webhooks/{hook['id']}", token=token, method="DELETE")

    sandbox.control("POST", path)

    after = by_hand(sandbox, token)["Deal"]
    assert after["id"] == before["id"]
    assert {field["custom_id"] for field in after["data_fields"]} > {"own", "deal_value", "seller_email"}
    tied = {hook["template_group_id"] for hook in sandbox.api("/webhooks", token=token).json()["data"]}
    assert after["id"] in tied


def test_the_generated_account_is_what_the_stand_in_makes(sandbox: Sandbox, toolkit: Json) -> None:
    made = sandbox.new_account(extension=False)
    sandbox.control("PUT", f"/accounts/{made['id']}/extensions/acme_ledger", {"mode": "toolkit"})
    token = enable(sandbox, made, "acme_ledger")["token"]
    sandbox.control("POST", f"/accounts/{made['id']}/extensions/acme_ledger/toolkit")

    def told(token: str) -> Any:
        types = by_hand(sandbox, token)
        fields = {name: [without_ids(field) for field in types[name]["data_fields"]] for name in ("Deal", "Engagement")}
        fields["Deal"] = [field for field in fields["Deal"] if field["custom_id"] != "internal_reference"]
        hooks = sandbox.api("/webhooks", token=token).json()["data"]
        ids = {types["Deal"]["id"], types["Engagement"]["id"]}
        events = [(hook["filters"], hook["sign_key"]) for hook in hooks if hook["template_group_id"] in ids]
        return fields, events, [(types[name]["description"], types[name]["active"]) for name in fields]

    assert told(toolkit["token"]) == told(token)


def without_ids(field: Json) -> Json:
    return {key: value for key, value in field.items() if key not in ("id", "_links")}


def test_disabling_revokes_the_token_and_leaves_what_the_code_made(sandbox: Sandbox, toolkit: Json) -> None:
    own = sandbox.control("POST", f"/accounts/{toolkit['id']}/token")["token"]
    before, hooks = by_hand(sandbox, own), sandbox.api("/webhooks", token=own).json()

    sandbox.control("DELETE", f"/accounts/{toolkit['id']}/extensions/acme_ledger")

    assert sandbox.api("/ping", token=toolkit["token"]).status_code == 401
    assert (by_hand(sandbox, own), sandbox.api("/webhooks", token=own).json()) == (before, hooks)


@pytest.mark.parametrize("code", ["field.changed", "webhook.misdirected", "webhook.missing", "template_type.missing"])
def test_faults_strike_what_the_code_made_and_outlast_disabling(sandbox: Sandbox, toolkit: Json, code: str) -> None:
    shown = sandbox.fault(toolkit["id"], code)

    assert shown["faults"] == [code]
    again = sandbox.control("POST", f"/accounts/{toolkit['id']}/extension")
    assert again["faults"] == [code]
    sandbox.clear(toolkit["id"], code)
    assert sandbox.account(toolkit["id"])["faults"] == []


def test_a_fleet_can_begin_with_some_of_them(tmp_path: Path) -> None:
    command = ["--port", "0", "--dir", str(tmp_path / "x"), "--accounts", "1", "--toolkit", "2"]
    assert (run(*command).returncode, "--toolkit 2" in run(*command).stderr) == (2, True)
    with Sandbox.start(tmp_path / "y", accounts=1) as running:
        running.control("POST", "/reset", {"accounts": 3, "toolkit": 1})

        modes = [extension(running, account, "acme_ledger")["mode"] for account in running.accounts()]

        assert modes == ["blueprint", "blueprint", "toolkit"]
        assert refusal(running, "POST", "/reset", {"accounts": 1, "toolkit": 2})[0] == 400


def test_the_mode_is_changed_only_while_the_extension_is_off(sandbox: Sandbox, account: Json) -> None:
    path = f"/accounts/{account['id']}/extensions/acme_ledger"

    assert refusal(sandbox, "PUT", path, {"mode": "toolkit"})[0] == 409
    sandbox.control("DELETE", path)
    assert sandbox.control("PUT", path, {"mode": "toolkit"})["mode"] == "toolkit"


def test_what_cannot_be_set_up_is_refused_with_what_to_do(sandbox: Sandbox, account: Json) -> None:
    path = f"/accounts/{account['id']}/extensions"

    assert refusal(sandbox, "POST", f"{path}/acme_ledger/toolkit")[0] == 409
    assert refusal(sandbox, "POST", f"{path}/hubspot/toolkit")[0] == 409
    assert refusal(sandbox, "PUT", f"{path}/hubspot", {"mode": "toolkit"})[0] == 409
    assert refusal(sandbox, "PUT", f"{path}/acme_ledger", {"mode": "other"})[0] == 400
    assert refusal(sandbox, "POST", f"{path}/nobody")[0] == 404
    sandbox.control("DELETE", f"{path}/acme_ledger")
    sandbox.control("PUT", f"{path}/acme_ledger", {"mode": "toolkit"})
    status, sentence = refusal(sandbox, "POST", f"{path}/acme_ledger/toolkit")
    assert (status, sentence.endswith("Enable it first.")) == (409, True)
