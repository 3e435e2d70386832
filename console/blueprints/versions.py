"""The versions of an extension, who lives on which, and one version's page with what it says."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Avg, Count, Min, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from console.blueprints.opening import SEE, extension_of, page_of, version_of
from console.counting import number_of
from console.extensions import choose
from console.facets import CONNECTED, UNKNOWN, match_of
from console.installation.paging import paged, rest_of_address
from console.models import AuditEvent
from console.pages import context, page
from extensions.blueprints.drafting import RECORDED
from extensions.blueprints.models import Blueprint, BlueprintField, BlueprintTemplateType, Extension
from extensions.installations.models import Installation

INSTALLATIONS = "admin:installations_installation_changelist"
LAST_DEEDS = 10
# Below a hundred template types a page of more fields would weigh too much.
FIELDS_PER_PAGE = 75


@page(SEE, unaudited="leads to the versions of an extension")
def home(request: HttpRequest) -> HttpResponse:
    """The versions of the only extension, or the extensions to choose from."""
    return choose(
        request,
        title="Blueprints",
        leads_to="versions",
        counted="blueprints",
        heading="Versions",
        then="The versions of its blueprint then stand here.",
    )


@page(SEE, unaudited="lists versions and counts installations; no personal data")
def overview(request: HttpRequest, key: str) -> HttpResponse:
    """Every version of the extension, the newest first, with how many installations live on it and how well."""
    extension = extension_of(key)
    rows = paged(request, with_sizes(extension.blueprints.order_by("-version")), per_page=50)
    living = distribution(extension)
    return render(
        request,
        "blueprints/versions.html",
        context(
            request,
            title=f"Versions of {extension}",
            crumbs=[("Blueprints", reverse("versions-home"))],
            extension=extension,
            rows=rows,
            lines=[(row, living.get(row.pk)) for row in rows],
            unknown=living.get(None),
            unknown_url=filtered(f"{extension.integration_key} {UNKNOWN}"),
            rest=rest_of_address(request),
        ),
    )


@page(SEE, unaudited="shows what a version says and counts its installations; no personal data")
def version(request: HttpRequest, key: str, version: int) -> HttpResponse:
    """One version: what it says, who lives on it, and what can be done with it."""
    blueprint = version_of(key, version)
    types = list(blueprint.template_types.annotate(number=Count("fields")))
    asked = request.GET.get("type", "")
    shown = next((each for each in types if each.extension_type == asked), types[0] if types else None)
    draft = blueprint.state == Blueprint.State.DRAFT
    return render(
        request,
        "blueprints/version.html",
        page_of(
            request,
            blueprint.extension,
            title=f"Version {blueprint.version}",
            blueprint=blueprint,
            draft=draft,
            may_edit=draft and request.user.has_perm("blueprints.change_blueprint"),
            types=types,
            shown=shown,
            rows=_fields(request, shown),
            rest=rest_of_address(request),
            living=None if draft else distribution(blueprint.extension).get(blueprint.pk),
            deeds=_deeds(blueprint) if draft else [],
        ),
    )


def _fields(request: HttpRequest, of: Any) -> Page[Any]:
    """The fields of a template type (counted as `number` already), page by page."""
    paginator = Paginator(of.fields.all() if of else [], FIELDS_PER_PAGE)
    paginator.count = of.number if of else 0  # type: ignore[misc]  # what a count of its own would find
    return paginator.get_page(request.GET.get("page"))


def with_sizes(versions: QuerySet[Blueprint]) -> QuerySet[Blueprint]:
    """Annotate `number_of_types` and `number_of_fields`."""
    return versions.annotate(
        number_of_types=number_of(BlueprintTemplateType.objects.filter(blueprint=OuterRef("pk"))),
        number_of_fields=number_of(BlueprintField.objects.filter(template_type__blueprint=OuterRef("pk"))),
    )


def distribution(extension: Extension) -> dict[int | None, dict[str, Any]]:
    """By version's id how many connected installations live on it, inferred or set, and how well they match: one query.

    None stands for those whose version is not known yet.
    """
    rows = (
        Installation.objects.connected()
        .filter(extension=extension)
        .order_by()
        .values("blueprint", "blueprint__version")
        .annotate(
            number=Count("pk"),
            set=Count("pk", filter=Q(blueprint_set=True)),
            mean=Avg("blueprint_match"),
            lowest=Min("blueprint_match"),
            less=Count("pk", filter=Q(blueprint_match__lt=100)),
        )
    )
    return {row["blueprint"]: _line(extension, row) for row in rows}


def _line(extension: Extension, row: dict[str, Any]) -> dict[str, Any]:
    value, lowest = f"{extension.integration_key} {row['blueprint__version']}", row["lowest"]
    return {
        **row,
        "inferred": row["number"] - row["set"],
        "url": filtered(value),
        "lowest_url": "" if lowest is None else filtered(value, match=match_of(lowest)),
    }


def filtered(blueprint: str, **more: str) -> str:
    """Where the list of those installations is, the connected ones only, as `distribution` counts them."""
    return f"{reverse(INSTALLATIONS)}?{urlencode({'blueprint': blueprint, **more, 'state': CONNECTED})}"


def _deeds(blueprint: Blueprint) -> list[AuditEvent]:
    """What was last done to it, by whom and when."""
    events = AuditEvent.objects.filter(verb__in=RECORDED, subject_kind="blueprint", subject_id=str(blueprint.pk))
    return list(events.filter(outcome="done").order_by("-at", "-pk")[:LAST_DEEDS])
