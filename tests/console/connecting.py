"""What the tests of connecting share: the extension as the sandbox knows it, pages and counts of rows."""

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Account, ApiToken
from extensions.blueprints.models import Extension
from extensions.installations.models import Installation
from tests import making

MASKED = re.compile(r'<input type="password"[^>]*name="token"[^>]*>')


def ledger(sandbox: Any) -> Extension:
    """The Acme Ledger, at the sandbox."""
    return making.make_extension(base_url=sandbox.api_url)


def signed_in(client: Client, role: str = "onboarding") -> Client:
    client.force_login(making.make_user(role))
    return client


def rows() -> tuple[int, int, int]:
    """How many accounts, tokens and installations are stored."""
    return Account.objects.count(), ApiToken.objects.count(), Installation.objects.count()


def paste(client: Client, token: str, **values: Any) -> HttpResponse:
    return client.post(reverse("connect"), {"extension": "acme_ledger", "token": token, **values})


def hidden(response: HttpResponse, name: str = "passage") -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    assert found, "the page has no such hidden field"
    return found[1]


def confirm(client: Client, shown: HttpResponse, email: str, **values: Any) -> HttpResponse:
    """Confirm what a page of `paste` showed."""
    form = {"extension": "acme_ledger", "passage": hidden(shown), "acting_user": email, **values}
    return client.post(reverse("connect-confirm"), form)


def admin_of(account: dict[str, Any]) -> str:
    """The email of the sandbox account's first active admin."""
    return next(user["email"] for user in account["users"] if user["active"] and user["is_admin"])
