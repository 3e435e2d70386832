"""The way to each room, in our words, for those who may enter it."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

# Label, name of the address, permission that it asks for.
ROOMS = (
    ("Fleet", "admin:index", ""),
    ("Installations", "admin:installations_installation_changelist", "installations.view_installation"),
    ("Issues", "admin:health_issue_changelist", "health.view_issue"),
    ("Maintenance", "maintenance", "health.view_maintenancewindow"),
    ("Incidents", "incidents", "health.view_incident"),
    ("Blueprints", "versions-home", "blueprints.view_blueprint"),
    ("Fields", "fields-home", "installations.view_installation"),
    ("Mappings", "mappings-home", "mappings.view_mapping"),
    ("Repairs", "repairs", "mappings.view_repair"),
    ("Codes", "codes", "installations.view_installation"),
    ("Connect", "connect", "accounts.connect_account"),
    ("Record", "admin:console_auditevent_changelist", "console.view_auditevent"),
)
LIST = "admin:installations_installation_changelist"
# Where a room's pages stand that are not below its own address.
FURTHER = {
    "Fleet": ("/as-of/",),
    "Installations": ("/installation/",),
    "Issues": ("/issues/",),
    "Blueprints": ("/release-previews/", "/rollouts/"),
    "Fields": ("/lineage/",),
}


def of(request: HttpRequest, app_list: list[dict[str, Any]]) -> dict[str, Any]:
    """`rooms` and `settings` (each label, url, current), and `search`: where the find field leads, or None."""
    rooms = list(_rooms(request))
    known = {item["url"] for item in rooms}
    settings = [
        _item(request, str(model["name"]), model["admin_url"])
        for app in app_list
        for model in app["models"]
        if model["admin_url"] and model["admin_url"] not in known
    ]
    if request.user.has_perm("health.view_channel"):
        settings.insert(0, _item(request, "Notifications", reverse("notifications")))
    may_search = request.user.has_perm("installations.view_installation")
    return {"rooms": rooms, "settings": settings, "search": reverse(LIST) if may_search else None}


def _rooms(request: HttpRequest) -> Iterator[dict[str, Any]]:
    for label, name, permission in ROOMS:
        if not permission or request.user.has_perm(permission):
            yield _item(request, label, reverse(name))


def _item(request: HttpRequest, label: str, url: str) -> dict[str, Any]:
    below = () if url == reverse("admin:index") else (url,)
    here = request.path == url or request.path.startswith((*below, *FURTHER.get(label, ())))
    return {"label": label[:1].upper() + label[1:], "url": url, "current": here}
