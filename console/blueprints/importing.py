"""Drafts from elsewhere: from what a reference account has, or from a file; and a version as a file."""

import json
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.acting import Deed
from console.audit import actor_of
from console.blueprints.accounts import Several, meant, seen_account
from console.blueprints.opening import CHANGE, SEE, address, extension_of, page_of, version_of
from console.pages import page
from console.refreshing import want
from extensions.blueprints import drafting
from extensions.blueprints.content import TypeContent, as_document, content_of
from extensions.blueprints.document import MAX_BYTES, BadDocument, Problem, problems_of
from extensions.blueprints.drafting import Refused
from extensions.blueprints.files import as_file, take
from extensions.blueprints.models import Blueprint, BlueprintTemplateType, Extension
from extensions.blueprints.releasing import LONGEST_NOTES
from extensions.installations.models import Installation, TemplateType
from extensions.installations.reference import (
    FORGET,
    Seen,
    forget_roles,
    name_roles,
    reference,
    roles_of,
    roles_of_ours,
)

POST = ("POST",)
TOO_LONG = "…\nMore could not be known than fits here: take fewer template types into one draft."


@page(SEE, audited="blueprint.export")
def export(request: HttpRequest, key: str, version: int) -> HttpResponse:
    """The version as a blueprint file."""
    blueprint = version_of(key, version)
    Deed(actor_of(request), "blueprint.export", blueprint, details={"version": version}).tell()
    text = json.dumps(as_file(blueprint), ensure_ascii=False, indent=2) + "\n"
    headers = {"Content-Disposition": f'attachment; filename="{key}-blueprint-{version}.json"'}
    return HttpResponse(text, content_type="application/json; charset=utf-8", headers=headers)


@page(CHANGE, unaudited="shows from what a draft can be begun; no personal data")
def choose(request: HttpRequest, key: str) -> HttpResponse:
    """Choose a file, or an account and which of its template types."""
    extension = extension_of(key)
    asked = request.GET.get("account", "").strip()
    if not asked:
        return _page(request, extension)
    try:
        return _page(request, extension, **_choices(extension, meant(extension, asked)))
    except Several as several:
        return _page(request, extension, problem=str(several), candidates=several.installations, asked=asked)
    except Refused as refused:
        return _page(request, extension, problem=str(refused), asked=asked)


@page(CHANGE, audited=drafting.BEGIN, methods=POST, form="versions-import")
def from_account(request: HttpRequest, key: str) -> HttpResponse:
    """A draft of what an account has of the chosen template types."""
    extension = extension_of(key)
    asked, types = request.POST.get("account", "").strip(), request.POST.getlist("types")
    try:
        draft = _imported(request, extension, asked, types)
    except Refused as refused:
        return _refused(request, extension, drafting.BEGIN, refused, asked, types)
    told = f"Version {draft.version} is a draft of what account {asked} has."
    messages.success(request, f"{told} Its notes say what could not be known: look at that first.")
    return redirect(address(draft))


@page(CHANGE, audited="installation.read_fields", methods=POST, form="versions-import")
def read_fields(request: HttpRequest, key: str) -> HttpResponse:
    """Have the fields of the chosen template types read with each refresh, though no version has them yet."""
    extension = extension_of(key)
    asked, types = request.POST.get("account", "").strip(), request.POST.getlist("types")
    try:
        installation, seen = _read_account(extension, asked)
        ours = roles_of_ours(seen, _known_types(_known(extension)))
        roles = roles_of(_chosen(seen, types), ours, _roles_ever(extension))
        name_roles(installation, roles, actor=actor_of(request))
    except Refused as refused:
        return _refused(request, extension, "installation.read_fields", refused, asked, types)
    want(Installation.objects.filter(pk=installation.pk), timezone.now(), actor_of(request))
    messages.success(
        request, "Their fields are read by a refresh that is on its way. Show the template types again then."
    )
    return redirect(f"{reverse('versions-import', args=[key])}?account={asked}")


@page(CHANGE, audited=FORGET, methods=POST, form="versions-import")
def stop_reading(request: HttpRequest, key: str) -> HttpResponse:
    """Take back that the chosen template types are to be read, and which role they play by what was said here."""
    extension = extension_of(key)
    asked, types = request.POST.get("account", "").strip(), request.POST.getlist("types")
    try:
        installation, seen = _read_account(extension, asked)
        number = forget_roles(installation, _chosen(seen, types), actor=actor_of(request))
        if not number:
            raise Refused("Nothing was said of these here. Choose one that is marked as read by what was said.")
    except Refused as refused:
        return _refused(request, extension, FORGET, refused, asked, types)
    want(Installation.objects.filter(pk=installation.pk), timezone.now(), actor_of(request))
    messages.success(
        request, "Taken back. Those that no version has are read no more, as the refresh that is on its way will show."
    )
    return redirect(f"{reverse('versions-import', args=[key])}?account={asked}")


