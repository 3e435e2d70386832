"""The users of one account: personal data, so each reading is recorded. Here the acting user is chosen."""

from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.acting import Deed
from console.audit import actor_of
from console.installation.opening import opened
from console.installation.paging import paged, rest_of_address, searched
from console.installation.reading import reading
from console.pages import page
from extensions.installations.models import AccountUser, Part


@page("accounts.read_people", audited="people.read")
def people(request: HttpRequest, oneflow_id: int, key: str) -> HttpResponse:
    """A page of the account's users, active ones first; searched by name or email with `q`."""
    this = opened(oneflow_id, key)
    installation = this.installation
    query = searched(request)
    part = Part.objects.filter(installation=installation, name="users")
    rows = AccountUser.objects.filter(installation=installation)
    if query:
        rows = rows.filter(Q(name__icontains=query) | Q(email__icontains=query))
    # Databases differ in where they sort what has no date: those who are there come first.
    here_first = F("missing_since").asc(nulls_first=True)
    shown = paged(request, rows.order_by(here_first, "-active", "-is_admin", "name", "oneflow_id"))
    # What was searched for may itself be somebody's name, so the record keeps only that a search was made.
    Deed(
        actor_of(request),
        "people.read",
        installation,
        details={"people": len(shown), "page": shown.number, "searched": bool(query)},
    ).tell()
    return render(
        request,
        "installation/people.html",
        this.page(
            request,
            "installation-people",
            rows=shown,
            rest=rest_of_address(request),
            query=query,
            acting=installation.acting_user_email.strip().casefold(),
            may_choose=request.user.has_perm("installations.choose_acting_user"),
            reading=reading({each.name: each for each in part}, "users"),
        ),
    )
