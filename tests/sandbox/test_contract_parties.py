"""Parties and participants of a contract (sections 6.11 and 6.12)."""

import pytest

from tests.sandbox.conftest import Json, admin_of
from tests.sandbox.contracting import Desk, company, counterpart, people_of, person
from tests.sandboxes import Sandbox


@pytest.fixture
def desk(sandbox: Sandbox, account: Json) -> Desk:
    return Desk.at(sandbox, account)


@pytest.fixture
def made(desk: Desk) -> Json:
    return desk.create()


def parties_path(contract: Json, *more: object) -> str:
    return "/".join([f"/contracts/{contract['id']}/parties", *map(str, more)])


def test_parties_are_listed_as_the_contract_has_them(desk: Desk, made: Json) -> None:
    listed = desk.ask("GET", parties_path(made) + "?limit=all")

    assert listed["data"] == made["parties"]
    one = made["parties"][1]
    assert desk.ask("GET", parties_path(made, one["id"])) == one
    people = desk.ask("GET", parties_path(made, one["id"], "participants"))
    assert people["data"] == one["participants"]


def test_a_party_is_added_with_its_people(desk: Desk, made: Json) -> None:
    added = desk.ask("POST", parties_path(made), company(person("Ola Moen"), person("Eva Dahl"), name="Granit AB"))

    assert desk.read(made)["parties"][-1] == added
    assert desk.events(made) == ["party:create", "participant:create", "participant:create"]


def test_an_individual_is_one_object(desk: Desk, made: Json) -> None:
    added = desk.ask("POST", parties_path(made), {"type": "individual", "participant": person("Olle Ek")})

    assert (added["participant"]["name"], added["country_code"]) == ("Olle Ek", desk.account["country_code"])
    path = parties_path(made, added["id"], "participants")
    assert desk.api("POST", path, person("Eva Dahl")).status_code == 409
    assert desk.api("DELETE", f"{path}/{added['participant']['id']}").status_code == 409


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "type"),
        ({"type": "club"}, "type"),
        ({"type": "company", "participants": [person("Ola Moen")]}, "name"),
        (company(), "participants"),
        (company(person("Ola Moen", email=None)), "participants[0].email"),
        ({"type": "individual"}, "participant"),
        ({"type": "individual", "participant": person("Ola Moen", delivery_channel=5)}, "participant.delivery_channel"),
    ],
)  # fmt: skip
def test_a_party_that_cannot_be_is_refused(desk: Desk, made: Json, body: Json, problem: str) -> None:
    answer = desk.api("POST", parties_path(made), body)

    assert answer.status_code == 400
    assert problem in answer.json()["parameter_problems"]
    assert desk.read(made) == made


def test_who_is_in_it_already_cannot_be_added(desk: Desk, made: Json) -> None:
    as_party = desk.api("POST", parties_path(made), company(person("Ola Moen"), person("Ida Berg")))
    assert as_party.json()["error_code"] == 4000003
    assert list(as_party.json()["parameter_problems"]) == ["participants[1].email"]
    fjord = made["parties"][1]["id"]
    as_person = desk.api("POST", parties_path(made, fjord, "participants"), person("Ida Berg"))
    assert (as_person.json()["error_code"], list(as_person.json()["parameter_problems"])) == (4000003, ["email"])


def test_there_are_at_most_40_participants(desk: Desk) -> None:
    made = desk.create(parties=[company(*(person(f"P {number}") for number in range(39)))])

    path = parties_path(made, made["parties"][1]["id"], "participants")
    assert desk.api("POST", path, person("One Too Many")).status_code == 400
    assert len(people_of(desk.read(made))) == 40


