"""Handing the token over by itself, and telling of the end: the ASSUMED protocol of section 12.3."""

import hashlib
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.sandbox.blueprints import blueprint, enable, published
from tests.sandbox.conftest import Json, admin_of
from tests.sandbox.partners import Partner, listening
from tests.sandboxes import Sandbox


@pytest.fixture
def partner() -> Iterator[Partner]:
    with listening() as running:
        yield running


@pytest.fixture
def switch(sandbox: Sandbox) -> Iterator[Any]:
    before = sandbox.control("GET", "/switches")
    yield lambda **values: sandbox.control("PUT", "/switches", values)
    sandbox.control("PUT", "/switches", before)


def automatic(sandbox: Sandbox, url: str) -> str:
    """The key of a published extension that hands its tokens over to that address."""
    content = blueprint(authentication_method="automatic", setup_url=url, shared_secret="between-us")
    published(sandbox, content)
    return str(content["key"])


def is_signed(said: Json) -> bool:
    text = f"{said['token']}{said['timestamp']}between-us"
    fresh = abs(time.time() - int(said["timestamp"])) < 60
    return fresh and said["signature"] == hashlib.sha1(text.encode()).hexdigest()


def test_by_redirect_the_browser_carries_everything_in_the_query(sandbox: Sandbox, account: Json) -> None:
    key = automatic(sandbox, "https://partner.example/setup?from=oneflow#top")

    shown = enable(sandbox, account, key)

    address = urlsplit(shown["handed_over"]["redirect"])
    said = dict(parse_qsl(address.query, strict_parsing=True))
    assert (address.scheme, address.netloc, address.path, address.fragment) == (
        "https",
        "partner.example",
        "/setup",
        "",
    )
    assert said.pop("from") == "oneflow"
    assert is_signed(said)
    assert {name: said[name] for name in said if name not in ("timestamp", "signature")} == {
        "event": "enabled",
        "token": shown["token"],
        "account_id": str(account["id"]),
        "account_name": account["name"],
        "user_email": admin_of(account),
        "extension_type": key,
    }


def test_by_post_the_same_goes_as_json(sandbox: Sandbox, account: Json, partner: Partner, switch: Any) -> None:
    switch(setup_mode="post")
    key = automatic(sandbox, partner.url)

    shown = enable(sandbox, account, key)

    assert shown["handed_over"] == {"redirect": None, "arrived": True, "problem": None}
    (said,) = partner.told
    assert is_signed(said)
    assert (said["event"], said["token"], said["account_id"]) == ("enabled", shown["token"], account["id"])
    assert sandbox.api("/accounts/me", token=said["token"]).json()["id"] == said["account_id"]


@pytest.mark.parametrize(("status", "words"), [(500, "answered 500"), (201, "answered 201"), (302, "answered 302")])
def test_an_answer_other_than_200_is_told_and_no_redirect_followed(
    sandbox: Sandbox, account: Json, partner: Partner, switch: Any, status: int, words: str
) -> None:
    switch(setup_mode="post")
    partner.status = status

    handed = enable(sandbox, account, automatic(sandbox, partner.url))["handed_over"]

    assert (handed["arrived"], words in handed["problem"], len(partner.told)) == (False, True, 1)


def test_a_partner_that_cannot_be_reached_is_told_without_the_token(
    sandbox: Sandbox, account: Json, switch: Any
) -> None:
    switch(setup_mode="post")
    with listening() as gone:
        url = gone.url

    shown = enable(sandbox, account, automatic(sandbox, url))

    assert "could not be reached" in shown["handed_over"]["problem"]
    assert shown["token"] not in shown["handed_over"]["problem"]
    assert shown["enabled"]


def test_a_partner_on_another_machine_is_not_called_from_here(sandbox: Sandbox, account: Json, switch: Any) -> None:
    switch(setup_mode="post")
    key = automatic(sandbox, "https://partner.example/setup")

    handed = enable(sandbox, account, key)["handed_over"]

    assert (handed["arrived"], "partner.example is not this machine" in handed["problem"]) == (False, True)


def test_a_local_receiver_can_stand_for_the_partner(
    sandbox: Sandbox, account: Json, partner: Partner, switch: Any
) -> None:
    switch(setup_mode="post", deliver_to={"partner.example": partner.url.removesuffix("/setup")})

    handed = enable(sandbox, account, automatic(sandbox, "https://partner.example/setup"))["handed_over"]

    assert (handed["arrived"], len(partner.told)) == (True, 1)


def test_nobody_is_told_of_the_end_unless_the_switch_says_so(
    sandbox: Sandbox, account: Json, partner: Partner, switch: Any
) -> None:
    key = automatic(sandbox, partner.url)
    enable(sandbox, account, key)

    sandbox.control("DELETE", f"/accounts/{account['id']}/extensions/{key}")
    assert partner.told == []

    switch(disable_callback=True)
    enable(sandbox, account, key)
    sandbox.control("DELETE", f"/accounts/{account['id']}/extensions/{key}")
    sandbox.control("DELETE", f"/accounts/{account['id']}/extensions/{key}")
    # Once: what is off already is not switched off.
    assert partner.told == [{"event": "disabled", "account_id": account["id"], "extension_type": key}]


def test_an_extension_that_shows_its_token_hands_nothing_over(sandbox: Sandbox, account: Json) -> None:
    content = blueprint()
    published(sandbox, content)

    assert enable(sandbox, account, content["key"])["handed_over"] is None
