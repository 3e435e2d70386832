"""`manage.py blueprint export KEY VERSION` and `import KEY FILE`: a version of a blueprint as a file, and back."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.acting import Deed, audited
from console.audit import command_line
from console.given_file import bytes_of, why
from extensions.blueprints.document import BadDocument
from extensions.blueprints.drafting import BEGIN
from extensions.blueprints.files import as_file, take
from extensions.blueprints.models import Blueprint, Extension

EXPORT = "blueprint.export"


@audited(BEGIN)
class Command(BaseCommand):
    """An import is always a new draft; releasing it is for people."""

    help = "Write a version of a blueprint as JSON, or read such a file into a new draft (docs/extension-file.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True)
        writing = verbs.add_parser("export", help="write a version to standard output")
        writing.add_argument("key", metavar="KEY", help="the extension's integration key")
        writing.add_argument("version", metavar="VERSION", type=int)
        reading = verbs.add_parser("import", help="read a file into a new draft")
        reading.add_argument("key", metavar="KEY", help="the extension's integration key")
        reading.add_argument("file", metavar="FILE", help="the blueprint file; - reads standard input")

    def handle(self, *, what: str, key: str, **options: Any) -> None:
        extension = Extension.objects.filter(integration_key=key).first()
        if extension is None:
            known = ", ".join(Extension.objects.values_list("integration_key", flat=True)) or "none"
            raise CommandError(f"There is no extension {key!r}. Known: {known}.")
        if what == "export":
            self.export(extension, options["version"])
        else:
            self.take(extension, options["file"])

    def export(self, extension: Extension, version: int) -> None:
        blueprint = Blueprint.objects.select_related("extension").filter(extension=extension, version=version).first()
        if blueprint is None:
            raise CommandError(f"{extension} has no blueprint version {version}.")
        Deed(command_line(), EXPORT, blueprint, details={"version": version}).tell()
        self.stdout.write(json.dumps(as_file(blueprint), ensure_ascii=False, indent=2))

    def take(self, extension: Extension, file: str) -> None:
        name = "standard input" if file == "-" else file
        actor = command_line()
        try:
            draft = take(extension, bytes_of(file), actor=actor, source="a file")
        except OSError as exc:
            Deed(actor, BEGIN, extension, outcome="refused", reason=why(exc)).tell()
            raise CommandError(f"{name}: {why(exc)}") from None
        except BadDocument as exc:
            Deed(actor, BEGIN, extension, outcome="refused", reason=str(exc.problems[0])[:500]).tell()
            lines = "\n".join(f"  {problem}" for problem in exc.problems)
            raise CommandError(f"{name} was not imported; nothing was stored.\n{lines}") from None
        self.stdout.write(f"{extension}: version {draft.version} is a draft now. Look at it under Blueprints.")
