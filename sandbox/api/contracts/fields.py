"""The data fields of a contract, to the letter of section 8.2."""

from typing import Any

from sandbox.api.call import Call
from sandbox.api.checking import Checked
from sandbox.api.contracts import finding, shown
from sandbox.api.contracts.creating import MOST_FIELDS
from sandbox.contracts import filling
from sandbox.errors import NotThere
from sandbox.models import Contract, ContractField
from sandbox.paging import page


def listed(call: Call, pk: int) -> dict[str, Any]:
    return page(call, finding.one(call, pk).data_fields.all(), shown.data_field, all_at_once=True)


def update_several(call: Call, pk: int) -> dict[str, Any]:
    """Each item says which field by `id` or `_private_ownerside.custom_id`; the answer has the same wrapper."""
    contract = finding.changeable(call, pk)
    body = Checked(call.body())
    if "data_fields" not in body.data:
        body.wrong("data_fields", "This is required.")
    items = body.items("data_fields", most=MOST_FIELDS)
    body.done()
    named = [(_named(contract, item), item) for item in items]
    values: dict[str, str] = {}
    seen: set[int] = set()
    for field, item in named:
        if field is not None and field.pk in seen:
            item.wrong("id", "This data field is named twice.")
        elif field is not None:
            seen.add(field.pk)
            values.update(_value(item, field))
    body.done()
    filling.fill(contract, values, finding.actor(call, contract))
    rows = contract.data_fields.filter(pk__in=seen).order_by("pk")
    return {"data_fields": [shown.data_field(row) for row in rows]}


def update_one(call: Call, pk: int, key: int | str) -> dict[str, Any]:
    """By its id or `c::<custom_id>`. What the body says of either must be the same field."""
    contract = finding.one(call, pk)
    where = {"pk": key} if isinstance(key, int) else {"custom_id": key.removeprefix("c::")}
    field = contract.data_fields.filter(**where).first()
    if field is None:
        raise NotThere("data field")
    finding.need_permission(call, contract)
    body = Checked(call.body())
    inner = body.inner("_private_ownerside")
    if "id" in body.data and (not Checked.is_id(body.data["id"]) or body.data["id"] != field.pk):
        body.wrong("id", "It is another data field than the path names.")
    if "custom_id" in inner.data and inner.data["custom_id"] != field.custom_id:
        inner.wrong("custom_id", "It is another data field than the path names.")
    values = _value(body, field)
    body.done()
    filling.fill(contract, values, finding.actor(call, contract))
    field.refresh_from_db()
    return shown.data_field(field)


def _named(contract: Contract, item: Checked) -> ContractField | None:
    """The field that an item names; None with a problem noted when it names none."""
    inner = item.inner("_private_ownerside")
    where: dict[str, Any] = {}
    if "id" in item.data:
        where["pk"] = item.pk("id")
    if "custom_id" in inner.data:
        where["custom_id"] = inner.text("custom_id", low=1, high=200)
    if not where:
        item.wrong("id", "Either id or _private_ownerside.custom_id is required.")
    if not where or not all(where.values()):
        return None
    field = contract.data_fields.filter(**where).first()
    if field is None:
        if len(where) == 2 and contract.data_fields.filter(pk=where["pk"]).exists():
            item.wrong("id", "The id and the custom_id name two different data fields.")
            return None
        raise NotThere("data field")
    found: ContractField = field
    return found


def _value(item: Checked, field: ContractField) -> dict[str, str]:
    """The field's `custom_id` with its new value; nothing when the item has none. null is the empty text."""
    if "value" not in item.data:
        return {}
    value = item.data["value"]
    if value is None:
        value = ""
    if not isinstance(value, str):
        item.wrong("value", "A text or null is expected.")
    elif wrong := filling.check_value(value, checkbox=field.checkbox):
        item.wrong("value", wrong)
    return {field.custom_id: value}
