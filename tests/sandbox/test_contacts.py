"""Contacts: always of one workspace (section 6.6)."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Json, admin_of, forbid_creating, hidden_from_member, in_workspaces, member_of
from tests.sandboxes import Sandbox

Read = Callable[..., Any]
ATTRIBUTES = {
    "company_name", "company_registration_number", "country_code", "created_time", "date_of_birth", "email", "id",
    "name", "notes", "phone_number", "title", "updated_time", "workspace_id",
}  # fmt: skip


@pytest.fixture
def ask(sandbox: Sandbox, account: Json) -> Callable[..., requests.Response]:
    def asking(method: str, path: str, **options: Any) -> requests.Response:
        return sandbox.api(path, method=method, token=account["token"], **options)

    return asking


@pytest.fixture
def place(read: Read) -> int:
    return int(read("/workspaces")["data"][0]["id"])


def test_every_account_has_contacts_in_its_first_workspace(read: Read, place: int) -> None:
    listed = read(f"/contacts?workspace_id={place}")

    assert listed["count"] == 2
    assert set(listed["data"][0]) == ATTRIBUTES
    assert {contact["workspace_id"] for contact in listed["data"]} == {place}
    assert read(f"/contacts/{listed['data'][0]['id']}") == listed["data"][0]


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("workspace_id=", 400), ("workspace_id=x", 400), ("workspace_id=1,2", 400), ("workspace_id=0", 404),
     ("workspace_id=1&workspace_id=2", 400), ("workspace_id=999999999", 404)],
)  # fmt: skip
def test_contacts_are_listed_of_one_workspace_only(ask, query: str, status: int) -> None:  # type: ignore[no-untyped-def]
    answer = ask("GET", f"/contacts?{query}")

    assert answer.status_code == status
    assert list(answer.json()["parameter_problems"]) == (["workspace_id"] if status == 400 else [])


def test_contacts_of_another_workspace_are_not_in_the_list(sandbox: Sandbox) -> None:
    account, (_, second, *_) = in_workspaces(sandbox, 2)

    assert sandbox.api(f"/contacts?workspace_id={second}", token=account["token"]).json()["data"] == []


def test_a_contact_is_made_changed_and_deleted(ask, place: int) -> None:  # type: ignore[no-untyped-def]
    made = ask("POST", "/contacts", json={"workspace_id": place}).json()
    filled = {
        "name": "Ida Berg", "email": "ida@fjord.example", "phone_number": "+46701234567", "title": "CFO",
        "company_name": "Fjord AS", "company_registration_number": "912 345 678", "country_code": "NO",
        "date_of_birth": "1980-02-29", "notes": "Two\nlines",
    }  # fmt: skip
    changed = ask("PUT", f"/contacts/{made['id']}", json=filled).json()
    emptied = ask("PUT", f"/contacts/{made['id']}", json={"date_of_birth": None, "title": None}).json()
    deleted = ask("DELETE", f"/contacts/{made['id']}")

    assert {made[name] for name in filled if name != "date_of_birth"} == {""}
    assert (made["date_of_birth"], made["updated_time"]) == (None, None)
    assert changed | filled == changed
    assert (emptied["date_of_birth"], emptied["title"], emptied["name"]) == (None, "", "Ida Berg")
    assert (deleted.status_code, deleted.content) == (200, b"")
    assert ask("GET", f"/contacts/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"workspace_id": None}, "workspace_id"), ({"workspace_id": "x"}, "workspace_id"), ({"name": 5}, "name"),
        ({"name": "x" * 101}, "name"), ({"email": "nobody"}, "email"), ({"email": "a b@c"}, "email"),
        ({"phone_number": "0701"}, "phone_number"), ({"country_code": "Sweden"}, "country_code"),
        ({"country_code": "se"}, "country_code"), ({"country_code": "UK"}, "country_code"),
        ({"date_of_birth": "1980-02-30"}, "date_of_birth"),
        ({"date_of_birth": "1980-02-30T00:00:00"}, "date_of_birth"), ({"date_of_birth": 5}, "date_of_birth"),
        ({"date_of_birth": "0000-00-00"}, "date_of_birth"), ({"notes": "x" * 1001}, "notes"),
    ],
)  # fmt: skip
def test_a_contact_that_makes_no_sense_is_refused(ask, place: int, change: Json, problem: str) -> None:  # type: ignore[no-untyped-def]
    answer = ask("POST", "/contacts", json={"workspace_id": place} | change)

    assert (answer.status_code, list(answer.json()["parameter_problems"])) == (400, [problem])


def test_a_contact_stays_in_its_workspace(sandbox: Sandbox) -> None:
    account, (first, second, *_) = in_workspaces(sandbox, 2)
    contact = sandbox.api(f"/contacts?workspace_id={first}", token=account["token"]).json()["data"][0]

    moved = sandbox.api(
        f"/contacts/{contact['id']}", method="PUT", token=account["token"], json={"workspace_id": second}
    )

    assert (moved.status_code, list(moved.json()["parameter_problems"])) == (400, ["workspace_id"])


def test_foreign_contacts_and_workspaces_are_not_there(sandbox: Sandbox, ask) -> None:  # type: ignore[no-untyped-def]
    other = sandbox.account()
    place = sandbox.api("/workspaces", token=other["token"]).json()["data"][0]["id"]
    foreign = sandbox.api(f"/contacts?workspace_id={place}", token=other["token"]).json()["data"][0]

    assert ask("GET", f"/contacts?workspace_id={place}").status_code == 404
    assert ask("POST", "/contacts", json={"workspace_id": place}).status_code == 404
    assert ask("PUT", f"/contacts/{foreign['id']}", json={"name": "mine"}).status_code == 404
    assert ask("DELETE", f"/contacts/{foreign['id']}").status_code == 200
    assert sandbox.api(f"/contacts/{foreign['id']}", token=other["token"]).json() == foreign


def test_a_workspace_that_a_user_does_not_see_hides_its_contacts(sandbox: Sandbox) -> None:
    account, hidden = hidden_from_member(sandbox)
    made = sandbox.api("/contacts", method="POST", token=account["token"], json={"workspace_id": hidden}).json()

    for path in (f"/contacts/{made['id']}", f"/contacts?workspace_id={hidden}"):
        assert sandbox.api(path, token=account["token"], email=member_of(account)).status_code == 404
        assert sandbox.api(path, token=account["token"], email=admin_of(account)).status_code == 200


def test_who_may_not_create_contracts_reads_contacts_only(sandbox: Sandbox, account: Json, place: int) -> None:
    forbid_creating(sandbox, account, member_of(account))
    listed = sandbox.api(f"/contacts?workspace_id={place}", token=account["token"], email=member_of(account)).json()

    for method, path in (
        ("POST", "/contacts"), ("PUT", f"/contacts/{listed['data'][0]['id']}"),
        ("DELETE", f"/contacts/{listed['data'][0]['id']}"),
    ):  # fmt: skip
        refused = sandbox.api(
            path, method=method, token=account["token"], email=member_of(account), json={"workspace_id": place}
        )
        assert refused.status_code == 403
