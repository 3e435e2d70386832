"""`manage.py setup`: from an empty database to a first administrator, an extension and keys. Safe to run twice."""

import getpass
import sys
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import vault
from accounts.acting import audited
from console import keys, roles, setting_up
from console.audit import command_line

DEFAULT_KEY = "demo"  # the id of the vault key that ships with the settings, for the demo and the tests


@audited("user.create")
class Command(BaseCommand):
    help = (
        "Bring an empty database to a first administrator and an extension. The administrator's password is asked "
        "for, or read from standard input; when there is none, one is made and shown once."
    )

    # A fresh key is what mends wrong ones, so it must be had before the settings pass; `handle` checks them else.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", default="", help="of the first administrator (default: administrator)")
        parser.add_argument("--extension", metavar="FILE", help="the extension file (docs/extension-file.md)")
        parser.add_argument("--base-url", help="of Oneflow, instead of the one in the extension file")
        parser.add_argument("--environment", help="of the extension, instead of the one in its file")
        parser.add_argument(
            "--new-key", action="store_true", help="only print a fresh entry for VAULT_KEYS, and change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new_key"]:
            self.stdout.write(keys.vault_entry(datetime.now(UTC).date(), _ids_taken()))
            return
        self.check()
        settings.STATE_DIR.mkdir(parents=True, exist_ok=True)  # the embedded database does not make its folder
        call_command("migrate", verbosity=0, interactive=False)
        self.stdout.write("The tables are up to date.")
        self._administrator(options["username"])
        if options["extension"]:
            self._extension(options)
        if next(iter(vault.keys(settings.VAULT_KEYS))) == DEFAULT_KEY:
            self.stderr.write(
                "VAULT_KEYS is the key that everybody has. Before real tokens come in, run "
                "`make keys` and put its lines into .env or the environment."
            )

    def _administrator(self, username: str) -> None:
        there = setting_up.administrator()
        if there is not None and username in ("", there.get_username()):
            self.stdout.write(f"The administrator {there.get_username()} is there already.")
            return
        username = username or roles.ADMINISTRATOR
        password, made = _password(username)
        try:
            setting_up.make_staff(command_line(), username=username, role=roles.ADMINISTRATOR, password=password)
        except setting_up.Refused as exc:
            raise CommandError(f"The administrator {username} could not be made: {exc}") from exc
        self.stdout.write(f"The administrator {username} was made.")
        if made:
            self.stdout.write(f"Password, shown this once: {password}")

    def _extension(self, options: dict[str, Any]) -> None:
        overrides = {name: options[name] for name in ("base_url", "environment") if options[name] is not None}
        call_command("load_extension", options["extension"], stdout=self.stdout, **overrides)


def _ids_taken() -> tuple[str, ...]:
    """The ids of the configured keys; none while VAULT_KEYS cannot be read."""
    try:
        return tuple(vault.keys(settings.VAULT_KEYS))
    except ValueError:
        return ()


def _password(username: str) -> tuple[str, bool]:
    """The password, and whether it was made here: nobody was there to choose one."""
    if sys.stdin is None or not sys.stdin.isatty():
        given = _piped()
        return (given, False) if given else (setting_up.new_password(), True)
    given = getpass.getpass(f"Password for {username} (empty: one is made for you): ")
    if not given:
        return setting_up.new_password(), True
    if getpass.getpass("Once more: ") != given:
        raise CommandError("The two passwords differ. Run this again.")
    return given, False


def _piped() -> str:
    """The first line on standard input; "" when it is empty or closed."""
    if sys.stdin is None:
        return ""
    try:
        line = sys.stdin.readline().rstrip("\r\n")
        line.encode()  # what was no text may have been read as lone surrogates
    except UnicodeError:
        raise CommandError("The password on standard input is not text. Pipe one line, or nothing.") from None
    return line
