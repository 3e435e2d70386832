"""Repairs with everything that they need: the account's token, our share of the rate limit, the sign key, a worker."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.acting import Actor
from accounts.vault import Unreadable
from console.reaching import Log, asking
from console.refreshing import hand_out
from console.refreshing import kick as refresh_what_is_due
from extensions.blueprints.models import ExtensionSecret
from extensions.installations.models import Installation
from extensions.mappings.models import Repair
from extensions.mappings.models.repair import PLANNED_ANEW, UNSETTLED
from extensions.mappings.repairing import approving, executing, proposing
from extensions.mappings.repairing.account import MOST_CALLS
from extensions.mappings.repairing.operations import Operation
from extensions.mappings.repairing.refusing import Refused
from oneflow.client import OneflowClient
from oneflow.errors import BudgetSpent

DISPATCH = "console.tasks.dispatch_repairs"
RUN = "console.tasks.run_repair"
# Handed out in one go; each is a handful of calls.
MOST_AT_ONCE = 50
RELINK = "Relink the installation first."


def plan(installation: Installation, operations: tuple[Operation, ...], *, actor: Actor) -> Repair:
    """The repair, planned on the account as it is now. Raises `Refused` and OneflowError."""
    with reaching(installation, Log()) as client:
        return proposing.propose(installation, operations, client=client, actor=actor)


def plan_undoing(done: Repair, *, actor: Actor) -> Repair:
    """The repair that undoes another, planned on the account as it is now. Raises `Refused` and OneflowError."""
    with reaching(done.installation, Log()) as client:
        return proposing.propose_undoing(done, client=client, actor=actor)


def plan_again(former: Repair, *, actor: Actor) -> Repair:
    """The repair of the same operations, planned on the account as it is now. Raises `Refused` and OneflowError."""
    if former.state not in PLANNED_ANEW:
        raise Refused("This repair is not one to be planned again.", "Look at what is left to repair in the account.")
    if former.undoes is not None:
        former.undoes.installation = former.installation
        return plan_undoing(former.undoes, actor=actor)
    return plan(former.installation, proposing.plan_of(former).operations, actor=actor)


def want(repair: Repair, *, actor: Actor, now: datetime) -> None:
    """Have a worker run it, as soon as this is committed. Raises `Refused`."""
    demand_writes(repair)
    approving.want(repair, actor=actor, now=now)
    transaction.on_commit(kick, robust=True)


def demand_writes(repair: Repair) -> None:
    """Raise `Refused` while the extension may not write. What was sent already may be read back all the same."""
    if repair.state not in UNSETTLED and not repair.installation.extension.writes_allowed:
        raise Refused("Writes are off for this extension.", "An administrator turns them on in its settings.")


def is_the_jobs(repair: Repair) -> bool:
    """Whether a job that goes on has it written: the job's approval, its first few and its pause count."""
    member = getattr(repair, "job_member", None)
    return member is not None and not member.job.is_over and repair.state not in UNSETTLED


def demand_single(repair: Repair) -> None:
    """Raise `Refused` for what a job that goes on has written."""
    if is_the_jobs(repair):
        raise Refused(
            f"This repair belongs to job {repair.job_member.job_id}.", "Go on with the job: it writes this account too."
        )


def kick() -> None:
    """Have what is to be run handed out at once. With the broker away, beat does it when the broker is back."""
    hand_out(DISPATCH, [()], expires=60)


def dispatch(now: datetime) -> int:
    """Take each repair that is to be run and hand out a task for it; how many."""
    tasks = []
    for repair_id in Repair.objects.due(now).values_list("pk", flat=True)[:MOST_AT_ONCE]:
        if lease_id := executing.claim(repair_id, now, now + settings.REFRESH_LEASE):
            tasks.append((repair_id, str(lease_id)))
    return hand_out(RUN, tasks, expires=settings.REFRESH_LEASE.total_seconds())


def run(repair_id: int, lease_id: UUID, *, clock: Callable[[], datetime] = timezone.now) -> Repair | None:
    """Run a claimed repair as far as it goes; the repair as it is then, None when the lease was lost."""
    now = clock()
    # The lease began when the task was handed out. Were it to end during the run, another would begin beside it.
    if not executing.hold(repair_id, lease_id, now, now + settings.REFRESH_LEASE):
        return None
    repair = Repair.objects.select_related(
        "installation__account", "installation__extension", "installation__token", "job_member"
    ).get(pk=repair_id)
    log = Log()
    # Of many accounts nobody waits for each: those leave the reserve of the rate limit to whoever does.
    waited_for = getattr(repair, "job_member", None) is None
    try:
        with reaching(repair.installation, log, staff=waited_for) as client:
            done = executing.execute(
                repair_id,
                lease_id,
                client=client,
                sign_key=sign_key_of(repair.installation),
                heard=lambda: [heard for _, heard in log.heard],
                clock=clock,
            )
    except (Refused, BudgetSpent) as exc:
        return executing.give_back(repair_id, lease_id, str(exc), getattr(exc, "remedy", ""), now=clock())
    if done is not None and done.is_over:
        transaction.on_commit(refresh_what_is_due, robust=True)
    return done


def sign_key_of(installation: Installation) -> str:
    """The extension's current sign key; "" where none is set. Raises `Refused` when it cannot be opened."""
    key = ExtensionSecret.objects.filter(
        extension=installation.extension_id, kind=ExtensionSecret.Kind.SIGN_KEY
    ).first()
    try:
        return key.reveal() if key and key.ciphertext else ""
    except Unreadable as exc:
        raise Refused(f"The extension's sign key cannot be opened: {exc}", "Ask whoever runs the console.") from exc


@contextmanager
def reaching(installation: Installation, log: Log, *, staff: bool = True) -> Iterator[OneflowClient]:
    """A client for the account with all calls of a repair reserved. Raises `Refused` and BudgetSpent."""
    if installation.token is None or installation.state == Installation.State.DISCONNECTED:
        raise Refused("The account is disconnected.", "Connect it again first.")
    with ExitStack() as stack:
        try:
            client = stack.enter_context(asking(installation, log, calls=MOST_CALLS, staff=staff))
        except Unreadable as exc:
            raise Refused(f"The token cannot be opened: {exc}", RELINK) from exc
        except ValueError as exc:
            # The base URL in our own settings, or the token's form; the sentence holds neither secret.
            raise Refused(f"Oneflow cannot be asked: {exc}", RELINK) from exc
        yield client
