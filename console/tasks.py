"""What worker and beat run: thin, with ids for arguments and no Celery retries. The database is the queue of record."""

from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.utils import timezone

# A worker that loads the tasks gives signs of life, however it was started.
from console import broker, heartbeats, notifying, pruning, refreshing, watching  # noqa: F401
from console.repairs import running as repairs
from console.repairs.jobs import running as jobs
from console.rollouts import mover, queueing
from extensions.health import passing, previewing
from extensions.mappings import summing

# It takes seconds. One that hangs all the same does not take a worker with each of beat's rounds.
HANDING_OUT = {"soft_time_limit": 120, "time_limit": 150}


@shared_task(name=refreshing.DISPATCH, **HANDING_OUT)
def dispatch_refreshes() -> None:
    """Hand out the installations whose turn it is."""
    refreshing.dispatch(timezone.now())


# A hung connection must not outlive the lease: two refreshes of one installation would meet.
@shared_task(
    name=refreshing.REFRESH,
    soft_time_limit=settings.REFRESH_SOFT_LIMIT,
    time_limit=settings.REFRESH_HARD_LIMIT,
)
def refresh_installation(installation_id: int, lease_id: str) -> None:
    """Refresh one installation, if the lease still holds."""
    refreshing.refresh(installation_id, UUID(lease_id))


@shared_task(name=repairs.DISPATCH, **HANDING_OUT)
def dispatch_repairs() -> None:
    """Hand out the repairs that are to be run, and those that a killed worker left behind."""
    repairs.dispatch(timezone.now())


@shared_task(
    name=repairs.RUN,
    soft_time_limit=settings.REFRESH_SOFT_LIMIT,
    time_limit=settings.REFRESH_HARD_LIMIT,
)
def run_repair(repair_id: int, lease_id: str) -> None:
    """Run one repair, if the lease still holds."""
    jobs.ended(repairs.run(repair_id, UUID(lease_id)))


@shared_task(name=jobs.ADVANCE, **HANDING_OUT)
def advance_repair_jobs() -> None:
    """Move each job over many accounts on by what became of them."""
    jobs.advance(timezone.now())


@shared_task(
    name=jobs.READ,
    soft_time_limit=settings.REFRESH_SOFT_LIMIT,
    time_limit=settings.REFRESH_HARD_LIMIT,
)
def read_job_account(member_id: int, lease_id: str) -> None:
    """Read one account for a job's dry run, if the lease still holds."""
    jobs.read(member_id, UUID(lease_id))


@shared_task
def pass_time() -> None:
    """Open and resolve the issues whose time has come, though no refresh came between."""
    passing.let_time_pass(timezone.now())


@shared_task
def watch() -> None:
    """Notice what many installations share, and what ails Oneflow or this console."""
    watching.watch(timezone.now())


# One try of a channel is bounded, and so are the tries of one run; a run that hangs all the same is ended.
@shared_task(soft_time_limit=600, time_limit=630)
def notify() -> None:
    """Tell whom rules name what began and what is over."""
    notifying.notify(timezone.now)


# A slice of work, after which others have their turn; one batch more than that is the most that it takes.
@shared_task(name=queueing.PREVIEWS, soft_time_limit=120, time_limit=150)
def go_on_with_previews() -> None:
    """Judge on in previews of a version, and have the next slice follow."""
    if previewing.go_on(timezone.now):
        queueing.kick(queueing.PREVIEWS)


@shared_task(name=queueing.ROLLOUTS, soft_time_limit=120, time_limit=150)
def go_on_with_rollouts() -> None:
    """Move, judge and give back, step by step."""
    if mover.move_on(timezone.now):
        queueing.kick(queueing.ROLLOUTS)


# A slice of work; what is left over is found again half a minute later.
@shared_task(soft_time_limit=120, time_limit=150)
def sum_up_the_rest() -> None:
    """Sum up which accounts differ from which version, where a draft or an account has changed since."""
    summing.catch_up()


@shared_task
def sweep_broker() -> None:
    """Delete what the embedded broker has delivered."""
    broker.sweep()


@shared_task
def prune() -> None:
    """Delete refreshes, exchanges and changes that retention no longer asks to keep."""
    pruning.prune(timezone.now())
