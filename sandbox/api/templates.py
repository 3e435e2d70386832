"""Templates: the list with its filters, and one with more about it (section 6.7)."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from sandbox import switches
from sandbox.api import options, tags, workspaces
from sandbox.api.call import Call, written_time
from sandbox.bodies import truth, whole_number
from sandbox.errors import BadRequest, NotThere
from sandbox.models import ProductGroup, Tag, Template, TemplateType
from sandbox.paging import ids_of, one_of, page

CONFIGURATION = {
    "default_creator_roles": {"_permissions": {"contract:update": True}, "organizer": True, "signatory": False}
}


def listed(call: Call) -> dict[str, Any]:
    rows = _visible(call)
    wanted = _wanted_activity(call)
    if len(wanted) == 1:
        rows = rows.filter(active__in=wanted)
    ids = ids_of(call, "filter[workspace_ids]")
    if ids is not None:
        placed = Template.workspaces.through.objects.filter(workspace_id__in=ids)
        rows = rows.filter(pk__in=placed.values("template_id"))
    return page(call, _of_type(call, rows), lambda row: shown(call, row), sortable=("name",))


def _wanted_activity(call: Call) -> set[bool]:
    """Active ones unless asked otherwise; nothing, like a comma list of both, means both (3.3)."""
    text = call.parameter("filter[active]")
    if text is None:
        return {True}
    said = {truth(one) for one in text.split(",")} if text else {True, False}
    wanted = {one for one in said if one is not None}
    if wanted != said:
        raise BadRequest({"filter[active]": ["Expected true, false, or nothing for both."]})
    return wanted


def one(call: Call, pk: int) -> dict[str, Any]:
    template = visible_one(call, pk)
    return shown(call, template) | {
        "_private": {},
        "attachment_file_groups": [],
        "draft_approval_workflow": None,
        "parties": [],
        "pdf_file_groups": [],
        "pending_approval_workflow": None,
        "product_groups": [_product_group(group) for group in template.product_groups.order_by("pk")],
        "sign_order": [],
    }


def visible_one(call: Call, pk: int) -> Template:
    row: Template = one_of(_visible(call), pk, "template")
    return row


def _product_group(group: ProductGroup) -> dict[str, Any]:
    """A product table of a template, which holds no products: its id is what creating a contract asks for."""
    return {
        "_private_ownerside": {"created_time": written_time(group.created_time)},
        "id": group.pk,
        "products": [],
    }


def shown(call: Call, template: Template) -> dict[str, Any]:
    kind = type_of(template)
    return {
        "_links": {
            "self": call.href(f"/templates/{template.pk}"),
            "template_type": call.href(f"/template_types/{kind.pk}" if kind else None),
        },
        "available_options": options.available(template),
        "configuration": CONFIGURATION,
        "created_time": written_time(template.created_time),
        "id": template.pk,
        "name": template.name,
        "tags": [tags.embedded(tag) for tag in template.tags.all()],
        "template_active": template.active,
        "template_type": kind and embedded_type(kind),
        "updated_time": written_time(template.updated_time),
        "workspaces": [{"id": place.pk, "name": place.name} for place in template.workspaces.all()],
    }


def type_of(template: Template) -> TemplateType | None:
    """The template's type; none when there is none any more."""
    kind = template.template_type
    return None if kind is None or kind.removed else kind


def embedded_type(kind: TemplateType) -> dict[str, Any]:
    """A template type as it stands inside a template: without its data fields."""
    return {
        "created_time": written_time(kind.created_time),
        "description": kind.description,
        "extension_type": kind.extension_type,
        "id": kind.pk,
        "name": kind.name,
        "updated_time": written_time(kind.updated_time),
    }


def _visible(call: Call) -> "QuerySet[Template]":
    """Templates of the workspaces that the acting user sees."""
    places = workspaces.visible(call.caller)
    rows = call.caller.account.templates.select_related("template_type")
    if not call.caller.is_admin:
        through = Template.workspaces.through.objects.filter(workspace__in=places)
        rows = rows.filter(pk__in=through.values("template_id"))
    return rows.prefetch_related(
        Prefetch("workspaces", queryset=places.order_by("pk")),
        Prefetch("tags", queryset=Tag.objects.order_by("pk")),
        "product_groups",
    )


def _of_type(call: Call, rows: "QuerySet[Template]") -> "QuerySet[Template]":
    """Narrow by `template_type_id` and `extension_type`; an extension type without templates is an error (D)."""
    type_id, extension_type = call.parameter("template_type_id"), call.parameter("extension_type")
    if type_id is not None:
        number = whole_number(type_id)
        if number is None:
            raise BadRequest({"template_type_id": ["An id is expected."]})
        rows = rows.filter(template_type=number, template_type__removed=False)
    if extension_type is not None:
        kind = {"template_type__extension_type": extension_type, "template_type__removed": False}
        if not call.caller.account.templates.filter(**kind).exists():
            _refuse_unknown_extension()
        rows = rows.filter(**kind)
    return rows


def _refuse_unknown_extension() -> None:
    answer = switches.value("templates_unknown_extension")
    if answer == "404":
        raise NotThere("extension type")
    if answer == "400":
        raise BadRequest({"extension_type": ["No template belongs to this extension type."]})
