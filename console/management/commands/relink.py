"""`manage.py relink ACCOUNT_ID`: give a connected account the new token on standard input."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.acting import audited
from accounts.connecting import Refusal, identify, token_in
from accounts.models import ApiToken
from console.audit import command_line
from console.connecting.choosing import account_number, chosen_installation
from console.connecting.standard_input import read_token
from console.connecting.verbs import refresh_soon, tell_refusal
from extensions.installations.connecting import check_relink, relink
from extensions.installations.models import Installation


@audited("account.relink")
class Command(BaseCommand):
    """The history stays; the old token is destroyed. Refusals exit 1; then nothing is stored."""

    help = "Give a connected account a new token, read from standard input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account_id", type=account_number, metavar="ACCOUNT_ID", help="the account's Oneflow id")
        parser.add_argument("--extension", metavar="KEY", help="integration key; needed when there are several")
        parser.add_argument("--user", metavar="EMAIL", default="", help="another acting user")
        parser.add_argument("--accept-key", action="store_true", help="take a token of another integration")
        parser.add_argument("--reason", default="", help="why the key is accepted; for the record")

    def handle(self, *, account_id: int, extension: str | None, **options: Any) -> None:
        installation = chosen_installation(account_id, extension)
        text = read_token()
        try:
            installation = self._relink(installation, text, options)
        except Refusal as exc:
            tell_refusal(exc, actor=command_line(), verb="account.relink", installation=installation)
            raise CommandError(f"{exc.sentence} {exc.what_to_do} (Nothing was changed.)") from None
        refresh_soon()
        self.stdout.write(f"{installation.account.name} (Oneflow id {account_id}) has the new token.")

    def _relink(self, installation: Installation, text: str, options: dict[str, Any]) -> Installation:
        extension = installation.extension
        token = token_in(text)
        identity = identify(
            text,
            extension_key=extension.integration_key,
            base_url=extension.base_url,
            account_expected=installation.account.oneflow_id,
            accept_key=options["accept_key"],
        )
        check_relink(token, installation)
        return relink(
            installation,
            token,
            identity,
            actor=command_line(),
            now=timezone.now(),
            acting_user_email=options["user"],
            obtained=ApiToken.Obtained.COMMAND,
            reason=options["reason"],
        )
