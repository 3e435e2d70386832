"""Creating, reading and deleting contracts (sections 6.10, 8.1 and 8.5)."""

from typing import Any

import pytest

from tests.sandbox.conftest import Json, admin_of, in_workspaces
from tests.sandbox.contracting import Desk, company, counterpart, people_of, person, values_of
from tests.sandboxes import Sandbox


@pytest.fixture
def desk(sandbox: Sandbox, account: Json) -> Desk:
    return Desk.at(sandbox, account)


def test_a_contract_is_a_draft_with_what_was_given(desk: Desk) -> None:
    individual = {"type": "individual", "country_code": "SE", "participant": person("Olle Ek")}

    made = desk.create(
        name="Sale to Fjord",
        data_fields=[{"custom_id": "deal_value", "value": "125000"}, {"custom_id": "vat_exempt", "value": "1"}],
        parties=[company(person("Ida Berg", title="CFO")), individual],
        value={"amount": "12500.00", "currency": "SEK"},
    )

    assert (made["state"], made["_private"]["name"]) == ("draft", "Sale to Fjord")
    assert made["_private"]["value"] == {"amount": "12500.00", "currency": "SEK"}
    assert values_of(made)["deal_value"] == "125000"
    assert values_of(made)["customer_number"] == ""
    owner, fjord, olle = made["parties"]
    assert (owner["my_party"], owner["name"]) == (True, desk.account["name"])
    assert owner["participants"][0]["email"] == admin_of(desk.account)
    assert owner["participants"][0]["my_participant"] is True
    assert (fjord["name"], fjord["participants"][0]["title"]) == ("Fjord AS", "CFO")
    assert (olle["participant"]["name"], "participants" in olle) == ("Olle Ek", False)
    assert desk.read(made) == made


def test_the_key_of_a_data_field_stands_in_both_places(desk: Desk) -> None:
    for field in desk.create()["data_fields"]:
        assert field["custom_id"] == field["_private_ownerside"]["custom_id"]


def test_a_list_has_a_subset_of_each_contract(desk: Desk) -> None:
    made = desk.create()

    listed = desk.ask("GET", "/contracts")

    left_out = {"available_options", "data_fields", "product_groups"}
    assert listed["data"] == [{key: value for key, value in made.items() if key not in left_out}]


def test_a_template_without_a_type_gives_no_data_fields(sandbox: Sandbox) -> None:
    desk = Desk.at(*_with_office_lease(sandbox))
    made = desk.create("Office lease")

    assert (made["data_fields"], made["_private_ownerside"]["template_type_id"]) == ([], None)
    assert made["_links"]["template_type"]["href"] is None


