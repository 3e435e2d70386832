"""What a record would become in an installation, and how that stands to a contract that is there.

The record lives as long as the request. What a contract holds is a customer's: each look at one is recorded, and no
more is kept than that it is there.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from console.audit import actor_of
from console.installation.opening import Opened, opened
from console.installation.paging import searched
from console.installation.reading import reading
from console.lineage.looking import Refused, look_at
from console.lineage.pasting import Pasted, begun, in_memory, pasted
from console.lineage.showing import key_of, shown_comparison, shown_lines, shown_type
from console.lineage.ways import ways
from console.pages import context, page
from extensions.installations.models import Installation, Part, UsableTemplate
from extensions.installations.searching import search
from extensions.mappings.lineage import Lineage, compare, trace
from extensions.mappings.models import ContractTest

PREVIEW = "mappings.preview_lineage"
TITLE = "What would a record become?"
MOST_FOUND = 20
BOTH = ("GET", "POST")


@page(PREVIEW, unaudited="finds an installation by its name or number; no personal data")
def home(request: HttpRequest) -> HttpResponse:
    """Choose the installation for which to see what a record would become."""
    query = searched(request)
    found = search(Installation.objects.connected(), query, people=False)
    rows = list(found.select_related("account", "extension").order_by("account__name", "pk")[: MOST_FOUND + 1])
    left = ContractTest.objects.remaining(timezone.now()).select_related(
        "installation__account", "installation__extension"
    )
    shown = {"rows": rows[:MOST_FOUND], "further": len(rows) > MOST_FOUND, "query": query, "left": left[:MOST_FOUND]}
    return render(request, "lineage/home.html", context(request, title=TITLE, **shown))


@page(PREVIEW, unaudited="shows what a pasted record would become; nothing of it is kept", methods=BOTH)
@in_memory
def preview(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """Every field of each template type with its value, rule, text, and why it would stay empty or be refused."""
    this, form = opened(oneflow_id, key), _form(request)
    parts, usable = _known(this.installation)
    if request.GET.get("begin") == "1" and not form.text:
        form = begun(this.installation)
    if form.record is None:
        return _page(request, this, form, parts, usable)
    return _previewed(request, this, form, parts, usable, trace(this.installation, parts, form.record))


@page(PREVIEW, audited="contract.read", methods=("POST",), form="installation-lineage")
@in_memory
def contract(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """What a contract holds, field by field, beside what the mapping gives from the record.

    Enter in the form leads here too: then one that names no contract only asks for the preview.
    """
    this, form = opened(oneflow_id, key), _form(request)
    parts, usable = _known(this.installation)
    if form.record is None:
        return _page(request, this, form, parts, usable)
    lineage, asked = trace(this.installation, parts, form.record), request.POST.get("contract", "").strip()
    if not asked and "enter" in request.POST:
        return _previewed(request, this, form, parts, usable, lineage)
    try:
        seen = look_at(this.installation, asked, lineage, timezone.now(), actor_of(request))
    except Refused as exc:
        return _page(request, this, form, parts, usable, contract_problem=str(exc))
    compared = compare(seen.of, {field.custom_id: field.value for field in seen.contract.data_fields})
    types = [shown_comparison(seen.of, compared, attention=_attention(request))]
    return _page(request, this, form, parts, usable, types=types, contract=seen.contract)


def _previewed(
    request: HttpRequest,
    this: Opened,
    form: Pasted,
    parts: dict[str, Part],
    usable: list[UsableTemplate],
    lineage: Lineage,
) -> HttpResponse:
    chosen, attention = request.POST.get("template", ""), _attention(request)
    types = [shown_type(each, usable, chosen, attention=attention) for each in lineage.types]
    return _page(request, this, form, parts, usable, types=types, astray=shown_lines(lineage.astray))


def _form(request: HttpRequest) -> Pasted:
    return pasted(request) if request.method == "POST" else Pasted()


def _attention(request: HttpRequest) -> bool:
    return request.POST.get("attention") == "1"


def _known(installation: Installation) -> tuple[dict[str, Part], list[UsableTemplate]]:
    """How well the account is known, and what the acting user could use when that was last read."""
    parts = {part.name: part for part in Part.objects.filter(installation=installation)}
    rows = UsableTemplate.objects.present().filter(installation=installation)
    return parts, list(rows.order_by("workspace_name", "template_name", "pk"))


def _page(
    request: HttpRequest,
    this: Opened,
    form: Pasted,
    parts: dict[str, Part],
    usable: list[UsableTemplate],
    **extra: Any,
) -> HttpResponse:
    asked = {name: request.POST.get(name, "").replace("\0", "")[:60] for name in ("template", "contract")}
    return render(
        request,
        "lineage/preview.html",
        this.page(
            request,
            "installation-fields",
            title=TITLE,
            form=form,
            usable=[(key_of(each), each) for each in usable],
            reading=reading(parts, "usable"),
            asked=asked,
            attention=_attention(request),
            ways=ways(this, request.user),
            **extra,
        ),
    )
