"""Handling an issue as support does it: acknowledged, snoozed with a reason and an end, and all of it taken back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browsing import sign_in
from tests.demos import Demo

pytestmark = pytest.mark.browser

FAULT = "webhook.misdirected"


@pytest.fixture
def account(demo: Demo) -> dict:
    return next(each for each in demo.control("GET", "/accounts") if FAULT in each["faults"])


@pytest.fixture
def page(demo: Demo, account: dict, open_page) -> Page:
    page = open_page()
    sign_in(page, demo, "support")
    page.goto(f"{demo.url}/installation/{account['id']}/acme_ledger/")
    return page


def act(page: Page, heading: str) -> None:
    """Unfold one of the things that can be done with the issue, with the keyboard."""
    summary = page.locator("details.handle summary", has_text=heading).first
    summary.focus()
    page.keyboard.press("Enter")


def needing(page: Page, demo: Demo) -> str:
    page.goto(f"{demo.url}/")
    return page.locator("section.needs").last.inner_text()


def test_what_happened_in_30_days_is_drawn_and_readable_as_a_table(page):
    timeline = page.locator("section.timeline")
    expect(timeline.get_by_role("img", name=re.compile("Timeline of 30 days"))).to_be_visible()
    timeline.get_by_text("as a table").click()
    expect(timeline.get_by_role("row", name=re.compile("failing")).first).to_be_visible()


def test_an_issue_is_acknowledged_with_a_reason_and_taken_back(page):
    act(page, "Acknowledge")
    page.locator("details.handle[open]").get_by_role("textbox").fill("Talking to their administrator")
    page.keyboard.press("Enter")

    handled = page.locator("div.handled", has_text="Acknowledged by support")
    expect(handled).to_contain_text("Talking to their administrator")
    handled.get_by_role("button", name="Take back").click()
    expect(page.locator("div.handled")).to_have_count(0)


def test_a_snoozed_issue_leaves_the_front_page_until_it_is_woken(page, demo, account):
    home = page.url
    assert account["name"] in needing(page, demo)

    page.goto(home)
    act(page, "Snooze")
    sheet = page.locator("details.handle[open]")
    sheet.get_by_role("combobox").select_option("4h")
    sheet.get_by_label(re.compile("reason|why", re.IGNORECASE)).first.fill("They move their systems tonight")
    sheet.get_by_role("button").click()
    snoozed = page.locator("div.handled", has_text="Snoozed by support")
    expect(snoozed).to_contain_text("They move their systems tonight")

    assert account["name"] not in needing(page, demo)
    expect(page.locator("section.needs").last).to_contain_text("snoozed")

    page.goto(home)
    page.locator("div.handled").get_by_role("button", name="End now").click()
    expect(page.locator("div.handled")).to_have_count(0)
    assert account["name"] in needing(page, demo)
