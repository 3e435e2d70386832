"""Pagination, sorting and filters at their edges."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.conftest import Json, in_workspaces
from tests.sandboxes import Sandbox

Read = Callable[..., Any]


def test_the_first_page_has_no_previous_and_the_last_no_next(read: Read) -> None:
    count = read("/users")["count"]

    first, last = read("/users?limit=1"), read(f"/users?limit=1&offset={count - 1}")

    assert first["_links"]["previous"] == {"href": None}
    assert last["_links"]["next"] == {"href": None}
    assert len(first["data"]) == len(last["data"]) == 1


def test_following_next_reads_every_item_once(sandbox: Sandbox, account: Json, read: Read) -> None:
    page, seen = read("/users?limit=2"), []
    while True:
        seen += [user["id"] for user in page["data"]]
        following = page["_links"]["next"]["href"]
        if following is None:
            break
        page = read(following.removeprefix(sandbox.api_url))

    assert seen == [user["id"] for user in read("/users")["data"]]


def test_default_limit_and_offset_are_written_into_the_links(read: Read) -> None:
    assert read("/users")["_links"]["self"]["href"].endswith("/v1/users?limit=100&offset=0")


def test_links_keep_the_other_parameters(read: Read) -> None:
    href = read("/templates", params={"filter[active]": "", "limit": 1})["_links"]["next"]["href"]

    assert "filter%5Bactive%5D=&" in href


def test_an_offset_beyond_the_end_gives_no_data_and_the_same_count(read: Read) -> None:
    page = read("/users?offset=19900")

    assert (page["data"], page["count"]) == ([], read("/users")["count"])


def test_count_does_not_depend_on_the_limit(read: Read) -> None:
    assert read("/users?limit=1")["count"] == len(read("/users")["data"])


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limit=0", "limit"), ("limit=101", "limit"), ("limit=all", "limit"), ("limit=", "limit"),
        ("limit=-1", "limit"), ("limit=1.0", "limit"), ("limit=%D9%A3", "limit"), ("offset=19901", "offset"),
        ("offset=-1", "offset"), ("offset=" + "9" * 5000, "offset"), ("limit=1&limit=2", "limit"),
        ("sort=email", "sort"), ("sort=", "sort"), ("sort=name,nothing", "sort"),
    ],
)  # fmt: skip
def test_a_parameter_out_of_range_is_named_in_a_400(sandbox: Sandbox, account: Json, query: str, name: str) -> None:
    answer = sandbox.api(f"/template_types?{query}", token=account["token"])

    assert answer.status_code == 400
    assert list(answer.json()["parameter_problems"]) == [name]


@pytest.mark.parametrize("path", ["/workspaces", "/templates", "/template_types"])
def test_names_sort_up_and_down(read: Read, path: str) -> None:
    names = [item["name"] for item in read(f"{path}?sort=name")["data"]]

    assert names == sorted(names)
    assert [item["name"] for item in read(f"{path}?sort=-name")["data"]] == names[::-1]


def test_a_comma_list_in_a_filter_means_or(sandbox: Sandbox) -> None:
    while True:
        account = sandbox.new_account()
        places = sandbox.api("/workspaces", token=account["token"]).json()["data"]
        if len(places) == 3:
            break

    def seen(*pks: int) -> list[int]:
        query = {"filter[id]": ",".join(map(str, pks))}
        listed = sandbox.api("/workspaces", token=account["token"], params=query).json()["data"]
        return [place["id"] for place in listed]

    first, second, third = (place["id"] for place in places)
    assert seen(first, third) == [first, third]
    assert seen(second) == [second]


def test_a_comma_list_of_parts_of_names_means_or(sandbox: Sandbox) -> None:
    account, _ = in_workspaces(sandbox, 3)

    def named(text: str) -> list[str]:
        listed = sandbox.api("/workspaces", token=account["token"], params={"filter[name]": text}).json()["data"]
        return [place["name"] for place in listed]

    assert named("sal,human") == ["Sales", "Human resources"]
    assert named("sal, human") == ["Sales", "Human resources"]
    assert named("nobody") == named("Sales Legal") == []


def test_filters_are_and(read: Read) -> None:
    place = read("/workspaces")["data"][0]

    both = {"filter[name]": place["name"], "filter[id]": place["id"]}
    assert [one["id"] for one in read("/workspaces", params=both)["data"]] == [place["id"]]
    assert read("/workspaces", params={**both, "filter[name]": "nobody"})["data"] == []


def test_both_kinds_of_templates_can_be_named_in_a_comma_list(read: Read) -> None:
    both = read("/templates", params={"filter[active]": ""})["data"]

    assert read("/templates", params={"filter[active]": "false,true"})["data"] == both


def test_templates_narrow_to_workspaces(read: Read) -> None:
    place = read("/workspaces")["data"][0]["id"]

    listed = read("/templates", params={"filter[workspace_ids]": f"{place},999999999"})["data"]

    assert listed
    assert all(place in [item["id"] for item in template["workspaces"]] for template in listed)


@pytest.mark.parametrize(
    "query",
    [
        "filter[workspace_ids]=x", "filter[workspace_ids]=", "filter[active]=maybe", "filter[active]=true,",
        "filter[active]=true,maybe", "template_type_id=x",
        "filter[active]=true&filter[active]=false",
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_read_is_a_400(sandbox: Sandbox, account: Json, query: str) -> None:
    assert sandbox.api(f"/templates?{query}", token=account["token"]).status_code == 400
