"""Folders: who may file, where a folder may stand, and what its path says (section 6.4)."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Json, admin_of, forbid_creating, in_workspaces, member_of
from tests.sandboxes import Sandbox

Read = Callable[..., Any]


@pytest.fixture
def ask(sandbox: Sandbox, account: Json) -> Callable[..., requests.Response]:
    def asking(method: str, path: str, **options: Any) -> requests.Response:
        return sandbox.api(path, method=method, token=account["token"], **options)

    return asking


@pytest.fixture
def place(read: Read) -> int:
    """The account's first workspace."""
    return int(read("/workspaces")["data"][0]["id"])


@pytest.fixture
def make(ask: Callable[..., requests.Response], place: int) -> Callable[..., Json]:
    def making(name: str, parent: int | None = None, **more: Any) -> Json:
        answer = ask("POST", "/folders", json={"name": name, "workspace_id": place, "parent_id": parent, **more})
        assert answer.status_code == 200, answer.text
        made: Json = answer.json()
        return made

    return making


def test_every_account_has_a_folder_with_one_below_it(read: Read) -> None:
    upper, lower = read("/folders")["data"]

    assert set(upper) == {"_permissions", "id", "name", "parent_id", "path", "workspace_id"}
    assert (upper["parent_id"], upper["path"]) == (None, [upper["id"]])
    assert (lower["parent_id"], lower["path"]) == (upper["id"], [upper["id"], lower["id"]])


def test_a_folder_is_made_renamed_moved_and_deleted(ask, read: Read, make) -> None:  # type: ignore[no-untyped-def]
    year, month = make("2030"), make("January")

    moved = ask("PUT", f"/folders/{month['id']}", json={"name": "May", "parent_id": year["id"]}).json()
    top = ask("PUT", f"/folders/{month['id']}", json={"parent_id": None}).json()
    deleted = ask("DELETE", f"/folders/{month['id']}")

    assert (moved["name"], moved["path"]) == ("May", [year["id"], month["id"]])
    assert (top["name"], top["path"]) == ("May", [month["id"]])
    assert (deleted.status_code, deleted.content) == (200, b"")
    assert month["id"] not in [folder["id"] for folder in read("/folders")["data"]]


def test_what_is_below_a_deleted_folder_goes_with_it(ask, read: Read, make) -> None:  # type: ignore[no-untyped-def]
    before = read("/folders")["count"]
    upper = make("upper")
    make("lower", make("middle", upper["id"])["id"])

    ask("DELETE", f"/folders/{upper['id']}")

    assert read("/folders")["count"] == before


def test_a_folder_cannot_be_moved_into_itself_or_below_itself(ask, read: Read, make) -> None:  # type: ignore[no-untyped-def]
    upper = make("upper")
    middle = make("middle", upper["id"])
    lower = make("lower", middle["id"])

    for target in (upper, middle, lower):
        answer = ask("PUT", f"/folders/{upper['id']}", json={"parent_id": target["id"]})
        assert (answer.status_code, list(answer.json()["parameter_problems"])) == (400, ["parent_id"])
    assert [upper["id"], middle["id"], lower["id"]] in [folder["path"] for folder in read("/folders")["data"]]


def test_folders_do_not_go_deeper_than_twenty_levels_however_they_are_moved(ask, make) -> None:  # type: ignore[no-untyped-def]
    deepest: int | None = None
    for level in range(20):
        deepest = make(f"level {level}", deepest)["id"]
    pair = make("upper of two")
    make("lower of two", pair["id"])

    assert (
        ask(
            "POST", "/folders", json={"name": "x", "workspace_id": pair["workspace_id"], "parent_id": deepest}
        ).status_code
        == 400
    )
    assert ask("PUT", f"/folders/{pair['id']}", json={"parent_id": deepest}).status_code == 400
    assert len(make("still fine", pair["id"])["path"]) == 2


def test_a_folder_stays_in_its_workspace(sandbox: Sandbox) -> None:
    account, (first, second, *_) = in_workspaces(sandbox, 2)
    folder = sandbox.api("/folders", token=account["token"]).json()["data"][0]
    assert folder["workspace_id"] == first

    def put(path: str, method: str, body: Json) -> Json:
        answer = sandbox.api(path, method=method, token=account["token"], json=body)
        assert answer.status_code == 400
        problems: Json = answer.json()["parameter_problems"]
        return problems

    assert "workspace_id" in put(f"/folders/{folder['id']}", "PUT", {"workspace_id": second})
    assert "parent_id" in put("/folders", "POST", {"name": "x", "workspace_id": second, "parent_id": folder["id"]})


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"name": None}, "name"), ({"name": ""}, "name"), ({"name": "x" * 101}, "name"), ({"name": 5}, "name"),
        ({"workspace_id": None}, "workspace_id"), ({"workspace_id": "1"}, "workspace_id"),
        ({"workspace_id": True}, "workspace_id"), ({"workspace_id": -1}, "workspace_id"),
        ({"parent_id": "x"}, "parent_id"), ({"parent_id": 0}, "parent_id"), ({"parent_id": 10**30}, "parent_id"),
    ],
)  # fmt: skip
def test_a_folder_that_makes_no_sense_is_refused(ask, place: int, change: Json, problem: str) -> None:  # type: ignore[no-untyped-def]
    answer = ask("POST", "/folders", json={"name": "x", "workspace_id": place} | change)

    assert (answer.status_code, list(answer.json()["parameter_problems"])) == (400, [problem])


def test_foreign_workspaces_and_folders_are_not_there(sandbox: Sandbox, ask, read: Read, place: int) -> None:  # type: ignore[no-untyped-def]
    other = sandbox.account()
    foreign = sandbox.api("/folders", token=other["token"]).json()["data"][0]

    for method, path, body in (
        ("POST", "/folders", {"name": "x", "workspace_id": foreign["workspace_id"]}),
        ("POST", "/folders", {"name": "x", "workspace_id": place, "parent_id": foreign["id"]}),
        ("PUT", f"/folders/{foreign['id']}", {"name": "mine"}),
    ):
        assert ask(method, path, json=body).status_code == 404
    assert ask("DELETE", f"/folders/{foreign['id']}").status_code == 200
    assert sandbox.api("/folders", token=other["token"]).json()["data"][0] == foreign


def test_who_may_not_create_contracts_sees_folders_and_cannot_touch_them(sandbox: Sandbox, account: Json) -> None:
    forbid_creating(sandbox, account, member_of(account))

    def status(method: str, path: str, email: str) -> int:
        body = {"name": "x", "workspace_id": folder["workspace_id"]}
        return sandbox.api(path, method=method, token=account["token"], email=email, json=body).status_code

    folder = sandbox.api("/folders", token=account["token"], email=member_of(account)).json()["data"][0]
    assert set(folder["_permissions"].values()) == {False}
    assert status("POST", "/folders", member_of(account)) == 403
    assert status("PUT", f"/folders/{folder['id']}", member_of(account)) == 403
    assert status("DELETE", f"/folders/{folder['id']}", member_of(account)) == 403
    assert status("DELETE", f"/folders/{folder['id']}", admin_of(account)) == 200


def test_an_administrator_has_every_permission(sandbox: Sandbox, account: Json) -> None:
    folder = sandbox.api("/folders", token=account["token"], email=admin_of(account)).json()["data"][0]

    assert folder["_permissions"] == {
        "folder:contract": True, "folder:delete": True, "folder:sub_folder:create": True, "folder:update": True,
    }  # fmt: skip