def _with_office_lease(sandbox: Sandbox) -> tuple[Sandbox, Json]:
    """An account whose last workspace is its first."""
    while True:
        account = sandbox.new_account()
        if "Office lease" in Desk.at(sandbox, account).templates:
            return sandbox, account


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"workspace_id": None}, "workspace_id"),
        ({"template_id": "x"}, "template_id"),
        ({"name": "x" * 131}, "name"),
        ({"data_fields": {}}, "data_fields"),
        ({"data_fields": [{"custom_id": "deal_value"}]}, "data_fields[0].value"),
        ({"data_fields": [{"value": "1"}]}, "data_fields[0].custom_id"),
        ({"data_fields": [{"custom_id": "nothing", "value": "1"}]}, "data_fields[0].custom_id"),
        ({"data_fields": [{"custom_id": "deal_value", "value": "x" * 1025}]}, "data_fields[0].value"),
        ({"data_fields": [{"custom_id": "deal_value", "value": 5}]}, "data_fields[0].value"),
        ({"data_fields": [{"custom_id": "deal_value", "value": None}]}, "data_fields[0].value"),
        ({"data_fields": [{"custom_id": "vat_exempt", "value": "yes"}]}, "data_fields[0].value"),
        ({"data_fields": [{"custom_id": "deal_value", "value": "1", "active": True}]}, "data_fields[0].active"),
        ({"data_fields": [{"custom_id": "deal_value", "value": "1"}] * 2}, "data_fields[1].custom_id"),
        ({"parties": [{"name": "Fjord AS"}]}, "parties[0].type"),
        ({"parties": [{"type": "company", "participants": [person("Ida Berg")]}]}, "parties[0].name"),
        ({"parties": [{"type": "company", "name": "Fjord AS"}]}, "parties[0].participants"),
        ({"parties": [{"type": "individual", "participants": [person("Ida Berg")]}]}, "parties[0].participant"),
        ({"parties": [company(person("Ida Berg"), country_code="no")]}, "parties[0].country_code"),
        ({"parties": [company(person("Ida Berg"), country_code="UK")]}, "parties[0].country_code"),
        ({"my_party": {"country_code": "ZZ"}}, "my_party.country_code"),
        ({"value": {"amount": "5", "currency": "SKR"}}, "value.currency"),
        ({"parties": [company({})]}, "parties[0].participants[0].name"),
        ({"parties": [company(person("Ida Berg", email=""))]}, "parties[0].participants[0].email"),
        ({"parties": [company(person("Ida Berg", email="ida"))]}, "parties[0].participants[0].email"),
        (
            {"parties": [company(person("Ida Berg", delivery_channel="sms"))]},
            "parties[0].participants[0].phone_number",
        ),
        ({"parties": [company(person("Ida Berg", phone_number="0701"))]}, "parties[0].participants[0].phone_number"),
        (
            {"parties": [company(person("Ida Berg", delivery_channel="post"))]},
            "parties[0].participants[0].delivery_channel",
        ),
        (
            {"parties": [company(person("Ida Berg", sign_method="danish_nemid"))]},
            "parties[0].participants[0].sign_method",
        ),
        ({"parties": [company(person("x" * 101))]}, "parties[0].participants[0].name"),
        ({"parties": [company(person("Ida Berg", title="x" * 101))]}, "parties[0].participants[0].title"),
        (
            {"parties": [company(person("Ida Berg", identification_number="x" * 26))]},
            "parties[0].participants[0].identification_number",
        ),
        ({"parties": [company(person("Ida Berg", organizer=True))]}, "parties[0].participants[0].organizer"),
        ({"parties": [company(person(f"P {n}")) for n in range(41)]}, "parties"),
        ({"parties": [company(*(person(f"P {n}") for n in range(40)))]}, "parties"),
        ({"my_party": {"participants": [{"name": "X", "delivery_channel": "none"}]}}, "my_party.participants[0].email"),
        ({"product_groups": [{"products": [{}]}]}, "product_groups[0].products[0].name"),
        ({"product_groups": [{"products": [{"name": "A"}] * 151}]}, "product_groups[0].products"),
        ({"tags": [5]}, "tags[0]"),
        ({"folder_id": "5"}, "folder_id"),
        ({"value": {"amount": 5}}, "value.amount"),
        ({"lifecycle_settings": {"type": "no_duration", "duration": "1y"}}, "lifecycle_settings.duration"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(desk: Desk, more: Json, problem: str) -> None:
    answer = desk.api("POST", "/contracts/create", desk.body(**more))

    assert answer.status_code == 400, answer.text
    assert answer.json()["error_code"] == 4000000
    assert problem in answer.json()["parameter_problems"]
    assert desk.ask("GET", "/contracts")["count"] == 0


@pytest.mark.parametrize(
    ("parties", "problem"),
    [
        ([company(person("Ida Berg"), person("Ida Berg"))], "parties[0].participants[1].email"),
        (
            [company(person("Ida Berg")), {"type": "individual", "participant": person("IDA BERG")}],
            "parties[1].participant.email",
        ),
    ],
)
def test_the_same_email_twice_points_at_the_second(desk: Desk, parties: list[Json], problem: str) -> None:
    answer = desk.api("POST", "/contracts/create", desk.body(parties=parties))

    assert (answer.status_code, answer.json()["error_code"]) == (400, 4000003)
    assert list(answer.json()["parameter_problems"]) == [problem]
    assert answer.json()["type"].endswith("/4000003")


def test_the_creator_is_in_the_contract_already(desk: Desk) -> None:
    twin = company(person("Somebody", email=admin_of(desk.account).upper()))

    answer = desk.api("POST", "/contracts/create", desk.body(parties=[twin]))

    assert answer.json()["error_code"] == 4000003


def test_an_inactive_data_field_cannot_be_filled(desk: Desk) -> None:
    desk.sandbox.fault(desk.account["id"], "field.inactive", custom_id="currency")

    answer = desk.api("POST", "/contracts/create", desk.body(data_fields=[{"custom_id": "currency", "value": "SEK"}]))

    assert list(answer.json()["parameter_problems"]) == ["data_fields[0].custom_id"]
    assert "currency" not in values_of(desk.create())


def test_the_owner_side_can_be_told(desk: Desk) -> None:
    seller = person("Sara Holm", organizer=True)

    made = desk.create(my_party={"name": "Our name", "country_code": "FI", "participants": [seller]})

    owner = made["parties"][0]
    assert (owner["name"], owner["country_code"]) == ("Our name", "FI")
    assert owner["participants"][0]["name"] == "Sara Holm"
    assert len(owner["participants"]) == 2


@pytest.mark.parametrize(("inherit", "roles"), [(True, (True, False)), (False, (False, True)), (None, (False, True))])
def test_whether_the_creator_inherits_the_roles_of_the_template(
    desk: Desk, inherit: bool | None, roles: tuple[bool, bool]
) -> None:
    myself = person("Me", email=admin_of(desk.account))

    made = desk.create(my_party={"participants": [myself], "creator_inherit_settings_from_template": inherit})

    (creator,) = made["parties"][0]["participants"]
    assert (creator["organizer"], creator["signatory"]) == roles


def test_where_the_acting_user_may_not_create_is_a_403(desk: Desk) -> None:
    member = desk.barred_member()

    answer = desk.api("POST", "/contracts/create", desk.body(), email=member)

    assert (answer.status_code, answer.json()["error_code"]) == (403, 4030000)


def test_an_inactive_template_is_a_403(desk: Desk) -> None:
    desk.sandbox.fault(desk.account["id"], "template_type.unused")

    assert desk.api("POST", "/contracts/create", desk.body()).status_code == 403


def test_a_template_of_another_workspace_is_a_403(sandbox: Sandbox) -> None:
    account, (first, *others) = in_workspaces(sandbox, 2)
    desk = Desk.at(sandbox, account)
    name = next(name for name, item in desk.templates.items() if [one["id"] for one in item["workspaces"]] == [first])

    body = desk.body(name) | {"workspace_id": others[0]}
    assert desk.api("POST", "/contracts/create", body).status_code == 403


@pytest.mark.parametrize("key", ["workspace_id", "template_id"])
def test_what_another_account_has_is_a_404(desk: Desk, key: str) -> None:
    foreign = Desk.at(desk.sandbox, desk.sandbox.account()).body()

    answer = desk.api("POST", "/contracts/create", desk.body() | {key: foreign[key]})

    assert (answer.status_code, answer.json()["error_code"]) == (404, 4040000)


@pytest.mark.parametrize("body", [{"tags": [{"id": 1}]}, {"folder_id": 1}])
def test_a_tag_or_folder_that_is_not_there_is_a_404(desk: Desk, body: Json) -> None:
    assert desk.api("POST", "/contracts/create", desk.body(**body)).status_code == 404


def test_tags_and_folder_are_shown_and_outlived(desk: Desk) -> None:
    tag = desk.ask("POST", "/tags", {"name": "Big"})
    folder = desk.ask("POST", "/folders", {"name": "2026", "workspace_id": desk.workspace["id"]})
    made = desk.create(tags=[{"id": tag["id"]}], folder_id=folder["id"])
    assert made["tags"] == [{"id": tag["id"], "name": "Big"}]
    assert made["_private"]["folder"] == {"id": folder["id"], "name": "2026"}

    desk.ask("DELETE", f"/tags/{tag['id']}")
    desk.ask("DELETE", f"/folders/{folder['id']}")

    left = desk.read(made)
    assert (left["tags"], left["_private"]["folder"]) == ([], None)


def test_a_contract_is_made_through_the_extension_of_its_token(desk: Desk) -> None:
    by_hand = desk.sandbox.control("POST", f"/accounts/{desk.account['id']}/token")["token"]
    ours = desk.create()
    theirs = desk.ask("POST", "/contracts/create", desk.body(), token=by_hand)

    shown = {one["id"]: one for one in desk.sandbox.control("GET", f"/contracts?account={desk.account['id']}")}
    assert shown[ours["id"]]["made_through"] == desk.account["extension"]["key"]
    assert shown[theirs["id"]]["made_through"] is None


def test_disabling_the_extension_leaves_contracts_as_they_are(desk: Desk) -> None:
    made = desk.published()
    desk.sandbox.control("DELETE", f"/accounts/{desk.account['id']}/extension")
    assert desk.api("GET", f"/contracts/{made['id']}").status_code == 401

    token = desk.sandbox.control("POST", f"/accounts/{desk.account['id']}/extension")["token"]

    assert desk.ask("GET", f"/contracts/{made['id']}", token=token) == made


def test_deleting_answers_200_with_an_empty_body_also_when_there_is_nothing(desk: Desk) -> None:
    made = desk.create()
    foreign = Desk.at(desk.sandbox, desk.sandbox.account()).create()

    for pk in (made["id"], made["id"], foreign["id"], 1):
        answer = desk.api("DELETE", f"/contracts/{pk}")
        assert (answer.status_code, answer.content) == (200, b"")

    assert desk.api("GET", f"/contracts/{made['id']}").status_code == 404
    assert desk.ask("GET", "/contracts")["count"] == 0
    shown = desk.sandbox.control("GET", f"/contracts/{foreign['id']}")
    assert shown["state"] == "draft"


def test_a_member_sees_the_contracts_of_their_workspaces_only(sandbox: Sandbox) -> None:
    account, places = in_workspaces(sandbox, 2)
    desk = Desk.at(sandbox, account)
    made = desk.create()
    emails = [user["email"] for user in account["users"] if user["active"] and not user["is_admin"]]

    for email in emails:
        seen = [place["id"] for place in desk.ask("GET", "/workspaces", email=email)["data"]]
        expected = 200 if places[0] in seen else 404
        assert desk.api("GET", f"/contracts/{made['id']}", email=email).status_code == expected
        assert desk.ask("GET", "/contracts", email=email)["count"] == (1 if expected == 200 else 0)
    assert desk.ask("GET", f"/contracts/{made['id']}", email=None)["id"] == made["id"]


def test_a_member_who_may_not_create_sees_and_does_not_change(desk: Desk) -> None:
    made, member = desk.create(), desk.barred_member()

    seen = desk.ask("GET", f"/contracts/{made['id']}", email=member)
    assert seen["_permissions"] == {"contract:delete": False, "contract:download:pdf": True, "contract:send": False}
    assert people_of(seen)[0]["my_participant"] is False
    for method, path in (("PUT", ""), ("DELETE", ""), ("POST", "/publish")):
        answer = desk.api(method, f"/contracts/{made['id']}{path}", {}, email=member)
        assert answer.status_code == 403, path


def test_a_contract_of_another_account_is_a_404_wherever_it_is_named(desk: Desk) -> None:
    foreign = Desk.at(desk.sandbox, desk.sandbox.account()).create()
    own = f"/contracts/{foreign['id']}"
    for method, path in (
        ("GET", ""), ("PUT", ""), ("POST", "/publish"), ("POST", "/copy"), ("POST", "/move"), ("POST", "/decline"),
        ("POST", "/mark_as_signed"), ("GET", "/data_fields"), ("PUT", "/data_fields"), ("GET", "/events"),
    ):  # fmt: skip
        answer = desk.api(method, own + path, {})
        assert (answer.status_code, answer.json()["error_code"]) == (404, 4040000), path


def test_a_reset_removes_contracts(tmp_path: Any) -> None:
    with Sandbox.start(tmp_path, accounts=1) as running:
        desk = Desk.at(running, running.account())
        first = desk.create()
        desk.days_pass(3)

        running.control("POST", "/reset", {"accounts": 1})

        assert desk.ask("GET", "/contracts")["count"] == 0
        assert running.control("GET", "/time")["ahead_seconds"] == 0
        assert Desk.at(running, running.account()).create()["id"] == first["id"]


def test_copying_gives_a_draft_with_the_same_content(desk: Desk) -> None:
    made = desk.published(name="First", data_fields=[{"custom_id": "deal_value", "value": "5"}])
    desk.people(made, "sign")

    copy = desk.ask("POST", f"/contracts/{made['id']}/copy", {"workspace_id": desk.workspace["id"]})

    assert (copy["state"], copy["_private"]["name"], copy["published_time"]) == ("draft", "First", None)
    assert values_of(copy) == values_of(made)
    assert counterpart(copy)["email"] == counterpart(made)["email"]
    assert counterpart(copy)["sign_state"] == "undecided"
    assert copy["id"] != made["id"]
    assert desk.events(copy) == []


def test_a_copy_needs_a_workspace_where_one_may_create(desk: Desk) -> None:
    made = desk.create()
    foreign = Desk.at(desk.sandbox, desk.sandbox.account()).workspace["id"]

    assert desk.api("POST", f"/contracts/{made['id']}/copy", {}).status_code == 400
    assert desk.api("POST", f"/contracts/{made['id']}/copy", {"workspace_id": foreign}).status_code == 404
    assert desk.api("POST", f"/contracts/{made['id']}/move", {"workspace_id": foreign}).status_code == 404


def test_moving_takes_it_to_another_workspace(sandbox: Sandbox) -> None:
    account, (_, second, *_) = in_workspaces(sandbox, 2)
    desk = Desk.at(sandbox, account)
    made = desk.create()
    folder = desk.ask("POST", "/folders", {"name": "Here", "workspace_id": second})["id"]
    wrong = {"workspace_id": desk.workspace["id"], "folder_id": folder}
    assert desk.api("POST", f"/contracts/{made['id']}/move", wrong).status_code == 400

    moved = desk.ask("POST", f"/contracts/{made['id']}/move", {"workspace_id": second, "folder_id": folder})

    assert (moved["_private"]["workspace_id"], moved["_private"]["folder"]["id"]) == (second, folder)
