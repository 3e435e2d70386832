"""The manual in the console: a page for each code at an address of its own."""

import re

import pytest
from django.urls import reverse
from django.utils.html import escape

from extensions.health.codes import CODES
from extensions.installations.models import DataField
from tests.health.judged import stored
from tests.making import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def support(client):
    client.force_login(make_user("support"))
    return client


def test_the_list_leads_to_a_page_for_every_code(support):
    page = support.get("/health/codes/").content.decode()

    assert all(f'href="/health/codes/{code}/"' in page for code in CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_page_tells_meaning_remedy_and_letters_of_its_code(support, django_assert_max_num_queries, code):
    with django_assert_max_num_queries(10):
        answer = support.get(f"/health/codes/{code}/")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert len(page.encode()) < 150_000
    for part in (CODES[code].sentence, "How we know", "Usually", "Do", 'lang="sv"', 'lang="en"', f"?cause={code}"):
        assert escape(part) in page or part in page


@pytest.mark.parametrize("code", ["nothing.such", "token", "token.rejected<script>", "%00", "x" * 5000])
def test_an_unknown_code_is_not_found(support, code):
    assert support.get(reverse("code", args=[code])).status_code == 404


def test_ids_on_a_page_are_unique(support):
    page = support.get("/health/codes/api.failing/").content.decode()
    ids = re.findall(r' id="([^"]+)"', page)

    assert len(ids) == len(set(ids))


def test_a_code_on_the_page_of_an_installation_leads_to_its_page(support, installation):
    DataField.objects.filter(custom_id="deal_value").update(active=False)
    stored(installation)

    page = support.get(reverse("installation", args=[410001, "acme_ledger"])).content.decode()

    assert 'href="/health/codes/field.inactive/"' in page
    assert "acts like one that was removed" in page
