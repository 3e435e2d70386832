"""A mapping as a file: downloaded, and uploaded with its difference in sight before anything is stored."""

import json
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.acting import Deed
from console.audit import actor_of
from console.mappings.desk import CHANGE, POST, SEE, Desk, number_of, of_extension, tell_refused
from console.pages import page
from extensions.blueprints.document import BadDocument, Document, Problem, check_mapping, read
from extensions.mappings.changing import Refused, Stale
from extensions.mappings.content import as_document, differences, from_document
from extensions.mappings.loading import VERB, check_rows, load

# What a page can carry from the preview to storing. A mapping of 300 fields has 40 kB.
MOST_BYTES = 1_000_000
MOST_SHOWN = 200


@page(SEE, audited="mapping.download")
def download(request: HttpRequest, key: str) -> HttpResponse:
    """The mapping, or with `version` an earlier one, as a file that can be uploaded again."""
    desk = of_extension(key)
    owner, latest = desk.owner, desk.owner.latest()
    number = number_of(request.GET.get("version", "")) or (latest.number if latest else 0)
    version = owner.version(number)
    if version is None and number:
        raise Http404(f"The mapping of {key} has no version {number}.")
    document: Document = {"extension": owner.extension.integration_key}
    if version is not None:
        document["version"] = version.number
    document["mapping"] = version.content if version else as_document(owner.rules())
    Deed(actor_of(request), "mapping.download", owner.extension, details={"version": number}).tell()
    name = f"mapping-{owner.extension.integration_key}-{number}.json"
    body = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    return HttpResponse(
        body, content_type="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@page(CHANGE, unaudited="compares a file with the mapping and stores nothing", methods=("GET", "POST"))
def upload(request: HttpRequest, key: str) -> HttpResponse:
    """Choose a file, and see what it would change."""
    desk = of_extension(key)
    if request.method == "GET":
        return _form(request, desk)
    sent = request.FILES.get("file")
    if sent is None:
        return _form(request, desk, problems=[Problem("$", "no file was chosen.", "Choose one, then send it again.")])
    try:
        return _preview(request, desk, _rows_of(desk, _bytes(sent)))
    except BadDocument as exc:
        return _form(request, desk, problems=exc.problems)


@page(CHANGE, audited=VERB, methods=POST, form="mapping-upload")
def store(request: HttpRequest, key: str) -> HttpResponse:
    """Store what the preview showed, unless the mapping was changed meanwhile."""
    desk = of_extension(key)
    reason = request.POST.get("reason", "")
    rows: list[dict[str, Any]] = []
    try:
        rows = _rows_of(desk, request.POST.get("document", "").encode("utf-8", "backslashreplace"))
        base = number_of(request.POST.get("base", ""))
        count = load(desk.owner.extension, rows, actor=actor_of(request), reason=reason, base=base)
    except BadDocument as exc:
        tell_refused(request, desk, Refused(str(exc.problems[0])), VERB)
        return _form(request, desk, problems=exc.problems)
    except Refused as exc:
        # Made anew: after a change by somebody else it shows the difference from what is stored now.
        tell_refused(request, desk, exc, VERB)
        return _preview(request, desk, rows, refused=exc, reason=reason)
    messages.success(request, f"{count} row(s) were added, changed or taken out." if count else "Nothing was changed.")
    return redirect(desk.address())


def _form(request: HttpRequest, desk: Desk, **extra: Any) -> HttpResponse:
    return render(request, "mappings/upload.html", desk.page(request, "Upload a mapping", **extra))


def _preview(request: HttpRequest, desk: Desk, rows: list[dict[str, Any]], **extra: Any) -> HttpResponse:
    found = differences(desk.owner.rules(), from_document(rows))
    counts = {what: sum(each.what == what for each in found) for what in ("added", "changed", "removed")}
    document = {"extension": desk.owner.extension.integration_key, "mapping": rows}
    return render(
        request,
        "mappings/preview.html",
        desk.page(
            request,
            "What the file would change",
            rows=found[:MOST_SHOWN],
            more=max(len(found) - MOST_SHOWN, 0),
            counts=counts,
            total=len(found),
            document=json.dumps(document, ensure_ascii=False, separators=(",", ":")),
            **extra,
        ),
        status=409 if isinstance(extra.get("refused"), Stale) else 200,
    )


def _rows_of(desk: Desk, raw: bytes) -> list[dict[str, Any]]:
    """The rows of a mapping file for this extension. Raises `BadDocument`."""
    if len(raw) > MOST_BYTES:
        problem = "the file is larger than a page can carry, 1 MB."
        raise BadDocument(
            [Problem("$", problem, "Load it as part of an extension file, with manage.py load_extension.")]
        )
    document = read(raw)
    check_mapping(document)
    named, key = document.get("extension", ""), desk.owner.extension.integration_key
    if named and named != key:
        raise BadDocument([Problem("$.extension", f"the file is the mapping of {named}.", f"Choose one of {key}.")])
    rows: list[dict[str, Any]] = document["mapping"]
    check_rows(desk.owner.extension, rows)
    return rows


def _bytes(sent: UploadedFile) -> bytes:
    """At most one byte more than is allowed, so that a huge file is refused and not read."""
    return bytes(sent.read(MOST_BYTES + 1))
