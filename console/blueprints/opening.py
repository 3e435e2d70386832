"""What every page of blueprint versions opens with: the extension, the version, and the way back."""

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from console.pages import context
from extensions.blueprints.models import Blueprint, Extension

SEE, CHANGE, RELEASE = "blueprints.view_blueprint", "blueprints.change_blueprint", "blueprints.release_blueprint"


def extension_of(key: str) -> Extension:
    """The extension that an address names, or 404."""
    return get_object_or_404(Extension, integration_key=key)


def version_of(key: str, version: int) -> Blueprint:
    """The version that an address names, with its extension, or 404."""
    rows = Blueprint.objects.select_related("extension")
    found = rows.filter(extension__integration_key=key, version=version).first()
    if found is None:
        raise Http404(f"{key} has no blueprint version {version}.")
    return found


def address(blueprint: Blueprint, name: str = "version") -> str:
    """Where one of its pages is."""
    return reverse(name, args=[blueprint.extension.integration_key, blueprint.version])


def page_of(request: HttpRequest, extension: Extension, *, title: str, **extra: Any) -> dict[str, Any]:
    """The context of a page of the extension's versions."""
    crumbs = [("Blueprints", reverse("versions-home")), (str(extension), _versions(extension))]
    return context(request, title=title, crumbs=crumbs, extension=extension, **extra)


def page_of_version(request: HttpRequest, blueprint: Blueprint, *, title: str, **extra: Any) -> dict[str, Any]:
    """The context of a page of one version; `title` is what the page does with it."""
    extension = blueprint.extension
    crumbs = [
        ("Blueprints", reverse("versions-home")),
        (str(extension), _versions(extension)),
        (f"Version {blueprint.version}", address(blueprint)),
    ]
    return context(request, title=title, crumbs=crumbs, extension=extension, blueprint=blueprint, **extra)


def _versions(extension: Extension) -> str:
    return reverse("versions", args=[extension.integration_key])
