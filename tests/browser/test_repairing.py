"""A repair as staff do it: from the cause to the difference, written, read back, and undone by a second person."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browsing import sign_in
from tests.demos import Demo

pytestmark = pytest.mark.browser

FAULT = "field.inactive"
# A worker of the demo reads, writes and reads back.
PATIENCE = 60_000


@pytest.fixture
def account(demo: Demo) -> dict:
    return next(each for each in demo.control("GET", "/accounts") if FAULT in each["faults"])


def allow_writes(page: Page, demo: Demo) -> None:
    """As an administrator does it, in the extension's settings."""
    page.goto(f"{demo.url}/blueprints/extension/")
    page.get_by_role("link", name="Acme Ledger").first.click()
    page.locator("#id_writes_allowed").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("changed")


def test_a_field_is_switched_on_and_off_again(demo: Demo, account: dict, open_page: Callable[..., Page]) -> None:
    administrator, onboarding = open_page(), open_page(width=360, height=800)
    sign_in(administrator, demo, "administrator")
    sign_in(onboarding, demo, "onboarding")
    allow_writes(administrator, demo)

    administrator.goto(f"{demo.url}/installation/{account['id']}/acme_ledger/")
    administrator.get_by_role("link", name="Repair…").first.click()
    administrator.get_by_role("button", name="Plan this repair…").first.click()
    changed = administrator.locator("table.threeway tr.chosen")
    expect(changed).to_have_count(1)
    expect(changed).to_contain_text(re.compile("active.*on.*off.*on"))
    administrator.get_by_role("button", name="Write it to the account").click()
    expect(administrator.locator("p.cause").first).to_contain_text("Done, and read back", timeout=PATIENCE)
    done = administrator.url

    administrator.get_by_role("button", name="Undo…").click()
    expect(administrator.locator("p.cause").first).to_contain_text("Waiting for a second approver")
    expect(administrator.get_by_role("button", name="Approve")).to_have_count(0)
    undoing = administrator.url

    onboarding.goto(undoing)
    onboarding.get_by_label(re.compile("may go")).check()
    onboarding.get_by_role("button", name="Approve").click()
    expect(onboarding.locator("p.cause").first).to_contain_text("Approved")
    onboarding.get_by_role("button", name="Write it to the account").click()
    expect(onboarding.locator("p.cause").first).to_contain_text("Done, and read back", timeout=PATIENCE)
    assert onboarding.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    administrator.goto(done)
    expect(administrator.locator("p.cause").first).to_contain_text("undone since")
    administrator.goto(f"{demo.url}/repairs/?state=done")
    expect(administrator.get_by_role("row")).to_have_count(3)
