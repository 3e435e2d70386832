"""Fresh keys for a console of its own, as settings: `python -m console.keys` (or `make keys`) prints them.

It reads no settings, because a production console without keys does not start.
"""

import secrets
from datetime import UTC, date, datetime

from cryptography.fernet import Fernet


def vault_entry(today: date, taken: tuple[str, ...] = ()) -> str:
    """A fresh entry for `VAULT_KEYS`, "id:key"; its id is the day, with a letter when that day's is taken."""
    day = f"k{today:%Y%m%d}"
    key_id = next(name for name in (day, *(day + letter for letter in "bcdefghijk")) if name not in taken)
    return f"{key_id}:{Fernet.generate_key().decode()}"


def fresh(today: date) -> dict[str, str]:
    """The settings that have no default in production, each with a fresh value that needs no quotes."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "VAULT_KEYS": vault_entry(today),
        "FINGERPRINT_KEY": secrets.token_urlsafe(32),
    }


def as_lines(values: dict[str, str]) -> str:
    """`NAME=value` lines, as a file of settings holds them."""
    return "".join(f"{name}={value}\n" for name, value in values.items())


if __name__ == "__main__":
    print(as_lines(fresh(datetime.now(UTC).date())), end="")  # noqa: T201  (printing is its purpose)
