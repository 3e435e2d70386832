"""What is done with a version: a draft begun from it, its notes; a draft released or discarded."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from console.audit import actor_of
from console.blueprints.opening import CHANGE, RELEASE, address, page_of_version, version_of
from console.blueprints.versions import distribution
from console.pages import page, refuse
from console.rollouts.outcomes import ORDER, latest_of
from extensions.blueprints import drafting
from extensions.blueprints.comparing import compare
from extensions.blueprints.content import content_of, digest
from extensions.blueprints.drafting import Refused
from extensions.blueprints.models import Blueprint
from extensions.blueprints.releasing import release
from extensions.health import ageing
from extensions.mappings.unfilled import unfilled

POST = ("POST",)
BOTH = ("GET", "POST")


@page(CHANGE, audited=drafting.BEGIN, methods=POST)
def draft(request: HttpRequest, key: str, version: int) -> HttpResponse:
    """A new draft that says what this version says."""
    made = drafting.copy(version_of(key, version), actor=actor_of(request))
    messages.success(request, f"Version {made.version} is a draft now. It judges nobody until it is released.")
    return redirect(address(made))


@page(RELEASE, audited=drafting.RELEASE, methods=BOTH)
def release_it(request: HttpRequest, key: str, version: int) -> HttpResponse:
    """Say what a release means and what this one changes; do it when that is confirmed."""
    blueprint = version_of(key, version)
    if request.method == "POST":
        notes, seen = request.POST.get("notes", ""), request.POST.get("seen", "") or "nothing"
        try:
            release(blueprint, actor=actor_of(request), now=timezone.now(), notes=notes, seen=seen)
        except Refused as refused:
            refuse(request, drafting.RELEASE, blueprint, str(refused))
            return _confirmation(request, version_of(key, version), notes, status=422)
        messages.success(request, _released(blueprint))
        return redirect(address(blueprint))
    return _confirmation(request, blueprint, blueprint.notes)


def _released(blueprint: Blueprint) -> SafeString:
    """That it is done, and what comes next."""
    return format_html(
        "Version {} is released: accounts are expected to have it once Oneflow was given it and they enable the "
        'extension anew. Next: <a href="{}">export it as JSON for Oneflow</a>, then '
        '<a href="{}?version={}">plan its rollout</a>.',
        blueprint.version,
        address(blueprint, "version-export"),
        reverse("rollouts"),
        blueprint.pk,
    )


def _confirmation(request: HttpRequest, blueprint: Blueprint, notes: str, status: int = 200) -> HttpResponse:
    if blueprint.state != Blueprint.State.DRAFT:
        if request.method == "GET":
            messages.info(request, f"Version {blueprint.version} is released already.")
        return redirect(address(blueprint))
    content = content_of(blueprint)
    newest = blueprint.extension.blueprints.released().first()
    living = distribution(blueprint.extension)
    preview = latest_of(blueprint.pk)
    counts = preview.summary.get("changes", {}) if preview else {}
    return render(
        request,
        "blueprints/release.html",
        page_of_version(
            request,
            blueprint,
            title="Release",
            notes=notes,
            seen=digest(content),
            content=content,
            newest=newest,
            comparison=compare(content_of(newest), content) if newest else None,
            unfilled=unfilled(blueprint),
            without_fields=[each.template_type for each in content if not each.fields],
            without_events=[each.template_type for each in content if not each.template_type.event_types],
            preview=preview,
            changes=[(each, counts[each.value]) for each in ORDER if counts.get(each.value)],
            since=ageing.since(preview) if preview else None,
            installations=sum(line["number"] for line in living.values()),
        ),
        status=status,
    )


@page(CHANGE, audited=drafting.DISCARD, methods=POST)
def discard_it(request: HttpRequest, key: str, version: int) -> HttpResponse:
    """Delete a draft."""
    blueprint = version_of(key, version)
    try:
        drafting.discard(blueprint, actor=actor_of(request))
    except Refused as refused:
        refuse(request, drafting.DISCARD, blueprint, str(refused))
        return redirect(address(blueprint))
    messages.success(request, f"The draft {version} is discarded.")
    return redirect("versions", key)
