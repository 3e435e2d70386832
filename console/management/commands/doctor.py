"""`manage.py doctor`: is this console well, and if not, what is to be done."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.acting import unaudited
from console import diagnosis


@unaudited("looks at the machine, changes nothing and shows nobody's data")
class Command(BaseCommand):
    help = "Examine settings, database, broker, worker, beat, keys and the way to Oneflow. Exits 1 when one is ill."
    # It reports what the checks find itself, and goes on.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="a JSON array of {name, ok, says, mend}")

    def handle(self, *args: Any, **options: Any) -> None:
        results = []
        for result in diagnosis.examine():
            results.append(result)
            if not options["json"]:
                self._say(result)
        if options["json"]:
            self.stdout.write(json.dumps([result.as_json() for result in results], indent=1))
        ill = sum(not result.ok for result in results)
        if ill:
            if not options["json"]:
                self.stdout.write(f"{ill} thing(s) to mend.")
            sys.exit(1)

    def _say(self, result: diagnosis.Result) -> None:
        mark = self.style.SUCCESS("ok  ") if result.ok else self.style.ERROR("ILL ")
        self.stdout.write(f"{mark} {result.name:<9} {result.says}")
        if result.mend:
            self.stdout.write(f"     {'':<9} → {result.mend}")
