"""Which extension or installation a command means."""

from argparse import ArgumentTypeError

from django.core.management.base import CommandError

from extensions.blueprints.models import Extension
from extensions.installations.models import Installation
from oneflow.reading import LARGEST_ID


def account_number(text: str) -> int:
    """An argument that is an account's Oneflow id. Raises ArgumentTypeError."""
    if text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) <= LARGEST_ID:
        return int(text)
    raise ArgumentTypeError(f"{text!r} is no Oneflow id, which is a number such as 410021")


def chosen_extension(key: str | None) -> Extension:
    """The extension with that key, or the only one. Raises CommandError that names those there are."""
    found = Extension.objects.filter(integration_key=key) if key else Extension.objects.all()
    rows = list(found[:2])
    if len(rows) == 1:
        return rows[0]
    keys = ", ".join(Extension.objects.values_list("integration_key", flat=True)[:20])
    if not keys:
        raise CommandError("There is no extension yet. Load one: manage.py load_extension FILE")
    wrong = f"There is no extension {key}." if key else "There are several extensions."
    raise CommandError(f"{wrong} Name one with --extension: {keys}.")


def chosen_installation(account_id: int, key: str | None) -> Installation:
    """The account's installation of that extension, or its only one. Raises CommandError."""
    found = Installation.objects.filter(account__oneflow_id=account_id).select_related("account", "extension", "token")
    rows = list(found.filter(extension__integration_key=key) if key else found)
    if len(rows) == 1:
        return rows[0]
    if rows:
        keys = ", ".join(sorted(row.extension.integration_key for row in rows))
        raise CommandError(f"Account {account_id} has several extensions. Name one with --extension: {keys}.")
    with_key = f" with the extension {key}" if key else ""
    raise CommandError(f"No account {account_id}{with_key} is known. `manage.py installations` lists those that are.")
