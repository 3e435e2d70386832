"""Two doors, the API that Oneflow has and the control plane that it has not; and what links of the API lead to."""

from django.conf import settings
from django.urls import re_path

from sandbox.api.door import answer as api
from sandbox.control.door import answer as control
from sandbox.ticket_pages import access, download

CONTROL_PLANE = [re_path(r"^/*_sandbox(?:/+(?P<path>.*))?$", control)]

urlpatterns = [
    *(CONTROL_PLANE if settings.CONTROL in ("local", "open") else []),
    re_path(r"^_downloads/(?P<key>[0-9a-f]{40})$", download),
    re_path(r"^_access/(?P<key>[0-9a-f]{40})$", access),
    re_path(r"^(?P<path>.*)$", api),
]
