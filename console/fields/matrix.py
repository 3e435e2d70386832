"""The conformance matrix: accounts in the rows, fields, template types or webhooks of a blueprint in the columns.

A page is two statements over the fleet whatever its size: one counts and chooses the accounts, one tells how those of
the page stand. See `extensions.mappings.conformance`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from console.fields.asking import AMISS, DIFFERS, UNKNOWN, VIEWS, WEBHOOK_CODES, WEBHOOKS, Asked
from console.fields.standing import FIELD_MARKS, TYPE_MARKS, Mark, Stood, legend, shown, stand
from console.installation.opening import SEE
from console.installation.paging import rest_of_address
from console.pages import context, page
from extensions.blueprints.models import Blueprint, Extension
from extensions.installations.models import Installation
from extensions.mappings.conformance import Chosen, Column, Contents, Counted, Found, look
from extensions.mappings.inspecting import OF_BLUEPRINT

ROWS, COLUMNS = 50, 25
Choice = tuple[str, str, int]  # value, label, how many accounts it would leave


def tabs(extension: Extension, current: str) -> list[dict[str, Any]]:
    """The pages on an extension's fields over the fleet."""
    pages = (("fields", "Each field"), ("matrix", "Matrix"))
    return [
        {"label": label, "url": reverse(name, args=[extension.integration_key]), "current": name == current}
        for name, label in pages
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """One account of the page, with a mark in each of the shown columns and where the marks that differ lead."""

    stood: Stood
    address: str
    cells: list[tuple[Mark | None, str]]


@page(SEE, unaudited="shows which fields, template types and webhooks accounts have; no personal data")
def matrix(request: HttpRequest, key: str) -> HttpResponse:
    """A page of the matrix."""
    asked = asked_of(request, key)
    extension = asked.extension
    found, rows = _found(asked, request.GET.get("page"))
    contents = Contents.of(_versions(asked, found.counted), types=asked.types)
    stood = _stood(asked, contents, found)
    columns = list(_columns(asked, contents.columns, stood, differing=request.GET.get("columns") == DIFFERS))
    window = Paginator(columns, COLUMNS).get_page(request.GET.get("columns_page"))
    states = Counter[Any]()
    for (_, _, state), number in _counts(found.counted, asked, states=True).items():
        states[state] += number
    return render(
        request,
        "fields/matrix.html",
        context(
            request,
            title=f"Matrix of {extension}",
            crumbs=[("Fields", reverse("fields-home")), (str(extension), reverse("fields", args=[key]))],
            tabs=tabs(extension, "matrix"),
            extension=extension,
            asked=asked,
            views=VIEWS,
            versions=_version_choices(found.counted, asked),
            modes=_mode_choices(found.counted, asked),
            differing=_differing(asked, found),
            every_state=[(each.key, _marks(asked)[each].word) for each in OF_BLUEPRINT],
            states=[(_marks(asked)[each], states[each]) for each in OF_BLUEPRINT],
            amiss=sum(states[each] for each in AMISS),
            total=states.total(),
            codes=WEBHOOK_CODES,
            column=next((each for each in contents.columns if each.key == asked.key), None),
            kinds=_kinds(contents.columns),
            suggested=[] if asked.types else contents.columns,
            heads=_heads(asked, window),
            columns=window,
            only_differing=request.GET.get("columns") == DIFFERS,
            legend=legend(asked, stood),
            rows=rows,
            lines=list(_lines(asked, stood, window.object_list)),
            rest=rest_of_address(request),
            unknown=UNKNOWN,
            differs=DIFFERS,
            webhooks=WEBHOOKS,
        ),
    )


def asked_of(request: HttpRequest, key: str) -> Asked:
    """What the address asks for; 404 where there is no such extension."""
    try:
        return Asked.of(key, request.GET.dict())
    except Extension.DoesNotExist as exc:
        raise Http404(f"There is no extension {key}.") from exc


def _marks(asked: Asked) -> dict[Any, Mark]:
    return TYPE_MARKS if asked.types else FIELD_MARKS


def _found(asked: Asked, number: str | None) -> tuple[Found, Page[int]]:
    """The accounts of the page that is asked for, the last one where there are not so many; and where that page is."""
    if asked.problems:
        return Found(Counter(), []), Paginator(range(0), ROWS).get_page(1)
    wanted = int(number) if number and number.isascii() and number.isdigit() and len(number) < 7 else 1
    found = _look(asked, max(wanted, 1))
    shown = Paginator(range(_counts(found.counted, asked).total()), ROWS).get_page(wanted)
    if shown.number != max(wanted, 1):
        found = _look(asked, shown.number)
    return found, shown


def _look(asked: Asked, number: int) -> Found:
    return look(asked.scope, asked.condition, asked.chosen, types=asked.types, offset=(number - 1) * ROWS, limit=ROWS)


def _differing(asked: Asked, found: Found) -> int | None:
    """How many accounts of this view have anything amiss; None where nobody would ask, or that is not summed up yet."""
    if asked.problems or asked.key or asked.view == WEBHOOKS or not found.is_known:
        return None
    chosen = Chosen(AMISS, asked.chosen.version, asked.without_version, asked.mode)
    return sum(number for group, number in found.counted.items() if chosen.has(group))


def _counts(counted: Counted, asked: Asked, *, states: bool = False) -> Counted:
    """The groups that were chosen; of all states, to count each by itself."""
    chosen = asked.chosen
    if states:
        chosen = Chosen(frozenset(), chosen.version, chosen.without_version, chosen.mode)
    return Counter({group: number for group, number in counted.items() if chosen.has(group)})


def _versions(asked: Asked, counted: Counted) -> list[Blueprint]:
    """The versions whose columns are shown: the one that is compared with, else those that the accounts live on."""
    if asked.against:
        return [asked.against]
    lived_on = {version for version, _, _ in _counts(counted, asked, states=True)}
    return [version for version in asked.versions if version.pk in lived_on]


def _stood(asked: Asked, contents: Contents, found: Found) -> list[Stood]:
    if not found.installations:
        return []
    rows = shown(asked, Installation.objects.all()).in_bulk(found.installations)
    here = [rows[each] for each in found.installations if each in rows]
    # The condition was asked a moment ago: whoever no longer meets it is shown as it is now.
    unconditioned = asked.anything()
    return list(stand(unconditioned, contents, here))


def _columns(asked: Asked, columns: Sequence[Column], stood: Sequence[Stood], *, differing: bool) -> Iterable[Column]:
    """Those of the template type that is asked for, the one with a condition first; or where somebody differs."""
    amiss = {key for each in stood for key in each.amiss}
    for column in sorted(columns, key=lambda each: each.key != asked.key):
        if asked.extension_type in ("", column.key[0]) and (not differing or column.key in amiss):
            yield column


def _kinds(columns: Iterable[Column]) -> list[Choice]:
    """The template types whose fields are in the columns."""
    names = {column.key[0]: column.type_name for column in reversed(list(columns))}
    numbers = Counter(column.key[0] for column in columns)
    return [(role, names[role], number) for role, number in numbers.items()]


def _heads(asked: Asked, columns: Iterable[Column]) -> list[tuple[Column, str]]:
    """The columns with where each leads: to the one field over all accounts, or to the type's fields."""
    if asked.types:
        return [(each, f"?view=fields&type={quote(each.key[0])}") for each in columns]
    return [(each, f"../{each.key[0]}/{quote(each.key[1])}/") for each in columns]


def _lines(asked: Asked, stood: Iterable[Stood], columns: Iterable[Column]) -> Iterator[Line]:
    """The accounts with their cells, each of which leads to where the account shows what differs."""
    tab = "installation-webhooks" if asked.view == WEBHOOKS else "installation-fields"
    places = [(each.key, _place(asked, each)) for each in columns]
    for each in stood:
        address = reverse(tab, args=[each.installation.account.oneflow_id, asked.extension.integration_key])
        cells = [(each.mark(key), f"{address}{place}" if key in each.amiss else "") for key, place in places]
        yield Line(each, address, cells)


def _place(asked: Asked, column: Column) -> str:
    """Where on that page the column's field or template type is; webhooks stand there in one list."""
    if asked.view == WEBHOOKS:
        return ""
    return f"?q={quote(column.key[1])}" if column.key[1] else f"#{column.key[0]}"


def _version_choices(counted: Counted, asked: Asked) -> list[Choice]:
    """The versions that accounts live on, with how many the rest of the view leaves on each."""
    chosen = Chosen(asked.states, mode=asked.mode)
    numbers = Counter[Any]()
    for group, number in counted.items():
        if chosen.has(group):
            numbers[group[0]] += number
    choices = [
        (str(each.version), _label(each), numbers[each.pk])
        for each in asked.versions
        if numbers[each.pk] or each == asked.on
    ]
    if numbers[None] or asked.without_version:
        choices.append((UNKNOWN, "not known yet", numbers[None]))
    return choices


def _label(version: Blueprint) -> str:
    return f"{version.version} (draft)" if version.state == Blueprint.State.DRAFT else str(version.version)


def _mode_choices(counted: Counted, asked: Asked) -> list[Choice]:
    """The modes of accounts, with how many the rest of the view leaves in each."""
    chosen = Chosen(asked.states, asked.chosen.version, asked.without_version)
    numbers = Counter[str]()
    for group, number in counted.items():
        if chosen.has(group):
            numbers[group[1]] += number
    return [(mode, mode, numbers[mode]) for mode in Installation.Mode.values if numbers[mode] or mode == asked.mode]