def test_only_what_is_named_of_a_party_changes(desk: Desk, made: Json) -> None:
    fjord = made["parties"][1]

    changed = desk.ask("PUT", parties_path(made, fjord["id"]), {"identification_number": "912 345 678"})

    assert (changed["name"], changed["identification_number"]) == ("Fjord AS", "912 345 678")
    assert changed["participants"] == fjord["participants"]
    assert desk.events(made) == ["party:update"]
    desk.ask("PUT", parties_path(made, fjord["id"]), {})
    assert desk.events(made) == ["party:update"]
    assert desk.api("PUT", parties_path(made, fjord["id"]), {"name": ""}).status_code == 400


def test_a_party_without_a_country_has_the_accounts(desk: Desk, made: Json) -> None:
    changed = desk.ask("PUT", parties_path(made, made["parties"][1]["id"]), {"country_code": ""})

    assert changed["country_code"] == desk.account["country_code"]


def test_a_party_is_removed_and_removing_nothing_is_200(desk: Desk, made: Json) -> None:
    fjord = made["parties"][1]["id"]
    for pk in (fjord, fjord, 1):
        answer = desk.api("DELETE", parties_path(made, pk))
        assert (answer.status_code, answer.content) == (200, b"")
    assert [party["my_party"] for party in desk.read(made)["parties"]] == [True]
    assert desk.events(made) == ["participant:delete", "party:delete"]
    assert desk.api("DELETE", parties_path(made, made["parties"][0]["id"])).status_code == 409


def test_a_participant_is_added_changed_and_removed(desk: Desk, made: Json) -> None:
    path = parties_path(made, made["parties"][1]["id"], "participants")
    added = desk.ask("POST", path, person("Ola Moen", _private_ownerside={"custom_id": "crm-77"}))
    assert added["_private_ownerside"]["custom_id"] == "crm-77"
    own = f"{path}/{added['id']}"

    changed = desk.ask("PUT", own, {"title": "CFO", "_permissions": {"contract:update": False}})

    assert (changed["title"], changed["name"]) == ("CFO", "Ola Moen")
    assert changed["_permissions"] == {"contract:update": False}
    assert desk.ask("GET", own) == changed
    for _ in range(2):
        assert desk.api("DELETE", own).content == b""
    assert desk.api("GET", own).status_code == 404
    assert desk.events(made) == ["participant:create", "participant:update", "participant:delete"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"email": ""}, "email"),
        ({"delivery_channel": "sms"}, "phone_number"),
        ({"two_step_authentication_method": "sms"}, "phone_number"),
        ({"name": ""}, "name"),
        ({"organizer": True}, "organizer"),
        ({"signatory": "yes"}, "signatory"),
        ({"_permissions": {"contract:update": 1}}, "_permissions.contract:update"),
        ({"sign_method": "eid_sign"}, "sign_method"),
    ],
)
def test_a_participant_who_cannot_be_is_refused(desk: Desk, made: Json, body: Json, problem: str) -> None:
    own = parties_path(made, made["parties"][1]["id"], "participants", counterpart(made)["id"])

    answer = desk.api("PUT", own, body)

    assert answer.status_code == 400
    assert problem in answer.json()["parameter_problems"]
    assert desk.read(made) == made


@pytest.mark.parametrize("missing", ["name", "delivery_channel", "sign_method", "_permissions", "email"])
def test_what_a_new_participant_needs(desk: Desk, made: Json, missing: str) -> None:
    body = {key: value for key, value in person("Ola Moen").items() if key != missing}

    answer = desk.api("POST", parties_path(made, made["parties"][1]["id"], "participants"), body)

    assert list(answer.json()["parameter_problems"]) == [missing]


def test_nobody_takes_anothers_email(desk: Desk, made: Json) -> None:
    own = parties_path(made, made["parties"][1]["id"], "participants", counterpart(made)["id"])

    answer = desk.api("PUT", own, {"email": admin_of(desk.account)})

    assert answer.json()["error_code"] == 4000003
    assert desk.ask("PUT", own, {"email": "IDA.BERG@fjord.example"})["email"] == "IDA.BERG@fjord.example"


