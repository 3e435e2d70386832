"""Jobs over many accounts of the sandbox, moved on as worker and beat do, for tests."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone

from console.repairs import running as repairs
from console.repairs.jobs import running
from extensions.installations.models import Installation
from extensions.mappings.jobs import advancing, deciding, making
from extensions.mappings.models import Repair, RepairJob
from extensions.mappings.repairing import executing
from extensions.mappings.repairing.operations import Kind, Operation
from tests.console.repairing import actor, of_field, to_repair

SWITCH_ON = of_field(Kind.ACTIVATE_FIELD, "deal_value")


def broken(sandbox: Any, number: int) -> list[Installation]:
    """So many installations in whose accounts a field of the extension's is switched off, in the order of a job."""
    made = [to_repair(sandbox, toolkit=False, fault="field.inactive", custom_id="deal_value") for _ in range(number)]
    rows = Installation.objects.select_related("account", "extension", "token", "blueprint")
    return list(rows.filter(pk__in=[each.pk for each in made]).order_by("account__name", "pk"))


def make(
    installations: Sequence[Installation], operations: tuple[Operation, ...] = SWITCH_ON, **options: Any
) -> RepairJob:
    keys = [each.pk for each in installations]
    options = {"reason": "a release", "actor": actor(), "now": timezone.now(), **options}
    return making.make(installations[0].extension, operations, keys, **options)


def approve(job: RepairJob, who: str = "Ada", confirmed: Sequence[str] = (), *, alone: bool = False) -> None:
    deciding.approve(job, actor=actor(who), confirmed=confirmed, alone=alone, now=timezone.now())


def step(clock: Any = timezone.now) -> bool:
    """One look of beat's at the jobs, and all that workers do for it; whether there was anything to do."""
    now = clock()
    work = advancing.advance_all(now, lease=settings.REFRESH_LEASE)
    members = [(member, each.lease_id) for each in work for member in each.members]
    for member, lease_id in members:
        running.read(member, lease_id, clock=clock)
    due = list(Repair.objects.due(now).values_list("pk", flat=True))
    for pk in due:
        lease_id = executing.claim(pk, now, now + settings.REFRESH_LEASE)
        if lease_id is not None:
            repairs.run(pk, lease_id, clock=clock)
    return bool(members or due)


def drive(job: RepairJob) -> RepairJob:
    """Let it go on until it waits for somebody, or is over."""
    while True:
        before = job.state
        done = step()
        job.refresh_from_db()
        if not done and job.state == before:
            return job


def results(job: RepairJob) -> list[str]:
    """How far each of its accounts is, in their order."""
    return list(job.members.with_standing().order_by("pk").values_list("standing", flat=True))  # type: ignore[attr-defined]
