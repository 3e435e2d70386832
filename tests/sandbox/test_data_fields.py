"""Replacing the data fields of a template type: the rules of section 13, one by one."""

from typing import Any

import pytest

from tests.sandbox.conftest import Json, admin_of, member_of, type_of
from tests.sandboxes import Sandbox


def put(sandbox: Sandbox, account: Json, fields: Any, *, extension_type: str = "acme_deal") -> Any:
    deal = type_of(sandbox, account, extension_type)
    return sandbox.api(
        f"/template_types/{deal['id']}/data_fields",
        method="PUT",
        token=account["token"],
        email=admin_of(account),
        json={"data_fields": fields},
    )


def fields_of(sandbox: Sandbox, account: Json) -> dict[str, Json]:
    return {field["custom_id"]: field for field in type_of(sandbox, account)["data_fields"]}


def test_a_new_custom_id_makes_a_user_field(sandbox: Sandbox, account: Json) -> None:
    answer = put(sandbox, account, [{"custom_id": "colour", "name": "Colour", "value": "red"}])

    made = fields_of(sandbox, account)["colour"]
    assert made in answer.json()["data_fields"]
    assert (made["name"], made["value"], made["source"], made["active"]) == ("Colour", "red", "user", True)


def test_a_user_field_in_both_is_updated_and_keeps_its_id(sandbox: Sandbox, account: Json) -> None:
    before = fields_of(sandbox, account)["internal_reference"]

    put(sandbox, account, [{"custom_id": "internal_reference", "name": "Reference"}])

    assert fields_of(sandbox, account)["internal_reference"] == before | {"name": "Reference"}


def test_a_user_field_that_is_left_out_is_removed_and_a_system_field_kept(sandbox: Sandbox, account: Json) -> None:
    before = fields_of(sandbox, account)

    answer = put(sandbox, account, [])

    assert answer.status_code == 200
    after = fields_of(sandbox, account)
    assert set(before) - set(after) == {"internal_reference"}


def test_a_system_field_changes_in_nothing_but_its_active_flag(sandbox: Sandbox, account: Json) -> None:
    before = fields_of(sandbox, account)["deal_value"]

    answer = put(
        sandbox,
        account,
        [{"custom_id": "deal_value", "name": "Mine", "description": "x", "value": "y", "active": False}],
    )

    assert answer.status_code == 200
    assert fields_of(sandbox, account)["deal_value"] == before | {"active": False}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        (None, "data_fields"),
        ("all", "data_fields"),
        ([{"custom_id": f"n{n}"} for n in range(301)], "data_fields"),
        ([7], "data_fields[0]"),
        ([{"name": "x"}], "data_fields[0].custom_id"),
        ([{"custom_id": None}], "data_fields[0].custom_id"),
        ([{"custom_id": ""}], "data_fields[0].custom_id"),
        ([{"custom_id": "a"}, {"custom_id": "a"}], "data_fields[1].custom_id"),
        ([{"custom_id": "a", "name": ""}], "data_fields[0].name"),
        ([{"custom_id": "a", "value": "x" * 1025}], "data_fields[0].value"),
        ([{"custom_id": "a", "value": 5}], "data_fields[0].value"),
        ([{"custom_id": "a", "active": "yes"}], "data_fields[0].active"),
    ],
)
def test_bad_fields_are_named_and_nothing_is_changed(
    sandbox: Sandbox, account: Json, fields: Any, problem: str
) -> None:
    before = fields_of(sandbox, account)

    answer = put(sandbox, account, fields)

    assert answer.status_code == 400
    assert list(answer.json()["parameter_problems"]) == [problem]
    assert fields_of(sandbox, account) == before


def test_every_problem_is_told_at_once(sandbox: Sandbox, account: Json) -> None:
    answer = put(sandbox, account, [{"custom_id": "a", "name": 1}, {"name": "x"}])

    assert set(answer.json()["parameter_problems"]) == {"data_fields[0].name", "data_fields[1].custom_id"}


def test_a_value_of_1024_characters_is_taken(sandbox: Sandbox, account: Json) -> None:
    assert put(sandbox, account, [{"custom_id": "a", "value": "ö" * 1024}]).status_code == 200


def test_a_partner_can_set_an_account_up_through_the_api(sandbox: Sandbox) -> None:
    """The Toolkit way (section 12.4): a type, its fields and a webhook, with a hand-made token alone."""
    account = sandbox.new_account(extension=False)
    token = sandbox.control("POST", f"/accounts/{account['id']}/token")["token"]

    made = sandbox.api("/template_types", method="POST", token=token, json={"name": "Deal by API"}).json()
    fields = sandbox.api(
        f"/template_types/{made['id']}/data_fields",
        method="PUT",
        token=token,
        email=admin_of(account),
        json={"data_fields": [{"custom_id": "deal_value", "name": "Deal value"}]},
    ).json()
    hook = sandbox.api(
        "/webhooks",
        method="POST",
        token=token,
        json={"callback_url": "https://hooks.acme.example/x", "template_group_id": made["id"]},
    ).json()

    assert made["extension_type"] is None
    assert [field["source"] for field in fields["data_fields"]] == ["user"]
    assert (hook["template_group_id"], hook["integration_instance"]) == (made["id"], None)


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": 5}, {"name": "x" * 101}, {"name": "x", "description": 1}])
def test_a_template_type_needs_a_name(sandbox: Sandbox, account: Json, body: Json) -> None:
    answer = sandbox.api("/template_types", method="POST", token=account["token"], json=body)

    assert answer.status_code == 400


def test_a_member_may_not_make_a_template_type(sandbox: Sandbox, account: Json) -> None:
    answer = sandbox.api(
        "/template_types", method="POST", token=account["token"], email=member_of(account), json={"name": "x"}
    )

    assert (answer.status_code, answer.json()["error_code"]) == (403, 4030000)
