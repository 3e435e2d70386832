"""Filling the data fields of a contract, to the letter of section 8.2."""

from typing import Any

import pytest

from tests.sandbox.conftest import Json
from tests.sandbox.contracting import Desk, company, counterpart, person, values_of
from tests.sandboxes import Sandbox


@pytest.fixture
def desk(sandbox: Sandbox, account: Json) -> Desk:
    return Desk.at(sandbox, account)


@pytest.fixture
def made(desk: Desk) -> Json:
    return desk.create(data_fields=[{"custom_id": "deal_value", "value": "5"}])


def field_of(contract: Json, custom_id: str) -> Json:
    return next(field for field in contract["data_fields"] if field["custom_id"] == custom_id)


def test_one_field_by_its_id_or_its_custom_id(desk: Desk, made: Json) -> None:
    own = f"/contracts/{made['id']}/data_fields"
    field = field_of(made, "currency")

    by_id = desk.ask("PUT", f"{own}/{field['id']}", {"value": "SEK"})
    assert (by_id["value"], by_id["id"]) == ("SEK", field["id"])
    assert desk.ask("PUT", f"{own}/c::currency", {"value": "NOK"})["value"] == "NOK"
    assert values_of(desk.read(made))["currency"] == "NOK"
    assert desk.events(made) == ["data_field:update"] * 2


@pytest.mark.parametrize(("body", "value"), [({}, "5"), ({"value": ""}, ""), ({"value": None}, "")])
def test_no_value_changes_nothing_and_null_empties(desk: Desk, made: Json, body: Json, value: str) -> None:
    answer = desk.ask("PUT", f"/contracts/{made['id']}/data_fields/c::deal_value", body)

    assert answer["value"] == value
    assert desk.events(made) == ([] if value == "5" else ["data_field:update"])


def test_the_same_value_is_no_change(desk: Desk, made: Json) -> None:
    desk.ask("PUT", f"/contracts/{made['id']}/data_fields/c::deal_value", {"value": "5"})

    assert desk.events(made) == []
    assert desk.read(made) == made


def test_what_the_body_says_of_the_field_must_be_what_the_path_says(desk: Desk, made: Json) -> None:
    path = f"/contracts/{made['id']}/data_fields/c::deal_value"
    right, wrong = field_of(made, "deal_value"), field_of(made, "currency")
    same = {"id": right["id"], "_private_ownerside": {"custom_id": "deal_value"}, "value": "6"}
    assert desk.ask("PUT", path, same)["value"] == "6"

    for body in (
        {"id": wrong["id"], "value": "7"},
        {"_private_ownerside": {"custom_id": "currency"}, "value": "7"},
        {"id": str(right["id"]), "value": "7"},
    ):
        assert desk.api("PUT", path, body).status_code == 400
    assert values_of(desk.read(made))["deal_value"] == "6"


def test_several_fields_each_by_either_key(desk: Desk, made: Json) -> None:
    items = [
        {"id": field_of(made, "deal_value")["id"], "value": "9"},
        {"_private_ownerside": {"custom_id": "currency"}, "value": "EUR"},
        {"id": field_of(made, "start_date")["id"]},
    ]

    answer = desk.ask("PUT", f"/contracts/{made['id']}/data_fields", {"data_fields": items})

    assert {one["custom_id"]: one["value"] for one in answer["data_fields"]} == {
        "deal_value": "9", "currency": "EUR", "start_date": "",
    }  # fmt: skip
    assert desk.events(made) == ["data_field:update"] * 2


@pytest.mark.parametrize(
    ("item", "status"),
    [
        ({"value": "1"}, 400),
        ({"custom_id": "deal_value", "value": "1"}, 400),
        ({"_private_ownerside": {"custom_id": 5}, "value": "1"}, 400),
        ({"id": "x", "value": "1"}, 400),
        ({"id": 1, "value": "1"}, 404),
        ({"_private_ownerside": {"custom_id": "nothing"}, "value": "1"}, 404),
        ({"_private_ownerside": {"custom_id": "deal_value"}, "value": 5}, 400),
        ({"_private_ownerside": {"custom_id": "deal_value"}, "value": "x" * 1025}, 400),
        ({"_private_ownerside": {"custom_id": "vat_exempt"}, "value": "2"}, 400),
        ({"_private_ownerside": {"custom_id": "currency"}, "value": "1"}, 400),
        ("x", 400),
    ],
)
def test_one_wrong_item_changes_none(desk: Desk, made: Json, item: Any, status: int) -> None:
    items = [{"_private_ownerside": {"custom_id": "currency"}, "value": "SEK"}, item]

    answer = desk.api("PUT", f"/contracts/{made['id']}/data_fields", {"data_fields": items})

    assert answer.status_code == status, answer.text
    assert desk.read(made) == made


