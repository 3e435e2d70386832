"""Who lacks a field: asked in the conformance matrix, found, followed into the account, and taken along as a file."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browsing import sign_in
from tests.demos import Demo

pytestmark = pytest.mark.browser

FAULTS = {"field.missing", "template_type.missing"}


@pytest.fixture
def lacking(demo: Demo) -> list[str]:
    """The names of the accounts whose `deal_value` is gone, or all of the template type."""
    accounts = demo.control("GET", "/accounts")
    return sorted(each["name"] for each in accounts if FAULTS.intersection(each["faults"]))


@pytest.fixture
def page(demo: Demo, open_page) -> Page:
    page = open_page()
    sign_in(page, demo, "support")
    page.goto(f"{demo.url}/fields/")
    page.get_by_role("link", name="Matrix").click()
    return page


def ask(page: Page, **answers: str) -> None:
    page.get_by_role("combobox", name="field", exact=True).fill(answers["field"])
    page.get_by_role("combobox", name="State", exact=True).select_option(answers["state"])
    page.get_by_role("button", name="Show").click()


def rows(page: Page) -> list[str]:
    return page.locator(".matrix-table tbody th > a").all_inner_texts()


def test_who_lacks_a_field_is_found_followed_and_exported(page, lacking):
    expect(page.get_by_role("region", name=re.compile("Matrix of accounts"))).to_be_visible()
    ask(page, field="deal_value", state="missing")

    assert rows(page) == lacking
    expect(page.get_by_role("navigation", name=re.compile("States of"))).to_contain_text(f"missing {len(lacking)}")
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("CSV, a column")).click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert sorted(line["account_name"] for line in lines) == lacking
    assert {line["acme_deal/deal_value"] for line in lines} == {"missing"}

    page.get_by_role("cell", name="missing").get_by_role("link").first.click()
    expect(page.locator("table.fields")).to_contain_text("missing")


def test_the_matrix_scrolls_within_itself_by_keyboard_and_keeps_its_heads(page, demo):
    page.set_viewport_size({"width": 320, "height": 700})
    grid = page.locator(".grid")
    grid.focus()
    while not grid.evaluate("box => box.scrollLeft"):
        page.keyboard.press("ArrowRight")

    assert page.evaluate("document.documentElement.scrollWidth") == 320
    grid_left = grid.bounding_box()["x"]
    assert abs(page.locator(".matrix-table tbody th").first.bounding_box()["x"] - grid_left) < 2
