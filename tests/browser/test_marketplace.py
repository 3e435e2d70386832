"""A customer's whole way through the sandbox's marketplace, in a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.sandbox.blueprints import blueprint, published
from tests.sandbox.partners import listening
from tests.sandboxes import Sandbox

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    directory: Path = tmp_path_factory.mktemp("market")
    with Sandbox.start(directory, accounts=1) as running:
        yield running


@pytest.fixture
def customer(market: Sandbox) -> dict[str, Any]:
    """An account that has not enabled the extension yet."""
    return market.new_account(extension=False)


def sign_in(page: Page, market: Sandbox, account: dict[str, Any], *, admin: bool = True) -> None:
    """By choosing the account and then the user, with clicks alone."""
    user = next(user for user in account["users"] if user["active"] and user["is_admin"] is admin)
    page.goto(f"{market.url}/marketplace/")
    page.get_by_label("Name, id, or email of a user").fill(str(account["id"]))
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name=account["name"]).click()
    page.get_by_role("listitem").filter(has_text=user["email"]).get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Extensions")


def main_menu(page: Page, name: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()


def enable(page: Page) -> str:
    """Enable Acme Ledger; the token that is shown."""
    main_menu(page, "Extensions")
    page.get_by_role("link", name="Acme Ledger").click()
    page.get_by_role("button", name=re.compile("^Enable Acme Ledger")).click()
    token = page.locator("#token")
    expect(token).to_have_text(re.compile("^[a-zA-Z0-9-]{40}$"))
    return token.inner_text()


def test_a_customer_goes_the_whole_way(market: Sandbox, customer: dict[str, Any], open_page: Any) -> None:
    page: Page = open_page()
    sign_in(page, market, customer)

    # What will be switched on with it is said before; the token is shown once.
    page.get_by_role("link", name="Acme Ledger").click()
    expect(page.locator("main")).to_contain_text("API tokens, Template types, Webhooks will be switched on with it")
    token = enable(page)
    assert market.api("/ping", token=token).status_code == 200
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == token
    page.reload()
    expect(page.locator("#token")).to_have_count(0)
    main_menu(page, "Extensions")
    for name in ("Acme Ledger", "API tokens", "Template types", "Webhooks"):
        expect(page.get_by_role("row").filter(has=page.get_by_role("link", name=name))).to_contain_text("on")

    # The locked field: nothing to edit, but it can be switched off.
    main_menu(page, "Template types")
    page.get_by_role("link", name="Deal").click()
    row = page.get_by_role("row").filter(has_text="deal_value")
    expect(row).to_contain_text("locked")
    expect(row.get_by_role("link")).to_have_count(0)
    row.get_by_role("button", name="Switch off Deal value").click()
    expect(page.get_by_role("status")).to_have_text("The field Deal value is off.")
    expect(row).to_contain_text("off")

    # A template is connected, and contracts could be made from it.
    page.get_by_label("Template", exact=True).select_option(label="Office lease")
    page.get_by_role("button", name="Connect it").click()
    expect(page.get_by_role("status")).to_contain_text("Office lease has the fields of Deal now.")
    data = market.api("/helpers/contract_create_data?extension_type=acme_deal", token=token).json()
    assert [item["name"] for place in data for item in place["templates"]] == ["Office lease"]

    # The extension's webhook cannot be deleted, and the page says why.
    main_menu(page, "Webhooks")
    page.get_by_role("row").filter(has_text="Deal").get_by_role("link", name=re.compile("^Delete")).click()
    expect(page.locator("main")).to_contain_text("The extension Acme Ledger made this webhook")
    expect(page.locator("main").get_by_role("button")).to_have_count(0)

    # Disabling warns; enabling again gives another token, and the same template type.
    main_menu(page, "Extensions")
    page.get_by_role("link", name="Acme Ledger").click()
    page.get_by_role("link", name="Disable Acme Ledger").click()
    expect(page.locator(".warning")).to_contain_text("Its token is revoked.")
    page.get_by_role("button", name="Disable Acme Ledger").click()
    expect(page.get_by_role("status")).to_contain_text("Acme Ledger is off, and its token is revoked.")
    assert market.api("/ping", token=token).status_code == 401
    again = enable(page)
    assert again != token
    data = market.api("/helpers/contract_create_data?extension_type=acme_deal", token=again).json()
    assert [item["name"] for place in data for item in place["templates"]] == ["Office lease"]


def test_the_keyboard_alone_signs_in_and_enables(market: Sandbox, customer: dict[str, Any], open_page: Any) -> None:
    page: Page = open_page()
    admin = next(user["email"] for user in customer["users"] if user["is_admin"])
    page.goto(f"{market.url}/marketplace/extensions/acme_ledger/")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type(admin)
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("^Enable Acme Ledger")).focus()
    page.keyboard.press("Enter")

    expect(page.locator("#token")).to_be_visible()


def test_without_javascript_everything_works(market: Sandbox, customer: dict[str, Any], browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page: Page = context.new_page()
    sign_in(page, market, customer)

    assert market.api("/ping", token=enable(page)).status_code == 200

    expect(page.get_by_role("button", name="Copy")).to_be_hidden()
    context.close()


def test_the_browser_carries_the_token_to_the_partner(
    market: Sandbox, customer: dict[str, Any], open_page: Any
) -> None:
    page: Page = open_page()
    with listening() as partner:
        content = blueprint(name="Nova", authentication_method="automatic", setup_url=partner.url)
        published(market, content)
        sign_in(page, market, customer)
        page.get_by_role("link", name="Nova").click()
        page.get_by_role("button", name=re.compile("^Enable Nova")).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Welcome to Partner")

        page.goto(f"{market.url}/marketplace/extensions/{content['key']}/")

    assert f"extension_type={content['key']}" in partner.asked[0]
    expect(page.locator("main")).to_contain_text("On since")


def test_who_is_no_administrator_is_told_whom_to_ask(market: Sandbox, customer: dict[str, Any], open_page: Any) -> None:
    page: Page = open_page(width=320)
    sign_in(page, market, customer, admin=False)

    page.get_by_role("link", name="Acme Ledger").click()

    expect(page.get_by_role("note")).to_contain_text("Only administrators may change it")
    expect(page.locator("main").get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_is_wider_than_the_window(
    market: Sandbox, customer: dict[str, Any], open_page: Any, width: int
) -> None:
    market.control("POST", f"/accounts/{customer['id']}/extension")
    page: Page = open_page(width=width)
    sign_in(page, market, customer)

    for name in ("Extensions", "Template types", "Templates", "Webhooks", "API tokens"):
        main_menu(page, name)
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        page.wait_for_load_state()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
