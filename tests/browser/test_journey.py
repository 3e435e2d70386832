"""Support's whole way, in a real browser: from the sign-in over the cause to an account that is healthy again."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browsing import sign_in
from tests.demos import Demo

pytestmark = pytest.mark.browser

FAULT = "field.inactive"
# Every screen that staff start from, with the words that tell that it is there.
SCREENS = {
    "/": "Fleet",
    "/installations/installation/": "nstallations",
    "/fields/": "Fields",
    "/connect/": "Connect",
}


def broken(demo: Demo, fault: str) -> dict:
    return next(account for account in demo.control("GET", "/accounts") if fault in account["faults"])


def test_support_finds_a_cause_and_sees_its_account_healthy_again(demo, open_page):
    page: Page = open_page()
    sign_in(page, demo, "support")
    account = broken(demo, FAULT)

    # The verdicts of the fleet, as links to the filtered list.
    failing = page.get_by_role("link", name=re.compile("failing", re.IGNORECASE)).first
    expect(failing).to_be_visible()
    failing.click()
    expect(page.get_by_role("link", name=account["name"], exact=True).first).to_be_visible()

    # The broken account: its cause in words and code, the evidence, the remedy.
    page.get_by_role("link", name=account["name"], exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(account["name"])
    worst = page.locator("section.worst")
    expect(worst).to_contain_text(FAULT)
    expect(worst).to_contain_text("How we know")
    evidence = worst.locator("details.evidence").first
    evidence.locator("summary").click()
    expect(evidence).to_contain_text("/template_types/")
    expect(worst.locator("ol.remedy li").first).to_be_visible()

    # The field inspector names the very field.
    page.get_by_role("link", name=re.compile("^Fields")).last.click()
    page.wait_for_url(re.compile(r"/fields/"))
    row = page.locator("table.fields tr", has=page.locator(".state.bad")).first
    expect(row).to_contain_text("off")

    # The customer mends it, support looks again.
    demo.control("DELETE", f"/accounts/{account['id']}/faults/{FAULT}")
    try:
        page.get_by_role("button", name="Refresh now").click()
        expect(page.locator("section.worst.healthy")).to_be_visible(timeout=60_000)
        expect(page.get_by_role("heading", level=1)).to_contain_text("healthy")
    finally:
        demo.control("POST", f"/accounts/{account['id']}/faults", {"fault": FAULT})
        demo.manage("refresh", "--account", str(account["id"]), "--wait", "--timeout", "60")


def test_the_keyboard_alone_signs_in_and_opens_the_first_installation(demo, open_page):
    page: Page = open_page()
    sign_in(page, demo, "auditor")

    page.goto(f"{demo.url}/installations/installation/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile(r"/installation/\d+/acme_ledger/$"))


def test_a_wrong_password_says_so_and_keeps_the_way_in(demo, open_page):
    page: Page = open_page()
    page.goto(f"{demo.url}/login/")
    page.get_by_label("Username").fill("support")
    page.get_by_label("Password").fill("not-the-password")
    page.keyboard.press("Enter")

    expect(page.locator(".errornote")).to_be_visible()
    expect(page.get_by_label("Username")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1400, 3840])
def test_no_screen_scrolls_sideways(demo, open_page, width):
    page: Page = open_page(width=width)
    sign_in(page, demo, "onboarding")
    account = broken(demo, "token.rejected")
    base = f"/installation/{account['id']}/acme_ledger/"
    tabs = [f"{base}{tab}" for tab in ("", "fields/", "templates/", "webhooks/", "people/", "changes/", "refreshes/")]

    wide = {}
    for path in [*SCREENS, *tabs]:
        page.goto(demo.url + path)
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if beyond > 0:
            wide[path] = beyond

    assert wide == {}


@pytest.mark.parametrize(("path", "words"), SCREENS.items())
def test_each_screen_works_without_scripts(demo, browser, path, words):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{demo.url}/login/?next={path}")
    page.get_by_label("Username").fill("onboarding")
    page.get_by_label("Password").fill(demo.logins()["onboarding"])
    page.keyboard.press("Enter")

    expect(page.locator("h1").first).to_contain_text(words)
    expect(page.locator("body")).to_contain_text("worker alive")
    context.close()
