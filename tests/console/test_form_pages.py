"""Addresses that only take forms and may stay in the address bar: opened by themselves they lead to the form."""

import pytest
from django.urls import reverse

from tests.console.staff import as_role
from tests.making import make_installation

pytestmark = pytest.mark.django_db
KEY = "acme_ledger"
FORMS = {
    "installation-lineage-contract": ("installation-lineage", [410001, KEY]),
    "installation-test-contract-run": ("installation-test-contract", [410001, KEY]),
    "mapping-change": ("mapping-field", [KEY, "acme_deal", "deal_value"]),
    "installation-mapping-change": ("installation-mapping-field", [410001, KEY, "acme_deal", "deal_value"]),
    "mapping-store": ("mapping-upload", [KEY]),
    "versions-import-account": ("versions-import", [KEY]),
    "versions-import-read": ("versions-import", [KEY]),
    "versions-import-stop-reading": ("versions-import", [KEY]),
    "versions-import-file": ("versions-import", [KEY]),
    "rollout-plan": ("rollouts", []),
    "issue-acknowledge": ("issue", [1]),
    "issue-assign": ("issue", [1]),
    "issue-snooze": ("issue", [1]),
    "maintenance-plan": ("maintenance", []),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_address_of_a_form_leads_to_the_page_of_the_form(name):
    make_installation()
    form, args = FORMS[name]

    answer = as_role("administrator").get(reverse(name, args=args))

    assert (answer.status_code, answer.headers["Location"]) == (302, reverse(form, args=args))


def test_it_leads_nobody_past_a_permission_and_back_to_the_form_after_signing_in(client):
    args = [KEY, "acme_deal", "deal_value"]
    address, form = (reverse(name, args=args) for name in ("mapping-change", "mapping-field"))

    assert as_role("support").get(address).status_code == 403
    assert as_role("administrator").put(address).status_code == 405
    for answer in (client.get(address), client.post(address, headers={"Referer": "http://testserver/elsewhere/"})):
        assert answer.headers["Location"] == f"{reverse('admin:login')}?next={form}"
