"""How long each class of data is kept, and the page that says so."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from console.pages import context, page


@dataclass(frozen=True, slots=True)
class Kept:
    """One class of data: what it is, for how long it is kept, and the setting that decides; "" where none does."""

    what: str
    how_long: str
    setting: str = ""


def classes() -> Iterator[Kept]:
    """Every class of data that the console stores, by the settings in force."""
    refreshes, failed, changes = settings.KEEP_REFRESHES, settings.KEEP_FAILED_DAYS, settings.KEEP_CHANGES_DAYS
    yield Kept("Refreshes, with what was asked of Oneflow and answered", f"the latest {refreshes}", "KEEP_REFRESHES")
    yield Kept("Refreshes that did not read everything", f"{failed} days", "KEEP_FAILED_DAYS")
    yield Kept("Changes that refreshes found", f"{changes} days", "KEEP_CHANGES_DAYS")
    flips, issues = settings.KEEP_FLIPS_DAYS, settings.KEEP_ISSUES_DAYS
    yield Kept("Changes of verdicts; the latest of each installation always", f"{flips} days", "KEEP_FLIPS_DAYS")
    yield Kept(
        "Issues and incidents after they were over, what happened to an issue, and maintenance that is over",
        f"{issues} days; what passed before it opened, a day",
        "KEEP_ISSUES_DAYS",
    )
    yield Kept(
        "Notifications, and what each sending was answered",
        f"{settings.KEEP_NOTIFICATIONS_DAYS} days; what still waits stays",
        "KEEP_NOTIFICATIONS_DAYS",
    )
    yield Kept(
        "Release previews after they were over",
        f"{settings.KEEP_PREVIEWS_DAYS} days; the latest of the newest released version stays",
        "KEEP_PREVIEWS_DAYS",
    )
    yield Kept(
        "What a repair keeps, sealed, of an account before and after; without it the repair cannot be undone, and one "
        "or a job that still waits for somebody is given up",
        f"{settings.KEEP_SNAPSHOTS_DAYS} days",
        "KEEP_SNAPSHOTS_DAYS",
    )
    yield Kept(
        "Repairs, and jobs over many accounts, after they were over",
        f"{settings.KEEP_REPAIRS_DAYS} days",
        "KEEP_REPAIRS_DAYS",
    )
    yield Kept(
        "Rollouts after they were over, with the version that each account had before",
        f"{settings.KEEP_ROLLOUTS_DAYS} days; longer while its version is the newest released, an account is on it "
        "by the rollout, or taking back another would lead to it",
        "KEEP_ROLLOUTS_DAYS",
    )
    yield Kept("Status links after their end", f"{settings.KEEP_LINKS_DAYS} days", "KEEP_LINKS_DAYS")
    yield Kept(
        "What was read of an account: template types, data fields, templates, webhooks, workspaces, people",
        "as long as the installation stands here; what Oneflow no longer lists stays, with the date",
    )
    yield Kept(
        "Contracts that were looked at or tested: id, template type, state, and the steps of a test; no name or value",
        "as long as the installation stands here",
    )
    yield Kept("Records of the product that were pasted to see what they become", "not at all")
    yield Kept(
        "Tokens",
        "until they are replaced or the account is disconnected; then the token is destroyed, and its last four "
        "characters and dates stay",
    )
    yield Kept("Sign-ins", f"{settings.SESSION_COOKIE_AGE // 3600} hours each")
    yield Kept("The record of who did what", "never deleted: the database itself refuses it")


@page("installations.view_installation", unaudited="says how long data is kept; nothing of a customer")
def view(request: HttpRequest) -> HttpResponse:
    """The classes of data with how long each is kept."""
    return render(
        request, "console/retention.html", context(request, title="How long data is kept", classes=list(classes()))
    )
