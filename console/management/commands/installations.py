"""`manage.py installations`: the fleet and its verdicts, as a table or as JSON for scripts."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.acting import Deed, audited
from accounts.models import Account
from console import listing
from console.audit import command_line
from console.connecting.choosing import account_number
from extensions.installations.models import Verdict

VERB = "installation.export"


@audited(VERB)
class Command(BaseCommand):
    help = "List the installations with their verdicts and causes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="a JSON array instead of a table")
        parser.add_argument(
            "--verdict",
            action="append",
            choices=Verdict.values,
            metavar="VERDICT",
            help=f"only these ({', '.join(Verdict.values)}); may be given several times",
        )
        parser.add_argument(
            "--account",
            action="append",
            type=account_number,
            metavar="ID",
            help="only this account, by its Oneflow id; may be given several times",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verdicts, accounts = options["verdict"] or [], options["account"] or []
        _demand_known(accounts)
        filters = {"verdicts": verdicts, "accounts": accounts}
        Deed(command_line(), VERB, "installations", details=filters).tell()
        rows = listing.rows(listing.chosen(timezone.now(), verdicts=verdicts, accounts=accounts))
        for line in _json(rows) if options["json"] else _table(rows):
            self.stdout.write(line)


def _demand_known(accounts: list[int]) -> None:
    known = set(Account.objects.filter(oneflow_id__in=accounts).values_list("oneflow_id", flat=True))
    unknown = [str(number) for number in accounts if number not in known]
    if unknown:
        raise CommandError(
            f"No account with the Oneflow id {', '.join(unknown)} is connected. "
            "`manage.py installations` lists those that are."
        )


def _json(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The lines of a JSON array, one element on each, so that ten thousand are never in memory at once."""
    separator = "["
    for row in rows:
        yield separator + json.dumps(row, ensure_ascii=False)
        separator = ","
    yield "[]" if separator == "[" else "]"


def _table(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield f"{'VERDICT':<13}{'ACCOUNT':>10}  {'NAME':<34}{'EXTENSION':<20}CAUSES"
    count = 0
    for row in rows:
        count += 1
        causes = ", ".join(row["causes"])
        name = " ".join(row["account_name"].split())
        line = f"{row['verdict']:<13}{row['account_id']:>10}  {name[:32]:<34}{row['extension'][:18]:<20}{causes}"
        yield line.rstrip()
    yield f"{count} installation{'' if count == 1 else 's'}"
