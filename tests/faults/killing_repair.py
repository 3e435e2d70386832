"""`python -m tests.faults.killing_repair URL WHAT`: kill a worker at every call and statement of a repair, in turn.

WHAT is `field` (a PUT that switches a field on) or `webhook` (a POST that must not happen twice). Runs against the
sandbox at URL on the database of DATABASE_URL, which is empty. For each moment a repair is planned and approved, and a
child process runs it as a worker does, until it kills itself there; then another worker takes it up when the lease has
ended. What was approved is in the account, was written once, and is read back. Ends with an error at the first moment
that leaves anything else.
"""

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import django

from tests.faults.killing import MOST, Killer

# A token may ask 2,000 times in five minutes, of the sandbox too.
MOMENTS_OF_AN_ACCOUNT = 40


def main(url: str, what: str) -> int:
    from django.core.management import call_command

    from tests.console.repairing import approved, to_repair, writes
    from tests.sandboxes import Sandbox

    call_command("migrate", verbosity=0)
    sandbox = Sandbox(None, url, Path())  # type: ignore[arg-type]  # somebody else's process
    break_it, operation, is_done = {"field": FIELD, "webhook": WEBHOOK}[what]
    for moment in range(MOST):
        if moment % MOMENTS_OF_AN_ACCOUNT == 0:
            installation = to_repair(sandbox)
        break_it(sandbox, installation)
        repair = approved(installation, operation())
        sandbox.forget_requests()
        survived = not killed_at(moment, repair)
        if not survived:
            take_up(repair)
        repair.refresh_from_db()
        assert repair.state == "verified", f"moment {moment}: {repair.state}: {repair.result}"
        written = writes(sandbox, installation)
        assert len(written) == 1, f"moment {moment}: written {len(written)} times"
        assert is_done(sandbox, installation), f"moment {moment}: it is not done"
        if survived:
            sys.stdout.write(f"survived {moment} kills\n")
            return 0
    raise AssertionError(f"a repair has more than {MOST} moments")


def switch_off(sandbox: Any, installation: Any) -> None:
    from tests.console.repairing import customer_puts, fields_of

    here = fields_of(sandbox, installation)
    customer_puts(sandbox, installation, [{"custom_id": each, "active": each != "deal_value"} for each in here])


def is_on(sandbox: Any, installation: Any) -> bool:
    from tests.console.repairing import fields_of

    return bool(fields_of(sandbox, installation)["deal_value"]["active"])


def activate() -> Any:
    from extensions.mappings.repairing.operations import Kind
    from tests.console.repairing import of_field

    return of_field(Kind.ACTIVATE_FIELD, "deal_value")[0]


def webhooks_of(sandbox: Any, installation: Any) -> list[int]:
    from tests.console.repairing import in_account, type_of

    shown = in_account(sandbox, installation, "/webhooks")["data"]
    return [each["id"] for each in shown if each["template_group_id"] == type_of(installation)]


def unhook(sandbox: Any, installation: Any) -> None:
    for pk in webhooks_of(sandbox, installation):
        sandbox.api(f"/webhooks/{pk}", token=installation.token.reveal(), method="DELETE")


def is_hooked_once(sandbox: Any, installation: Any) -> bool:
    return len(webhooks_of(sandbox, installation)) == 1


def hook() -> Any:
    from extensions.mappings.repairing.operations import Kind, Operation
    from tests.console.repairing import ROLE

    return Operation(Kind.CREATE_WEBHOOK, ROLE)


FIELD = (switch_off, activate, is_on)
WEBHOOK = (unhook, hook, is_hooked_once)


def killed_at(moment: int, repair: Any) -> bool:
    """Run the repair in a child process that kills itself at that moment; False when it came to its end."""
    from tests.faults.killing import ended_by_a_kill

    return ended_by_a_kill(lambda: run_in_child(moment, repair))


def run_in_child(moment: int, repair: Any) -> NoReturn:
    from django.db import connection

    from oneflow.deadlines import DeadlineAdapter
    from tests.console.repairing import run

    code = 1
    try:
        killer = Killer(moment)
        DeadlineAdapter.send = killer.around(DeadlineAdapter.send)
        connection._commit = killer.around(connection._commit)
        with connection.execute_wrapper(lambda execute, *args: killer.around(execute)(*args)):
            run(repair)
        code = 0
    finally:
        os._exit(code)


def take_up(repair: Any) -> None:
    """What a killed worker held is due again by itself, and no sooner; staff press again where their wish was lost."""
    from django.conf import settings
    from django.utils import timezone

    from console.repairs import running
    from extensions.mappings.models import Repair
    from extensions.mappings.repairing import executing
    from tests.console.repairing import actor

    now = timezone.now()
    if Repair.objects.filter(pk=repair.pk, lease_until__gt=now).exists():
        assert not Repair.objects.due(now).exists(), "two runs could meet"
    later = now + settings.REFRESH_LEASE * 2
    repair.refresh_from_db()
    if repair.is_over:
        return
    if repair.run_at is None:
        assert repair.state == "approved", f"{repair.state}: nobody takes it up"
        running.want(repair, actor=actor(), now=later)
    assert list(Repair.objects.due(later)) == [repair], "it is never taken up again"
    lease_id = executing.claim(repair.pk, later, later + settings.REFRESH_LEASE)
    assert lease_id is not None
    assert running.run(repair.pk, lease_id, clock=lambda: later) is not None


if __name__ == "__main__":
    django.setup()
    sys.exit(main(sys.argv[1], sys.argv[2]))
