"""Users of the account (section 6.2)."""

from typing import Any

from sandbox.api.call import Call
from sandbox.models import User
from sandbox.paging import one_of, page


def listed(call: Call) -> dict[str, Any]:
    return page(call, call.caller.account.users.all(), lambda user: shown(call, user))


def one(call: Call, pk: int) -> dict[str, Any]:
    return shown(call, one_of(call.caller.account.users.all(), pk, "user"))


def shown(call: Call, user: User) -> dict[str, Any]:
    return {
        "_links": {"self": call.href(f"/users/{user.pk}")},
        "active": user.active,
        "email": user.email,
        "id": user.pk,
        "is_admin": user.is_admin,
        "name": user.name,
        "phone_number": user.phone_number,
        "state": "registered",
        "title": user.title,
    }
