"""Planning a template type that the account lacks: made empty, its fields and its webhook are repairs of their own."""

from extensions.mappings.repairing.account import Reading
from extensions.mappings.repairing.comparing import watched
from extensions.mappings.repairing.context import Context
from extensions.mappings.repairing.operations import Operation
from extensions.mappings.repairing.plans import Call, Cell, Fate, Plan, Row, Write
from extensions.mappings.repairing.refusing import ENABLE_ANEW, Refused

NOT_UNDONE = "No call of Oneflow's deletes a template type: undoing is not possible here, only the customer can do it."


def plan(operation: Operation, reading: Reading, context: Context) -> Plan:
    """The plan to make the type. Raises `Refused`."""
    wanted = context.wanted_type(operation.role)
    if context.by_extension:
        raise Refused(f'The extension makes "{wanted.name}", not its callers.', ENABLE_ANEW)
    found = reading.type_of(operation.role, context)
    if found is not None:
        raise Refused(
            f'The account has "{found.name}" (id {found.id}) for it already.',
            "Nothing is to be made: refresh the installation and look again.",
        )
    cells = (
        Cell("name", wanted.name, None, wanted.name),
        Cell("description", wanted.description, None, wanted.description),
    )
    return Plan(
        operations=(operation,),
        write=Write(
            Call.CREATE_TEMPLATE_TYPE, 0, {"name": wanted.name, "description": wanted.description}, operation.role
        ),
        before=watched(Call.CREATE_TEMPLATE_TYPE, 0, operation.role, reading, context),
        rows=(Row(operation.role, wanted.name, Fate.ADDED, "ours", cells),),
        seen=tuple(sorted(each.id for each in reading.types)),
        not_undone=(NOT_UNDONE,),
    )
