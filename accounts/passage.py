"""How a token gets from one page to the next without being stored: sealed, short-lived, good for one purpose only."""

import json

from cryptography.fernet import InvalidToken, MultiFernet
from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from accounts import vault

LIFE = 15 * 60  # seconds: long enough to ask the customer "is this you?", too short to be kept


class Ended(Exception):
    """The passage cannot be used: too old, damaged, or made for another user, extension or purpose."""


@sensitive_variables("secret")
def seal(secret: str, *bound_to: str | int) -> str:
    """A text for a hidden field, from which only the same binding gets the secret back, and only for `LIFE`.

    Bind it to the purpose, the user and the extension, so that it is worth nothing anywhere else.
    """
    content = json.dumps({"passage": list(bound_to), "secret": secret})
    return _keys().encrypt(content.encode()).decode()


@sensitive_variables("content")
def reveal(text: str, *bound_to: str | int) -> str:
    """The secret. Raises `Ended`."""
    try:
        content = json.loads(_keys().decrypt(text.encode(), ttl=LIFE))
    except (InvalidToken, UnicodeError, ValueError):
        raise Ended from None
    # A ciphertext of the vault opens with the same keys but is no passage.
    if not isinstance(content, dict) or content.get("passage") != list(bound_to):
        raise Ended
    return str(content["secret"])


def _keys() -> MultiFernet:
    return MultiFernet(list(vault.keys(settings.VAULT_KEYS).values()))
