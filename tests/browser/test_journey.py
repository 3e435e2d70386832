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
    "/mappings/": "Mapping",
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


# Django's own pages in our frame.
ADMIN = (
    "/console/auditevent/",
    "/accounts/account/",
    "/blueprints/extension/",
    "/versions/acme_ledger/1/",
    "/auth/user/1/change/",
    "/password_change/",
)


@pytest.mark.parametrize("width", [320, 800, 1280, 3840])
def test_no_screen_scrolls_sideways(demo, open_page, width):
    page: Page = open_page(width=width)
    sign_in(page, demo, "administrator")
    account = broken(demo, "token.rejected")
    base = f"/installation/{account['id']}/acme_ledger/"
    tabs = [f"{base}{tab}" for tab in ("", "fields/", "templates/", "webhooks/", "people/", "changes/", "refreshes/")]

    wide = {}
    for path in [*SCREENS, *ADMIN, *tabs]:
        page.goto(demo.url + path)
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if beyond > 0:
            wide[path] = beyond

    assert wide == {}


@pytest.mark.parametrize("width", [320, 1280, 1600])
def test_what_can_be_done_with_the_selected_stays_above_the_head_of_the_list(demo, open_page, width):
    page: Page = open_page(width=width, height=500)
    sign_in(page, demo, "support")
    page.goto(f"{demo.url}/installations/installation/?verdict=failing")
    bar, head = page.get_by_role("group", name="With the selected"), page.locator("#result_list thead th").first
    expect(bar).not_to_contain_text("selected")

    boxes = page.locator("input.action-select")
    for number in range(boxes.count() - 3, boxes.count()):
        boxes.nth(number).check()
    page.mouse.wheel(0, 200)

    expect(bar).to_contain_text("3 selected")
    top = page.locator("#header").bounding_box()
    above = max(0, top["y"] + top["height"])  # on a wide screen the header stays as well
    assert abs(bar.bounding_box()["y"] - above) < 2
    if width > 1000:
        assert abs(head.bounding_box()["y"] - bar.bounding_box()["y"] - bar.bounding_box()["height"]) < 2


@pytest.mark.parametrize("width", [320, 1280])
def test_every_menu_opens_inside_the_screen(demo, open_page, width):
    page: Page = open_page(width=width)
    sign_in(page, demo, "administrator")
    page.goto(f"{demo.url}/installation/{broken(demo, 'token.rejected')['id']}/acme_ledger/")

    for menu in page.locator("details.more").all():
        menu.locator("summary").click()
        sheet = menu.locator(".sheet").bounding_box()
        assert sheet
        assert sheet["x"] >= 0
        assert sheet["x"] + sheet["width"] <= width
        page.keyboard.press("Escape")


@pytest.mark.parametrize("path", ["/installations/installation/", "/console/auditevent/", "/blueprints/extension/"])
def test_the_head_of_a_list_covers_none_of_its_rows(demo, open_page, path):
    page: Page = open_page(width=1280)
    sign_in(page, demo, "administrator")
    page.goto(demo.url + path)

    head = page.locator("#result_list thead th").nth(1).bounding_box()
    first = page.locator("#result_list tbody tr").first.bounding_box()

    assert head
    assert first
    assert head["y"] + head["height"] <= first["y"] + 1


def test_texts_and_ids_are_copied_over_plain_http_and_by_the_keyboard_too(demo, open_page):
    page: Page = open_page()
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    sign_in(page, demo, "support")
    account = broken(demo, "token.rejected")
    page.goto(f"{demo.url}/installation/{account['id']}/acme_ledger/")
    search = page.get_by_role("searchbox")

    page.get_by_text("Text for the customer").first.click()
    page.get_by_role("button", name="Copy").first.click()
    expect(page.locator("button.copied")).to_be_visible()
    search.focus()
    page.keyboard.press("Control+v")
    expect(search).to_have_value(re.compile("token"))

    page.locator("dl.facts code.identifier").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("code.copied")).to_be_focused()
    search.fill("")
    page.keyboard.press("Control+v")
    expect(search).to_have_value(str(account["id"]))


def test_a_progress_line_keeps_the_focus_and_ends_at_the_sign_in_when_the_session_does(demo, open_page):
    page: Page = open_page()
    sign_in(page, demo, "support")
    account = next(account for account in demo.control("GET", "/accounts") if not account["faults"])
    slow = {"account": account["id"], "path": "/webhooks", "kind": "delay", "seconds": 10}
    demo.control("POST", "/answers", slow)
    try:
        page.goto(f"{demo.url}/installation/{account['id']}/acme_ledger/")
        page.get_by_role("button", name="Refresh now").click()
        link = page.get_by_role("link", name="Look again")
        link.focus()
        with page.expect_response(re.compile("/progress/")):
            pass
        with page.expect_response(re.compile("/progress/")):
            pass
        expect(link).to_be_focused()

        page.context.clear_cookies(name="sessionid")

        page.wait_for_url(re.compile(r"/login/\?next=/installation/"))
        expect(page.get_by_label("Username")).to_be_visible()
    finally:
        demo.control("DELETE", "/answers")


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
