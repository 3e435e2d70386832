"""Narrowing and ordering the list of contracts: comma lists are OR, filters are AND, nulls come last (3.3, 3.4)."""

import pytest

from tests.sandbox.conftest import Json
from tests.sandbox.contracting import Desk, company, person
from tests.sandboxes import Sandbox


@pytest.fixture
def desk(sandbox: Sandbox, account: Json) -> Desk:
    return Desk.at(sandbox, account)


def listed(desk: Desk, **query: str) -> list[int]:
    return [item["id"] for item in desk.ask("GET", "/contracts", params=query)["data"]]


def test_a_comma_list_of_emails_names_or_numbers_means_or(desk: Desk) -> None:
    ida = desk.create(name="Lease", parties=[company(person("Ida Berg", identification_number="11"))])
    olle = desk.create(name="Loan", parties=[company(person("Olle Ek", identification_number="22"))])
    desk.create(name="Sale", parties=[company(person("Sara Holm", identification_number="33"))])
    both = [ida["id"], olle["id"]]

    assert listed(desk, **{"filter[participant_email]": "IDA.berg@fjord.example, olle.ek@fjord.example"}) == both
    assert listed(desk, **{"filter[participant_identification_number]": "11,22"}) == both
    assert listed(desk, **{"filter[name]": "lea,LOA"}) == both
    assert listed(desk, **{"filter[participant_email]": "ida.berg@fjord.exampl"}) == []


def test_several_filters_are_and(desk: Desk) -> None:
    ida = desk.create(name="Lease", parties=[company(person("Ida Berg"))])
    desk.create(name="Loan", parties=[company(person("Ida Berg"))])
    email = {"filter[participant_email]": "ida.berg@fjord.example"}

    assert len(listed(desk, **email)) == 2
    assert listed(desk, **email, **{"filter[name]": "Lease"}) == [ida["id"]]
    assert listed(desk, **email, **{"filter[states]": "signed"}) == []


def test_what_was_never_sent_comes_last_in_either_order(desk: Desk) -> None:
    draft, sent = desk.create(), desk.published()

    assert listed(desk, sort="published_time") == listed(desk, sort="-published_time") == [sent["id"], draft["id"]]
    assert listed(desk, sort="-state,name") == [sent["id"], draft["id"]]
    assert listed(desk, sort="state") == [draft["id"], sent["id"]]
