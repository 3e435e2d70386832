"""`make demo-day`: a working day over a fleet of its own, gone afterwards; prints who was told of what."""

import os
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path

from console.demo.children import Children
from console.demo.environment import ROOT, Plan, settings_of

ACCOUNTS, SEED = 50, 7
PATIENCE = 60.0


def main() -> int:
    """Run the day; 0 when each of its three causes was told once at its beginning and once at its end, and no more."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        plan = Plan(Path(folder), port=port + 1, sandbox_port=port, accounts=ACCOUNTS, seed=SEED, faults=False)
        # The whole day's reading fits into minutes of the real clock, by which the share of the rate limit is kept.
        os.environ.update(settings_of(plan), LOG_LEVEL="CRITICAL", ONEFLOW_BUDGET="100000")
        children = Children(plan.logs, os.environ)
        try:
            return _run(plan, children, began)
        finally:
            children.stop()


def _run(plan: Plan, children: Children, began: float) -> int:
    import django

    children.start(
        "sandbox",
        *("-m", "sandbox", f"--port={plan.sandbox_port}", f"--dir={plan.directory / 'sandbox'}"),
        *(f"--accounts={plan.accounts}", f"--seed={plan.seed}"),
        cwd=ROOT,
    )
    django.setup()
    from django.core.management import call_command

    from console.demo import preparing
    from console.demo.control import Control
    from console.demo.replaying import Day

    call_command("migrate", verbosity=0, interactive=False)
    control = Control(plan.sandbox_url)
    deadline = time.monotonic() + PATIENCE
    while not control.ready():
        if time.monotonic() > deadline or children.dead():
            sys.stderr.write("The sandbox does not start.\n")
            return 1
        time.sleep(0.1)
    control.set_switches(rate_limit=None)
    accounts = control.accounts()
    _say(f"Connecting {len(accounts)} accounts and reading them once …")
    preparing.connect(accounts, preparing.extension(plan))
    preparing.refresh_due()
    day = Day(control, accounts, _say)
    told = day.replay()
    _say(f"{len(told)} notifications; {day.unwell()} accounts unwell at the end; {time.monotonic() - began:.0f} s.")
    return 0 if len(told) == 6 and not day.unwell() else 1


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
