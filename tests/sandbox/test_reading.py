"""What the API answers to a client that only reads."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.sandbox.conftest import Json, admin_of, member_of, type_of
from tests.sandboxes import Sandbox

Read = Callable[..., Any]


def test_ping_answers_an_empty_object(read: Read) -> None:
    assert read("/ping") == {}


def test_the_root_says_what_it_is(read: Read) -> None:
    assert set(read("/")) == {"api_version", "description", "documentation", "message"}


def test_an_extension_token_tells_whose_integration_it_is(read: Read, account: Json) -> None:
    me = read("/accounts/me")

    assert (me["id"], me["name"]) == (account["id"], account["name"])
    assert me["token_info"]["integration"] == {"id": account["extension"]["id"], "key": "acme_ledger"}


def test_a_hand_made_token_has_the_key_custom(sandbox: Sandbox, account: Json) -> None:
    made = sandbox.control("POST", f"/accounts/{account['id']}/token", {"name": "By hand"})

    me = sandbox.api("/accounts/me", token=made["token"]).json()

    assert me["id"] == account["id"]
    assert me["token_info"]["integration"] == {"id": None, "key": "custom"}


def test_the_integration_id_is_the_extension_and_the_owner_of_its_webhooks(read: Read, account: Json) -> None:
    pk = read("/accounts/me")["token_info"]["integration"]["id"]

    extensions = {item["extension_type"]: item for item in read("/integration_extensions")["data"]}
    hooks = [hook for hook in read("/webhooks")["data"] if hook["integration_instance"]]

    assert extensions["acme_ledger"]["id"] == pk
    assert extensions["acme_ledger"]["enabled"]
    assert all(extensions[key]["enabled"] for key in ("api_tokens", "template_types", "webhooks"))
    assert [hook["integration_instance"] for hook in hooks] == [pk, pk]


def test_users_have_the_documented_attributes(read: Read) -> None:
    user = read("/users")["data"][0]

    assert set(user) == {
        "_links", "active", "email", "id", "is_admin", "name", "phone_number", "state", "title",
    }  # fmt: skip
    assert user["state"] == "registered"
    assert read(f"/users/{user['id']}") == user


def test_workspaces_have_the_documented_attributes_and_those_seen_in_clients(read: Read, account: Json) -> None:
    """Section 6.3; company, number and country are the account's, which no workspace of the fleet overrides."""
    place = read("/workspaces")["data"][0]

    assert set(place) == {
        "_integration_permissions", "_links", "_permissions", "company_name", "country_code", "created_time",
        "date_format", "description", "id", "name", "registration_number", "type", "updated_time",
    }  # fmt: skip
    assert (place["_integration_permissions"], place["date_format"], place["type"]) == ([], "", "workspace")
    assert (place["company_name"], place["country_code"]) == (account["name"], account["country_code"])
    assert read(f"/workspaces/{place['id']}") == place


def test_an_account_has_the_documented_attributes(read: Read, sandbox: Sandbox) -> None:
    assert set(read("/accounts/me")) == {
        "_links", "country_code", "created_time", "id", "name", "registration_number", "token_info", "updated_time",
    }  # fmt: skip
    assert read("/accounts/me")["_links"] == {"self": {"href": f"{sandbox.api_url}/accounts/me"}}


def test_templates_and_their_types_have_the_documented_attributes(read: Read) -> None:
    """Sections 6.7 and 6.8: the list leaves out what only the single answer has."""
    listed = {
        "_links", "available_options", "configuration", "created_time", "id", "name", "tags", "template_active",
        "template_type", "updated_time", "workspaces",
    }  # fmt: skip
    template = read("/templates?extension_type=acme_deal")["data"][0]
    assert set(template) == listed
    assert set(read(f"/templates/{template['id']}")) == listed | {
        "_private", "attachment_file_groups", "draft_approval_workflow", "parties", "pdf_file_groups",
        "pending_approval_workflow", "product_groups", "sign_order",
    }  # fmt: skip
    kind = template["template_type"]
    assert set(kind) == {"created_time", "description", "extension_type", "id", "name", "updated_time"}
    assert template["_links"]["template_type"]["href"].endswith(f"/template_types/{kind['id']}")
    whole = read(f"/template_types/{kind['id']}")
    assert set(whole) == set(kind) | {"_links", "active", "data_fields"}
    assert set(whole["data_fields"][0]) == {
        "_links", "active", "custom_id", "description", "id", "name", "placeholder", "source", "value",
    }  # fmt: skip
    assert whole["data_fields"][0]["_links"] == {"template_type": whole["_links"]["self"]}


