"""`manage.py watch`: watch the worker from outside, for cron on a machine that has no other watch over it."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.acting import unaudited
from console import notifying, watching


@unaudited("notes as an incident that worker or beat have stalled, and tells whom rules name; changes nothing else")
class Command(BaseCommand):
    help = (
        "Notice that worker or beat have stalled, and tell those whom the rules for notifications name. "
        "Run it from cron every few minutes."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        incident = watching.note_stalled(timezone.now())
        told = notifying.notify(timezone.now) if incident is not None else 0
        if incident is None:
            self.stdout.write("Worker and beat give signs of life.")
        else:
            since = timezone.localtime(incident.began_at)
            self.stdout.write(
                f"The console has stalled since {since:%Y-%m-%d %H:%M:%S %Z}: no sign of life from "
                f"{incident.subject_name}. manage.py doctor says what to do. {told} message(s) sent."
            )
