"""The manual in the console: a page for each code that can be linked to, and the list of all of them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from console.pages import context, page
from extensions.health.codes import CODES
from extensions.health.manual.entries import entries, entry

SEE = "installations.view_installation"
LIST = "admin:installations_installation_changelist"
ABOUT = "tells what each code means, with an invented example; nothing of a customer"


@page(SEE, unaudited=ABOUT)
def index(request: HttpRequest) -> HttpResponse:
    """Every code with its sentence and its verdict."""
    return render(request, "codes/index.html", context(request, title="Codes", entries=entries()))


@page(SEE, unaudited=ABOUT)
def code(request: HttpRequest, code: str) -> HttpResponse:
    """What one code means, how it is known, what to do, and what to tell the customer."""
    if code not in CODES:
        raise Http404(f"There is no code {code[:60]}. The list of all codes shows those that there are.")
    found = entry(code)
    return render(
        request,
        "codes/code.html",
        context(
            request,
            title=found.sentence,
            crumbs=[("Codes", reverse("codes"))],
            entry=found,
            holding=f"{reverse(LIST)}?cause={code}",
        ),
    )
