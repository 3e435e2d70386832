"""Accounts in the control plane: listing and making them, hand-made tokens, and faults."""

import re
from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch

from sandbox import enabling, tokens
from sandbox.blueprints.catalogue import FIRST_KEY
from sandbox.control.asking import Asked, Refused, account_of
from sandbox.faults import standing
from sandbox.faults.aims import Aim, NoAim
from sandbox.faults.table import FAULTS
from sandbox.fleet import composing, storing
from sandbox.models import Account, Token, User

AT_ONCE = 250


def listed(asked: Asked) -> Iterator[dict[str, Any]]:
    return _shown_in_parts(list(Account.objects.order_by("pk").values_list("pk", flat=True)))


def one(asked: Asked, pk: int) -> dict[str, Any]:
    account_of(pk)
    return _shown([pk])[0]


def create(asked: Asked) -> Iterator[dict[str, Any]]:
    """More accounts: an array of those made, also when it is one. An empty one has nobody and nothing in it."""
    asked.only("name", "extension", "count", "toolkit", "empty", "country_code", "registration_number")
    count = asked.whole("count", low=1, high=storing.MOST_ACCOUNTS, default=1)
    if storing.size() + count > storing.MOST_ACCOUNTS:
        raise Refused(400, f"count: the sandbox holds at most {storing.MOST_ACCOUNTS} accounts.")
    name, columns = asked.text("name"), _columns(asked)
    if asked.flag("empty", default=False):
        made = [composing.add_account(name or "New account") for _ in range(count)]
    else:
        extension, toolkit = asked.flag("extension", default=True), asked.flag("toolkit", default=False)
        made = storing.add(count, name=name, extension=extension, toolkit=toolkit)
    if columns:
        Account.objects.filter(pk__in=made).update(**columns)
    return _shown_in_parts(made)


def _columns(asked: Asked) -> dict[str, str]:
    """What the body says of the account itself, beside its name."""
    country, number = asked.text("country_code"), asked.text("registration_number", longest=40)
    if country is not None and not re.fullmatch("[A-Z]{2}", country):
        raise Refused(400, "country_code: two upper case letters are expected, for example SE.")
    given = {"country_code": country, "registration_number": number}
    return {name: value for name, value in given.items() if value is not None}


def make_token(asked: Asked, pk: int) -> dict[str, Any]:
    """A hand-made token, whose integration key is `custom`: the only place where it is shown."""
    asked.only("name")
    token = tokens.make(account_of(pk), None, asked.text("name", longest=100) or "Made by hand")
    return {"account": pk, "token": token.value, "name": token.name, "integration": {"id": None, "key": "custom"}}


def set_plan(asked: Asked, pk: int) -> dict[str, Any]:
    """On the free plan nothing can be published (section 8.4)."""
    asked.only("free")
    account = account_of(pk)
    account.free_plan = asked.flag("free", default=account.free_plan)
    account.save()
    return {"account": pk, "free": account.free_plan}


def bring_about(asked: Asked, pk: int) -> dict[str, Any]:
    asked.only("fault", "template_type", "custom_id", "user", "extension")
    account = account_of(pk)
    code = asked.text("fault")
    if code is None:
        raise Refused(400, f"fault: which one? There are: {', '.join(FAULTS)}.")
    _known(code)
    aim = Aim(
        account,
        asked.text("template_type"),
        asked.text("custom_id"),
        asked.text("user"),
        asked.text("extension") or FIRST_KEY,
    )
    try:
        standing.bring_about(code, aim)
    except NoAim as nothing:
        raise Refused(400, str(nothing)) from nothing
    return one(asked, pk)


def clear(asked: Asked, pk: int, code: str) -> dict[str, Any]:
    account = account_of(pk)
    _known(code)
    standing.clear(code, account)
    return one(asked, pk)


def faults(asked: Asked) -> dict[str, str]:
    """Every fault there is, with a sentence each."""
    return {code: sentence for code, (_, sentence) in FAULTS.items()}


def _known(code: str) -> None:
    if code not in FAULTS:
        raise Refused(404, f"There is no fault {code[:60]}. There are: {', '.join(FAULTS)}.")


def _shown_in_parts(pks: list[int]) -> Iterator[dict[str, Any]]:
    """Those accounts, read a few hundred at a time: ten thousand with all their users would fill the memory."""
    for first in range(0, len(pks), AT_ONCE):
        yield from _shown(pks[first : first + AT_ONCE])


def _shown(pks: list[int]) -> list[dict[str, Any]]:
    rows = Account.objects.filter(pk__gte=pks[0], pk__lte=pks[-1]).order_by("pk")
    rows = rows.prefetch_related(
        Prefetch("users", User.objects.order_by("pk")),
        Prefetch("tokens", Token.objects.select_related("extension")),
        "extensions",
        "faults",
    )
    return [_one_shown(account) for account in rows]


def _one_shown(account: Account) -> dict[str, Any]:
    token = tokens.shown(account)
    return {
        "id": account.pk,
        "name": account.name,
        "country_code": account.country_code,
        "registration_number": account.registration_number,
        "token": token.value if token else None,
        "token_works": bool(token and not token.revoked),
        "acting_user": account.last_user_email or None,
        "users": [
            {"email": user.email, "name": user.name, "active": user.active, "is_admin": user.is_admin}
            for user in account.users.all()
        ],
        "faults": standing.codes(account),
        "extension": enabling.describe(account),
    }
