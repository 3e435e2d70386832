"""`manage.py load_extension FILE`: store an extension, its blueprint version and its mapping from an extension file."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, transaction

from accounts.acting import Actor, Deed, audited
from console.audit import command_line
from console.given_file import bytes_of, why
from extensions.blueprints import loading as blueprints
from extensions.blueprints.document import BadDocument, Document, check, read, with_sign_key
from extensions.blueprints.models import Extension
from extensions.mappings import loading as mappings
from extensions.mappings.changing import Refused


@audited("extension.load")
class Command(BaseCommand):
    """Everything or nothing: when any part of the file is refused, nothing of it is stored."""

    help = "Load an extension file (docs/extension-file.md). Safe to run twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the extension file; - reads standard input")
        parser.add_argument("--base-url", help="instead of the file's base_url")
        parser.add_argument("--environment", choices=Extension.Environment.values, help="instead of the file's")
        parser.add_argument("--reason", default=mappings.REASON, help="why, for the history of the mapping")

    def handle(self, **options: Any) -> None:
        try:
            self.load(**options)
        except DatabaseError as exc:
            reason = " ".join(str(exc).split())[:200]
            raise CommandError(
                f"The database does not take it: {reason}. manage.py doctor says what to mend."
            ) from None

    def load(self, *, file: str, base_url: str | None, environment: str | None, reason: str, **options: Any) -> None:
        name = "standard input" if file == "-" else file
        actor = command_line()
        try:
            document = read(bytes_of(file))
            overrides = {"base_url": base_url, "environment": environment}
            document |= {key: value for key, value in overrides.items() if value is not None}
            extension = _load(with_sign_key(document, os.environ), actor, reason)
        except OSError as exc:
            reason = why(exc)
            Deed(actor, "extension.load", name, outcome="refused", reason=reason).tell()
            raise CommandError(f"{name}: {reason}") from None
        except BadDocument as exc:
            Deed(actor, "extension.load", name, outcome="refused", reason=str(exc.problems[0])[:500]).tell()
            lines = "\n".join(f"  {problem}" for problem in exc.problems)
            raise CommandError(f"{name} was not loaded; nothing was stored.\n{lines}") from None
        except Refused as exc:
            Deed(actor, "extension.load", name, outcome="refused", reason=str(exc)).tell()
            raise CommandError(f"{name} was not loaded; nothing was stored. {exc}") from None
        version = int(document["blueprint"]["version"])
        count = extension.mappings.count()  # type: ignore[attr-defined]  # set by the mappings room
        self.stdout.write(f"{extension.name}: blueprint version {version} and {count} mapped field(s) are loaded.")


@transaction.atomic
def _load(document: Document, actor: Actor, reason: str) -> Extension:
    check(document)
    extension = blueprints.load(document, actor=actor)
    if "mapping" in document:
        mappings.load(extension, document["mapping"], actor=actor, reason=reason)
    return extension
