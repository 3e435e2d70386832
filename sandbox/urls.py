"""Two doors: the API that Oneflow has, and the control plane that it has not."""

from django.urls import re_path

from sandbox.api.door import answer as api
from sandbox.control.door import answer as control

urlpatterns = [
    re_path(r"^/*_sandbox(?:/+(?P<path>.*))?$", control),
    re_path(r"^(?P<path>.*)$", api),
]
