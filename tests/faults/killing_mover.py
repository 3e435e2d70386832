"""`python -m tests.faults.killing_mover`: kill a worker at every statement of each kind of step of a rollout.

Runs on the database of DATABASE_URL, which is empty. For each kind of step (moving, judging, the next wave, giving
back, and a batch of a preview) a child process takes it as a worker does, until it kills itself; then everything is as
before, and the next moment is tried, or all of the step is done. At last two workers at once take a rollout to its
end. Ends with an error at the first moment that leaves anything else.
"""

import os
import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn

import django

from tests.faults.killing import MOST, Killer

ACCOUNTS = 5
PATIENCE = 60.0  # seconds


def main() -> int:
    from django.core.management import call_command
    from django.utils import timezone

    from extensions.health import previewing, rolling_out
    from extensions.health.models import Preview
    from extensions.installations import rollouts
    from extensions.installations.models import Installation, RolloutMember
    from tests.health.test_rolling_out import fleet, give_field, map_it, refresh_all
    from tests.making import STAFF

    call_command("migrate", verbosity=0)
    version, now = fleet(ACCOUNTS), timezone.now
    map_it(version)
    give_field(*range(1, ACCOUNTS + 1))
    kills = {}

    def preview() -> None:
        Preview.objects.update(lease_until=None)  # the lease of who was killed before has ended
        previewing.go_on(now, batch=2, seconds=0)

    previewing.start(version, actor=STAFF, now=now())
    kills["a batch of a preview"] = kill_everywhere(preview, done=lambda: outcomes() == 2)

    rollout = rollouts.plan(version, actor=STAFF, now=now(), canary=2, wave=10)
    rollouts.start(rollout, actor=STAFF, now=now())

    def step() -> None:
        rolling_out.step(rollout.pk, now())

    def numbers(**wanted: int) -> bool:
        return all(RolloutMember.objects.filter(state=state).count() == number for state, number in wanted.items())

    def on_version() -> int:
        return Installation.objects.filter(blueprint=version, blueprint_set=True, rollout=rollout).count()

    kills["moving"] = kill_everywhere(step, done=lambda: numbers(moved=2, waiting=3) and on_version() == 2)
    refresh_all()
    kills["judging"] = kill_everywhere(step, done=lambda: numbers(conforming=2) and state_of(rollout) == "paused")
    rollouts.resume(rollout, actor=STAFF)
    kills["the next wave"] = kill_everywhere(step, done=lambda: rollout_wave(rollout) == 2 and on_version() == 2)
    kills["moving the wave"] = kill_everywhere(step, done=lambda: numbers(moved=3) and on_version() == ACCOUNTS)
    rollouts.back(rollout, actor=STAFF)
    kills["giving back"] = kill_everywhere(step, done=lambda: numbers(back=ACCOUNTS) and on_version() == 0)
    assert Installation.objects.filter(blueprint__version=1, blueprint_set=False).count() == ACCOUNTS
    assert all_told("rollout.move") == all_told("rollout.give_back") == ACCOUNTS
    step()
    two_at_once(version)
    sys.stdout.write(f"survived {sum(kills.values())} kills: {kills}\n")
    return 0


def kill_everywhere(act: Callable[[], None], *, done: Callable[[], bool]) -> int:
    """Act in a child process that is killed at one moment after the other until the act is done; how often it was."""
    for moment in range(MOST):
        before = everything()
        survived = in_child(lambda moment=moment: between_moments(act, moment))
        if everything() != before:
            assert done(), f"half-done at moment {moment}"
            return moment
        assert not survived, f"the act did nothing at moment {moment}"
    raise AssertionError(f"a step has more than {MOST} moments")


def between_moments(act: Callable[[], None], moment: int) -> None:
    from django.db import connection

    killer = Killer(moment)
    connection.ensure_connection()
    connection._commit = killer.around(connection._commit)
    with connection.execute_wrapper(lambda execute, *args: killer.around(execute)(*args)):
        act()


def in_child(act: Callable[[], None]) -> bool:
    """Whether the child came to its end; it may kill itself, and nothing else may go wrong."""
    return wait(start(act))


def start(act: Callable[[], None]) -> int:
    from django.db import connection

    connection.close()  # a connection must not be shared with the child
    child = os.fork()
    if child == 0:
        run(act)
    return child


def run(act: Callable[[], None]) -> NoReturn:
    code = 1
    try:
        act()
        code = 0
    finally:
        os._exit(code)


def wait(child: int) -> bool:
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return False
    assert os.WEXITSTATUS(status) == 0, "the child failed"
    return True


def two_at_once(version: Any) -> None:
    """Two workers carry one rollout out together: each account is moved once.

    Each goes on until nobody waits, for who finds the other at it does nothing: a number of tries is soon used up.
    """
    from django.utils import timezone

    from extensions.health import rolling_out
    from extensions.installations import moving, rollouts
    from extensions.installations.models import Installation, RolloutMember
    from tests.making import STAFF

    before = all_told("rollout.move")
    rollout = rollouts.plan(version, actor=STAFF, now=timezone.now(), canary=ACCOUNTS)
    rollouts.start(rollout, actor=STAFF, now=timezone.now())
    moving.BATCH = 1

    def work() -> None:
        deadline = time.monotonic() + PATIENCE
        while rollout.members.filter(state=RolloutMember.State.WAITING).exists():
            assert time.monotonic() < deadline, "somebody waits for ever"
            rolling_out.step(rollout.pk, timezone.now())

    for child in [start(work), start(work)]:
        assert wait(child)
    assert Installation.objects.filter(rollout=rollout).count() == ACCOUNTS
    assert all_told("rollout.move") - before == ACCOUNTS


def everything() -> dict[str, Any]:
    """All that a step may change; who holds a preview aside, which a killed worker leaves behind."""
    from console.models import AuditEvent
    from extensions.health.models import Outcome, Preview
    from extensions.installations.models import Installation, Rollout, RolloutMember

    rows = {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in (Installation, Rollout, RolloutMember, Outcome, Preview, AuditEvent)
    }
    for row in rows["Preview"]:
        row.pop("lease_until")
    return rows


def outcomes() -> int:
    from extensions.health.models import Outcome, Preview

    number = Outcome.objects.count()
    assert Preview.objects.get().done == number
    return number


def state_of(rollout: Any) -> str:
    rollout.refresh_from_db()
    return str(rollout.state)


def rollout_wave(rollout: Any) -> int:
    rollout.refresh_from_db()
    return int(rollout.wave)


def all_told(verb: str) -> int:
    """How many accounts the record says were moved, or given back, in all."""
    from console.models import AuditEvent

    return sum(event.details["done"] for event in AuditEvent.objects.filter(verb=verb))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    django.setup()
    sys.exit(main())
