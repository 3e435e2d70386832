"""A record of the product as staff paste or upload it: in memory for this one request, never stored or logged."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from extensions.installations.models import Installation
from extensions.mappings.effective import effective
from extensions.mappings.paths import outline
from extensions.mappings.records import MOST_BYTES, BadRecord, Record, parse

# What is put back into the form, so that it can be sent again; more would outweigh the page.
MOST_SHOWN = 20_000

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Pasted:
    """The record of a form, or why there is none. `text` goes back into the form; "" where it is too long for that."""

    text: str = field(default="", repr=False)
    record: Record | None = field(default=None, repr=False)
    problem: str = ""

    @property
    def is_hidden(self) -> bool:
        """Whether it was read and is not shown again."""
        return self.record is not None and not self.text


def in_memory(view: View) -> View:
    """Let a form with an upload reach the view without its content ever touching a disk, however large it is.

    By itself Django looks for the form's token before the view runs, and for that puts large uploads into files.
    """

    @csrf_exempt
    @sensitive_post_parameters("record")
    @wraps(view)
    def kept_off_disks(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST":
            request.upload_handlers = [MemoryFileUploadHandler(request)]  # type: ignore[list-item]
            try:
                request.POST  # noqa: B018 - reads the form
            except RequestDataTooBig:
                # Nothing of it was read, so the view has nothing to act on that a token would have to vouch for.
                return view(request, *args, **kwargs)
        return csrf_protect(view)(request, *args, **kwargs)

    return kept_off_disks


def pasted(request: HttpRequest, *, most_shown: int = MOST_SHOWN) -> Pasted:
    """What the form brought: the file, else the text."""
    upload = request.FILES.get("file")
    raw = upload.read() if upload else request.POST.get("record", "").encode()
    if not raw and _sent(request) > MOST_BYTES:
        return Pasted(problem=f"What was sent has {_sent(request):,} bytes, and a record at most {MOST_BYTES:,}.")
    text = raw.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}") if len(raw) <= most_shown else ""
    try:
        return Pasted(text, parse(raw))
    except BadRecord as exc:
        return Pasted(text, problem=str(exc))


def begun(installation: Installation) -> Pasted:
    """A form to be filled in: everything that the mapping reads in this installation, each value null."""
    paths = [rule.path for rule in effective(installation).values() if rule.filled]
    return Pasted(json.dumps(outline(paths), indent=1, ensure_ascii=False))


def _sent(request: HttpRequest) -> int:
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(length) if length.isdecimal() else 0
