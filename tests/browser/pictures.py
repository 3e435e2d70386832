"""`make pictures`: the main screens of a fresh demo, light and dark, wide and narrow, into docs/pictures."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import Browser, Page

from tests.browser.browsing import chromium, executable, sign_in
from tests.browser.drafting import begin_draft, start_preview
from tests.demos import ROOT, Demo

PICTURES = ROOT / "docs" / "pictures"
WIDTHS = {"wide": (1280, 860), "narrow": (360, 760)}
THEMES = ("light", "dark")
RECORD = {
    "deal": {"amount": 12500.5, "name": "Annual plan", "currency": "SEK", "starts_on": "2027-01-01", "seller": None},
    "account": {"number": "10042", "vat_exempt": False},
}


def screens(demo: Demo) -> dict[str, str]:
    """Name → address of what is shown."""
    ill = {fault: account["id"] for account in demo.control("GET", "/accounts") for fault in account["faults"]}
    return {
        "front": "/",
        "list": "/installations/installation/",
        "installation": f"/installation/{ill['webhook.misdirected']}/acme_ledger/",
        "fields": f"/installation/{ill['field.changed']}/acme_ledger/fields/",
        "connect": "/connect/",
        "versions": "/versions/acme_ledger/",
        "compare": f"/versions/acme_ledger/compare/?left=1&account={ill['field.changed']}",
        "matrix": "/fields/acme_ledger/matrix/",
        "mapping": "/mappings/acme_ledger/",
        "lineage": f"/installation/{ill['field.inactive']}/acme_ledger/lineage/",
        "repair": f"/installation/{ill['field.inactive']}/acme_ledger/repair/",
    }


def paste_record(page: Page) -> None:
    """Have a record become what it becomes."""
    page.locator("#id_record").fill(json.dumps(RECORD))
    page.get_by_role("button", name="Show what it becomes").click()
    page.locator(".inspector").first.scroll_into_view_if_needed()


def plan_repair(page: Page) -> None:
    """Plan the first repair that is offered."""
    page.get_by_role("button", name="Plan this repair").first.click()
    page.get_by_role("heading", name="What changes").wait_for()


# What is done on a screen before its picture is taken.
STEPS = {"lineage": paste_record, "repair": plan_repair}


def well(demo: Demo) -> dict[str, Any]:
    """The first account of the fleet that nothing is wrong with."""
    return next(each for each in demo.control("GET", "/accounts") if not each["faults"])


def market_screens(demo: Demo) -> dict[str, str]:
    """The same of the sandbox's marketplace, for a customer who has the extension on and looks at its fields."""
    headers = {"X-Oneflow-API-Token": well(demo)["token"]}
    listed = requests.get(f"{demo.sandbox_url}/v1/template_types", headers=headers, timeout=30).json()["data"]
    deal = next(item["id"] for item in listed if item["extension_type"] == "acme_deal")
    return {
        "market": "/marketplace/",
        "market-fields": f"/marketplace/template-types/{deal}/",
        "market-disable": "/marketplace/extensions/acme_ledger/disable/",
    }


def become_customer(page: Page, demo: Demo) -> None:
    """Sign in to the marketplace as the first administrator of an account that is well."""
    users = well(demo)["users"]
    page.goto(f"{demo.sandbox_url}/marketplace/")
    page.locator("#id_email").fill(next(user["email"] for user in users if user["is_admin"]))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Extensions").wait_for()


def previewed(browser: Browser, demo: Demo) -> str:
    """The path of a release preview that finds something."""
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, demo, "administrator")
    start_preview(page, begin_draft(page, demo))
    path = page.url.removeprefix(demo.url)
    context.close()
    return path


def take(browser: Browser, demo: Demo) -> None:
    preview = previewed(browser, demo)
    for theme in THEMES:
        for name, (width, height) in WIDTHS.items():
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
            page = context.new_page()
            sign_in(page, demo, "onboarding")
            for screen, path in {**screens(demo), "preview": preview}.items():
                page.goto(demo.url + path)
                if screen in STEPS:
                    STEPS[screen](page)
                page.screenshot(path=PICTURES / f"{screen}-{theme}-{name}.png")
            become_customer(page, demo)
            for screen, path in market_screens(demo).items():
                page.goto(demo.sandbox_url + path)
                page.screenshot(path=PICTURES / f"{screen}-{theme}-{name}.png")
            context.close()


def main() -> None:
    if executable() is None:
        sys.exit("Chromium is not installed, so no pictures can be taken: sudo apt-get install chromium")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        demo = Demo(Path(scratch) / "state").start()
        try:
            with chromium() as browser:
                take(browser, demo)
        finally:
            demo.stop()


if __name__ == "__main__":
    main()
