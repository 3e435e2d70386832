"""The door of the marketplace: whom it answers, who is signed in, and what every page carries."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.shortcuts import render, resolve_url
from django.utils.decorators import decorator_from_middleware
from django.views.decorators.csrf import csrf_protect

from sandbox.control.door import from_this_machine
from sandbox.models import Account, Extension, User

View = Callable[..., HttpResponse]
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action {}"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": with that, a browser hides the origin of our own forms too.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # A token that was shown once must not come back from a cache.
    "Cache-Control": "no-store",
}
NAVIGATION = (
    ("extensions", "Extensions"),
    ("template_types", "Template types"),
    ("templates", "Templates"),
    ("webhooks", "Webhooks"),
    ("tokens", "API tokens"),
)
LONGEST_NOTE = 1000


@dataclass(frozen=True, slots=True)
class Visitor:
    """A user who is signed in."""

    user: User
    account: Account

    def administrators(self) -> list[str]:
        """Whom to ask for what only administrators may do."""
        rows = self.account.users.filter(active=True, is_admin=True).order_by("pk")
        return [user.name for user in rows[:3]]


class Stopped(Exception):
    """What somebody asked for is not there, or may not be done; the page that says so in words."""

    def __init__(self, status: int, title: str, reason: str, *, back: str = "extensions") -> None:
        super().__init__(reason)
        self.status = status
        self.title = title
        self.reason = reason
        self.back = back


def locked(request: HttpRequest, title: str, reason: str, *, back: str) -> Stopped:
    """What an extension made, and people may not change: refused, or for who only asks to see the way, explained."""
    return Stopped(403 if request.method == "POST" else 200, title, reason, back=back)


def anybody(view: View) -> View:
    """A page for whoever is at this machine, signed in or not."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (settings.MARKETPLACE == "open" or from_this_machine(request)):
            return HttpResponse("There is nothing here.", status=404, content_type="text/plain; charset=utf-8")
        response = guarded(request, *args, **kwargs)
        response.setdefault("Content-Security-Policy", POLICY.format("'self'"))
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        return response

    @decorator_from_middleware(SessionMiddleware)
    @csrf_protect
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Stopped as stopped:
            said = {"title": stopped.title, "reason": stopped.reason, "back": resolve_url(stopped.back)}
            return show(request, visitor_of(request), "stopped", said, status=stopped.status)

    return answer


def signed_in(view: View) -> View:
    """A page for a user; somebody who is not signed in is sent to the sign-in first."""

    @anybody
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        visitor = visitor_of(request)
        if visitor is None:
            back = {"next": request.path} if request.method in ("GET", "HEAD") else {}
            return HttpResponseRedirect(f"{resolve_url('sign_in')}?{urlencode(back)}")
        return view(request, visitor, *args, **kwargs)

    return answer


def administrators(view: View) -> View:
    """A change: by POST, and only by an administrator of the account."""

    @signed_in
    @wraps(view)
    def answer(request: HttpRequest, visitor: Visitor, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            reason = "This address takes what a form sends. Go to the page and use its button."
            raise Stopped(405, "Nothing to see here", reason)
        need_administrator(visitor)
        return view(request, visitor, *args, **kwargs)

    return answer


def need_administrator(visitor: Visitor) -> None:
    """Stop anybody else, with whom to ask."""
    if not visitor.user.is_admin:
        asked = ", ".join(visitor.administrators()) or "an administrator"
        reason = f"Only administrators of {visitor.account.name} may do that. Ask {asked}."
        raise Stopped(403, "Only administrators may do that", reason)


def visitor_of(request: HttpRequest) -> Visitor | None:
    """Who is signed in; nobody any more when that user was deactivated, or is gone with a reset."""
    known = request.session.get("user")
    if not known:
        return None
    pk, email = known
    user = User.objects.select_related("account").filter(pk=pk, email=email, active=True).first()
    return Visitor(user, user.account) if user else None


def begin(request: HttpRequest, user: User) -> None:
    """Sign the user in, under a new session and a new CSRF secret."""
    request.session.flush()
    request.session["user"] = (user.pk, user.email)
    rotate_token(request)


def say(request: HttpRequest, sentence: str) -> None:
    """A sentence for the top of the next page."""
    request.session["said"] = [*request.session.get("said", []), sentence[:LONGEST_NOTE]]


def show_once(request: HttpRequest, *, name: str, token: str) -> None:
    """Let the next page show a token, and no page after that."""
    request.session["token"] = {"name": name, "value": token}


def show(
    request: HttpRequest, visitor: Visitor | None, page: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page, with what every page shows: who is signed in, where one can go, and what happened just now."""
    shared = {
        "visitor": visitor,
        "navigation": NAVIGATION,
        "said": request.session.pop("said", []) if visitor else [],
        # The only reading of it: the page that shows it takes it away.
        "token": request.session.pop("token", None) if visitor and status == 200 else None,
    }
    return render(request, f"marketplace/{page}.html", {**shared, **context}, status=status)


def extension_listed(visitor: Visitor, key: str) -> Extension:
    """An extension that the account's marketplace lists."""
    row = visitor.account.extensions.living().filter(key=key).first()
    if row is None:
        raise Stopped(404, "There is no such extension", f"{visitor.account.name} lists no extension of that name.")
    found: Extension = row
    return found


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What a form is answered that does not prove that it is ours. Django calls it inside of `anybody`."""
    words = "The form was too old, or came from elsewhere, and nothing was changed. Reload the page and try again."
    said = {"title": "Nothing was changed", "reason": words, "back": resolve_url("extensions")}
    return show(request, visitor_of(request), "stopped", said, status=403)


@anybody
def not_there(request: HttpRequest) -> HttpResponse:
    """Whatever no other view answers; an address that only lacks its last slash is put right."""
    if request.method in ("GET", "HEAD") and not request.path.endswith("/"):
        return HttpResponseRedirect(f"{request.path}/")
    raise Stopped(404, "There is no such page", "The address leads nowhere in the marketplace.")
