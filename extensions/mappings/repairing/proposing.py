"""A repair comes into being: the account is read, the plan made, and both kept sealed until somebody decides."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.acting import Actor, Deed
from accounts.vault import Unreadable, fingerprint
from extensions.installations.models import Installation
from extensions.mappings.models import Repair, RepairSnapshot
from extensions.mappings.repairing import planning
from extensions.mappings.repairing.account import acting_admin, read, read_again
from extensions.mappings.repairing.context import context_of, version_of
from extensions.mappings.repairing.operations import REMOVING, Kind, Operation, demand_one_write
from extensions.mappings.repairing.plans import Plan
from extensions.mappings.repairing.refusing import Refused
from oneflow.client import OneflowClient

VERB = "repair.plan"
State, Snapshots = Repair.State, RepairSnapshot.Kind
Then = Callable[[Repair], None]


def _nothing(repair: Repair) -> None:
    pass


def propose(
    installation: Installation,
    operations: tuple[Operation, ...],
    *,
    client: OneflowClient,
    actor: Actor,
    only_left: bool = False,
    clock: Callable[[], datetime] = timezone.now,
    then: Then = _nothing,
) -> Repair:
    """The repair that does these operations, planned on the account as it is now. Nothing is written to Oneflow.

    With `only_left`, of several fields those for which there is something to do. `then` is done in the transaction
    that stores it. Raises `Refused` and OneflowError, and then nothing is stored.
    """
    demand_one_write(operations)
    version = version_of(installation)
    context = context_of(installation, version)
    reading = read(client, operations, context)
    if only_left:
        operations = planning.left_to_do(operations, reading)
    plan = planning.plan(operations, reading, context)
    acting_admin(reading, installation.acting_user_email)
    return _store(Repair(installation=installation, blueprint=version), plan, actor, clock(), then)


def propose_undoing(
    done: Repair,
    *,
    client: OneflowClient,
    actor: Actor,
    clock: Callable[[], datetime] = timezone.now,
    then: Then = _nothing,
) -> Repair:
    """The repair that undoes another, while the account is as that one left it. Raises as `propose` does."""
    if not Repair.objects.undoable().filter(pk=done.pk).exists():
        raise Refused(
            "Only a repair that was written and read back can be undone, and once.", "Look at what became of it."
        )
    installation, former = done.installation, plan_of(done)
    operations = planning.undoing(former, done.made or 0)
    context = context_of(installation, done.blueprint or version_of(installation))
    reading = read_again(client, operations[0].kind, former.write.target, context)
    planning.demand_not_moved_on(former, _after(done), reading, context)
    operations = planning.left_to_undo(operations, former, reading, context)
    plan = planning.plan(operations, reading, context, former)
    acting_admin(reading, installation.acting_user_email)
    return _store(Repair(installation=installation, blueprint=done.blueprint, undoes=done), plan, actor, clock(), then)


def plan_of(repair: Repair) -> Plan:
    """The plan of a repair. Raises `Refused` when it is not kept, cannot be opened, or is not what was approved."""
    plan = Plan.from_json(content_of(repair, Snapshots.PLAN))
    if hash_of(plan) != repair.plan_hash:
        raise Refused("The stored plan is not the one that was planned.", "Plan the repair again.")
    return plan


def content_of(repair: Repair, kind: str) -> dict[str, object]:
    """A snapshot of a repair. Raises `Refused` when it is no longer kept, or cannot be opened."""
    row = RepairSnapshot.objects.filter(repair=repair, kind=kind).first()
    if row is None:
        raise Refused(
            "The snapshot of this repair is no longer kept.", "Plan a repair of its own for what is still wrong."
        )
    try:
        return row.content()
    except Unreadable as exc:
        raise Refused(f"The snapshot of this repair cannot be opened: {exc}", "Ask whoever runs the console.") from exc


def hash_of(plan: Plan) -> str:
    """A keyed hash of all that was shown to whoever approved: what is sent, and what it rests on."""
    return fingerprint(json.dumps(plan.as_json(), sort_keys=True))


def _after(done: Repair) -> dict[str, object]:
    return content_of(done, Snapshots.AFTER)


def _store(repair: Repair, plan: Plan, actor: Actor, now: datetime, then: Then) -> Repair:
    repair.planned_at, repair.planner_id, repair.planned_by = now, actor.user_id, actor.name[:150]
    repair.summary = words_of(plan.operations)
    repair.removes = list(plan.removes)
    repair.needs_second = bool(plan.removes)
    repair.state = State.WAITING if repair.needs_second else State.PLANNED
    repair.plan_hash = hash_of(plan)
    with transaction.atomic():
        repair.save()
        RepairSnapshot.keep(repair, Snapshots.PLAN, plan.as_json(), now)
        details = {"repair": repair.pk, "summary": repair.summary, "removes": repair.removes}
        Deed(actor, VERB, repair.installation, details=details).tell()
        then(repair)
    return repair


DOES = {
    Kind.ACTIVATE_FIELD: "Switch on",
    Kind.DEACTIVATE_FIELD: "Switch off",
    Kind.ADD_FIELD: "Add",
    Kind.RESTORE_FIELD: "Bring back",
    Kind.REMOVE_FIELD: "Remove",
    Kind.CREATE_TEMPLATE_TYPE: "Create template type",
    Kind.CREATE_WEBHOOK: "Create the webhook of",
    Kind.CORRECT_WEBHOOK_URL: "Correct the address of webhook",
    Kind.RESTORE_WEBHOOK_URL: "Put back the address of webhook",
    Kind.REMOVE_WEBHOOK: "Remove webhook",
}


def words_of(operations: Sequence[Operation]) -> str:
    """What they do, in a line."""
    by_kind: dict[Kind, list[str]] = {}
    for each in operations:
        by_kind.setdefault(each.kind, []).append(each.custom_id or (str(each.webhook) if each.webhook else each.role))
    told = "; ".join(f"{DOES[kind]} {_first(names)}" for kind, names in by_kind.items())
    place = f" in {operations[0].role}" if operations[0].kind.of_field else ""
    return f"{told}{place}"[:255]


def only_switches_off(summary: str) -> bool:
    """Whether what a repair with these words takes away is only switched off; its names do not tell."""
    done = summary.split("; ")
    removing = tuple(f"{DOES[kind]} " for kind in REMOVING if kind is not Kind.DEACTIVATE_FIELD)
    return done[0].startswith(DOES[Kind.DEACTIVATE_FIELD]) and not any(each.startswith(removing) for each in done)


def _first(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
