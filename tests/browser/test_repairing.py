"""Repairs as staff do them: one, from the cause to the difference, written and undone; and one in many accounts."""

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
    onboarding.get_by_label(re.compile("may be switched off")).check()
    onboarding.get_by_role("button", name="Approve").click()
    expect(onboarding.locator("p.cause").first).to_contain_text("Approved")
    onboarding.get_by_role("button", name="Write it to the account").click()
    expect(onboarding.locator("p.cause").first).to_contain_text("Done, and read back", timeout=PATIENCE)
    assert onboarding.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    administrator.goto(done)
    expect(administrator.locator("p.cause").first).to_contain_text("undone since")
    administrator.goto(f"{demo.url}/repairs/?state=done")
    expect(administrator.get_by_role("row")).to_have_count(3)


@pytest.fixture
def chosen(demo: Demo) -> list[dict]:
    """Seven accounts whose fields are well, of which six have one switched off now."""
    able = [each for each in demo.control("GET", "/accounts") if all("webhook." in fault for fault in each["faults"])]
    for each in able[:6]:
        demo.control("POST", f"/accounts/{each['id']}/faults", {"fault": FAULT, "custom_id": "deal_value"})
    return able[:7]


def test_a_field_is_switched_on_in_many_accounts(
    demo: Demo, chosen: list[dict], open_page: Callable[..., Page]
) -> None:
    administrator, support = open_page(), open_page()
    sign_in(administrator, demo, "administrator")
    sign_in(support, demo, "support")
    allow_writes(administrator, demo)

    support.goto(f"{demo.url}/installations/installation/")
    for each in chosen:
        support.get_by_role("row").filter(has_text=str(each["id"])).get_by_role("checkbox").check()
    support.get_by_role("button", name="Repair…").click()
    support.get_by_label("What is done").select_option(label="Switch fields on")
    support.get_by_label("Template type").select_option("acme_deal")
    support.get_by_label("Fields").fill("deal_value")
    support.get_by_label("Reason").fill("switched off by a release")
    support.get_by_role("button", name="Begin the dry run").click()
    would = support.locator("section", has_text="What would be written")
    expect(would).to_contain_text("In 6 accounts: Switch on deal_value", timeout=PATIENCE)
    expect(would).to_contain_text("In 1 account nothing would be written")
    expect(support.get_by_role("button", name=re.compile("Approve"))).to_have_count(0)

    administrator.goto(support.url)
    administrator.get_by_role("button", name="Approve, and write the first 5").click()
    rest = administrator.get_by_role("button", name="Write the rest")
    rest.wait_for(timeout=PATIENCE)
    expect(administrator.locator("#job-progress")).to_contain_text("5 of 6 accounts written.")
    rest.click()

    expect(administrator.locator("h1 .state")).to_have_text("done", timeout=PATIENCE)
    rows = administrator.locator("td[data-label=State]")
    expect(rows.filter(has_text="done, and read back")).to_have_count(6)
    expect(rows.filter(has_text="nothing to be written")).to_have_count(1)
    expect(administrator.locator("td[data-label=Result]", has_text="is on already")).to_have_count(1)
    administrator.set_viewport_size({"width": 360, "height": 800})
    assert administrator.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
