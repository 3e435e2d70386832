"""The tables: every field with what fills it, of an extension and of one installation."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from console.extensions import choose
from console.installation.opening import SEE as SEE_INSTALLATION
from console.installation.paging import paged, rest_of_address, searched
from console.mappings.desk import SEE, Desk, of_extension, of_installation
from console.mappings.lines import Line, count_overrides, grouped, lines_of
from console.pages import page
from extensions.mappings.effective import effective, rules_of
from extensions.mappings.inspecting import folded

PER_PAGE = 300
# What a table can be narrowed to: key, words, and whether a line is such a one.
NARROWED = {
    "empty": ("not filled", lambda line: not line.filled),
    "overridden": ("overridden", lambda line: bool(line.overrides) or bool(line.rule and line.rule.overridden)),
    "unknown": ("of no version", lambda line: not line.versions),
}


@page(SEE, unaudited="leads to the mapping of an extension")
def home(request: HttpRequest) -> HttpResponse:
    """The mapping of the only extension, or the extensions to choose from."""
    return choose(
        request,
        title="Mappings",
        leads_to="mapping",
        counted="mappings",
        heading="Mapped fields",
        then="What fills its fields then stands here.",
    )


@page(SEE, unaudited="shows what fills the fields of an extension; no personal data")
def extension(request: HttpRequest, key: str) -> HttpResponse:
    """Every field of any version with what fills it, and how many installations override that."""
    desk = of_extension(key)
    lines = lines_of(desk.owner.extension, rules_of(desk.owner.extension))
    count_overrides(desk.owner.extension, lines)
    return _table(request, desk, lines)


@page(SEE_INSTALLATION, unaudited="shows what fills the fields of an account; no personal data")
def installation(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """Every field of the installation's version with what fills it here: inherited, or its own."""
    desk = of_installation(oneflow_id, key)
    lines = lines_of(desk.owner.extension, effective(desk.this.installation), version=desk.version)
    return _table(request, desk, lines)


def _table(request: HttpRequest, desk: Desk, lines: list[Line]) -> HttpResponse:
    query, only = searched(request), request.GET.get("only", "")
    narrow = NARROWED[only][1] if only in NARROWED else None
    wanted = folded(query)
    shown = [line for line in lines if wanted in line.searched and (narrow is None or narrow(line))]
    rows = paged(request, shown, PER_PAGE)
    choices = [(name, words, sum(map(is_one, lines))) for name, (words, is_one) in NARROWED.items()]
    return render(
        request,
        "mappings/table.html",
        desk.table(
            request,
            groups=grouped(rows),
            rows=rows,
            rest=rest_of_address(request),
            query=query,
            only=only if narrow else "",
            choices=[choice for choice in choices if choice[2] or choice[0] == only],
            total=len(lines),
            shown=len(shown),
        ),
    )
