"""What is kept of deliveries that have ended: the newest, and everything that still waits."""

import os
import subprocess
import sys
from pathlib import Path

from tests.sandboxes import ROOT

# In a process of its own, since its models belong to another Django project than the tests'.
SCRIPT = """
import django
django.setup()
from django.core.management import call_command
from django.utils import timezone
from sandbox.delivery import storing
from sandbox.fleet import storing as fleet
from sandbox.models import Account, Attempt, Callback, Contract
call_command("migrate", verbosity=0)
fleet.begin(1, 7)
account, now = Account.objects.get(), timezone.now()
contract = Contract.objects.create(
    account=account, workspace=account.workspaces.first(), state_updated_time=now, created_time=now, updated_time=now
)
for number in range(10):
    state = "waiting" if number == 1 else "delivered"
    row = Callback.objects.create(
        account=account, contract=contract, webhook_id=1, callback_id=str(number), events=[], state=state,
        created_time=now, next_attempt_time=now,
    )
    Attempt.objects.create(callback=row, number=1, at=now, seconds=0, url="")
storing.prune()
assert Callback.objects.count() == 10
storing.KEPT = 3
storing.prune()
for model, column in ((Callback, "callback_id"), (Attempt, "callback__callback_id")):
    print(*model.objects.order_by("pk").values_list(column, flat=True))
"""


def test_the_oldest_that_have_ended_are_forgotten(tmp_path: Path) -> None:
    environment = {**os.environ, "SANDBOX_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "sandbox.settings"}

    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert (ran.stdout.splitlines(), ran.stderr) == (["1 7 8 9", "1 7 8 9"], "")
