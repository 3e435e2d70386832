"""`manage.py demo` (`make demo`): a local Oneflow, a fleet with broken accounts, and the console over it."""

import os
import signal
import sys
from types import FrameType
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from accounts.acting import unaudited
from console.demo import running, state
from console.demo.children import Children
from console.demo.environment import Plan, WrongSetting, settings_of

POLITE = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopAsked(BaseException):
    """Ctrl-C, or a polite signal: stop whatever is being done, in order."""


@unaudited("starts the machine; what it does inside is recorded by the code that does it")
class Command(BaseCommand):
    help = (
        "Run a live console over a local Oneflow. Settings, from the environment: PORT, SANDBOX_PORT, DEMO_DIR, "
        "DEMO_ACCOUNTS, DEMO_SEED, DEMO_FAULTS."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            plan = Plan.read(os.environ)
        except WrongSetting as exc:
            raise CommandError(str(exc)) from exc
        if os.environ.get("STATE_DIR") != str(plan.directory):
            # Settings are read once, before a command runs: start over with the demo's own.
            os.execv(sys.executable, [sys.executable, "-m", "console.demo", "demo"])  # noqa: S606
        for number in POLITE:
            signal.signal(number, _stop)
        children = Children(plan.logs, {**os.environ, **settings_of(plan)})
        try:
            with state.held(plan):
                try:
                    running.Demo(plan, children, self._say).run()
                finally:
                    children.stop()
        except (state.InUse, running.CannotRun) as exc:
            raise CommandError(str(exc)) from exc
        except (state.Unreadable, DatabaseError) as exc:
            raise CommandError(
                f"The state in {plan.directory} cannot be used: {exc}. Remove that folder to start afresh, or name "
                "another DEMO_DIR."
            ) from exc
        except StopAsked as asked:
            self._say(f"Stopped by {asked}. Its state stays in {plan.directory}: make demo goes on from there.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    # Once is enough: a terminal, make and a group may each send one, and stopping must not be stopped.
    for polite in POLITE:
        signal.signal(polite, signal.SIG_IGN)
    raise StopAsked(signal.Signals(number).name)
