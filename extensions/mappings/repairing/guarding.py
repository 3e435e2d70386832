"""The last look at a body before it is sent: whatever a mistake elsewhere made of it, no field of anybody's is lost."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from extensions.mappings.repairing.refusing import Refused
from oneflow.kept import KeptTemplateType


def demand_whole(fields: Sequence[Mapping[str, Any]], kept: KeptTemplateType, removes: Collection[str]) -> None:
    """Raise `Refused` unless the fields to be sent hold every field of the template type, those of `removes` aside."""
    sent = {field.get("custom_id") for field in fields}
    left_out = [each.custom_id for each in kept.data_fields if each.custom_id not in sent]
    unconfirmed = [custom_id for custom_id in left_out if custom_id not in removes]
    if unconfirmed:
        raise Refused(
            f"The write would remove fields that nobody confirmed: {', '.join(sorted(unconfirmed))}. It was not sent.",
            "Plan the repair again from what the account has now.",
        )


def demand_addressable(kept: KeptTemplateType) -> None:
    """Raise `Refused` where a write could not name every field that is there, so that Oneflow might remove one."""
    counted = Counter(each.custom_id for each in kept.data_fields)
    nameless = counted.pop("", 0)
    twice = sorted(custom_id for custom_id, number in counted.items() if number > 1)
    if nameless:
        raise Refused(
            f'{nameless} field(s) of "{kept.name}" have no custom_id: a write could not send them back, and Oneflow '
            "would remove them.",
            "Ask the customer to give them one in Oneflow, or do the change there by hand.",
        )
    if twice:
        raise Refused(
            f'"{kept.name}" has several fields with one custom_id: {", ".join(twice[:5])}. A write could not tell them '
            "apart, and Oneflow might remove one.",
            "Ask Oneflow, which promises that a custom_id is unique within a template type.",
        )
