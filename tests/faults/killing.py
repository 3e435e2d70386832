"""`python -m tests.faults.killing URL`: kill a worker at every call and statement of a refresh, one after the other.

Runs against the sandbox at URL on the database of DATABASE_URL, which is empty. For each moment a child process takes a
lease and refreshes as a worker does, until it kills itself there. Then everything is as before, or everything is
stored; and when the lease has ended, the installation is refreshed. Ends with an error at the first moment that
leaves anything else.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import django

MOST = 500  # more moments than a refresh has
FAULTS = ("webhook.misdirected", "field.missing")


class Killer:
    """Counts moments and ends this process, without any chance to tidy up, at the one that was chosen."""

    def __init__(self, moment: int) -> None:
        self.left = moment

    def pass_moment(self) -> None:
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with a moment before and one after it."""

        def between_moments(*args: Any, **options: Any) -> Any:
            self.pass_moment()
            answer = function(*args, **options)
            self.pass_moment()
            return answer

        return between_moments


def main(url: str) -> int:
    from django.core.management import call_command

    from extensions.installations.models import Verdict
    from tests.connected import connect, refresh
    from tests.sandboxes import Sandbox

    call_command("migrate", verbosity=0)
    sandbox = Sandbox(None, url, Path())  # type: ignore[arg-type]  # somebody else's process
    installation = connect(sandbox)
    refresh(installation)
    assert installation.verdict == Verdict.HEALTHY, installation.cause
    for moment in range(MOST):
        broken = moment % 2 == 0
        for fault in FAULTS:
            (sandbox.fault if broken else sandbox.clear)(installation.account.oneflow_id, fault)
        before = state(installation)
        killed = killed_at(moment, installation)
        check(installation, before, broken=broken, done=not killed)
        if not killed:
            sys.stdout.write(f"survived {moment} kills\n")
            return 0
        refresh_when_the_lease_has_ended(installation, broken=broken)
    raise AssertionError(f"a refresh has more than {MOST} moments")


def killed_at(moment: int, installation: Any) -> bool:
    """Refresh in a child process that kills itself at that moment; False when it came to its end."""
    return ended_by_a_kill(lambda: refresh_in_child(moment, installation))


def ended_by_a_kill(work: Callable[[], NoReturn]) -> bool:
    """Do the work in a child process; whether it killed itself on the way. It must not fail otherwise."""
    from django.db import connection

    connection.close()  # a connection must not be shared with the child
    child = os.fork()
    if child == 0:
        work()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "the child failed"
    return False


def refresh_in_child(moment: int, installation: Any) -> NoReturn:
    from django.db import connection

    from console import refreshing
    from oneflow.deadlines import DeadlineAdapter
    from tests.connected import lease

    code = 1
    try:
        lease_id = lease(installation)
        killer = Killer(moment)
        DeadlineAdapter.send = killer.around(DeadlineAdapter.send)
        connection._commit = killer.around(connection._commit)
        with connection.execute_wrapper(lambda execute, *args: killer.around(execute)(*args)):
            refreshing.refresh(installation.pk, lease_id)
        code = 0
    finally:
        os._exit(code)


def state(installation: Any) -> dict[str, list[Any]]:
    """Everything that a refresh stores of an installation; the lease aside, which a killed worker leaves behind."""
    from extensions.health.models import Finding
    from extensions.installations import models

    kinds = [getattr(models, name) for name in models.__all__ if name not in ("Installation", "Verdict", "Exchange")]
    rows = {kind.__name__: list(kind.objects.order_by("pk").values()) for kind in [*kinds, Finding]}
    row = models.Installation.objects.values().get(pk=installation.pk)
    rows["Installation"] = [{name: value for name, value in row.items() if not name.startswith("lease")}]
    rows["Account"] = [type(installation.account).objects.values().get(pk=installation.account_id)]
    rows["Exchange"] = list(models.Exchange.objects.order_by("pk").values())
    return rows


def check(installation: Any, before: dict[str, list[Any]], *, broken: bool, done: bool) -> None:
    """All of it is stored, or nothing."""
    after = state(installation)
    stored = len(after["Refresh"]) > len(before["Refresh"])
    if not stored:
        assert not done
        differing = [name for name in before if before[name] != after[name]]
        assert not differing, f"half-done: {differing}"
        return
    assert len(after["Refresh"]) == len(before["Refresh"]) + 1
    assert len(after["Exchange"]) == len(before["Exchange"]) + 10
    check_stored(installation, broken=broken)


def check_stored(installation: Any, *, broken: bool) -> None:
    from extensions.health.models import Finding

    installation.refresh_from_db()
    causes = set(Finding.objects.filter(installation=installation).causes().values_list("code", flat=True))
    assert causes == (set(FAULTS) if broken else set()), causes
    assert installation.verdict == ("failing" if broken else "healthy")
    assert installation.lease_id is None


def refresh_when_the_lease_has_ended(installation: Any, *, broken: bool) -> None:
    """What a killed worker held is due again by itself, and no sooner."""
    from django.conf import settings
    from django.utils import timezone

    from console import refreshing
    from extensions.installations.models import Installation

    now = timezone.now()
    held = Installation.objects.exclude(lease_until=None).filter(pk=installation.pk).first()
    if held is not None:
        Installation.objects.filter(pk=held.pk).update(refresh_at=now)
        assert not Installation.objects.due(now).exists(), "two refreshes could meet"
    later = now + settings.REFRESH_LEASE * 30
    lease_id = Installation.claim(later, limit=1, until=later + settings.REFRESH_LEASE)
    assert lease_id is not None, "the installation is never refreshed again"
    assert refreshing.refresh(installation.pk, lease_id, clock=lambda: later) is not None
    check_stored(installation, broken=broken)


if __name__ == "__main__":
    django.setup()
    sys.exit(main(sys.argv[1]))
