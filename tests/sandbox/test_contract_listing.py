"""The list of contracts: its filters and sort columns (sections 3.3 and 3.4)."""

from typing import Any

import pytest

from tests.sandbox.conftest import Json
from tests.sandbox.contracting import Desk, company, person
from tests.sandboxes import Sandbox


@pytest.fixture(scope="module")
def desk(sandbox: Sandbox) -> Desk:
    return Desk.at(sandbox, sandbox.new_account())


@pytest.fixture(scope="module")
def contracts(desk: Desk) -> dict[str, Json]:
    """Four contracts with a name of their own, in four states; nobody changes them."""
    folder = desk.ask("POST", "/folders", {"name": "2026", "workspace_id": desk.workspace["id"]})["id"]
    crm = {"custom_id": "crm-7"}
    draft = desk.create(name="Alpha", folder_id=folder, data_fields=[{"custom_id": "deal_name", "value": "a:b"}])
    sent = desk.published(
        name="beta 100%", parties=[company(person("Ola Moen", identification_number="8001", _private_ownerside=crm))]
    )
    signed = desk.published(name="", lifecycle_settings={"type": "recurring", "duration": "1y"})
    desk.people(signed, "sign")
    desk.sandbox.control("POST", f"/contracts/{signed['id']}/cancel")
    declined = desk.published(name="Delta", parties=[company(person("Eva Dahl"), name="Granit AB")])
    desk.people(declined, "decline")
    made = {"draft": draft, "pending": sent, "signed": signed, "declined": declined}
    return {state: desk.read(contract) for state, contract in made.items()}


def found(desk: Desk, contracts: dict[str, Json], query: dict[str, Any]) -> list[str]:
    """The states of the contracts that the query finds, in its order."""
    data = desk.ask("GET", "/contracts", params=query)["data"]
    states = {contract["id"]: state for state, contract in contracts.items()}
    return [states[one["id"]] for one in data]


EVERY = ["draft", "pending", "signed", "declined"]


@pytest.mark.parametrize(
    ("name", "value", "states"),
    [
        ("states", "draft", ["draft"]),
        ("states", "signed,declined", ["signed", "declined"]),
        ("name", "ALPHA", ["draft"]),
        ("name", "100%", ["pending"]),
        ("query", "granit", ["declined"]),
        ("query", "ola.moen@", ["pending"]),
        ("query", "delta", ["declined"]),
        ("data_field_match", "deal_name:a:b", ["draft"]),
        ("data_field_match", "deal_name:a", []),
        ("is_canceled", "true", ["signed"]),
        ("is_canceled", "false", ["draft", "pending", "declined"]),
        ("concluded_time", "2020-01-01T00:00:00+00:00|", ["signed", "declined"]),
        ("concluded_time", "|2020-01-01T00:00:00+00:00", []),
        ("published_time", "|2100-01-01T00:00:00+0000", ["pending", "signed", "declined"]),
        ("created_time", "2020-01-01T00:00:00Z|2100-01-01T00:00:00Z", EVERY),
        ("created_time", "|", EVERY),
        ("participant_email", "OLA.MOEN@fjord.example", ["pending"]),
        ("participant_email", "ola", []),
        ("participant_custom_id", "crm-7", ["pending"]),
        ("participant_identification_number", "8001", ["pending"]),
        ("lifecycle_states", "active,ended", ["signed"]),
        ("lifecycle_start_time", "2020-01-01T00:00:00Z|", ["signed"]),
        ("folder_ids", "1", []),
        ("workspace_ids", "1", []),
    ],
)
def test_each_filter_narrows(desk: Desk, contracts: dict[str, Json], name: str, value: str, states: list[str]) -> None:
    assert found(desk, contracts, {f"filter[{name}]": value}) == states


def test_filters_of_ids_take_comma_lists(desk: Desk, contracts: dict[str, Json]) -> None:
    two = f"{contracts['draft']['id']},{contracts['signed']['id']}"
    assert found(desk, contracts, {"filter[ids]": two}) == ["draft", "signed"]
    assert found(desk, contracts, {"filter[workspace_ids]": str(desk.workspace["id"])}) == EVERY
    folder = contracts["draft"]["_private"]["folder"]["id"]
    assert found(desk, contracts, {"filter[folder_ids]": f"1,{folder}"}) == ["draft"]


def test_filters_go_together(desk: Desk, contracts: dict[str, Json]) -> None:
    assert found(desk, contracts, {"filter[states]": "draft,pending", "filter[query]": "ola"}) == ["pending"]


@pytest.mark.parametrize(
    ("sort", "states"),
    [
        ("name", ["signed", "draft", "declined", "pending"]),
        ("-name", ["pending", "declined", "draft", "signed"]),
        ("state", ["declined", "draft", "pending", "signed"]),
        ("published_time,-state", ["signed", "pending", "declined", "draft"]),
        ("-published_time,-state", ["signed", "pending", "declined", "draft"]),
    ],
)
def test_sorting_has_empty_texts_first_and_nulls_last(
    desk: Desk, contracts: dict[str, Json], sort: str, states: list[str]
) -> None:
    listed = found(desk, contracts, {"sort": sort})

    # Those that were published within one second may come in either order.
    if "published" in sort:
        assert (listed[-1], set(listed)) == ("draft", set(states))
    else:
        assert listed == states


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("filter[states]", "draft,open"),
        ("filter[states]", ""),
        ("filter[lifecycle_states]", "dead"),
        ("filter[published_time]", "2020-01-01T00:00:00+00:00"),
        ("filter[published_time]", "2020-01-01|"),
        ("filter[published_time]", "2020-01-01T00:00:00 00:00|"),
        ("filter[published_time]", "2020-13-01T00:00:00Z|"),
        ("filter[published_time]", "2020-01-01T00:00:00+99:00|"),
        ("filter[created_time]", ""),
        ("filter[data_field_match]", "deal_name"),
        ("filter[data_field_match]", "deal_name:"),
        ("filter[data_field_match]", "deal_name:" + "x" * 600),
        ("filter[is_canceled]", "maybe"),
        ("filter[ids]", "x"),
        ("filter[folder_ids]", ""),
        ("filter[workspace_ids]", "1;2"),
        ("sort", "id"),
        ("limit", "all"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(desk: Desk, name: str, value: str) -> None:
    answer = desk.api("GET", "/contracts", params={name: value})

    assert (answer.status_code, list(answer.json()["parameter_problems"])) == (400, [name])


def test_a_filter_must_not_be_repeated(desk: Desk) -> None:
    assert desk.api("GET", "/contracts?filter[states]=draft&filter[states]=signed").status_code == 400


def test_pages_hold_every_contract_once(desk: Desk, contracts: dict[str, Json]) -> None:
    first = desk.ask("GET", "/contracts?limit=3&sort=name")
    second = desk.ask("GET", "/contracts?limit=3&offset=3&sort=name")

    assert (first["count"], second["count"]) == (4, 4)
    ids = [one["id"] for one in first["data"] + second["data"]]
    assert sorted(ids) == sorted(contract["id"] for contract in contracts.values())
    assert second["_links"]["next"]["href"] is None