def test_an_extension_and_a_webhook_have_the_attributes_of_the_reference(read: Read) -> None:
    """Sections 6.18 and 10.1."""
    assert set(read("/integration_extensions")["data"][0]) == {
        "_links", "description", "enabled", "enabled_time", "extension_type", "id", "name",
    }  # fmt: skip
    hook = read("/webhooks")["data"][0]
    assert set(hook) == {
        "callback_url", "configuration", "filters", "id", "integration_instance", "integration_process_id",
        "legacy_webhook", "sign_key", "template_group_id", "webhook_id",
    }  # fmt: skip
    assert read(f"/webhooks/{hook['id']}") == hook


def test_the_helper_has_no_workspace_without_a_template_and_no_inactive_template(read: Read) -> None:
    """Section 7: neither pages nor an envelope, whatever limit is asked for."""
    places = read("/helpers/contract_create_data?limit=1")
    active = {template["id"] for template in read("/templates")["data"]}

    assert set(places[0]) == {"id", "name", "templates"}
    assert all(place["templates"] for place in places)
    assert {template["id"] for place in places for template in place["templates"]} == active
    assert set(places[0]["templates"][0]) == {
        "available_options", "created_time", "id", "name", "template_type", "updated_time",
    }  # fmt: skip


def test_times_are_written_with_a_colon_in_the_offset(read: Read) -> None:
    written = read("/accounts/me")["created_time"]

    assert written.endswith("+00:00")
    assert datetime.fromisoformat(written).tzinfo is not None


def test_our_template_types_have_the_fields_of_the_blueprint(sandbox: Sandbox, account: Json) -> None:
    deal, engagement = type_of(sandbox, account), type_of(sandbox, account, "acme_engagement")

    system = [field["custom_id"] for field in deal["data_fields"] if field["source"] == "system"]
    assert system == [
        "deal_value", "deal_name", "customer_number", "currency", "start_date", "vat_exempt", "payment_terms",
        "seller_email",
    ]  # fmt: skip
    assert [field["custom_id"] for field in deal["data_fields"] if field["source"] == "user"] == ["internal_reference"]
    assert len(engagement["data_fields"]) == 5


def test_a_list_of_template_types_leaves_their_fields_out(read: Read) -> None:
    assert all("data_fields" not in item for item in read("/template_types")["data"])


def test_the_helper_gives_the_fields_of_a_type_without_pages(sandbox: Sandbox, account: Json) -> None:
    deal = type_of(sandbox, account)

    answer = sandbox.api(f"/helpers/template_types/{deal['id']}/data_fields", token=account["token"])

    assert answer.json() == {"data_fields": deal["data_fields"]}


def test_a_hand_made_template_type_has_no_extension_type(read: Read) -> None:
    assert None in [item["extension_type"] for item in read("/template_types")["data"]]


def test_webhooks_want_the_events_of_the_blueprint(read: Read, account: Json) -> None:
    hooks = [hook for hook in read("/webhooks")["data"] if hook["integration_instance"]]

    for hook in hooks:
        assert hook["callback_url"] == f"https://hooks.acme.example/oneflow/{account['id']}"
        assert hook["webhook_id"] == hook["id"]
        assert not hook["legacy_webhook"]
    wanted = [hook["filters"][0]["filter_rules"][0]["values"] for hook in hooks]
    assert wanted == [
        ["contract:publish", "contract:sign", "contract:decline", "contract:delete"],
        ["contract:publish", "contract:sign"],
    ]


@pytest.mark.parametrize(("chosen", "states"), [("true", {True}), ("false", {False}), ("", {True, False})])
def test_templates_are_active_ones_unless_asked_otherwise(read: Read, chosen: str, states: set[bool]) -> None:
    listed = read("/templates", params={"filter[active]": chosen})["data"]

    assert {item["template_active"] for item in listed} == states
    if chosen == "true":
        assert read("/templates")["data"] == listed


def test_a_template_without_type_has_a_null_type_and_link(read: Read) -> None:
    template = next(item for item in read("/templates")["data"] if item["template_type"] is None)

    assert template["_links"]["template_type"] == {"href": None}


