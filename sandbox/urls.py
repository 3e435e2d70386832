"""Two doors: the API that Oneflow has, and the control plane that it has not."""

from django.conf import settings
from django.urls import re_path

from sandbox.api.door import answer as api
from sandbox.control.door import answer as control

CONTROL_PLANE = [re_path(r"^/*_sandbox(?:/+(?P<path>.*))?$", control)]

urlpatterns = [
    *(CONTROL_PLANE if settings.CONTROL in ("local", "open") else []),
    re_path(r"^(?P<path>.*)$", api),
]
