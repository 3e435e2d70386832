"""Tags: of the account or of some workspaces, and those that Oneflow made (section 6.5)."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Json, admin_of, hidden_from_member, in_workspaces, member_of
from tests.sandboxes import Sandbox

Read = Callable[..., Any]


@pytest.fixture
def ask(sandbox: Sandbox, account: Json) -> Callable[..., requests.Response]:
    def asking(method: str, path: str, **options: Any) -> requests.Response:
        return sandbox.api(path, method=method, token=account["token"], **options)

    return asking


def test_every_account_has_a_tag_of_oneflow_and_one_of_a_workspace(read: Read) -> None:
    imported, shared = read("/tags")["data"]

    assert set(imported) == {
        "created_time", "id", "is_global", "name", "shared_workspaces", "system", "updated_time",
    }  # fmt: skip
    assert (imported["system"], imported["is_global"], imported["shared_workspaces"]) == (True, True, [])
    place = read("/workspaces")["data"][0]
    assert (shared["system"], shared["is_global"]) == (False, False)
    assert shared["shared_workspaces"] == [{"id": place["id"], "name": place["name"]}]
    assert read(f"/tags/{shared['id']}") == shared


def test_a_template_shows_its_tags(read: Read) -> None:
    shared = read("/tags")["data"][1]

    tagged = [template for template in read("/templates")["data"] if template["tags"]]

    assert [template["name"] for template in tagged] == ["Employment contract"]
    assert tagged[0]["tags"] == [{"id": shared["id"], "name": shared["name"]}]


def test_a_tag_is_made_changed_and_deleted(ask, read: Read) -> None:  # type: ignore[no-untyped-def]
    place = read("/workspaces")["data"][0]["id"]

    made = ask("POST", "/tags", json={"name": "Urgent"}).json()
    changed = ask("PUT", f"/tags/{made['id']}", json={"is_global": False, "shared_workspaces": [{"id": place}]}).json()
    renamed = ask("PUT", f"/tags/{made['id']}", json={"name": "Later"}).json()
    deleted = ask("DELETE", f"/tags/{made['id']}")

    assert (made["is_global"], made["system"], made["updated_time"]) == (True, False, None)
    assert (changed["name"], changed["is_global"]) == ("Urgent", False)
    assert changed["updated_time"] is not None
    assert renamed["shared_workspaces"] == changed["shared_workspaces"]
    assert renamed["name"] == "Later"
    assert (deleted.status_code, deleted.content) == (200, b"")
    assert ask("GET", f"/tags/{made['id']}").status_code == 404


def test_a_tag_made_with_workspaces_is_theirs(ask, read: Read) -> None:  # type: ignore[no-untyped-def]
    place = read("/workspaces")["data"][0]["id"]

    assert not ask("POST", "/tags", json={"name": "x", "shared_workspaces": [place]}).json()["is_global"]


def test_a_deleted_tag_goes_from_templates(ask, read: Read) -> None:  # type: ignore[no-untyped-def]
    ask("DELETE", f"/tags/{read('/tags')['data'][1]['id']}")

    assert not any(template["tags"] for template in read("/templates")["data"])


def test_nobody_can_change_a_tag_of_oneflow(ask, read: Read) -> None:  # type: ignore[no-untyped-def]
    imported = read("/tags")["data"][0]

    for method in ("PUT", "DELETE"):
        assert ask(method, f"/tags/{imported['id']}", json={"name": "Mine"}).status_code == 403
    assert ask("POST", "/tags", json={"name": "x", "system": True}).json()["system"] is False
    assert read(f"/tags/{imported['id']}") == imported


def test_only_administrators_manage_tags(sandbox: Sandbox, account: Json, read: Read) -> None:
    shared = read("/tags")["data"][1]

    def status(method: str, path: str, email: str) -> int:
        return sandbox.api(path, method=method, token=account["token"], email=email, json={"name": "x"}).status_code

    for method, path in (("POST", "/tags"), ("PUT", f"/tags/{shared['id']}"), ("DELETE", f"/tags/{shared['id']}")):
        assert status(method, path, member_of(account)) == 403
        assert status(method, path, admin_of(account)) == 200


def test_a_tag_of_a_workspace_is_there_only_for_those_who_see_the_workspace(sandbox: Sandbox) -> None:
    account, hidden = hidden_from_member(sandbox)
    made = sandbox.api(
        "/tags", method="POST", token=account["token"], json={"name": "x", "shared_workspaces": [hidden]}
    ).json()

    for email, status in ((member_of(account), 404), (admin_of(account), 200), (None, 200)):
        assert sandbox.api(f"/tags/{made['id']}", token=account["token"], email=email).status_code == status


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "name"), ({"name": ""}, "name"), ({"name": "x" * 101}, "name"), ({"name": ["x"]}, "name"),
        ({"name": "x", "is_global": "yes"}, "is_global"), ({"name": "x", "is_global": None}, "is_global"),
        ({"name": "x", "shared_workspaces": 5}, "shared_workspaces"),
        ({"name": "x", "shared_workspaces": ["5"]}, "shared_workspaces[0]"),
        ({"name": "x", "shared_workspaces": [{}]}, "shared_workspaces[0]"),
        ({"name": "x", "shared_workspaces": [1] * 101}, "shared_workspaces"),
    ],
)  # fmt: skip
def test_a_tag_that_makes_no_sense_is_refused(ask, body: Json, problem: str) -> None:  # type: ignore[no-untyped-def]
    answer = ask("POST", "/tags", json=body)

    assert (answer.status_code, list(answer.json()["parameter_problems"])) == (400, [problem])


def test_a_foreign_workspace_cannot_share_a_tag(sandbox: Sandbox, ask, read: Read) -> None:  # type: ignore[no-untyped-def]
    foreign = sandbox.api("/workspaces", token=sandbox.account()["token"]).json()["data"][0]["id"]
    own = read("/workspaces")["data"][0]["id"]

    assert ask("POST", "/tags", json={"name": "x", "shared_workspaces": [own, foreign]}).status_code == 404


def test_foreign_tags_are_not_there(sandbox: Sandbox, ask) -> None:  # type: ignore[no-untyped-def]
    other = sandbox.account()
    foreign = sandbox.api("/tags", token=other["token"]).json()["data"][1]

    assert ask("GET", f"/tags/{foreign['id']}").status_code == 404
    assert ask("PUT", f"/tags/{foreign['id']}", json={"name": "mine"}).status_code == 404
    assert ask("DELETE", f"/tags/{foreign['id']}").status_code == 200
    assert sandbox.api(f"/tags/{foreign['id']}", token=other["token"]).json() == foreign


def test_workspaces_of_a_tag_are_listed_by_id(sandbox: Sandbox) -> None:
    account, places = in_workspaces(sandbox, 2)

    made = sandbox.api(
        "/tags", method="POST", token=account["token"], json={"name": "x", "shared_workspaces": places[::-1]}
    ).json()

    assert [place["id"] for place in made["shared_workspaces"]] == sorted(places)
