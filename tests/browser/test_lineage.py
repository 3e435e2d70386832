"""What a record would become, as support sees it of an account with a field that is off; and a contract to try it."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browsing import sign_in
from tests.demos import Demo

pytestmark = pytest.mark.browser

RECORD = {
    "deal": {"amount": 125000.5, "name": "Annual plan", "currency": "SEK", "starts_on": "2026-01-31"},
    "account": {"number": "10042", "payment_days": 30},
}


@pytest.fixture
def page(demo: Demo, open_page) -> Page:
    page = open_page()
    sign_in(page, demo, "support")
    return page


def account(demo: Demo, fault: str | None) -> int:
    """An account with this fault, or with none."""
    accounts = demo.control("GET", "/accounts")
    return next(each["id"] for each in accounts if (fault in each["faults"] if fault else not each["faults"]))


def test_a_field_that_is_off_is_refused_and_left_out_of_the_body(page, demo):
    page.goto(f"{demo.url}/installation/{account(demo, 'field.inactive')}/acme_ledger/fields/")
    off = page.locator("tr", has_text="✕ off").first.locator("code").first.inner_text()
    page.get_by_role("link", name="What would a record become?").first.click()

    page.get_by_label("A record of your product, as JSON").fill(json.dumps(RECORD))
    page.get_by_label("only what needs attention").check()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    row = page.locator("#acme_deal tr", has_text=off).first
    expect(row).to_contain_text("refused")
    expect(row).to_contain_text("The field is switched off in the account.")
    body = json.loads(page.locator("#acme_deal textarea").input_value())
    assert off not in [field["custom_id"] for field in body["data_fields"]]
    assert {"custom_id": "customer_number", "value": "10042"} in body["data_fields"]
    expect(page.locator("#acme_deal code", has_text="customer_number")).to_have_count(0)


def test_enter_in_the_box_of_the_contract_reads_it_and_the_answer_is_in_sight(page, demo):
    page.goto(f"{demo.url}/installation/{account(demo, None)}/acme_ledger/lineage/")
    page.get_by_label("A record of your product, as JSON").fill(json.dumps(RECORD))
    page.get_by_role("button", name="Show what it becomes").click()
    expect(page.locator("#result h2").first).to_be_in_viewport()

    page.get_by_text("Compare with a contract that is there").click()
    page.get_by_label("Id of the contract in Oneflow").fill("999999999")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Oneflow knows no contract 999999999")).to_be_visible()


def test_enter_in_the_form_of_a_rule_stores_it(open_page, demo):
    page = open_page()
    sign_in(page, demo, "administrator")
    page.goto(f"{demo.url}/mappings/acme_ledger/field/acme_deal/deal_value/")
    page.get_by_label("A value of the product, to try it with").fill("7")
    page.get_by_label("Label").fill("What the deal is worth")
    page.get_by_label("Reason of the change").fill("say it as the product does")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Stored as version")).to_be_visible()
    expect(page.locator("tr", has_text="deal_value").first).to_contain_text("What the deal is worth")


def test_a_test_contract_is_made_compared_and_deleted(page, demo):
    page.goto(f"{demo.url}/installation/{account(demo, None)}/acme_ledger/lineage/")
    page.get_by_label("A record of your product, as JSON").fill(json.dumps(RECORD))
    page.get_by_role("button", name="Make a test contract…").click()
    page.get_by_label("Workspace and template").select_option(index=0)

    page.get_by_role("button", name="Make, compare and delete").click()

    expect(page.get_by_text("made and deleted")).to_be_visible()
    expect(page.get_by_text("It is gone.")).to_be_visible()
    expect(page.locator("p.counts")).to_contain_text("0 different")
