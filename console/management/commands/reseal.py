"""`manage.py reseal`: after a new key was put in front of VAULT_KEYS, seal every secret with it."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts import vault
from accounts.acting import Deed, audited
from console import sealed
from console.audit import command_line

VERB = "vault.reseal"


@audited(VERB)
class Command(BaseCommand):
    help = "Seal every stored secret with the newest key of VAULT_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        newest = next(iter(vault.keys(settings.VAULT_KEYS)))
        result = sealed.reseal()
        Deed(
            command_line(),
            VERB,
            "vault",
            outcome="failed" if result.unreadable else "done",
            details={"key_id": newest, "sealed": result.done, "unreadable": result.unreadable},
        ).tell()
        self.stdout.write(f"{result.done} secret(s) sealed anew with the key {newest}.")
        if result.unreadable:
            raise CommandError(
                f"{result.unreadable} secret(s) cannot be opened by any configured key and stay as they are. "
                "Put the missing key back into VAULT_KEYS and run this again; `manage.py doctor` names it."
            )
        self.stdout.write("Every secret opens with it now: older keys may leave VAULT_KEYS.")
