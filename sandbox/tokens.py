"""API tokens: their making, and the one place that looks them up."""

import secrets

from django.utils import timezone

from sandbox.models import Account, Extension, Token


def new_value() -> str:
    """Forty characters of the pattern `^[a-zA-Z0-9-]+$` (section 2.1)."""
    return secrets.token_hex(20)


def make(account: Account, extension: Extension | None, name: str) -> Token:
    """A new token: the extension's, or a hand-made one whose integration key is `custom`."""
    return Token.objects.create(
        account=account, extension=extension, value=new_value(), name=name, created_time=timezone.now()
    )


def shown(account: Account) -> Token | None:
    """The token that the control plane shows: the newest of the extension, else the newest hand-made one.

    A revoked one is shown too, when nothing else is left: somebody may want to see it refused.
    """
    tokens = list(account.tokens.all())
    return max(tokens, key=lambda t: (not t.revoked, t.extension_id is not None, t.pk), default=None)
