"""Filling the data fields of a contract (section 8.2)."""

from collections.abc import Mapping

from django.db import transaction

from sandbox import clock
from sandbox.contracts.editing import content_changed, need_open
from sandbox.contracts.events import Actor
from sandbox.contracts.refusing import NotAcceptable
from sandbox.models import Contract, ContractField

LONGEST_VALUE = 1024


@transaction.atomic
def fill(contract: Contract, values: Mapping[str, str], actor: Actor | None = None) -> None:
    """Give fields other values, by `custom_id`. A value that a field has already is no change and no event.

    NotAcceptable, under the `custom_id`, for one that the contract has not or that cannot take the value.
    """
    fields = {field.custom_id: field for field in contract.data_fields.filter(custom_id__in=values)}
    problems = {}
    for custom_id, value in values.items():
        if custom_id not in fields:
            problems[custom_id] = ["The contract has no data field of this custom_id."]
        elif wrong := check_value(value, checkbox=fields[custom_id].checkbox):
            problems[custom_id] = [wrong]
    if problems:
        raise NotAcceptable(problems)
    need_open(contract)
    changed = [field for field in fields.values() if field.value != values[field.custom_id]]
    for field in changed:
        ContractField.objects.filter(pk=field.pk).update(value=values[field.custom_id], updated_time=clock.now())
    if changed:
        content_changed(contract, ["data_field:update"] * len(changed), actor)


def check_value(value: str, *, checkbox: bool) -> str | None:
    """What is wrong with a value (section 13), if anything."""
    if len(value) > LONGEST_VALUE:
        return f"A text of at most {LONGEST_VALUE} characters is expected."
    if checkbox and value not in ("", "0", "1"):
        return "This is a checkbox: 0 or 1 is expected."
    return None
