"""On the phone: what the account looked like before, and a page that the customer opens for themselves."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browsing import sign_in
from tests.demos import Demo

pytestmark = pytest.mark.browser

FAULT = "field.inactive"


@pytest.fixture
def account(demo: Demo) -> dict:
    return next(each for each in demo.control("GET", "/accounts") if FAULT in each["faults"])


def home(demo: Demo, account: dict) -> str:
    return f"{demo.url}/installation/{account['id']}/acme_ledger/"


def test_a_customer_opens_their_status_page_until_support_ends_the_link(demo, account, open_page):
    page: Page = open_page()
    sign_in(page, demo, "support")
    page.goto(home(demo, account))
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name=re.compile("Status links")).click()
    page.get_by_label("A link that works for").select_option("1")
    page.get_by_role("button", name="Make a link").click()
    address = page.get_by_role("button", name="Copy the address").first.get_attribute("data-copy")

    # Another person's browser: no sign-in, a telephone's width.
    customer: Page = open_page(width=320, height=640)
    customer.goto(f"{address}?language=en")
    expect(customer.get_by_role("heading", level=1)).to_contain_text(account["name"])
    expect(customer.get_by_role("listitem").first).to_contain_text("Please switch it on again.")
    assert customer.evaluate("document.documentElement.scrollWidth") <= 320
    assert customer.context.cookies() == []
    customer.get_by_role("link", name="Svenska").click()
    expect(customer.get_by_role("listitem").first).to_contain_text("Slå på det igen.")

    page.get_by_role("button", name="End the link").first.click()
    expect(page.get_by_text("The link has ended")).to_be_visible()
    ended = customer.request.get(f"{address}?language=en")
    assert ended.status == 410
    assert account["name"] not in ended.text()


def test_an_auditor_sees_the_fleet_as_it_was_and_how_one_account_became_what_it_is(demo, account, open_page):
    page: Page = open_page()
    sign_in(page, demo, "auditor")
    page.get_by_role("link", name="As it was…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The fleet as it was")

    # The demo began today: a week ago nobody was here, and each has come into its verdict since.
    page.get_by_role("link", name="a week ago").click()
    expect(page.locator("table.matrix tbody tr")).to_have_count(1)
    expect(page.locator("table.matrix tbody th")).to_have_text("not here yet")
    page.locator("table.matrix tbody td a").first.click()
    page.get_by_role("link", name=account["name"], exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_contain_text(account["name"])
    expect(page.get_by_text("not connected yet")).to_be_visible()
    issue = page.locator("section.panel", has_text="Issues").locator("tr", has_text=FAULT)
    expect(issue).to_contain_text("new since")
    flips = page.locator("section.panel", has_text="Verdicts since then").locator("tbody tr")
    expect(flips.first).to_contain_text("failing")

    with page.expect_download() as download:
        page.go_back()
        page.get_by_role("link", name="Export").click()
    assert download.value.suggested_filename.startswith("fleet-")
