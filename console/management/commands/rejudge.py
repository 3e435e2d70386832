"""`manage.py rejudge`: judge everything that is stored anew, without asking Oneflow; after a release."""

import time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.acting import Deed, audited
from console.audit import command_line
from extensions.health.rejudging import rejudge

VERB = "fleet.rejudge"


@audited(VERB)
class Command(BaseCommand):
    help = "Judge every installation anew from what is stored. Asks Oneflow nothing; safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        done = rejudge(timezone.now())
        details = {"judged": done.judged, "changed": done.changed}
        Deed(command_line(), VERB, "the fleet", details=details).tell()
        seconds = time.monotonic() - started
        self.stdout.write(f"{done.judged} installation(s) judged in {seconds:.1f} s; {done.changed} changed.")