def test_two_keys_of_different_fields_are_refused(desk: Desk, made: Json) -> None:
    item = {"id": field_of(made, "currency")["id"], "_private_ownerside": {"custom_id": "deal_value"}, "value": "1"}

    answer = desk.api("PUT", f"/contracts/{made['id']}/data_fields", {"data_fields": [item]})

    assert list(answer.json()["parameter_problems"]) == ["data_fields[0].id"]


@pytest.mark.parametrize("body", [{}, {"data_fields": {}}, {"data_fields": None}])
def test_the_wrapper_is_required(desk: Desk, made: Json, body: Json) -> None:
    assert desk.api("PUT", f"/contracts/{made['id']}/data_fields", body).status_code == 400


@pytest.mark.parametrize("key", ["c::nothing", "1", "c::deal_value%20", "deal_value"])
def test_a_field_that_is_not_there_is_a_404(desk: Desk, made: Json, key: str) -> None:
    assert desk.api("PUT", f"/contracts/{made['id']}/data_fields/{key}", {"value": "1"}).status_code == 404


def test_a_field_of_another_contract_is_a_404(desk: Desk, made: Json) -> None:
    other = field_of(desk.create(), "deal_value")["id"]

    assert desk.api("PUT", f"/contracts/{made['id']}/data_fields/{other}", {"value": "1"}).status_code == 404


@pytest.mark.parametrize("act", ["sign", "decline"])
def test_a_contract_that_is_concluded_is_not_filled(desk: Desk, act: str) -> None:
    sent = desk.published()
    desk.people(sent, act)
    own = f"/contracts/{sent['id']}/data_fields"
    item = {"_private_ownerside": {"custom_id": "deal_value"}, "value": "1"}

    for path, body in ((f"{own}/c::deal_value", {"value": "1"}), (own, {"data_fields": [item]})):
        answer = desk.api("PUT", path, body)
        assert (answer.status_code, answer.json()["error_code"]) == (409, 4090000)


def test_what_the_type_loses_later_the_contract_keeps(desk: Desk, made: Json) -> None:
    desk.sandbox.fault(desk.account["id"], "field.missing", custom_id="deal_value")

    assert desk.read(made) == made
    assert desk.ask("PUT", f"/contracts/{made['id']}/data_fields/c::deal_value", {"value": "8"})["value"] == "8"


def test_the_fields_of_a_contract_come_in_pages_or_all_at_once(desk: Desk, made: Json) -> None:
    own = f"/contracts/{made['id']}/data_fields"

    assert desk.ask("GET", f"{own}?limit=all")["data"] == made["data_fields"]
    assert desk.ask("GET", f"{own}?limit=2")["data"] == made["data_fields"][:2]
    links = desk.ask("GET", f"{own}?limit=all")["_links"]
    assert (links["next"]["href"], links["previous"]["href"]) == (None, None)


def test_editing_after_a_signature_resets_it(desk: Desk) -> None:
    sent = desk.published(parties=[company(person("Ida Berg"), person("Ola Moen"))])
    desk.people(sent, "sign", counterpart(sent))
    before = len(desk.events(sent))

    desk.ask("PUT", f"/contracts/{sent['id']}/data_fields/c::deal_value", {"value": "7"})

    assert desk.events(sent)[before:] == [
        "data_field:update", "contract:content_update", "contract:signature_reset", "participant:signature_reset",
    ]  # fmt: skip
    after = desk.read(sent)
    assert (after["state"], counterpart(after)["sign_state"]) == ("pending", "undecided")
    desk.people(sent, "sign", counterpart(sent))
    assert desk.people(sent, "sign")["state"] == "signed"
