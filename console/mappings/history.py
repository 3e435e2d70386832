"""Who changed what fills which field, when and why; what is different between two versions; and going back."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from console.audit import actor_of
from console.installation.opening import SEE as SEE_INSTALLATION
from console.installation.paging import paged, rest_of_address
from console.mappings.desk import (
    CHANGE,
    OVERRIDE,
    POST,
    SEE,
    Desk,
    number_of,
    of_extension,
    of_installation,
    tell_refused,
)
from console.pages import page
from extensions.mappings.changing import Refused, Why, Wrong, go_back
from extensions.mappings.content import differences, from_document

PER_PAGE = 50
MOST_CHOICES = 500  # versions to choose from; an older one is reached from the history
LONGEST_MESSAGE = 1_000
# What to do where an earlier version has rules that cannot be stored any more: of an extension, of an installation.
WITHOUT_THEM = {
    False: "Or download that version, take these rows out, and upload it.",
    True: "Or override the other fields one by one, as that version has them.",
}


@page(SEE, unaudited="shows the history of a mapping; no personal data")
def history(request: HttpRequest, key: str) -> HttpResponse:
    """The versions of an extension's mapping, the newest first."""
    return _history(request, of_extension(key))


@page(SEE_INSTALLATION, unaudited="shows the history of an installation's own rules; no personal data")
def installation_history(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """The versions of an installation's own rules, the newest first."""
    return _history(request, of_installation(oneflow_id, key))


@page(SEE, unaudited="compares two versions of a mapping; no personal data")
def compare(request: HttpRequest, key: str) -> HttpResponse:
    """What is different between two versions, and the form that goes back to the older one."""
    return _compare(request, of_extension(key))


@page(SEE_INSTALLATION, unaudited="compares two versions of an installation's own rules; no personal data")
def installation_compare(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """The same for an installation's own rules."""
    return _compare(request, of_installation(oneflow_id, key))


@page(CHANGE, audited="mapping.change", methods=POST)
def back(request: HttpRequest, key: str) -> HttpResponse:
    """Store an earlier version anew."""
    return _back(request, of_extension(key))


@page(OVERRIDE, audited="mapping.override", methods=POST)
def installation_back(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """Store an earlier version of an installation's own rules anew; the account is judged by it at once."""
    return _back(request, of_installation(oneflow_id, key))


def _history(request: HttpRequest, desk: Desk) -> HttpResponse:
    rows = paged(request, desk.owner.versions(), PER_PAGE)
    return render(
        request,
        "mappings/history.html",
        desk.page(request, "History of the mapping", rows=rows, rest=rest_of_address(request)),
    )


def _compare(request: HttpRequest, desk: Desk) -> HttpResponse:
    numbers = list(desk.owner.versions().values_list("number", flat=True)[:MOST_CHOICES])
    newest = numbers[0] if numbers else 0
    to = number_of(request.GET.get("to", "")) or newest
    older = number_of(request.GET.get("from", "")) if "from" in request.GET else max(to - 1, 0)
    both = desk.owner.versions().filter(number__in=[older, to]).defer(None)
    chosen = {version.number: version for version in both}
    found = differences(*(from_document(chosen[each].content if each in chosen else []) for each in (older, to)))
    rows = paged(request, found)
    return render(
        request,
        "mappings/compare.html",
        desk.page(
            request,
            "Compare versions",
            numbers=numbers,
            older=older,
            newer=to,
            names=[f"Version {each}" if each else "Before any" for each in (older, to)],
            back_url=desk.address("back"),
            unknown=[each for each in (older, to) if each and each not in chosen],
            rows=rows,
            rest=rest_of_address(request),
            total=len(found),
            may_go_back=older in chosen and older != newest,
        ),
    )


def _back(request: HttpRequest, desk: Desk) -> HttpResponse:
    number, base = (number_of(request.POST.get(name, "")) for name in ("number", "base"))
    why = Why(actor_of(request), request.POST.get("reason", ""), verb=desk.verb, details={"went_back_to": number})
    try:
        with transaction.atomic():
            version = go_back(desk.owner, number, why, base=base)
            if version is not None:
                desk.changed()
    except Refused as exc:
        tell_refused(request, desk, exc)
        remedy = f" {WITHOUT_THEM[desk.of_installation]}" if isinstance(exc, Wrong) else ""
        messages.error(request, f"{str(exc)[:LONGEST_MESSAGE]}{remedy}")
        return redirect(f"{desk.address('compare')}?from={number}")
    if version is None:
        messages.info(request, f"Nothing was changed: version {number} says what is stored now.")
    else:
        messages.success(request, f"Stored as version {version.number}, which says what version {number} said.")
    return redirect(desk.address("history"))
