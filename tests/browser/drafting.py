"""A draft of the demo's blueprint, begun and previewed as an administrator does."""

import re

from playwright.sync_api import Page, expect

from tests.demos import Demo

VERSIONS = "/versions/acme_ledger/"


def begin_draft(page: Page, demo: Demo) -> str:
    """The address of a draft that asks every account for one required field more."""
    page.goto(f"{demo.url}{VERSIONS}")
    page.get_by_role("link", name=re.compile("^Version ")).first.click()
    page.get_by_role("button", name="New draft from this").click()
    address = page.url.partition("?")[0]
    page.get_by_role("link", name="Add a field").click()
    page.locator("#id_custom_id").fill("cost_centre")
    page.locator("#id_name").fill("Cost centre")
    page.locator("#id_required").check()
    page.get_by_role("button", name="Store in the draft").click()
    return address


def start_preview(page: Page, draft: str) -> None:
    """Have the draft's release previewed, and stay until it is told what would change."""
    page.goto(draft)
    page.get_by_role("link", name="Preview the release…").click()
    expect(page.get_by_label("Preview", exact=True)).to_contain_text("(draft)")
    page.get_by_role("button", name="Start").click()
    counts = page.get_by_role("navigation", name="How accounts would change")
    expect(counts.get_by_role("link", name=re.compile(r"^newly failing [1-9]"))).to_be_visible(timeout=60_000)
