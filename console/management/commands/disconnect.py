"""`manage.py disconnect ACCOUNT_ID`: destroy an account's token and stop reading it; its history is kept."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.acting import audited
from console.audit import command_line
from console.connecting.choosing import account_number, chosen_installation
from console.connecting.verbs import end
from extensions.installations.models import Installation


@audited("account.disconnect")
class Command(BaseCommand):
    """Disconnecting twice is harmless."""

    help = "Disconnect an account: its token is destroyed, its history kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account_id", type=account_number, metavar="ACCOUNT_ID", help="the account's Oneflow id")
        parser.add_argument("--extension", metavar="KEY", help="integration key; needed when there are several")
        parser.add_argument("--reason", default="", help="why; for the record")

    def handle(self, *, account_id: int, extension: str | None, reason: str, **options: Any) -> None:
        installation = chosen_installation(account_id, extension)
        name = f"{installation.account.name} (Oneflow id {account_id})"
        if installation.state == Installation.State.DISCONNECTED:
            self.stdout.write(f"{name} was disconnected already; nothing changed.")
            return
        end(installation, actor=command_line(), now=timezone.now(), reason=reason)
        self.stdout.write(
            f"Disconnected {name}. The token is destroyed here; at Oneflow it stays valid until the customer "
            "disables the extension."
        )
