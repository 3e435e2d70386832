"""`python -m tests.faults.killing_notifier`: kill a worker at every statement and around every sending of a round.

Runs on the database of DATABASE_URL, which is empty. For each moment an issue opens, a child process routes, composes
and delivers as a worker does, until it kills itself there; then another worker goes on when the lease has ended. What
arrives is one message for each opening: the same key again where the kill fell between sending and noting it, nothing
else twice, nothing lost. Ends with an error at the first moment that leaves anything else.
"""

import os
import sys
from datetime import datetime, timedelta
from typing import Any, NoReturn

import django

from tests.faults.killing import MOST, Killer

SECRET = "a-signing-secret-of-this-test"


def main() -> int:
    from django.core.management import call_command
    from django.utils import timezone

    from extensions.health.models import Message, Notification, Transition
    from tests.making import make_installation

    call_command("migrate", verbosity=0)
    installation, moment_of_day = make_installation(), timezone.now()
    with listening() as receiver:
        make_rule(receiver.url)
        twice = 0
        for moment in range(MOST):
            moment_of_day += timedelta(days=1)
            open_issue(installation, moment_of_day)
            told = moment_of_day + timedelta(minutes=10)
            survived = not killed_at(moment, told)
            finish(told)
            keys = receiver.take()
            assert len(set(keys)) == 1, f"moment {moment}: {len(set(keys))} messages for one opening"
            assert len(keys) <= 2, f"moment {moment}: sent {len(keys)} times"
            twice += len(keys) - 1
            assert not Message.objects.exclude(state="sent").exists(), f"moment {moment}: a message was not sent"
            assert not Notification.objects.filter(state="waiting").exists(), f"moment {moment}: something waits"
            assert not Transition.objects.filter(routed_at=None).exists(), f"moment {moment}: something is not routed"
            if survived:
                assert twice > 0, "no kill fell between sending and noting it"
                sys.stdout.write(f"survived {moment} kills, {twice} sent twice with the same key\n")
                return 0
    raise AssertionError(f"a round has more than {MOST} moments")


def make_rule(url: str) -> None:
    from extensions.health.models import Channel, ChannelSecret, Rule

    channel = Channel.objects.create(name="duty", kind="webhook")
    for kind, secret in (("address", url), ("signing", SECRET)):
        row = ChannelSecret(channel=channel, kind=kind)
        row.seal(secret)
        row.save()
    Rule.objects.create(name="all", channel=channel, all_clear=False)


def open_issue(installation: Any, now: datetime) -> None:
    """Mend it, then break it: an opening that was not there before."""
    from tests.health.judged import change, deal_webhook, stored

    for legacy, at in ((False, now - timedelta(hours=1)), (True, now)):
        change(deal_webhook(installation), legacy=legacy)
        stored(installation, at)


def finish(told: datetime) -> None:
    """What the next worker does once the lease has ended, and the one after it."""
    from console import notifying
    from extensions.health.notifying.delivering import LEASE

    for later in (told + 2 * LEASE, told + 4 * LEASE):
        notifying.notify(lambda later=later: later)


def killed_at(moment: int, told: datetime) -> bool:
    """Run a round in a child process that kills itself at that moment; False when it came to its end."""
    from django.db import connection

    connection.close()  # a connection must not be shared with the child
    child = os.fork()
    if child == 0:
        notify_in_child(moment, told)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, "the child failed"
    return False


def notify_in_child(moment: int, told: datetime) -> NoReturn:
    from django.db import connection

    from console import notifying
    from extensions.health.notifying.sending import send

    code = 1
    try:
        killer = Killer(moment)
        connection.ensure_connection()
        connection._commit = killer.around(connection._commit)
        with connection.execute_wrapper(lambda execute, *args: killer.around(execute)(*args)):
            notifying.notify(lambda: told, sender=killer.around(send))
        code = 0
    finally:
        os._exit(code)


def listening() -> Any:
    """A receiver that keeps the key of everything that comes, also what it has had before."""
    from console.demo.receiving import Receiver

    class Every(Receiver):
        def _keep(self, key: str, body: bytes) -> None:
            with self._lock:
                self._came.append(key.encode())

    return Every(SECRET)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    django.setup()
    sys.exit(main())
