"""A job comes into being: what is to be done, in which accounts, and why. Nothing is read or written yet."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from accounts.acting import Actor, Deed
from extensions.blueprints.models import Extension
from extensions.installations.models import Installation
from extensions.mappings.models import Repair, RepairJob, RepairJobMember
from extensions.mappings.models.job import Standing
from extensions.mappings.repairing.operations import Operation, demand_one_write
from extensions.mappings.repairing.proposing import words_of
from extensions.mappings.repairing.refusing import Refused

VERB = "repair_job.make"
MOST_ACCOUNTS = 10_000
MOST_FAILING = 10  # per cent
LONGEST_REASON = 500


def make(
    extension: Extension,
    operations: tuple[Operation, ...],
    installations: Sequence[int],
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    most_failing: int = MOST_FAILING,
    own: Mapping[int, Operation] | None = None,
) -> RepairJob:
    """The job that does these operations in these installations of the extension, its dry run still to come.

    `own` is what is done in each, where that differs from one to another as the id of a webhook does. Those that are
    disconnected are left away. Raises `Refused`.
    """
    demand_one_write(operations)
    if any(each.kind.only_undoes for each in operations):
        raise Refused("This only undoes another repair.", "Open the job that is to be undone.")
    chosen = Installation.objects.connected().filter(extension=extension, pk__in=installations)
    members = [
        RepairJobMember(installation_id=pk, operations=_json((own[pk],)) if own else None)
        for pk in chosen.order_by("account__name", "pk").values_list("pk", flat=True)[: MOST_ACCOUNTS + 1]
    ]
    job = RepairJob(extension=extension, title=words_of(operations).strip(), operations=_json(operations))
    return _store(job, members, reason, most_failing, actor, now)


def make_anew(job: RepairJob, *, reason: str, actor: Actor, now: datetime) -> RepairJob:
    """The same job for the accounts in which it was not done and read back. Raises `Refused` while it goes on."""
    _demand_over(job)
    left = RepairJobMember.objects.filter(job=job).with_standing().order_by("pk")
    left = left.exclude(standing__in=[Standing.VERIFIED, Standing.UNDONE])
    rows = left.filter(installation__in=Installation.objects.connected())
    members = [
        RepairJobMember(installation_id=installation, operations=operations, undoes_id=undoes)
        for installation, operations, undoes in rows.values_list("installation", "operations", "undoes")
    ]
    again = RepairJob(extension=job.extension, title=job.title, operations=job.operations, undoes=job.undoes)
    return _store(again, members, reason, job.most_failing, actor, now)


def make_undoing(done: RepairJob, *, reason: str, actor: Actor, now: datetime) -> RepairJob:
    """The job that undoes what another has written and read back, account by account.

    Raises `Refused` while that goes on: what it is still to write would stay.
    """
    _demand_over(done)
    repairs = Repair.objects.undoable().filter(job_member__job=done).order_by("job_member")
    members = [
        RepairJobMember(installation_id=installation, undoes_id=pk)
        for pk, installation in repairs.values_list("pk", "installation")
    ]
    title = f"Undo: {done.title}"[:255]
    job = RepairJob(extension=done.extension, title=title, operations=[], undoes=done)
    return _store(job, members, reason, done.most_failing, actor, now)


def _demand_over(job: RepairJob) -> None:
    if not job.is_over:
        raise Refused("The job is not over.", "Stop it first, or wait for its end.")


def _store(
    job: RepairJob, members: Sequence[RepairJobMember], reason: str, most_failing: int, actor: Actor, now: datetime
) -> RepairJob:
    if not members:
        raise Refused("There is no account to do it in.", "Choose connected installations of one extension.")
    if len(members) > MOST_ACCOUNTS:
        raise Refused(f"These are more than {MOST_ACCOUNTS} accounts.", "Narrow the selection.")
    if not 0 <= most_failing < 100:
        raise Refused("The share of failures is a number from 0 to 99.", "10 stops it above one in ten.")
    job.reason, job.most_failing = _reason(reason), most_failing
    job.made_at, job.maker_id, job.made_by, job.made_role = now, actor.user_id, actor.name[:150], actor.role[:80]
    with transaction.atomic():
        job.save()
        for each in members:
            each.job = job
        RepairJobMember.objects.bulk_create(members, batch_size=1000)
        Deed(actor, VERB, job, reason=job.reason, details={"accounts": len(members)}).tell()
    return job


def _reason(text: str) -> str:
    reason = " ".join(text.replace("\0", "").split())
    if not reason:
        raise Refused("Say why, so that colleagues need not ask.", "It goes into the record.")
    if len(reason) > LONGEST_REASON:
        raise Refused(f"The reason has {len(reason)} characters; {LONGEST_REASON} are kept.", "Shorten it.")
    return reason


def _json(operations: tuple[Operation, ...]) -> list[dict[str, object]]:
    return [each.as_json() for each in operations]
