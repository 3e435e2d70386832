"""API tokens: their making, and the one place that looks them up."""

import secrets

from django.utils import timezone

from sandbox.blueprints.catalogue import FIRST_KEY
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
    """The token that the control plane shows: the newest of the fleet's own extension, else of another, else hand-made.

    A revoked one is shown too, when nothing else is left: somebody may want to see it refused.
    """
    tokens = list(account.tokens.all())
    return max(tokens, key=_worth_showing, default=None)


def _worth_showing(token: Token) -> tuple[bool, bool, bool, int]:
    # Whose token it is by the extensions that the account has at hand: a token made foreign is not ours.
    extension = token.extension
    return not token.revoked, extension is not None and extension.key == FIRST_KEY, extension is not None, token.pk
