"""From an empty database to somebody who can sign in: members of staff made from the command line."""

import secrets
from typing import Any

from django.contrib.auth import get_user_model, password_validation
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.acting import Actor, Deed
from console import roles


class Refused(Exception):
    """A login that cannot be made; the message says why and what would do."""


def new_password() -> str:
    """A password that nobody guesses and that can be read out over the telephone."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


def administrator() -> Any:
    """The first active administrator there is, or None."""
    found = get_user_model()._default_manager.filter(is_active=True, is_staff=True)
    return (found.filter(groups__name=roles.ADMINISTRATOR) | found.filter(is_superuser=True)).order_by("pk").first()


def make_staff(actor: Actor, *, username: str, role: str, password: str) -> Any:
    """A member of staff in `role` who signs in with `password`. Raises `Refused`, and then nothing was stored."""
    User = get_user_model()
    user = User(username=username, is_staff=True)
    try:
        user.full_clean(exclude=["password"])
        password_validation.validate_password(password, user)
    except ValidationError as exc:
        raise Refused(" ".join(exc.messages)) from exc
    user.set_password(password)
    with transaction.atomic():
        user.save()
        user.groups.add(Group.objects.get(name=role))
        Deed(actor, "user.create", user, details={"role": role}).tell()
    return user
