"""Three doors: the API that Oneflow has, its marketplace for people, and the control plane that it has not.

Beside them what links of the API lead to.
"""

from django.conf import settings
from django.urls import include, path, re_path

from sandbox.api.door import answer as api
from sandbox.control.door import answer as control
from sandbox.marketplace.door import not_there
from sandbox.ticket_pages import access, download

CONTROL_PLANE = [re_path(r"^/*_sandbox(?:/+(?P<path>.*))?$", control)]
MARKETPLACE = [path("marketplace/", include("sandbox.marketplace.urls")), path("marketplace", not_there)]

urlpatterns = [
    *(CONTROL_PLANE if settings.CONTROL in ("local", "open") else []),
    *(MARKETPLACE if settings.MARKETPLACE in ("local", "open") else []),
    re_path(r"^_downloads/(?P<key>[0-9a-f]{40})$", download),
    re_path(r"^_access/(?P<key>[0-9a-f]{40})$", access),
    # Line breaks too, which a dot leaves out: whatever is asked for is answered in JSON.
    re_path(r"^(?P<path>[\s\S]*)\Z", api),
]