def test_a_contract_that_was_sent_keeps_somebody_who_can_sign(desk: Desk) -> None:
    sent = desk.published()
    fjord, ida = sent["parties"][1]["id"], counterpart(sent)["id"]

    assert desk.api("DELETE", parties_path(sent, fjord)).status_code == 409
    assert desk.api("PUT", parties_path(sent, fjord, "participants", ida), {"signatory": False}).status_code == 409
    added = desk.ask("POST", parties_path(sent, fjord, "participants"), person("Ola Moen"))
    assert added["delivery_status"] == "success"
    assert desk.ask("DELETE", parties_path(sent, fjord, "participants", ida)) is None
    assert desk.people(sent, "sign")["state"] == "signed"


def test_another_participant_resets_the_signatures(desk: Desk) -> None:
    sent = desk.published(parties=[company(person("Ida Berg"), person("Ola Moen"))])
    desk.people(sent, "sign", counterpart(sent))

    desk.ask("POST", parties_path(sent, sent["parties"][1]["id"], "participants"), person("Eva Dahl"))

    assert "contract:signature_reset" in desk.events(sent)
    assert counterpart(desk.read(sent))["sign_state"] == "undecided"


def test_who_takes_part_in_what_was_signed_stands(desk: Desk) -> None:
    sent = desk.published()
    desk.people(sent, "sign")
    fjord, ida = sent["parties"][1]["id"], counterpart(sent)["id"]

    for method, path, body in (
        ("POST", parties_path(sent), company(person("Ola Moen"))),
        ("PUT", parties_path(sent, fjord), {"name": "Another"}),
        ("DELETE", parties_path(sent, fjord), None),
        ("POST", parties_path(sent, fjord, "participants"), person("Ola Moen")),
        ("PUT", parties_path(sent, fjord, "participants", ida), {"title": "CEO"}),
        ("DELETE", parties_path(sent, fjord, "participants", ida), None),
    ):
        assert desk.api(method, path, body).status_code == 409, (method, path)


def test_parties_of_another_contract_are_a_404(desk: Desk, made: Json) -> None:
    other = desk.create()
    fjord, ida = other["parties"][1]["id"], counterpart(other)["id"]

    for method, path in (
        ("GET", parties_path(made, fjord)),
        ("PUT", parties_path(made, fjord)),
        ("GET", parties_path(made, fjord, "participants")),
        ("POST", parties_path(made, fjord, "participants")),
        ("GET", parties_path(made, made["parties"][1]["id"], "participants", ida)),
        ("POST", f"/contracts/{made['id']}/participants/{ida}/access_link"),
    ):
        assert desk.api(method, path, {}).status_code == 404, path


def test_a_participant_signs_at_the_address_of_an_access_link(desk: Desk) -> None:
    sent = desk.published(data_fields=[{"custom_id": "deal_name", "value": "<b>Annual</b> plan"}])
    path = f"/contracts/{sent['id']}/participants/{counterpart(sent)['id']}/access_link"
    link = desk.ask("POST", path)["access_link"]

    page = desk.sandbox.session.get(link)
    assert (page.status_code, "&lt;b&gt;Annual" in page.text, "<button" in page.text) == (200, True, True)
    assert desk.sandbox.session.post(link, data={"act": "dance"}).status_code == 400
    assert desk.sandbox.session.post(link, data={"act": "sign"}).status_code == 200
    assert desk.sandbox.session.post(link, data={"act": "sign"}).status_code == 409

    assert desk.events(sent)[:4] == ["contract:publish", "participant:first_visit", "participant:sign", "contract:sign"]
    assert "<button" not in desk.sandbox.session.get(link).text
    desk.ask("DELETE", f"/contracts/{sent['id']}")
    assert desk.sandbox.session.get(link).status_code == 404


def test_a_draft_has_no_access_links(desk: Desk, made: Json) -> None:
    path = f"/contracts/{made['id']}/participants/{counterpart(made)['id']}/access_link"

    assert desk.api("POST", path).status_code == 409
    assert desk.sandbox.session.get(f"{desk.sandbox.url}/_access/{'0' * 40}").status_code == 404
