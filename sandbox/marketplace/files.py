"""The stylesheet, the icon and the one script of the marketplace."""

from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse

from sandbox.marketplace.door import Stopped, anybody

KINDS = {"marketplace.css": "text/css", "copy.js": "text/javascript", "icon.svg": "image/svg+xml"}


@anybody
def one(request: HttpRequest, name: str) -> HttpResponse:
    if name not in KINDS:
        raise Stopped(404, "There is no such page", "The address leads nowhere in the marketplace.")
    response = HttpResponse(_content(name), content_type=f"{KINDS[name]}; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@cache
def _content(name: str) -> bytes:
    return (Path(__file__).parent / "static" / name).read_bytes()
