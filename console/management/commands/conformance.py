"""`manage.py conformance`: who has what of a blueprint version, as a table, CSV or JSON for scripts."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.acting import Deed, audited
from console.audit import command_line
from console.exporting import array
from console.fields.asking import DIFFERS, VIEWS, Asked
from console.fields.exporting import VERB, as_lines, as_objects, contents_of
from console.fields.standing import Stood, everybody
from extensions.blueprints.models import Extension
from extensions.mappings.inspecting import OF_BLUEPRINT

STATES = (*(state.key for state in OF_BLUEPRINT), DIFFERS)
# What it takes in the words of the matrix's address.
WORDS = ("view", "against", "on", "mode", "search", "type", "field", "state", "code")


@audited(VERB)
class Command(BaseCommand):
    help = "List what each account has of its blueprint version, or of another: the matrix of the console."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--extension", required=True, metavar="KEY", help="the extension, by its integration key")
        parser.add_argument("--against", metavar="N", help="compare with this version, a draft too; else each its own")
        parser.add_argument("--view", choices=VIEWS, help="what stands in the columns; fields by default")
        parser.add_argument("--on", metavar="N", help="only accounts on this version, or `none` where it is not known")
        parser.add_argument("--mode", help="only accounts of this mode")
        parser.add_argument("--search", metavar="TEXT", help="only accounts that this finds: name, id, number")
        parser.add_argument("--type", metavar="TYPE", help="only columns of this template type, by its extension type")
        parser.add_argument("--field", metavar="CUSTOM_ID", help="the field that --state speaks of")
        parser.add_argument(
            "--state", help="only where the field is missing, off, renamed, reworded, unread, ok, differs"
        )
        parser.add_argument("--code", help="only where health found this of a webhook; with --view webhooks")
        parser.add_argument("--differs", action="store_true", help="only accounts in which anything is amiss")
        shapes = parser.add_mutually_exclusive_group()
        shapes.add_argument("--json", action="store_true", help="a JSON array")
        shapes.add_argument("--csv", action="store_true", help="CSV with a column for each field")
        shapes.add_argument("--long", action="store_true", help="CSV with a line for each account and field")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = _asked(options)
        shape = next((name for name in ("json", "csv", "long") if options[name]), "table")
        subject = f"the matrix of {asked.extension}"
        Deed(command_line(), VERB, subject, details={**asked.details, "format": shape}).tell()
        for part in self._parts(asked, shape):
            self.stdout.write(part, ending="")

    def _parts(self, asked: Asked, shape: str) -> Iterable[str]:
        if shape == "json":
            return array(as_objects(asked))
        if shape == "table":
            return _table(asked)
        return as_lines(asked, one_by_one=shape == "long")


def _asked(options: dict[str, Any]) -> Asked:
    words = {"q" if name == "search" else name: options[name] for name in WORDS if options[name]}
    try:
        asked = Asked.of(options["extension"], {**words, "differs": "1" if options["differs"] else ""})
    except Extension.DoesNotExist as exc:
        known = ", ".join(Extension.objects.values_list("integration_key", flat=True)) or "none yet"
        raise CommandError(f"There is no extension {options['extension']}. There is: {known}.") from exc
    if asked.problems:
        raise CommandError(" ".join(asked.problems))
    return asked


def _table(asked: Asked) -> Iterator[str]:
    yield f"{'ACCOUNT':>10}  {'NAME':<34}{'VERSION':<14}{'OK':<12}AMISS\n"
    number = 0
    for stood in everybody(asked, contents_of(asked)):
        number += 1
        yield f"{_line(stood).rstrip()}\n"
    yield f"{number} account{'' if number == 1 else 's'}\n"


def _line(stood: Stood) -> str:
    row = stood.installation
    version = f"{row.blueprint.version} {'set' if row.blueprint_set else 'inferred'}" if row.blueprint else "not known"
    amiss = ", ".join(f"{count} {mark.word}" for mark, count in stood.counts)
    name = " ".join(row.account.name.split())
    well = f"{stood.well} of {len(stood.wanted)}"
    return f"{row.account.oneflow_id:>10}  {name[:32]:<34}{version:<14}{well:<12}{amiss}"
