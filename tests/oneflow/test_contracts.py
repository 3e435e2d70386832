"""Contracts: made, read, found by name and deleted, without a word of what they hold being remembered."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oneflow import NotFound, OneflowClient, UnexpectedAnswer
from oneflow.contracts import Contract, ListedContract
from oneflow.exchanges import excerpt
from oneflow.transport import Exchange
from tests.oneflow import answers
from tests.oneflow.servers import Server, Talk
from tests.oneflow.test_objects import ANY_JSON, with_one_change

TOKEN = "c0ffee00-tok-0123456789-abcdefghijklmnop"
EMAIL = "maja.lind@norrsken.example"
BODY = {
    "workspace_id": 13001,
    "template_id": 17001,
    "data_fields": [{"custom_id": "customer_number", "value": "10042"}],
}


def listed(contract_id: int, name: object) -> dict[str, Any]:
    return {"id": contract_id, "_private": {"name": name}}


def oneflow(talk: Talk) -> None:
    path = talk.path.partition("?")[0].removeprefix("/v1")
    if talk.method == "DELETE":
        talk.answer(200, b"")
    elif path == "/contracts":
        found = [listed(1, "Test a1"), listed(2, "Test a12"), listed(3, None)]
        talk.answer_json({"data": found, "count": 3, "_links": {"next": {"href": None}}})
    elif path in ("/contracts/create", "/contracts/610001", "/contracts/8"):
        talk.answer_json(answers.CONTRACT)
    else:
        talk.answer_json({"status": 404}, 404)


def test_a_contract_is_made_read_found_and_deleted() -> None:
    with Server(oneflow) as server, OneflowClient(TOKEN, base_url=server.url) as client:
        made = client.create_contract(BODY, EMAIL)
        assert client.contract(made.id) == made
        assert client.contracts_named("Test a1") == (1,)
        client.delete_contract(made.id, EMAIL)
        with pytest.raises(NotFound):
            client.contract(9)

    assert (made.id, made.state, made.workspace_id, made.template_id, made.template_type_id) == (
        *(610001, "draft"),
        *(13001, 17001, 5201),
    )
    assert [(field.custom_id, field.value) for field in made.data_fields] == [("customer_number", "10042")]
    assert [(talk.method, talk.path.removeprefix("/v1").partition("&")[0]) for talk in server.talks] == [
        ("POST", "/contracts/create"),
        ("GET", "/contracts/610001"),
        ("GET", "/contracts?filter%5Bname%5D=Test%20a1"),
        ("DELETE", "/contracts/610001"),
        ("GET", "/contracts/9"),
    ]
    assert json.loads(server.talks[0].body) == BODY
    assert [talk.headers.get("x-oneflow-user-email") for talk in server.talks] == [EMAIL, None, None, EMAIL, None]


def test_another_contract_than_the_one_that_was_asked_for_is_not_understood() -> None:
    with (
        Server(oneflow) as server,
        OneflowClient(TOKEN, base_url=server.url) as client,
        pytest.raises(UnexpectedAnswer),
    ):
        client.contract(8)


def test_of_a_contract_nothing_is_remembered_but_ids_states_and_names_of_fields() -> None:
    seen: list[Exchange] = []
    with Server(oneflow) as server, OneflowClient(TOKEN, base_url=server.url, record=seen.append) as client:
        contract = client.create_contract(BODY, EMAIL)
        client.contracts_named("Fjord")

    for secret in ("10042", "Fjord", "Ida", "ida@", "Engagement letter"):
        assert secret not in repr(seen)
        assert secret not in repr(contract)
    assert json.loads(excerpt(answers.CONTRACT)) == {
        "_private_ownerside": {"template_type_id": 5201},
        "data_fields": [
            {
                "_private_ownerside": {"custom_id": "customer_number"},
                "active": True,
                "id": 990001,
                "name": "Customer number",
                "source": "system",
            }
        ],
        "id": 610001,
        "state": "draft",
    }


@pytest.mark.parametrize("value", ["a\x07b\0", "\ud800", "x" * 50_000, "", "å\u2028"])
def test_a_value_is_read_letter_for_letter(value: str) -> None:
    field = {"custom_id": "note", "value": value}

    (read,) = Contract.from_json({**answers.CONTRACT, "data_fields": [field]}).data_fields

    assert read.value == value


def test_a_contract_that_leaves_out_its_fields_is_not_understood() -> None:
    with pytest.raises(UnexpectedAnswer):
        Contract.from_json({key: value for key, value in answers.CONTRACT.items() if key != "data_fields"})


@pytest.mark.parametrize(
    ("parse", "example"), [(Contract.from_json, answers.CONTRACT), (ListedContract.from_json, listed(1, "Test"))]
)
@given(data=st.data())
def test_whatever_else_comes_is_a_contract_or_not_understood(parse: Any, example: Any, data: st.DataObject) -> None:
    try:
        parsed = parse(data.draw(ANY_JSON | with_one_change(example)))
    except UnexpectedAnswer:
        return
    assert parsed.id > 0
