"""The forms by which a draft is edited: template types and fields, one at a time."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.acting import Deed
from console.audit import actor_of
from console.blueprints.drafts import BOTH, POST
from console.blueprints.opening import CHANGE, address, page_of_version, version_of
from console.pages import page, refuse
from extensions.blueprints import drafting, editing
from extensions.blueprints.drafting import Refused
from extensions.blueprints.forms import FieldForm, OfDraft, TemplateTypeForm
from extensions.blueprints.models import Blueprint, BlueprintField, BlueprintTemplateType


@page(CHANGE, audited=drafting.CHANGE, methods=BOTH)
def add_type(request: HttpRequest, key: str, version: int) -> HttpResponse:
    """A new template type of a draft."""
    blueprint = version_of(key, version)
    return _type(request, blueprint, BlueprintTemplateType(blueprint=blueprint))


@page(CHANGE, audited=drafting.CHANGE, methods=BOTH)
def change_type(request: HttpRequest, key: str, version: int, pk: int) -> HttpResponse:
    """A template type of a draft, changed."""
    blueprint = version_of(key, version)
    return _type(request, blueprint, _type_of(blueprint, pk))


@page(CHANGE, audited=drafting.CHANGE, methods=BOTH)
def add_field(request: HttpRequest, key: str, version: int, pk: int) -> HttpResponse:
    """A new field of a template type."""
    blueprint = version_of(key, version)
    return _field(request, blueprint, BlueprintField(template_type=_type_of(blueprint, pk)))


@page(CHANGE, audited=drafting.CHANGE, methods=BOTH)
def change_field(request: HttpRequest, key: str, version: int, pk: int) -> HttpResponse:
    """A field of a draft, changed."""
    blueprint = version_of(key, version)
    return _field(request, blueprint, _field_of(blueprint, pk))


@page(CHANGE, audited=drafting.CHANGE, methods=POST)
def take_type_out(request: HttpRequest, key: str, version: int, pk: int) -> HttpResponse:
    """Take a template type with its fields out of a draft."""
    blueprint = version_of(key, version)
    return _take_out(request, blueprint, _type_of(blueprint, pk), address(blueprint))


@page(CHANGE, audited=drafting.CHANGE, methods=POST)
def take_field_out(request: HttpRequest, key: str, version: int, pk: int) -> HttpResponse:
    """Take a field out of a draft."""
    blueprint = version_of(key, version)
    field = _field_of(blueprint, pk)
    return _take_out(request, blueprint, field, _of_type(blueprint, field.template_type))


@page(CHANGE, audited=drafting.CHANGE, methods=POST)
def move(request: HttpRequest, key: str, version: int) -> HttpResponse:
    """Put a field or a template type one place up or down: `up` or `down`, "field" or "type", and its id."""
    blueprint = version_of(key, version)
    step = -1 if "up" in request.POST else 1
    kind, _, pk = request.POST.get("up", request.POST.get("down", "")).partition(" ")
    if kind not in {"field", "type"} or not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        raise Http404("Nothing of a draft was named.")
    back = address(blueprint)
    try:
        if kind == "field":
            field = _field_of(blueprint, int(pk))
            back = f"{_of_type(blueprint, field.template_type)}{_page(request)}#f{pk}"
            editing.put_field(blueprint, field, actor=actor_of(request), place=editing.place_of(field) + step)
        else:
            row = _type_of(blueprint, int(pk))
            back = _of_type(blueprint, row)
            editing.put_type(blueprint, row, actor=actor_of(request), place=editing.place_of(row) + step)
    except Refused as refused:
        refuse(request, drafting.CHANGE, blueprint, str(refused))
    return redirect(back)


def _type(request: HttpRequest, blueprint: Blueprint, row: BlueprintTemplateType) -> HttpResponse:
    name, back = row.name, _of_type(blueprint, row) if row.pk else address(blueprint)
    form = TemplateTypeForm(request.POST or None, instance=row)
    if _stored(request, blueprint, form, editing.put_type):
        return redirect(_of_type(blueprint, row))
    title = f"Template type {name}" if name else "New template type"
    return _form(request, blueprint, form, title=title, back=back, take_out="version-type-take-out")


def _field(request: HttpRequest, blueprint: Blueprint, row: BlueprintField) -> HttpResponse:
    name = row.custom_id
    form = FieldForm(request.POST or None, instance=row)
    if _stored(request, blueprint, form, editing.put_field):
        if "another" in request.POST:
            return redirect("version-field-add", *_args(blueprint), row.template_type_id)
        return redirect(f"{_of_type(blueprint, row.template_type)}#f{row.pk}")
    title = f"Field {name}" if name else f"New field of {row.template_type}"
    back = _of_type(blueprint, row.template_type)
    return _form(request, blueprint, form, title=title, back=back, take_out="version-field-take-out")


def _stored(request: HttpRequest, blueprint: Blueprint, form: OfDraft, put: Any) -> bool:
    """Whether the form was sent and what it says is stored; why not then stands in it."""
    if request.method != "POST" or not form.is_valid():
        return False
    if form.instance.pk and not form.has_changed():
        return True
    changed = [name for name in form.changed_data if name != "place"]
    try:
        put(blueprint, form.instance, actor=actor_of(request), place=form.new_place, changed=changed, seen=form.seen)
    except Refused as refused:
        if isinstance(refused, editing.Overtaken):
            form.overtaken(refused.theirs)
        Deed(actor_of(request), drafting.CHANGE, blueprint, outcome="refused", reason=str(refused)).tell()
        form.add_error(None, str(refused))
        return False
    messages.success(request, f"{form.instance.name} is stored in the draft.")
    return True


def _form(
    request: HttpRequest, blueprint: Blueprint, form: OfDraft, *, title: str, back: str, take_out: str
) -> HttpResponse:
    if blueprint.state != Blueprint.State.DRAFT:
        messages.error(request, f"Version {blueprint.version} is released and never changes again.")
        return redirect(address(blueprint))
    pk = form.instance.pk
    shown = page_of_version(
        request,
        blueprint,
        title=title,
        form=form,
        back=back,
        take_out=reverse(take_out, args=[*_args(blueprint), pk]) if pk else "",
    )
    return render(request, "blueprints/form.html", shown, status=409 if form.differs else 422 if form.errors else 200)


def _take_out(
    request: HttpRequest, blueprint: Blueprint, row: BlueprintTemplateType | BlueprintField, back: str
) -> HttpResponse:
    name = row.name
    try:
        editing.take_out(blueprint, row, actor=actor_of(request))
    except Refused as refused:
        refuse(request, drafting.CHANGE, blueprint, str(refused))
    else:
        messages.success(request, f"{name} is taken out of the draft.")
    return redirect(back)


def _type_of(blueprint: Blueprint, pk: int) -> BlueprintTemplateType:
    found = blueprint.template_types.filter(pk=pk).first()
    if found is None:
        raise Http404("This template type is not in the draft. A colleague may have taken it out.")
    return found


def _field_of(blueprint: Blueprint, pk: int) -> BlueprintField:
    rows = BlueprintField.objects.filter(template_type__blueprint=blueprint).select_related("template_type")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("This field is not in the draft. A colleague may have taken it out.")
    return found


def _args(blueprint: Blueprint) -> list[Any]:
    return [blueprint.extension.integration_key, blueprint.version]


def _of_type(blueprint: Blueprint, row: BlueprintTemplateType) -> str:
    return f"{address(blueprint)}?type={row.extension_type}"


def _page(request: HttpRequest) -> str:
    number = request.POST.get("page", "")
    return f"&page={number}" if number.isascii() and number.isdigit() and len(number) < 6 else ""
