"""Before a draft is released: an administrator previews it, and sees which accounts it would break, and what to do."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browsing import sign_in
from tests.browser.drafting import VERSIONS, begin_draft, start_preview
from tests.demos import Demo

pytestmark = pytest.mark.browser


@pytest.fixture
def page(demo: Demo, open_page) -> Page:
    page = open_page()
    sign_in(page, demo, "administrator")
    return page


@pytest.fixture
def draft(page: Page, demo: Demo) -> Iterator[str]:
    """The address of a draft that asks every account for one required field more; discarded in the end."""
    address = begin_draft(page, demo)
    yield address
    discard(page, address)


def discard(page: Page, address: str) -> None:
    """Discard the draft, if it is still there."""
    page.goto(address.rpartition("/versions/")[0] + VERSIONS)
    link = page.locator(f'a[href="/versions/{address.rpartition("/versions/")[2]}"]')
    if link.count():
        link.first.click()
        page.get_by_text("Discard…").click()
        page.get_by_role("button", name="Discard the draft").click()
        page.wait_for_url(re.compile(f"{VERSIONS}$"))


def test_a_release_is_previewed_before_anybody_is_judged_by_it(page, demo, draft):
    start_preview(page, draft)

    counts = page.get_by_role("navigation", name="How accounts would change")
    failing = counts.get_by_role("link", name=re.compile(r"^newly failing [1-9]"))
    expect(page.get_by_role("link", name="Cost centre")).to_be_visible()
    expect(page.get_by_text("which costs the token").first).to_be_visible()
    preview = page.url

    failing.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("change=newly_failing"))
    rows = page.get_by_role("row").filter(has_text="newly failing")
    rows.first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("failing")
    expect(page.get_by_text("Cost centre").first).to_be_visible()
    expect(page.get_by_text("Do", exact=True).first).to_be_visible()

    discard(page, draft)
    page.goto(preview)
    expect(page.get_by_text("The version was deleted since")).to_be_visible()
    expect(counts.get_by_role("link", name=re.compile(r"^newly failing [1-9]"))).to_be_visible()


def test_no_preview_scrolls_sideways_and_no_value_leaves_its_column(page, demo, draft):
    start_preview(page, draft)
    address = page.url

    for width in (320, 360, 800, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for path in (address, f"{address}templates/", f"{demo.url}/release-previews/"):
            page.goto(path)
            beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert (width, path, beyond) == (width, path, 0)
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(address)
    assert page.evaluate(LEFT_OF_THEIR_COLUMN) == []


# Stacked, a row has a label at the left of each value: what of a value stands under its label.
LEFT_OF_THEIR_COLUMN = """() => [...document.querySelectorAll("td[data-label]")].flatMap((cell) => {
  const column = cell.getBoundingClientRect().left + 104;
  return [...cell.children].filter((each) => [...each.getClientRects()].some((box) => box.width && box.left < column))
    .map((each) => `${cell.dataset.label}: ${each.textContent}`);
})"""