@page(CHANGE, audited=drafting.BEGIN, methods=POST, form="versions-import")
def from_file(request: HttpRequest, key: str) -> HttpResponse:
    """A draft of what a blueprint file says."""
    extension = extension_of(key)
    upload = request.FILES.get("file")
    try:
        source = f"file {upload.name}" if upload else ""
        draft = take(extension, _raw(upload), actor=actor_of(request), source=source)
    except BadDocument as exc:
        reason = str(exc.problems[0])[:500]
        Deed(actor_of(request), drafting.BEGIN, extension, outcome="refused", reason=reason).tell()
        return _page(request, extension, problems=exc.problems, status=422)
    messages.success(request, f"Version {draft.version} is a draft of what the file says.")
    return redirect(address(draft))


def _read_account(extension: Extension, asked: str) -> tuple[Installation, Seen]:
    """The account, if a refresh reads it. Raises `Refused`."""
    installation, seen = seen_account(extension, asked)
    if installation.state == Installation.State.DISCONNECTED:
        raise Refused(f"{installation.account} is disconnected: nothing is read there.")
    return installation, seen


def _raw(upload: UploadedFile | None) -> bytes:
    """The bytes of what was uploaded. A large file lies on disk, and one too large is not read from there."""
    if upload is None:
        raise BadDocument([Problem("file", "no file was chosen.", "Choose a blueprint file.")])
    if (upload.size or 0) > MAX_BYTES:
        raise BadDocument([Problem("file", f"is larger than {MAX_BYTES:,} bytes.", "Is this the right file?")])
    return upload.read(MAX_BYTES + 1)


def _page(request: HttpRequest, extension: Extension, *, status: int = 200, **extra: Any) -> HttpResponse:
    shown = page_of(request, extension, title="Import a draft", largest=MAX_BYTES // 1_000_000, **extra)
    return render(request, "blueprints/import.html", shown, status=status)


def _refused(
    request: HttpRequest, extension: Extension, verb: str, refused: Refused, asked: str, types: list[str]
) -> HttpResponse:
    """The page once more, with why, and the template types as they were chosen."""
    Deed(actor_of(request), verb, extension, outcome="refused", reason=str(refused)[:500]).tell()
    try:
        choices = _choices(extension, asked, types)
    except Refused:
        choices = {"asked": asked}
    return _page(request, extension, problem=str(refused), status=422, **choices)


def _choices(extension: Extension, asked: str, taken: list[str] | None = None) -> dict[str, Any]:
    """The account's template types with what is wrong about each; those of ours are chosen, or those named."""
    installation, seen = seen_account(extension, asked)
    ours = {row.oneflow_id for row in roles_of_ours(seen, _known_types(_known(extension))).values()}
    choices = [
        {
            "row": row,
            "taken": row.oneflow_id in ours if taken is None else str(row.oneflow_id) in taken,
            "number": len(seen.fields_of(row)),
            "doubt": seen.doubt(row),
        }
        for row in sorted(seen.types, key=lambda each: (each.oneflow_id not in ours, each.name))
    ]
    return {
        "asked": asked,
        "installation": installation,
        "choices": choices,
        "read_at": seen.types_read_at,
        "any_named": any(row.confirmed_role for row in seen.types),
    }


def _imported(request: HttpRequest, extension: Extension, asked: str, types: list[str]) -> Blueprint:
    installation, seen = seen_account(extension, asked)
    known = _known(extension)
    roles = roles_of(_chosen(seen, types), roles_of_ours(seen, _known_types(known)), _roles_ever(extension))
    found = reference(seen, roles, known)
    if found.doubts:
        raise Refused(f"{found.doubts[0]} Have them read first: a draft of half an account would lack fields.")
    if problems := problems_of(as_document(found.content)):
        raise Refused(f"{installation.account} has what no blueprint can hold. {problems[0]}")
    notes = _fitting("\n".join(filter(None, [f"As account {asked} has it.", found.off_in_words, *found.notes])))
    return drafting.begin(extension, found.content, actor=actor_of(request), source=f"account {asked}", notes=notes)


def _fitting(notes: str) -> str:
    """The notes, with what did not fit said and not silently lost."""
    if len(notes) <= LONGEST_NOTES:
        return notes
    return f"{notes[: LONGEST_NOTES - len(TOO_LONG)]}{TOO_LONG}"


def _chosen(seen: Seen, types: list[str]) -> list[TemplateType]:
    rows = [row for row in seen.types if str(row.oneflow_id) in types]
    if not rows or len(rows) != len(set(types)):
        raise Refused("Choose at least one template type that the account has.")
    return rows


def _roles_ever(extension: Extension) -> set[str]:
    """Every extension type that some version has: none is made up anew for what plays another role, or none."""
    kinds = BlueprintTemplateType.objects.filter(blueprint__extension=extension)
    return set(kinds.values_list("extension_type", flat=True))


def _known(extension: Extension) -> list[TypeContent]:
    """What the newest version says, a released one if there is any."""
    newest = extension.blueprints.released().first() or extension.blueprints.order_by("-version").first()
    return content_of(newest) if newest else []


def _known_types(known: list[TypeContent]) -> list[Any]:
    return [each.template_type for each in known]
