"""Accounts in the control plane: listing and making them, the extension, hand-made tokens, and faults."""

from typing import Any

from django.db.models import Prefetch

from sandbox import enabling, tokens
from sandbox.control.asking import Asked, Refused, account_of
from sandbox.faults import standing
from sandbox.faults.aims import Aim, NoAim
from sandbox.faults.table import FAULTS
from sandbox.fleet import storing
from sandbox.models import Account, User


def listed(asked: Asked) -> list[dict[str, Any]]:
    return _shown(None)


def one(asked: Asked, pk: int) -> dict[str, Any]:
    account_of(pk)
    return _shown([pk])[0]


def create(asked: Asked) -> list[dict[str, Any]]:
    """More accounts: a list of those made, also when it is one."""
    asked.only("name", "extension", "count")
    count = asked.whole("count", low=1, high=storing.MOST_ACCOUNTS, default=1)
    if storing.size() + count > storing.MOST_ACCOUNTS:
        raise Refused(400, f"count: the sandbox holds at most {storing.MOST_ACCOUNTS} accounts.")
    made = storing.add(count, name=asked.text("name"), extension=asked.flag("extension", default=True))
    return _shown(made)


def enable(asked: Asked, pk: int) -> dict[str, Any]:
    asked.only()
    enabling.enable(account_of(pk))
    return one(asked, pk)


def disable(asked: Asked, pk: int) -> dict[str, Any]:
    asked.only()
    enabling.disable(account_of(pk))
    return one(asked, pk)


def make_token(asked: Asked, pk: int) -> dict[str, Any]:
    """A hand-made token, whose integration key is `custom`: the only place where it is shown."""
    asked.only("name")
    token = tokens.make(account_of(pk), None, asked.text("name", longest=100) or "Made by hand")
    return {"account": pk, "token": token.value, "name": token.name, "integration": {"id": None, "key": "custom"}}


def bring_about(asked: Asked, pk: int) -> dict[str, Any]:
    asked.only("fault", "template_type", "custom_id", "user")
    account = account_of(pk)
    code = asked.text("fault")
    if code is None:
        raise Refused(400, f"fault: which one? There are: {', '.join(FAULTS)}.")
    _known(code)
    aim = Aim(account, asked.text("template_type"), asked.text("custom_id"), asked.text("user"))
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


def _shown(pks: list[int] | None) -> list[dict[str, Any]]:
    rows = Account.objects.order_by("pk").prefetch_related(
        Prefetch("users", User.objects.order_by("pk")), "tokens", "extensions", "faults"
    )
    if pks is not None:
        rows = rows.filter(pk__gte=pks[0], pk__lte=pks[-1])
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
