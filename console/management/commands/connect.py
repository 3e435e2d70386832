"""`manage.py connect`: connect an account by the token on standard input, as the Connect page does."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.acting import audited
from accounts.connecting import Refusal, identify, token_in
from accounts.models import ApiToken
from console.audit import command_line
from console.connecting.choosing import chosen_extension
from console.connecting.standard_input import read_token
from console.connecting.verbs import refresh_soon, tell_refusal
from extensions.blueprints.models import Extension
from extensions.installations.connecting import check_new, connect
from extensions.installations.models import Installation


@audited("account.connect")
class Command(BaseCommand):
    """Refusals exit 1 with what is wrong and what to do; then nothing is stored."""

    help = "Connect an account. The token is read from standard input: pass show acme | manage.py connect …"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--extension", metavar="KEY", help="integration key; needed when there are several")
        parser.add_argument("--user", metavar="EMAIL", help="the acting user; without it the first active admin")
        parser.add_argument("--reference", default="", help="the customer's number in your own systems")
        parser.add_argument("--toolkit", action="store_true", help="the product's code sets the account up")
        parser.add_argument("--accept-key", action="store_true", help="take a token of another integration")
        parser.add_argument("--reason", default="", help="why the key is accepted; for the record")

    def handle(self, *, extension: str | None, user: str | None, **options: Any) -> None:
        if options["toolkit"] and options["accept_key"]:
            raise CommandError(
                "A token of another integration makes a development account, whoever sets it up. "
                "Leave out --toolkit or --accept-key. (Nothing was stored.)"
            )
        chosen = chosen_extension(extension)
        text = read_token()
        try:
            installation = self._connect(chosen, text, user, options)
        except Refusal as exc:
            tell_refusal(exc, actor=command_line(), verb="account.connect", extension=chosen)
            raise CommandError(f"{exc.sentence} {exc.what_to_do} (Nothing was stored.)") from None
        refresh_soon()
        account = installation.account
        self.stdout.write(
            f"Connected {account.name} (Oneflow id {account.oneflow_id}, {account.registration_number or 'no number'}"
            f", {account.country_code or 'no country'}) to {chosen}; acting user {installation.acting_user_email}"
            f"; {installation.get_mode_display()}."
        )

    def _connect(self, extension: Extension, text: str, user: str | None, options: dict[str, Any]) -> Installation:
        identity = identify(
            text,
            extension_key=extension.integration_key,
            base_url=extension.base_url,
            accept_key=options["accept_key"],
        )
        token = token_in(text)
        check_new(token, identity, extension)
        return connect(
            token,
            identity,
            extension=extension,
            acting_user_email=user or identity.suggested().email,
            actor=command_line(),
            now=timezone.now(),
            obtained=ApiToken.Obtained.COMMAND,
            reason=options["reason"],
            customer_reference=options["reference"],
            mode=Installation.Mode.TOOLKIT if options["toolkit"] else "",
        )
