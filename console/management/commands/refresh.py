"""manage.py refresh: have installations refreshed by the running workers."""

import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import timezone

from accounts.acting import audited
from console import assurance, refreshing
from console.audit import command_line
from console.connecting.choosing import account_number
from extensions.installations.models import Installation

# Seconds between two looks at the database while waiting, and between two kicks of the workers.
LOOK_EVERY = 0.5
KICK_EVERY = 5.0


@audited("installation.refresh")
class Command(BaseCommand):
    help = "Refresh connected installations: hand the work to the running workers and, with --wait, wait for it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--account",
            action="append",
            type=account_number,
            default=[],
            metavar="ID",
            help="The Oneflow id of an account; may be given several times. Without it, all are refreshed.",
        )
        parser.add_argument("--wait", action="store_true", help="Wait until all of them were refreshed.")
        parser.add_argument(
            "--timeout", type=float, default=600.0, metavar="S", help="How many seconds to wait at most (600)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = self._chosen(options["account"])
        _demand_worker("No worker is running, so nothing was asked for.")
        since = timezone.now()
        # All of them are not named one by one: a database takes only so many values in a statement.
        ids = list(chosen.values_list("pk", flat=True)) if options["account"] else None
        count = refreshing.want(chosen, since, command_line())
        self.stdout.write(f"{_installations(count)} will be refreshed now.")
        if options["wait"]:
            self._wait(since, ids, options["timeout"])

    def _chosen(self, accounts: list[int]) -> QuerySet[Installation]:
        connected = Installation.objects.connected()
        if accounts:
            connected = connected.filter(account__oneflow_id__in=accounts)
        found = set(connected.values_list("account__oneflow_id", flat=True))
        if unknown := sorted(set(accounts) - found):
            raise CommandError(f"Not connected: account {', '.join(map(str, unknown))}. See `manage.py installations`.")
        if not found:
            raise CommandError("No account is connected yet. Connect one with `manage.py connect`.")
        return connected

    def _wait(self, since: datetime, ids: list[int] | None, timeout: float) -> None:
        """Show how far it is whenever that changes; an error when time is up."""
        ends_at = time.monotonic() + timeout
        kick_at = time.monotonic() + KICK_EVERY
        shown = -1
        while True:
            progress = refreshing.progress(since, ids)
            if progress.done != shown:
                self.stdout.write(f"{progress.done} of {progress.total} refreshed")
                shown = progress.done
            if progress.is_over:
                return
            if time.monotonic() >= ends_at:
                left = _installations(progress.total - progress.done)
                raise CommandError(f"{left} not refreshed within {timeout:g} s. `manage.py doctor` says what is wrong.")
            if time.monotonic() >= kick_at:
                _demand_worker("The worker has stopped, so nothing more is refreshed.")
                # More were due than one dispatch hands out.
                refreshing.kick()
                kick_at = time.monotonic() + KICK_EVERY
            time.sleep(LOOK_EVERY)


def _demand_worker(sentence: str) -> None:
    """Raise CommandError with the sentence, and what to do, unless a worker lately gave a sign of life."""
    if not assurance.read()["worker"]["alive"]:
        raise CommandError(f"{sentence} Start one (python -m celery --app console.celery worker), then try again.")


def _installations(count: int) -> str:
    return "1 installation" if count == 1 else f"{count} installations"
