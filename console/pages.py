"""What every page of ours has in common: who may open it, what the frame needs, and the answer when it may not.

@page("installations.view_installation", unaudited="shows what the mirror holds; no personal data")
def overview(request, oneflow_id, key):
    return render(request, "installation/overview.html", context(request, title=…, crumbs=[…]))

@page("installations.refresh_installation", audited="installation.refresh", methods=("POST",))
def refresh(request, oneflow_id, key): …
"""

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts.acting import Deed
from console.audit import actor_of

View = Callable[..., HttpResponseBase]
Crumb = tuple[str, str]  # label, address


def page(
    permission: str,
    *,
    audited: str | None = None,
    unaudited: str | None = None,
    methods: Sequence[str] = ("GET",),
    form: str = "",
) -> Callable[[View], View]:
    """Make a function a page: for signed-in staff with `permission`, by `methods` only, its record declared.

    Without sign-in the answer leads to the login page; without the permission it is 403 and recorded as denied.
    The view itself records `audited` when it acts; `unaudited` says why there is nothing to record. One that only
    takes forms names as `form` the page of the form, with the same arguments: opened by its address it leads there.
    """
    if (audited is None) == (unaudited is None):
        raise TypeError("A page declares either what it records (audited) or why nothing (unaudited).")
    allowed = {*methods, *(["HEAD"] if "GET" in methods else [])}

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not admin.site.has_permission(request):
                if is_part(request):
                    return HttpResponse(headers={"HX-Refresh": "true"})
                return _to_sign_in(request, _back(request, methods, form, kwargs))
            if not request.user.has_perm(permission):
                raise PermissionDenied(permission)
            if form and request.method in {"GET", "HEAD"}:
                return redirect(form, **kwargs)
            if request.method not in allowed:
                return HttpResponseNotAllowed(sorted(allowed))
            return view(request, *args, **kwargs)

        decorated = never_cache(guarded)
        decorated.permission = permission  # type: ignore[attr-defined]
        decorated.methods = tuple(methods)  # type: ignore[attr-defined]
        if audited:
            decorated.audit_verb = audited  # type: ignore[attr-defined]
        else:
            decorated.audit_exempt = unaudited  # type: ignore[attr-defined]
        return decorated

    return declare


def context(request: HttpRequest, *, title: str, crumbs: Iterable[Crumb] = (), **extra: Any) -> dict[str, Any]:
    """What `console/page.html` needs: the admin site's own context, the title, and the crumbs above it."""
    return {**admin.site.each_context(request), "title": title, "crumbs": list(crumbs), **extra}


def chosen(request: HttpRequest) -> dict[str, Any]:
    """What `console/selection.html` sends on of a list: which rows were chosen there, and for which action."""
    return {
        "action": request.POST.get("action", ""),
        "selected": request.POST.getlist("_selected_action"),
        "across": request.POST.get("select_across", ""),
    }


def refuse(
    request: HttpRequest,
    verb: str,
    subject: Any,
    reason: str,
    *,
    shown: str = "",
    outcome: str = "refused",
    **details: Any,
) -> None:
    """Say why something was not done, and write the try down. `shown` is for what the page says beyond the reason."""
    Deed(actor_of(request), verb, subject, outcome=outcome, reason=reason, details=details).tell()
    messages.error(request, shown or reason)


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 for whoever is signed in but not permitted; the try is recorded, whichever page it was."""
    wanted = str(exception) if "." in str(exception) else ""
    Deed(
        actor_of(request),
        _verb(request),
        request.path,
        outcome="denied",
        reason=f"lacks {wanted}" if wanted else "",
        details={"method": request.method},
    ).tell()
    answer = render(request, "403.html", context(request, title="Not permitted", wanted=wanted), status=403)
    if is_part(request):
        answer.headers["HX-Refresh"] = "true"  # else the part would ask again and again, each time into the record
    return answer


def outdated(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that does not prove that it came from a page of ours, most often since its sign-in has ended."""
    return render(request, "403_csrf.html", context(request, title="The form was too old"), status=403)


def _verb(request: HttpRequest) -> str:
    """What was tried: the action of an admin's list, else what the view records, else that a page was opened."""
    view = request.resolver_match.func if request.resolver_match else None
    of_list = getattr(view, "model_admin", None)
    action = request.POST.get("action", "")
    tried = getattr(of_list, action, None) if of_list is not None and action in (of_list.actions or ()) else None
    return getattr(tried, "audit_verb", None) or getattr(view, "audit_verb", None) or "page.open"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 in the console's frame."""
    return render(request, "404.html", context(request, title="There is no such page"), status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """500 as a page that needs no database, which may be what is broken."""
    return HttpResponse(render_to_string("500.html", {"environment": settings.ENVIRONMENT}), status=500)


def _back(request: HttpRequest, methods: Sequence[str], form: str, arguments: dict[str, Any]) -> str:
    """Where signing in leads back to: this page, or where it only takes forms, that of the form."""
    if "GET" in methods:
        return request.get_full_path()
    if form:
        return reverse(form, kwargs=arguments)
    referer = urlsplit(request.headers.get("Referer", ""))
    return referer.path if referer.netloc == request.get_host() else reverse("admin:index")


def _to_sign_in(request: HttpRequest, back: str) -> HttpResponse:
    """To the login page and then back."""
    if request.method == "POST":
        messages.warning(request, "Your sign-in had ended, so nothing was done. Sign in, then send the form again.")
    return redirect_to_login(back, reverse("admin:login"))


def is_part(request: HttpRequest) -> bool:
    """Whether a part of a page asks for itself (htmx), which must not be answered with a whole page."""
    return request.headers.get("HX-Request") == "true"
