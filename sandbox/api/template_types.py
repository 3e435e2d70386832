"""Template types: the list, one with its data fields, and making one by hand (sections 6.8 and 12.4)."""

from typing import Any

from django.utils import timezone

from sandbox.api.call import Call, written_time
from sandbox.api.checking import Checked
from sandbox.models import DataField, TemplateType
from sandbox.paging import one_of, page


def listed(call: Call) -> dict[str, Any]:
    """Without data fields, which only the single answer has. `extension_type` narrows it (ASSUMED, section 14)."""
    rows = call.caller.account.template_types.living()
    extension_type = call.parameter("extension_type")
    if extension_type is not None:
        rows = rows.filter(extension_type=extension_type)
    return page(call, rows, lambda row: _shown(call, row), sortable=("name",))


def one(call: Call, pk: int) -> dict[str, Any]:
    return with_fields(call, visible(call, pk))


def create(call: Call) -> dict[str, Any]:
    """A hand-made type: no extension type, no fields yet."""
    call.need_admin("create template types")
    body = Checked(call.body())
    name = body.text("name", low=1, high=100)
    description = body.text("description", high=1000, default="")
    body.done()
    now = timezone.now()
    row = TemplateType.objects.create(
        account=call.caller.account, name=name, description=description, created_time=now, updated_time=now
    )
    return with_fields(call, row)


def fields(call: Call, pk: int) -> dict[str, Any]:
    """The helper's answer: all fields of a type, without pages."""
    return {"data_fields": shown_fields(call, visible(call, pk))}


def visible(call: Call, pk: int) -> TemplateType:
    row: TemplateType = one_of(call.caller.account.template_types.living(), pk, "template type")
    return row


def with_fields(call: Call, row: TemplateType) -> dict[str, Any]:
    return _shown(call, row) | {"data_fields": shown_fields(call, row)}


def shown_fields(call: Call, row: TemplateType) -> list[dict[str, Any]]:
    return [_shown_field(call, field) for field in row.data_fields.living().order_by("pk")]


def _shown(call: Call, row: TemplateType) -> dict[str, Any]:
    return {
        "_links": {"self": call.href(f"/template_types/{row.pk}")},
        "active": row.active,
        "created_time": written_time(row.created_time),
        "description": row.description,
        "extension_type": row.extension_type,
        "id": row.pk,
        "name": row.name,
        "updated_time": written_time(row.updated_time),
    }


def _shown_field(call: Call, field: DataField) -> dict[str, Any]:
    return {
        "_links": {"template_type": call.href(f"/template_types/{field.template_type_id}")},
        "active": field.active,
        "custom_id": field.custom_id,
        "description": field.description,
        "id": field.pk,
        "name": field.name,
        "placeholder": field.placeholder,
        "source": field.source,
        "value": field.value,
    }
