"""Handing the token over to the partner, and telling it of the end: the ASSUMED protocol of section 12.3.

Oneflow's own is not documented beyond a redirect to the partner's Setup URL. Whoever learns it changes this module
alone: what is handed over, how it is signed, and how it gets there.
"""

import hashlib
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from django.conf import settings

from sandbox import switches
from sandbox.blueprints.shape import Blueprint
from sandbox.delivery import targets
from sandbox.models import Account, Token

# Seconds to connect, and between two reads: somebody waits for the page.
TIMEOUT = (3.05, 10)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """How the hand-over went: an address for the browser to go to, or what became of the request from here."""

    go_to: str | None = None
    arrived: bool = False
    problem: str | None = None


def hand_over(token: Token, blueprint: Blueprint, user_email: str) -> HandedOver | None:
    """Give the token to the partner, by the browser or by a request as the switch `setup_mode` says.

    None where nobody takes it: then the customer is shown the token and moves it.
    """
    if not blueprint.hands_over or blueprint.setup_url is None:
        return None
    said = _enabled(token, blueprint, user_email)
    if switches.value("setup_mode") == "post":
        problem = _post(blueprint.setup_url, said)
        return HandedOver(arrived=problem is None, problem=problem)
    joined = "&" if urlsplit(blueprint.setup_url).query else "?"
    return HandedOver(go_to=f"{blueprint.setup_url.partition('#')[0]}{joined}{urlencode(said)}")


def tell_disabled(account: Account, blueprint: Blueprint) -> None:
    """Tell the partner that its extension was disabled, where the switch `disable_callback` is on; off by default."""
    if blueprint.setup_url is not None and switches.value("disable_callback"):
        _post(blueprint.setup_url, {"event": "disabled", "account_id": account.pk, "extension_type": blueprint.key})


def _enabled(token: Token, blueprint: Blueprint, user_email: str) -> dict[str, Any]:
    timestamp = int(time.time())
    return {
        "event": "enabled",
        "token": token.value,
        "account_id": token.account.pk,
        "account_name": token.account.name,
        "user_email": user_email,
        "extension_type": blueprint.key,
        "timestamp": timestamp,
        "signature": signature(token.value, timestamp, blueprint.shared_secret),
    }


def signature(token: str, timestamp: int, shared_secret: str) -> str:
    """SHA-1 in hex of the three, one after the other, as webhooks are signed."""
    return hashlib.sha1(f"{token}{timestamp}{shared_secret}".encode(), usedforsecurity=False).hexdigest()


def _post(address: str, said: dict[str, Any]) -> str | None:
    """What went wrong, in a sentence; None when the partner answered 200.

    The address is whoever publishes the blueprint's choice, and like a webhook's it is not called when it is a
    stranger's (docs/decisions/0022-the-sandbox-calls-no-stranger.md).
    """
    host = urlsplit(address).netloc
    try:
        target = targets.find(address, deliver_to=switches.value("deliver_to"), anywhere=settings.DELIVER_ANYWHERE)
    except targets.Unreachable as unreachable:
        return str(unreachable)
    with requests.Session() as session:
        # Straight there: no proxy of the developer's environment, and no redirect that takes the token elsewhere.
        session.trust_env = False
        try:
            answer = session.post(target.url, json=said, timeout=TIMEOUT, allow_redirects=False, stream=True)
        except requests.RequestException:
            return f"{host} could not be reached."
        answer.close()
    return None if answer.status_code == 200 else f"{host} answered {answer.status_code} instead of 200."
