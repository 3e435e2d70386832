"""Replacing the data fields of a template type, by the rules of section 13."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from sandbox.api.call import Call
from sandbox.api.checking import Checked
from sandbox.api.template_types import shown_fields, visible
from sandbox.errors import BadRequest, Problems
from sandbox.models import DataField, TemplateType

MOST_FIELDS = 300
LONGEST_VALUE = 1024


@transaction.atomic
def replace(call: Call, pk: int) -> dict[str, Any]:
    """The set as it is afterwards.

    In both: updated. Only in the request: created. Only in the type: removed, unless it is a system field, which is
    kept (ASSUMED). Of a system field nothing but `active` changes, and the answer is 200 all the same.
    """
    template_type = visible(call, pk)
    call.need_admin("manage data fields")
    wanted = _read(call.body())
    existing = {field.custom_id: field for field in template_type.data_fields.living()}
    for custom_id, columns in wanted.items():
        _put(template_type, existing.get(custom_id), custom_id, columns)
    for custom_id, field in existing.items():
        if custom_id not in wanted and field.source == DataField.Source.USER:
            field.delete()
    TemplateType.objects.filter(pk=pk).update(updated_time=timezone.now())
    return {"data_fields": shown_fields(call, template_type)}


def _put(template_type: TemplateType, existing: DataField | None, custom_id: str, columns: dict[str, Any]) -> None:
    if existing is None:
        DataField.objects.create(template_type=template_type, custom_id=custom_id, **{"name": custom_id, **columns})
        return
    if existing.source == DataField.Source.SYSTEM:
        columns = {name: value for name, value in columns.items() if name == "active"}
    if columns:
        DataField.objects.filter(pk=existing.pk).update(**columns)


def _read(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """`custom_id` → the columns that the request gives a value for; 400 naming each wrong parameter."""
    items = body.get("data_fields")
    if not isinstance(items, list) or len(items) > MOST_FIELDS:
        raise BadRequest({"data_fields": [f"A list of at most {MOST_FIELDS} data fields is expected."]})
    problems: Problems = {}
    wanted: dict[str, dict[str, Any]] = {}
    for number, item in enumerate(items):
        prefix = f"data_fields[{number}]"
        if not isinstance(item, dict):
            problems[prefix] = ["An object is expected."]
            continue
        checked = Checked(item, problems, prefix + ".")
        custom_id = checked.text("custom_id", low=1, high=200)
        if custom_id in wanted:
            checked.wrong("custom_id", "It must be unique within the template type.")
        wanted[custom_id] = _columns(checked)
    if problems:
        raise BadRequest(problems)
    return wanted


def _columns(checked: Checked) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    limits = {"name": (1, 200), "description": (0, 1000), "placeholder": (0, 1000), "value": (0, LONGEST_VALUE)}
    for name, (low, high) in limits.items():
        if name in checked.data:
            columns[name] = checked.text(name, low=low, high=high)
    if "active" in checked.data:
        columns["active"] = checked.flag("active", default=True)
    return columns
