"""A draft of the blueprint in a real browser: begun, changed, compared, looked at before its release, discarded."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browsing import sign_in

pytestmark = pytest.mark.browser


def test_an_administrator_drafts_a_version_and_sees_what_its_release_would_mean(demo, open_page):
    page: Page = open_page()
    sign_in(page, demo, "administrator")
    page.get_by_role("link", name="Blueprints").click()
    page.get_by_role("link", name="Version 1", exact=True).click()
    page.get_by_role("button", name="New draft from this").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("draft")

    # A field is added and put second, then moved up by its button.
    page.get_by_role("link", name="Add a field").click()
    page.get_by_label("Custom id").fill("discount")
    page.get_by_label("Name").fill("Discount")
    page.get_by_label("Number").fill("2")
    page.get_by_role("button", name="Store in the draft").click()
    page.get_by_role("button", name="Put discount higher").click()
    expect(page.locator("table.content tbody tr").first).to_contain_text("discount")

    # What a release would mean and change; nothing is released yet.
    page.get_by_role("link", name="Release…", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("It reaches nobody by itself")
    expect(page.get_by_role("main")).to_contain_text("1 field added")
    page.get_by_role("link", name="Compare…").click()
    expect(page.locator("table.differing tbody tr")).to_have_count(1)

    page.go_back()
    page.get_by_role("link", name="Not yet").click()
    page.locator("summary", has_text="Discard…").click()
    page.get_by_role("button", name="Discard the draft").click()
    page.wait_for_url(re.compile(r"/versions/acme_ledger/$"))
    expect(page.get_by_role("link", name="Version 1", exact=True)).to_be_visible()


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_of_blueprints_scrolls_sideways(demo, open_page, width):
    page: Page = open_page(width=width)
    sign_in(page, demo, "administrator")
    account = demo.control("GET", "/accounts")[0]["id"]
    base = f"{demo.url}/versions/acme_ledger/"

    for path in ("", "1/", f"compare/?left=1&account={account}", f"import/?account={account}"):
        page.goto(base + path)
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (path, beyond) == (path, 0)
