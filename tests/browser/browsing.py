"""Chromium as the system has it, driven by Playwright, for the tests and for the pictures in docs/."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.demos import Demo

NAMES = ("chromium", "chromium-browser", "google-chrome")
# A browser that asks nobody outside this machine, and runs where there is no display.
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def executable() -> str | None:
    """Where Chromium is, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium. Leave the block before anything touches Django's database in the same thread."""
    # Chromium refuses its sandbox to root; what it opens here is ours alone.
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=flags)
        yield browser
        browser.close()


@dataclass
class Complaints:
    """What the browser objected to: console errors, broken scripts, violations of the Content-Security-Policy."""

    heard: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.heard.append(f"script: {error}"))
        page.on("response", lambda answer: answer.status >= 500 and self.heard.append(f"{answer.status} {answer.url}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.heard.append(f"{message.type}: {message.text}")


def sign_in(page: Page, demo: Demo, role: str) -> None:
    """As a person does it, with the keyboard alone."""
    page.goto(f"{demo.url}/")
    page.locator("#id_username:focus").wait_for()
    page.keyboard.type(role)
    page.keyboard.press("Tab")
    page.keyboard.type(demo.logins()[role])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{demo.url}/")
