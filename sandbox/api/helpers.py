"""The helper: workspaces and templates with which a user can create a contract (section 7)."""

from typing import Any

from sandbox.api import options, templates, workspaces
from sandbox.api.call import Call, written_time
from sandbox.bodies import whole_number
from sandbox.errors import BadRequest
from sandbox.models import Template


def contract_create_data(call: Call) -> list[dict[str, Any]]:
    """A bare array, without pages; no workspace without a template. An unknown extension type gives `[]` (ASSUMED)."""
    places = {place.pk: place for place in workspaces.creatable(call.caller).order_by("pk")}
    found: dict[int, list[dict[str, Any]]] = {}
    through = Template.workspaces.through.objects
    links = through.filter(workspace_id__in=list(places), template__in=_usable(call))
    links = links.select_related("template__template_type").prefetch_related("template__product_groups")
    for link in links.order_by("template_id"):
        found.setdefault(link.workspace_id, []).append(_shown(link.template))
    return [{"id": pk, "name": place.name, "templates": found[pk]} for pk, place in places.items() if pk in found]


def _usable(call: Call) -> Any:
    rows = call.caller.account.templates.filter(active=True)
    type_id, extension_type = call.parameter("template_type_id"), call.parameter("extension_type")
    if type_id is not None:
        number = whole_number(type_id)
        if number is None:
            raise BadRequest({"template_type_id": ["An id is expected."]})
        rows = rows.filter(template_type=number, template_type__removed=False)
    if extension_type is not None:
        rows = rows.filter(template_type__extension_type=extension_type, template_type__removed=False)
    return rows


def _shown(template: Template) -> dict[str, Any]:
    kind = templates.type_of(template)
    return {
        "available_options": options.available(template),
        "created_time": written_time(template.created_time),
        "id": template.pk,
        "name": template.name,
        "template_type": kind and templates.embedded_type(kind),
        "updated_time": written_time(template.updated_time),
    }
