"""Extensions as a customer meets them: what each is and depends on, one click to enable, a warning before disabling."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect

from sandbox import enabling, setup, switches
from sandbox.blueprints import stored
from sandbox.blueprints.shape import Blueprint
from sandbox.marketplace.door import (
    POLICY,
    Visitor,
    administrators,
    extension_listed,
    need_administrator,
    say,
    show,
    show_once,
    signed_in,
)
from sandbox.models import Extension


@signed_in
def listed(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    rows = list(visitor.account.extensions.living().order_by("pk"))
    names = {row.key: row.name for row in rows}
    extensions = [
        {"row": row, "depends_on": [names.get(key, key) for key in enabling.needed_by(row.key)]} for row in rows
    ]
    return show(request, visitor, "extensions", {"extensions": extensions})


@signed_in
def one(request: HttpRequest, visitor: Visitor, key: str) -> HttpResponse:
    """What it is, what enabling would do or has done, and the token right after that."""
    extension = extension_listed(visitor, key)
    blueprint = stored.published(key)
    response = show(request, visitor, "extension", {"extension": extension, **_facts(visitor, extension, blueprint)})
    if blueprint is not None and blueprint.hands_over and switches.value("setup_mode") == "redirect":
        response["Content-Security-Policy"] = POLICY.format(_way_to(blueprint.setup_url or ""))
    return response


@administrators
def enable(request: HttpRequest, visitor: Visitor, key: str) -> HttpResponse:
    """Switch it on; then the token is shown once, or handed over as section 12.3 has it."""
    extension = extension_listed(visitor, key)
    try:
        token = enabling.switch_on(visitor.account, key)
    except enabling.OnAlready:
        say(request, f"{extension.name} is on already. Nothing was changed.")
        return redirect("extension", key)
    blueprint = stored.published(key)
    if token is None or blueprint is None:
        say(request, f"{extension.name} is on.")
        return redirect("extension", key)
    handed = setup.hand_over(token, blueprint, visitor.user.email)
    if handed is None:
        show_once(request, name=extension.name, token=token.value)
    elif handed.go_to is not None:
        return HttpResponseRedirect(handed.go_to)
    say(request, _told(extension, handed))
    return redirect("extension", key)


@signed_in
def disable(request: HttpRequest, visitor: Visitor, key: str) -> HttpResponse:
    """The warning on GET; on POST it is done."""
    extension = extension_listed(visitor, key)
    need_administrator(visitor)
    if request.method == "POST":
        enabling.disable(visitor.account, key)
        say(request, f"{extension.name} is off, and its token is revoked. Enabling it again gives a new one.")
        return redirect("extension", key)
    if not extension.enabled:
        say(request, f"{extension.name} is off already.")
        return redirect("extension", key)
    dependants = [row for row in enabling.dependants(visitor.account, key) if row.key != key]
    context = {
        "extension": extension,
        "blueprint": stored.of(extension),
        "dependants": dependants,
        "tokens": extension.tokens.filter(revoked=False).count(),
        "webhooks": extension.webhooks.living().count(),
        "template_types": extension.template_types.living().filter(active=True),
    }
    return show(request, visitor, "disable", context)


def _facts(visitor: Visitor, extension: Extension, blueprint: Blueprint | None) -> dict[str, Any]:
    needed = enabling.needed_by(extension.key)
    rows = {row.key: row for row in visitor.account.extensions.filter(key__in=needed)}
    return {
        "blueprint": blueprint,
        "toolkit": extension.mode == Extension.Mode.TOOLKIT,
        "needed": [rows[key] for key in needed if key in rows],
        "to_switch_on": [rows[key].name for key in needed if key in rows and not rows[key].enabled],
        "template_types": extension.template_types.living().order_by("pk"),
        "setup_host": urlsplit(blueprint.setup_url or "").netloc if blueprint and blueprint.hands_over else "",
    }


def _way_to(setup_url: str) -> str:
    """Where the enabling form may lead: to the Setup URL, and on to wherever the partner signs people in."""
    local = " http://localhost:* http://127.0.0.1:*" if urlsplit(setup_url).scheme == "http" else ""
    return f"'self' https:{local}"


def _told(extension: Extension, handed: setup.HandedOver | None) -> str:
    if handed is None:
        return f"{extension.name} is on."
    if handed.arrived:
        return f"{extension.name} is on, and has been given its token."
    return (
        f"{extension.name} is on, but it did not get its token: {handed.problem} "
        f"Disable {extension.name} and enable it again to try once more."
    )
