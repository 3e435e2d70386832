"""Which extension, where a room has pages for each."""

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from console.pages import context
from extensions.blueprints.models import Extension


def choose(request: HttpRequest, *, title: str, leads_to: str, counted: str, heading: str, then: str) -> HttpResponse:
    """Lead to the page of the only extension, or show the extensions to choose from.

    `counted` is what each is shown with, by the name of its relation and under `heading`; `then` says what stands
    here once there is an extension.
    """
    extensions = list(Extension.objects.annotate(number=Count(counted)))
    if len(extensions) == 1:
        return redirect(leads_to, extensions[0].integration_key)
    shown = {"extensions": extensions, "leads_to": leads_to, "heading": heading, "then": then}
    return render(request, "console/extensions.html", context(request, title=title, **shown))
