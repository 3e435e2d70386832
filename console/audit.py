"""Writes the record: from deeds told by the rooms below, and from the console's own views and commands."""

import getpass
from typing import Any

from django.conf import settings
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from accounts.acting import Actor, Deed, acted
from console.roles import role_of


def listen() -> None:
    """Connect the record to the rooms below; called once when the apps are ready."""
    acted.connect(_write, dispatch_uid="console.audit")


def actor_of(request: HttpRequest) -> Actor:
    """Who acts in this request, with the role held now and the address it came from."""
    user = request.user
    if not user.is_authenticated:
        return Actor(name="nobody signed in", role="none", address=address_of(request))
    return Actor(name=user.get_username(), role=role_of(user), user_id=user.pk, address=address_of(request))


def command_line() -> Actor:
    """Who acts in a management command: the login of the operating system."""
    try:
        login = getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number without a name
        login = "unknown"
    return Actor(name=f"command line ({login})", role="command line")


def address_of(request: HttpRequest) -> str:
    """The client's address; `X-Forwarded-For` counts only as far as TRUSTED_PROXIES of ours wrote it."""
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    trusted = settings.TRUSTED_PROXIES
    if trusted and len(hops) >= trusted:
        return hops[-trusted][:45]
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


def _write(deed: Deed, **kwargs: Any) -> None:
    from console.models import AuditEvent  # the registry is loaded by the time somebody acts

    AuditEvent.objects.create(
        at=timezone.now(),
        user_id=deed.actor.user_id,
        actor=storable(deed.actor.name)[:150],
        role=deed.actor.role[:80],
        verb=deed.verb,
        **_subject(deed.subject),
        outcome=deed.outcome,
        reason=storable(deed.reason),
        address=deed.actor.address,
        details=deed.details,
    )


def storable(text: str) -> str:
    """The text as any database takes it: a path or a file's name may hold what is no text at all."""
    return text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()


def _subject(subject: Any) -> dict[str, Any]:
    if not isinstance(subject, models.Model):
        return {"subject_name": storable(str(subject))[:255]}
    account = getattr(subject, "account", subject)
    return {
        "subject_kind": subject._meta.verbose_name,
        "subject_id": str(subject.pk or ""),
        "subject_name": storable(str(subject))[:255],
        "account_oneflow_id": getattr(account, "oneflow_id", None),
    }
