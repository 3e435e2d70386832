"""Fields over the fleet: how many installations have each field in which state, and which ones those are.

Counted and paged by the database; the number of statements does not grow with the fleet.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from console.extensions import choose
from console.fields.matrix import tabs
from console.installation.opening import SEE
from console.installation.paging import rest_of_address, searched
from console.pages import context, page
from console.repairs.jobs.making import MENDS
from console.repairs.showing import PLAN
from extensions.blueprints.content import fields_of_any_version
from extensions.blueprints.models import BlueprintField, Extension
from extensions.health.models import Finding
from extensions.installations.models import DataField, Installation
from extensions.mappings import fleet
from extensions.mappings.effective import Place, Rule, rules_of, stored
from extensions.mappings.inspecting import OF_BLUEPRINT, State, folded

PER_PAGE = 100
SHADOWED = "field.shadowed"
COLUMNS = [State.MISSING, State.OFF, State.RENAMED, State.REWORDED, State.UNREAD, State.OK]


@dataclass(frozen=True, slots=True)
class Line:
    """One field of the extension over all installations."""

    field: BlueprintField
    extension_type: str
    type_name: str
    filled_by: Rule | None
    counts: fleet.Counts
    shadowed: int
    url: str  # relative to the list, which holds it many times

    @property
    def cells(self) -> list[tuple[State, int]]:
        return [(state, self.counts.of(state)) for state in COLUMNS]

    @property
    def differs(self) -> bool:
        return bool(self.counts.differing or self.shadowed)


@page(SEE, unaudited="leads to the fields of an extension")
def home(request: HttpRequest) -> HttpResponse:
    """The fields of the only extension, or the extensions to choose from."""
    return choose(
        request,
        title="Fields",
        leads_to="fields",
        counted="installations",
        heading="Installations",
        then="Its fields then stand here.",
    )


@page(SEE, unaudited="counts installations by the state of each field; no personal data")
def fields(request: HttpRequest, key: str) -> HttpResponse:
    """Every field of the extension's versions with the installations in each state; narrowed by `q` and `differs`."""
    extension = get_object_or_404(Extension, integration_key=key)
    query, differs = searched(request), request.GET.get("differs") == "1"
    lines = _lines(extension)
    shown = [line for line in lines if _asked(line, query) and (line.differs or not differs)]
    return render(
        request,
        "fields/fields.html",
        context(
            request,
            title=f"Fields of {extension}",
            crumbs=[("Fields", reverse("fields-home"))],
            tabs=tabs(extension, "fields"),
            extension=extension,
            lines=shown,
            columns=COLUMNS,
            query=query,
            differs=differs,
            total=len(lines),
            differing=sum(line.differs for line in lines),
            installations=extension.installations.connected().exclude(blueprint=None).count(),
        ),
    )


def _lines(extension: Extension) -> list[Line]:
    """A line for each field of any version, in the newest released version's order: four statements."""
    fields = list(fields_of_any_version(extension).select_related("template_type"))
    counts = fleet.counts(extension, fields)
    shadowed = {
        row["subject"]: row["number"]
        for row in Finding.objects.filter(
            code=SHADOWED, installation__extension=extension, installation__in=Installation.objects.connected()
        )
        .values("subject")
        .annotate(number=Count("pk"))
    }
    rules = rules_of(extension)
    lines: dict[tuple[str, str], Line] = {}
    for field in fields:
        place = (field.template_type.extension_type, field.custom_id)
        if place not in lines:
            lines[place] = Line(
                field,
                *(place[0], field.template_type.name),
                filled_by=rules.get(place),
                counts=counts.get(place, fleet.Counts()),
                shadowed=shadowed.get("/".join(place), 0),
                url=f"{place[0]}/{quote(place[1])}/",
            )
    return list(lines.values())


def _asked(line: Line, query: str) -> bool:
    words = [line.field.custom_id, line.field.name, line.type_name, line.filled_by.path if line.filled_by else ""]
    return folded(query) in folded(" ".join(words))


@page(SEE, unaudited="lists installations by the state of one field; no personal data")
def field(request: HttpRequest, key: str, extension_type: str, custom_id: str) -> HttpResponse:
    """One field over all installations, with counts for each state; narrowed by `state`."""
    extension = get_object_or_404(Extension, integration_key=key)
    if "\0" in custom_id:  # which PostgreSQL takes for an error
        raise Http404("No field has such a custom_id.")
    versions = list(
        fields_of_any_version(extension)
        .filter(template_type__extension_type=extension_type, custom_id=custom_id)
        .select_related("template_type__blueprint")
    )
    if not versions:
        raise Http404(f"No version of {key} has the field {custom_id} in {extension_type}.")
    counts = fleet.counts_of(extension, extension_type, custom_id)
    asked = request.GET.get("state", "")
    state = State.of(asked)
    states = [state] if state in OF_BLUEPRINT else list(OF_BLUEPRINT)
    number = sum(counts.of(each) for each in states)
    shown = Paginator(range(number), PER_PAGE).get_page(request.GET.get("page"))
    rows = fleet.page(
        extension,
        extension_type,
        custom_id,
        states=states,
        offset=max(shown.start_index() - 1, 0),
        limit=PER_PAGE,
    )
    return render(
        request,
        "fields/field.html",
        context(
            request,
            title=versions[0].name,
            crumbs=[
                ("Fields", reverse("fields-home")),
                (str(extension), reverse("fields", args=[extension.integration_key])),
            ],
            extension=extension,
            field=versions[0],
            versions=versions,
            filled_by=rules_of(extension).get((extension_type, custom_id)),
            counts=counts,
            choices=[(each, counts.of(each)) for each in COLUMNS],
            state=state if state in OF_BLUEPRINT else None,
            mending=MENDS[state][1] if state in MENDS and request.user.has_perm(PLAN) else None,
            rows=shown,
            lines=_installations(rows, extension, (extension_type, custom_id)),
            rest=rest_of_address(request),
        ),
    )


def _installations(places: list[fleet.Place], extension: Extension, of_field: Place) -> list[dict[str, Any]]:
    """The page's installations with what each calls the field and what fills it there: three statements."""
    keys = [place.installation_id for place in places]
    found = Installation.objects.with_shown_verdict(timezone.now()).select_related("account", "blueprint").in_bulk(keys)
    here = {
        (row.installation_id, row.template_type_oneflow_id): row
        for row in DataField.objects.present().filter(installation__in=keys, custom_id=of_field[1]).order_by("active")
    }
    rules = stored(list(found.values()))
    return [
        {
            "installation": found[place.installation_id],
            "state": place.state,
            "here": here.get((place.installation_id, place.type_id)),
            "rule": rules.of(found[place.installation_id]).get(of_field),
            "url": reverse(
                "installation-fields",
                args=[found[place.installation_id].account.oneflow_id, extension.integration_key],
            ),
        }
        for place in places
        if place.installation_id in found
    ]
