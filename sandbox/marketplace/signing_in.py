"""Signing in, as a stand-in of Oneflow's own: whoever is at this machine may be any user of any account."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from sandbox.bodies import whole_number
from sandbox.marketplace import forms
from sandbox.marketplace.door import Stopped, Visitor, anybody, begin, say, show, signed_in, visitor_of
from sandbox.models import Account, User

MOST_FOUND = 25


@anybody
def sign_in(request: HttpRequest) -> HttpResponse:
    """Choose an account and one of its users, or give an email."""
    if request.method == "POST":
        return _sign_in(request)
    return _shown(request, forms.SignIn())


@signed_in
def sign_out(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    if request.method != "POST":
        raise Stopped(405, "You are still signed in", "Use the button at the top of the page to sign out.")
    request.session.flush()
    return redirect("sign_in")


def _sign_in(request: HttpRequest) -> HttpResponse:
    """By a user's button, or by email; a user of several accounts has to choose one of them."""
    if "user" in request.POST:
        user = User.objects.filter(pk=whole_number(request.POST["user"]), active=True).first()
        if user is None:
            raise Stopped(404, "There is no such user", "The user is gone or inactive. Choose another.", back="sign_in")
        return _enter(request, user)
    form = forms.SignIn(request.POST)
    if not form.is_valid():
        return _shown(request, form, status=400)
    users = User.objects.filter(email=form.cleaned_data["email"].lower(), active=True)
    found = list(users.select_related("account").order_by("pk")[:MOST_FOUND])
    if not found:
        form.add_error("email", "No account has an active user with this email. Find the account below.")
        return _shown(request, form, status=400)
    return _enter(request, found[0]) if len(found) == 1 else _shown(request, form, same_email=found)


def _enter(request: HttpRequest, user: User) -> HttpResponse:
    begin(request, user)
    say(request, f"You are signed in as {user.name}.")
    to = request.POST.get("next", "")
    inside = to.startswith("/marketplace/") and url_has_allowed_host_and_scheme(to, allowed_hosts=None)
    return redirect(to if inside else "extensions")


def _shown(request: HttpRequest, form: forms.SignIn, *, status: int = 200, **more: Any) -> HttpResponse:
    account = None
    if request.GET.get("account"):
        account = Account.objects.filter(pk=whole_number(request.GET["account"])).first()
        if account is None:
            raise Stopped(404, "There is no such account", "Look for it by name or id.", back="sign_in")
    find = forms.Find(request.GET)
    asked = find.cleaned_data["q"] if find.is_valid() else ""
    rows = Account.objects.order_by("pk")
    if asked:
        wanted = Q(name__icontains=asked) | Q(users__email__icontains=asked) | Q(pk=whole_number(asked))
        rows = rows.filter(wanted).distinct()
    found = list(rows[: MOST_FOUND + 1])
    context = {
        "form": form,
        "asked": asked,
        "account": account,
        "users": account.users.order_by("-active", "-is_admin", "pk") if account else [],
        "accounts": found[:MOST_FOUND],
        "more": len(found) > MOST_FOUND,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        **more,
    }
    return show(request, visitor_of(request), "sign_in", context, status=status)
