"""From what is wanted and what the account has now to one write, or to a reason why not."""

import json
from dataclasses import asdict

from extensions.mappings.repairing import fields, types, webhooks
from extensions.mappings.repairing.account import Reading
from extensions.mappings.repairing.comparing import Watched, differences, watched
from extensions.mappings.repairing.context import Context
from extensions.mappings.repairing.operations import Kind, Operation, demand_one_write
from extensions.mappings.repairing.plans import Plan
from extensions.mappings.repairing.refusing import PLAN_AGAIN, Refused

PLAN_WHAT_IS_WRONG = "Plan a repair of its own for what is still wrong."
# What undoes each kind of operation.
UNDONE_BY = {
    Kind.ACTIVATE_FIELD: Kind.DEACTIVATE_FIELD,
    Kind.DEACTIVATE_FIELD: Kind.ACTIVATE_FIELD,
    Kind.ADD_FIELD: Kind.REMOVE_FIELD,
    Kind.RESTORE_FIELD: Kind.REMOVE_FIELD,
    Kind.REMOVE_FIELD: Kind.RESTORE_FIELD,
    Kind.CREATE_WEBHOOK: Kind.REMOVE_WEBHOOK,
    Kind.CORRECT_WEBHOOK_URL: Kind.RESTORE_WEBHOOK_URL,
    Kind.RESTORE_WEBHOOK_URL: Kind.RESTORE_WEBHOOK_URL,
}


def plan(operations: tuple[Operation, ...], reading: Reading, context: Context, former: Plan | None = None) -> Plan:
    """The plan of these operations. `former` is the plan that they undo, whose snapshot they go back to.

    Raises `Refused` where the console does not do it: not ours, nothing to do, or not to be sent back in full.
    """
    demand_one_write(operations)
    first = operations[0]
    if any(each.kind.only_undoes for each in operations) and former is None:
        raise Refused("This only undoes another repair.", "Open the repair that is to be undone.")
    if first.kind.of_field:
        return fields.plan(operations, reading, context, former)
    if first.kind is Kind.CREATE_TEMPLATE_TYPE:
        return types.plan(first, reading, context)
    return webhooks.plan(first, reading, context, former)


def demand_still_meant(approved: Plan, reading: Reading, context: Context, former: Plan | None = None) -> None:
    """Raise `Refused` where the plan of today would not be the approved one, though the account is as it was.

    What we know of the account and want of it may have changed since: who set it up, what is ours, where webhooks go.
    """
    first = approved.operations[0]
    if first.kind.of_field and former is None:
        ours = reading.type_of(first.role, context)
        if ours is None or ours.id != approved.write.target:
            raise Refused(f"The template type is not our {first.role} any more: nothing was written.", PLAN_AGAIN)
    if _sent(plan(approved.operations, reading, context, former)) != _sent(approved):
        raise Refused(
            "The console would write something else today than what was approved: what is known of the account, or "
            "the extension's settings, changed since. Nothing was written.",
            PLAN_AGAIN,
        )


def _sent(plan: Plan) -> str:
    return json.dumps(asdict(plan.write), sort_keys=True)


def undoing(done: Plan, made: int) -> tuple[Operation, ...]:
    """The operations that undo a plan; `made` is what it made. Raises `Refused` where nothing can."""
    first = done.operations[0]
    if first.kind is Kind.CREATE_TEMPLATE_TYPE:
        raise Refused(
            "A template type cannot be removed through the API.",
            "Ask the customer to remove it in Oneflow, if it must go.",
        )
    if first.kind is Kind.REMOVE_WEBHOOK:
        raise Refused(
            "A webhook that is gone does not come back under its id.", "Plan a repair that makes a webhook instead."
        )
    if first.kind is Kind.CREATE_WEBHOOK and not made:
        raise Refused(
            "Which of the webhooks that are new is ours is not known, so none is removed.",
            "Ask the customer to remove the one that is too many.",
        )
    return tuple(
        Operation(UNDONE_BY[each.kind], each.role, each.custom_id, webhook=made or each.webhook)
        if each.kind.of_webhook
        else Operation(UNDONE_BY[each.kind], each.role, each.custom_id)
        for each in done.operations
    )


def left_to_do(operations: tuple[Operation, ...], reading: Reading) -> tuple[Operation, ...]:
    """Of operations that were chosen for many accounts those that this account asks for; all, where it asks for none.

    Then the plan says why there is nothing to do.
    """
    left = fields.left_to_do(operations, reading) if all(each.kind.of_field for each in operations) else ()
    return left or operations


def left_to_undo(
    operations: tuple[Operation, ...], done: Plan, reading: Reading, context: Context
) -> tuple[Operation, ...]:
    """Of what undoes a plan, that for which there is something to undo: its write may have been taken in part.

    Raises `Refused` when that is nothing.
    """
    if operations[0].kind.of_webhook:
        return operations
    found = fields.left_to_undo(operations, done, reading, context)
    if not found:
        raise Refused(
            "Nothing of what this repair names was taken, so there is nothing to undo; what else differs stays.",
            PLAN_WHAT_IS_WRONG,
        )
    return found


def demand_not_moved_on(done: Plan, after: Watched, reading: Reading, context: Context) -> None:
    """Raise `Refused` when the account is not as the repair left it: going back would undo somebody else's change."""
    now = watched(done.write.call, done.write.target, done.write.role, reading, context)
    if found := differences(after, now):
        raise Refused(
            f"The account has moved on since: {' '.join(found[:5])}",
            f"Undoing would take that away too. {PLAN_WHAT_IS_WRONG}",
        )
