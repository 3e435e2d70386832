"""The templates and template types of one account, those that serve us first."""

from django.db.models import Case, Exists, IntegerField, OuterRef, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from console.installation.opening import SEE, opened
from console.installation.paging import paged, rest_of_address
from console.installation.reading import reading
from console.pages import page
from extensions.installations.matching import types_of_ours
from extensions.installations.models import Part, Template, TemplateType, UsableTemplate, Workspace


@page(SEE, unaudited="shows templates and template types; no personal data")
def templates(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """Template types with the role that each plays for us, then a page of templates."""
    this = opened(oneflow_id, key)
    installation = this.installation
    parts = {part.name: part for part in Part.objects.filter(installation=installation)}
    types = list(TemplateType.objects.filter(installation=installation))
    wanted = list(installation.blueprint.template_types.all()) if installation.blueprint else []
    roles = types_of_ours(wanted, types)
    ours = {row.oneflow_id: each for each in wanted if (row := roles[each.extension_type])}
    names = {row.oneflow_id: row for row in types}
    workspaces = dict(Workspace.objects.filter(installation=installation).values_list("oneflow_id", "name"))
    usable = UsableTemplate.objects.present().filter(
        installation=installation, template_oneflow_id=OuterRef("oneflow_id")
    )
    first = Case(
        When(template_type_oneflow_id__in=list(ours), then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    rows = Template.objects.filter(installation=installation).order_by(first, "name", "oneflow_id")
    rows = rows.annotate(is_usable=Exists(usable))
    shown = paged(request, rows)
    for row in shown:
        row.type = names.get(row.template_type_oneflow_id)
        row.is_ours = row.template_type_oneflow_id in ours
        row.workspaces = [workspaces.get(each, f"workspace {each}") for each in row.workspace_ids]
    return render(
        request,
        "installation/templates.html",
        this.page(
            request,
            "installation-templates",
            rows=shown,
            rest=rest_of_address(request),
            types=sorted(types, key=lambda row: (row.oneflow_id not in ours, row.name, row.oneflow_id)),
            ours=ours,
            absent=[each for each in wanted if roles[each.extension_type] is None],
            readings=[reading(parts, name) for name in ("template_types", "templates", "usable")],
        ),
    )