def test_one_template_tells_more_than_the_list(read: Read) -> None:
    template = read("/templates")["data"][0]

    more = read(f"/templates/{template['id']}")

    assert set(more) > set(template)
    assert more | template == more


def test_templates_narrow_by_extension_type(read: Read) -> None:
    listed = read("/templates?extension_type=acme_deal")["data"]

    assert {item["template_type"]["extension_type"] for item in listed} == {"acme_deal"}


@pytest.mark.parametrize(("switch", "status"), [("404", 404), ("400", 400), ("empty", 200)])
def test_an_extension_type_without_templates_answers_as_the_switch_says(
    sandbox: Sandbox, account: Json, switch: str, status: int
) -> None:
    sandbox.control("PUT", "/switches", {"templates_unknown_extension": switch})
    try:
        answer = sandbox.api("/templates?extension_type=nobody", token=account["token"])
    finally:
        sandbox.control("PUT", "/switches", {"templates_unknown_extension": "404"})

    assert answer.status_code == status


def test_the_helper_is_a_bare_array_of_workspaces_with_active_templates(sandbox: Sandbox, account: Json) -> None:
    answer = sandbox.api(
        "/helpers/contract_create_data?extension_type=acme_deal",
        token=account["token"],
        email=admin_of(account),
    )

    workspaces = answer.json()
    assert isinstance(workspaces, list)
    assert workspaces[0]["templates"]
    types = {item["template_type"]["extension_type"] for place in workspaces for item in place["templates"]}
    assert types == {"acme_deal"}


def test_the_helper_answers_an_unknown_extension_type_with_an_empty_array(read: Read) -> None:
    assert read("/helpers/contract_create_data?extension_type=nobody") == []


def test_a_member_sees_only_the_workspaces_that_they_are_in(sandbox: Sandbox) -> None:
    while True:
        account = sandbox.new_account()
        everything = sandbox.api("/workspaces", token=account["token"]).json()
        seen = sandbox.api("/workspaces", token=account["token"], email=member_of(account)).json()
        if seen["count"] < everything["count"]:
            break

    templates = sandbox.api("/templates", token=account["token"], email=member_of(account)).json()["data"]
    hidden = {place["id"] for place in everything["data"]} - {place["id"] for place in seen["data"]}
    answer = sandbox.api(f"/workspaces/{hidden.pop()}", token=account["token"], email=member_of(account))

    visible = {place["id"] for place in seen["data"]}
    assert all({place["id"] for place in item["workspaces"]} <= visible for item in templates)
    assert answer.status_code == 404


def test_anonymous_and_administrators_may_create_contracts_everywhere(sandbox: Sandbox, account: Json) -> None:
    for email in (None, admin_of(account)):
        places = sandbox.api("/workspaces", token=account["token"], email=email).json()["data"]
        assert all(place["_permissions"]["contract:create"] for place in places)


@pytest.mark.parametrize(
    "kind", ["users", "workspaces", "templates", "template_types", "webhooks", "integration_extensions"]
)
def test_a_foreign_id_is_not_found(sandbox: Sandbox, account: Json, kind: str) -> None:
    other = sandbox.account()
    foreign = sandbox.api(f"/{kind}", token=other["token"]).json()["data"][0]["id"]

    answer = sandbox.api(f"/{kind}/{foreign}", token=account["token"])

    assert (answer.status_code, answer.json()["error_code"]) == (404, 4040000)
    assert sandbox.api(f"/{kind}/{foreign}", token=other["token"]).status_code == 200


@pytest.mark.parametrize("path", ["//users", "/users/", "/users//", "///users///"])
def test_doubled_and_trailing_slashes_are_accepted(read: Read, path: str) -> None:
    assert read(path)["data"] == read("/users")["data"]


def test_json_is_served_without_a_charset(sandbox: Sandbox, account: Json) -> None:
    for token in (account["token"], "wrong"):
        assert sandbox.api("/users", token=token).headers["Content-Type"] == "application/json"


def test_links_lead_back_to_the_address_that_the_client_used(sandbox: Sandbox, account: Json) -> None:
    answer = sandbox.api("/users", token=account["token"], headers={"Host": "localhost:1234"}).json()

    assert answer["_links"]["self"]["href"] == "http://localhost:1234/v1/users?limit=100&offset=0"
