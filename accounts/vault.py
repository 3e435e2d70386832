"""Where secrets are sealed and opened: Fernet keys in an ordered list, each with an id.

`VAULT_KEYS` is "id:key,id:key", the newest first: the first seals, every one opens what it sealed. To rotate,
put a new key in front, run `manage.py reseal`, then take the old one out.
"""

import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(Exception):
    """A secret that cannot be opened: its key is not configured, it was destroyed, or it is damaged."""


@lru_cache(maxsize=8)
def keys(text: str) -> dict[str, Fernet]:
    """The configured keys by id, in order. Raises ValueError that names the wrong entry, never the key."""
    found: dict[str, Fernet] = {}
    for number, entry in enumerate(filter(None, (part.strip() for part in text.split(","))), start=1):
        key_id, separator, key = entry.partition(":")
        if not separator or not key_id:
            raise ValueError(f"VAULT_KEYS: entry {number} is not of the form id:key.")
        if key_id in found:
            raise ValueError(f"VAULT_KEYS: the id {key_id} stands there twice.")
        try:
            found[key_id] = Fernet(key)
        except ValueError:
            raise ValueError(f"VAULT_KEYS: the key {key_id} is not 32 bytes in URL-safe base64.") from None
    if not found:
        raise ValueError("VAULT_KEYS names no key.")
    return found


def seal(secret: str) -> tuple[str, str]:
    """The id of the newest key and the secret sealed with it."""
    configured = keys(settings.VAULT_KEYS)
    key_id = next(iter(configured))
    return key_id, MultiFernet(list(configured.values())).encrypt(secret.encode()).decode()


def reveal(key_id: str, ciphertext: str) -> str:
    """The secret. Raises `Unreadable`."""
    if not ciphertext:
        raise Unreadable("The secret was destroyed.")
    key = keys(settings.VAULT_KEYS).get(key_id)
    if key is None:
        raise Unreadable(f"The vault key {key_id} is not configured. Add it to VAULT_KEYS.")
    try:
        return key.decrypt(ciphertext.encode()).decode()
    except InvalidToken:
        raise Unreadable(f"The vault key {key_id} does not open this secret. Is it the right key?") from None


def fingerprint(secret: str) -> str:
    """A keyed hash by which the same token is recognised again; useless without `FINGERPRINT_KEY`."""
    return hmac.new(settings.FINGERPRINT_KEY.encode(), secret.encode(), hashlib.sha256).hexdigest()


def new_key() -> str:
    """A fresh key for `VAULT_KEYS`, as text."""
    return Fernet.generate_key().decode()
