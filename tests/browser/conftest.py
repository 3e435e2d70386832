"""The shared demo, and Chromium: absent it is skipped with a reason on a developer's machine, and never in CI."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.browsing import Complaints, chromium, executable
from tests.demos import Demo, shared


@pytest.fixture(scope="module")
def demo(request: pytest.FixtureRequest) -> Demo:
    return shared(request.config)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if executable() is None:
        reason = "Chromium is not installed: sudo apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason} (CI does not skip the browser tests)")
        pytest.skip(reason)
    with chromium() as running:
        yield running


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def open_page(browser: Browser, complaints: Complaints) -> Iterator[Callable[..., Page]]:
    """Opens a page in a browser of its own; the test fails when the browser objected to anything it was shown."""
    contexts: list[BrowserContext] = []

    def open_one(width: int = 1400, height: int = 900) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce"))
        page = contexts[-1].new_page()
        page.set_default_timeout(20_000)
        complaints.listen(page)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints.heard == []
