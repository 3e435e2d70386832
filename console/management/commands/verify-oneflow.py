"""`manage.py verify-oneflow --token-stdin`: which of our assumptions hold at a real Oneflow. It only reads."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.acting import Deed, audited
from accounts.connecting import Refusal, token_in
from console import verifying
from console.audit import command_line
from console.connecting.standard_input import read_token
from oneflow import MemoryBudgetStore, TimedBudget, can_be_named
from oneflow.verifying import FACTS, Result, verify
from oneflow.verifying.asking import ReadOnlyTransport
from oneflow.verifying.fact import Outcome

VERB = "oneflow.verify"
ONEFLOW = "https://api.oneflow.com/v1"
# Somebody waits for it; a server that hangs at every question is given up long before.
SECONDS, PATIENCE = 240.0, 15.0


@audited(VERB)
class Command(BaseCommand):
    """Exit status: 0 nothing was refuted, 1 something was, 2 nothing could be asked."""

    help = (
        "Ask an Oneflow, reading only, which of the facts hold that nobody documents, and print one line for each. "
        "The token is read from standard input: pass show acme | manage.py verify-oneflow --token-stdin"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--token-stdin", action="store_true", help="needed: a token on the command line would be seen by everybody"
        )
        parser.add_argument("--user", metavar="EMAIL", help="ask the helper as this user of the account")
        parser.add_argument("--base-url", default=ONEFLOW, metavar="URL", help=f"another Oneflow than {ONEFLOW}")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
        parser.add_argument("--report", metavar="FILE", help="also write a page that can be sent to anybody")

    def handle(self, *, token_stdin: bool, user: str | None, base_url: str, report: str | None, **options: Any) -> None:
        if not token_stdin:
            raise CommandError("Give the token on standard input, and say so with --token-stdin.")
        if user is not None and not can_be_named(user):
            raise CommandError("--user is no email that can be sent to Oneflow.")
        transport = _transport(base_url)
        page = _page(report) if report else None
        try:
            results = self._verified(transport, user, tell=not options["json"])
            if page:
                page.write(verifying.as_markdown(results, at=timezone.now()))
        finally:
            transport.close()
            if page:
                page.close()
        self._conclude(results, as_json=options["json"])

    def _verified(self, transport: ReadOnlyTransport, user: str | None, *, tell: bool) -> tuple[Result, ...]:
        try:
            token = token_in(read_token())
        except Refusal as exc:
            raise CommandError(f"{exc.sentence} {exc.what_to_do}") from None
        # Counted here only: the shared store would keep a trace of a token that nobody has connected.
        budget = TimedBudget(MemoryBudgetStore(), VERB, limit=settings.ONEFLOW_BUDGET, staff=True, seconds=SECONDS)

        def say(result: Result) -> None:
            if tell:
                self.stdout.write(verifying.line(result))

        results = verify(token, transport=transport, budget=budget, user_email=user, tell=say)
        details = {"counts": verifying.counts(results), "base_url": transport.base_url}
        Deed(command_line(), VERB, "Oneflow", outcome="failed" if blind(results) else "done", details=details).tell()
        return results

    def _conclude(self, results: tuple[Result, ...], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(verifying.as_json(results, at=timezone.now()))
        else:
            self.stdout.write(f"{len(FACTS)} facts: {verifying.summary(results)}.")
        if blind(results):
            self.stderr.write(f"Nothing could be seen: {results[0].seen}.")
            sys.exit(2)
        if any(result.outcome == Outcome.REFUTED for result in results):
            sys.exit(1)


def blind(results: tuple[Result, ...]) -> bool:
    """Whether nothing could be seen at all."""
    return all(result.outcome == Outcome.NOT_TESTABLE for result in results)


def _transport(base_url: str) -> ReadOnlyTransport:
    timeouts = settings.ONEFLOW_TIMEOUTS
    try:
        return ReadOnlyTransport(
            base_url,
            connect_timeout=timeouts["connect"],
            read_timeout=min(timeouts["read"], PATIENCE),
            total=min(timeouts["total"], PATIENCE),
        )
    except ValueError as exc:
        raise CommandError(str(exc)) from None


def _page(file: str) -> TextIO:
    """The file of the report, opened before anything is asked. A file that is there is left alone."""
    try:
        return Path(file).open("x", encoding="utf-8")
    except FileExistsError:
        raise CommandError(f"{file} is there already. Name another file with --report, or remove it.") from None
    except (OSError, ValueError) as exc:
        reason = getattr(exc, "strerror", None) or "it cannot be a file's name"
        raise CommandError(f"The report cannot be written to {file}: {reason}.") from None
