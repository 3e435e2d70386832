"""A rollout as staff do it: a canary, a look at it, the next wave, a pause, one account set apart, all taken back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browsing import sign_in
from tests.browser.drafting import VERSIONS
from tests.demos import Demo

pytestmark = pytest.mark.browser

# The worker reads those who were moved, and beat looks every 10 s what became of them.
PATIENCE = 60_000


def release_copy(page: Page, demo: Demo) -> None:
    """A new version that says what the newest says: it is never taken out again, and so must not trouble anybody."""
    page.goto(f"{demo.url}{VERSIONS}")
    page.get_by_role("link", name=re.compile("^Version ")).first.click()
    page.get_by_role("button", name="New draft from this").click()
    page.get_by_role("link", name="Release…", exact=True).click()
    page.get_by_label("What it changes").fill("nothing, to try a rollout")
    page.get_by_role("button", name=re.compile("^Release version")).click()


def plan(page: Page, canary: list[int]) -> None:
    page.get_by_role("link", name="Roll out…").click()
    page.get_by_label("Or these accounts").fill("\n".join(map(str, canary)))
    page.get_by_label("Wave", exact=True).fill("2")
    page.get_by_role("button", name="Plan", exact=True).click()


def test_a_rollout_is_begun_looked_at_paused_and_taken_back(demo, open_page):
    fleet = demo.control("GET", "/accounts")
    well = next(each for each in fleet if not each["faults"])
    ill = next(each for each in fleet if "field.inactive" in each["faults"])
    page: Page = open_page()
    sign_in(page, demo, "administrator")
    release_copy(page, demo)
    plan(page, [well["id"], ill["id"]])
    rollout, state = page.url, page.locator("h1 .state")
    rows = page.locator("tbody tr[data-href]")

    expect(page.get_by_text("Nobody is moved yet")).to_be_visible()
    page.get_by_role("button", name="Start with the canary").click()
    expect(page.get_by_text("The canary is moved and judged")).to_be_visible(timeout=PATIENCE)
    expect(rows.filter(has_text=well["name"])).to_contain_text("conforming")
    expect(rows.filter(has_text=ill["name"])).to_contain_text("needs somebody 1 inferred → 2")
    rows.filter(has_text=ill["name"]).get_by_role("link").first.click()
    expect(page.locator("p.cause").first).to_contain_text("off")
    page.get_by_role("link", name=re.compile("^Rollout ")).click()

    page.get_by_role("button", name="Resume").click()
    expect(page.locator("#rolling-out")).to_contain_text(
        re.compile("2 moved and being read|[4-9] of "), timeout=PATIENCE
    )
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("administrator let it pause")).to_be_visible()
    expect(page.get_by_role("link", name="2", exact=True)).to_be_visible()

    # One account gets its version back by hand: taking back leaves it as it is then.
    page.goto(f"{demo.url}/installation/{well['id']}/acme_ledger/")
    page.locator("details.choose", has_text="Judge it against").locator("summary").click()
    page.get_by_label("Judge it against").select_option("version 1")
    page.get_by_role("button", name="Set", exact=True).click()
    page.goto(rollout)
    page.locator("summary", has_text="Take back…").click()
    page.get_by_role("button", name="Take it back").click()
    expect(state).to_have_text("taken back", timeout=PATIENCE)
    expect(rows.filter(has_text=well["name"])).to_contain_text("left as it is Staff gave it a version by hand since.")
    expect(rows.filter(has_text=ill["name"])).to_contain_text("taken back 1 inferred")

    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
