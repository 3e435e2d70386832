"""Comments on contracts (section 6.16): who is named, what may be replied to, what is private."""

import pytest

from tests.sandbox.conftest import Json, admin_of, hidden_from_member, member_of
from tests.sandbox.contracting import Desk, counterpart, people_of
from tests.sandboxes import Sandbox


@pytest.fixture
def desk(sandbox: Sandbox, account: Json) -> Desk:
    return Desk.at(sandbox, account)


@pytest.fixture
def contract(desk: Desk) -> Json:
    return desk.create()


def path(contract: Json) -> str:
    return f"/contracts/{contract['id']}/comments"


def test_a_comment_names_who_wrote_it_and_to_whom(desk: Desk, contract: Json) -> None:
    ida, mine = counterpart(contract), people_of(contract)[0]

    made = desk.ask("POST", path(contract), {"body": "Is the price right?", "recipients": [ida["id"]]})

    assert set(made) == {
        "_links", "body", "created_time", "id", "parent_id", "participants", "private", "updated_time",
    }  # fmt: skip
    sender, (recipient,) = made["participants"]["sender"], made["participants"]["recipients"]
    assert set(sender) == {"participant_id", "participant_name", "party_id", "party_name"}
    assert (sender["participant_id"], sender["participant_name"]) == (mine["id"], mine["name"])
    assert (recipient["participant_id"], recipient["party_name"]) == (ida["id"], "Fjord AS")
    assert (made["private"], made["parent_id"], made["updated_time"]) == (False, None, None)
    assert desk.ask("GET", path(contract))["data"] == [made]
    assert desk.ask("GET", f"{path(contract)}/{made['id']}") == made


def test_a_comment_is_an_event_of_the_contract(desk: Desk, contract: Json) -> None:
    desk.ask("POST", path(contract), {"body": "Hello"})

    assert desk.events(contract)[-1] == "comment:create"


def test_a_reply_cannot_be_replied_to(desk: Desk, contract: Json) -> None:
    first = desk.ask("POST", path(contract), {"body": "Question"})
    reply = desk.ask("POST", path(contract), {"body": "Answer", "parent_id": first["id"]})

    refused = desk.api("POST", path(contract), {"body": "And?", "parent_id": reply["id"]})

    assert reply["parent_id"] == first["id"]
    assert (refused.status_code, list(refused.json()["parameter_problems"])) == (400, ["parent_id"])


def test_a_reply_is_as_private_as_what_it_answers(desk: Desk, contract: Json) -> None:
    first = desk.ask("POST", path(contract), {"body": "Among us", "private": True})

    assert desk.ask("POST", path(contract), {"body": "Yes", "parent_id": first["id"]})["private"]
    shown_to = {"body": "Oh no", "parent_id": first["id"], "recipients": [counterpart(contract)["id"]]}
    assert desk.api("POST", path(contract), shown_to).status_code == 400


def test_a_comment_of_another_contract_cannot_be_replied_to(desk: Desk, contract: Json) -> None:
    elsewhere = desk.ask("POST", path(desk.create()), {"body": "Elsewhere"})

    assert desk.api("POST", path(contract), {"body": "x", "parent_id": elsewhere["id"]}).status_code == 404
    assert desk.api("GET", f"{path(contract)}/{elsewhere['id']}").status_code == 404
    assert desk.ask("GET", path(contract))["data"] == []


def test_a_colleague_and_the_token_alone_may_comment_too(desk: Desk, contract: Json, account: Json) -> None:
    colleague = member_of(account)
    name = next(user["name"] for user in account["users"] if user["email"] == colleague)

    theirs = desk.ask("POST", path(contract), {"body": "I saw this"}, email=colleague)["participants"]["sender"]
    anonymous = desk.ask("POST", path(contract), {"body": "Imported"}, email=None)["participants"]["sender"]

    assert (theirs["participant_id"], theirs["participant_name"]) == (None, name)
    assert (anonymous["participant_id"], anonymous["participant_name"]) == (None, "")


def test_who_does_not_see_the_contract_sees_no_comment(sandbox: Sandbox) -> None:
    account, hidden = hidden_from_member(sandbox)
    desk = Desk.at(sandbox, account)
    moved = desk.create()
    desk.ask("POST", path(moved), {"body": "Secret"})
    desk.ask("POST", f"/contracts/{moved['id']}/move", {"workspace_id": hidden})

    assert desk.api("GET", path(moved), email=member_of(account)).status_code == 404
    assert desk.api("POST", path(moved), {"body": "x"}, email=member_of(account)).status_code == 404
    assert desk.api("GET", path(moved), email=admin_of(account)).status_code == 200


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "body"), ({"body": ""}, "body"), ({"body": "x" * 5001}, "body"), ({"body": ["x"]}, "body"),
        ({"body": "x", "private": "yes"}, "private"), ({"body": "x", "parent_id": "1"}, "parent_id"),
        ({"body": "x", "parent_id": 0}, "parent_id"), ({"body": "x", "recipients": 1}, "recipients"),
        ({"body": "x", "recipients": ["1"]}, "recipients[0]"), ({"body": "x", "recipients": [1] * 41}, "recipients"),
    ],
)  # fmt: skip
def test_a_comment_that_makes_no_sense_is_refused(desk: Desk, contract: Json, body: Json, problem: str) -> None:
    answer = desk.api("POST", path(contract), body)

    assert (answer.status_code, list(answer.json()["parameter_problems"])) == (400, [problem])


def test_somebody_of_another_contract_is_no_recipient(desk: Desk, contract: Json) -> None:
    stranger = counterpart(desk.create())

    assert desk.api("POST", path(contract), {"body": "x", "recipients": [stranger["id"]]}).status_code == 404
