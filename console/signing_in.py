"""Signing in and out: each in the record, and no endless guessing of passwords."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from accounts.acting import Actor, Deed
from console.audit import actor_of, address_of
from console.models import AuditEvent
from console.roles import role_of

WINDOW = timedelta(minutes=15)
TRIES = 10  # wrong passwords for one name, or from one address, within the window


def listen() -> None:
    """Give the site our form and connect the record to Django's signals; called once when the apps are ready."""
    admin.site.login_form = SignInForm
    user_logged_in.connect(_signed_in, dispatch_uid="console.signing_in")
    user_logged_out.connect(_signed_out, dispatch_uid="console.signing_out")
    user_login_failed.connect(_failed, dispatch_uid="console.signing_failed")


def _signed_in(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    actor = Actor(name=user.get_username(), role=role_of(user), user_id=user.pk, address=address_of(request))
    Deed(actor, "login", user).tell()


def _signed_out(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if user is not None:
        Deed(actor_of(request), "logout", user).tell()


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    name = str(credentials.get("username", ""))[:150]
    actor = Actor(name=name or "nobody", role="none", address=address_of(request) if request else "")
    Deed(actor, "login", "the console", outcome="refused", reason="wrong name or password").tell()


class SignInForm(AdminAuthenticationForm):
    """Django's, which refuses after too many wrong passwords until the window has passed."""

    def clean(self) -> dict[str, Any]:
        name = str(self.cleaned_data.get("username", ""))[:150]
        if self.request is not None and _too_many(name, address_of(self.request)):
            minutes = int(WINDOW.total_seconds() // 60)
            raise ValidationError(
                f"Too many wrong passwords. Wait {minutes} minutes and try again.",
                code="too_many",
            )
        return super().clean()


def _too_many(name: str, address: str) -> bool:
    who = Q(actor=name) | Q(address=address) if address else Q(actor=name)
    recent = AuditEvent.objects.filter(verb="login", outcome="refused", at__gt=timezone.now() - WINDOW)
    return recent.filter(who).count() >= TRIES
