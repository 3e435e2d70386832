"""Finding an installation by whatever the customer gave."""

import pytest

from accounts.models import Account, ApiToken
from extensions.installations.models import Installation
from extensions.installations.searching import search
from tests.making import make_installation


def found(text: str, *, people: bool = True) -> list[str]:
    return [row.account.name for row in search(Installation.objects.all(), text, people=people)]


@pytest.fixture
def fleet(db: None) -> None:
    """Two accounts, of which one has everything that can be searched."""
    make_installation(oneflow_id=410021, name="Nordlund Bygg AB", acting_user_email="Maja@Nordlund.example")
    make_installation(oneflow_id=410099, name="Fjord AS")
    Account.objects.filter(oneflow_id=410021).update(registration_number="556677-8899", customer_reference="C-1042")


@pytest.mark.parametrize(
    "text",
    [
        "nordlund",
        "bygg nordlund",
        "  NORDLUND  ",
        "410021",
        "556677-8899",
        "5566778899",
        "556677 8899",
        "c-1042",
        "maja@nordlund.example",
        "@nordlund.example",
        "0021",
        "…0021",
    ],
)
def test_an_installation_is_found_by(fleet, text):
    assert found(text) == ["Nordlund Bygg AB"]


@pytest.mark.parametrize("text", ["ängelholms", "ÄNGELHOLMS", "Ängelholms ÅKERI", "ängel åkeri"])
def test_a_name_with_letters_outside_ascii_is_found_in_whatever_case(fleet, text):
    make_installation(oneflow_id=410055, name="Ängelholms Åkeri AB")

    assert found(text) == ["Ängelholms Åkeri AB"]


def test_the_last_four_of_a_token_are_found_in_whatever_case(fleet):
    ApiToken.objects.filter(account__oneflow_id=410021).update(last_four="fc4d")

    assert found("FC4D") == ["Nordlund Bygg AB"]


@pytest.mark.parametrize(
    "text",
    [
        "nordlund fjord",
        "41002",
        "aja@nordlund.example",
        "%",
        "_",
        "²",
        "9" * 400,
        "99999999999999999999",
        "410021\x00 nordlund nothing",
        "' OR 1=1 --",
    ],
)
def test_nothing_is_found_by(fleet, text):
    assert found(text) == []


@pytest.mark.parametrize("text", ["", "   ", "\t\n"])
def test_an_empty_search_leaves_all(fleet, text):
    assert len(found(text)) == 2


def test_emails_are_searched_only_for_those_who_may_read_people(fleet):
    assert found("maja@nordlund.example", people=False) == []


def test_a_user_who_left_the_account_no_longer_leads_to_it(fleet):
    from django.utils import timezone

    installation = Installation.objects.get(account__oneflow_id=410021)
    installation.accountusers.update(missing_since=timezone.now())

    assert found("maja@nordlund.example") == []
