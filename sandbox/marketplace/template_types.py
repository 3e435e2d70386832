"""Template types with their fields: what an extension made is locked, what people made is not (sections 12.1, 13)."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from sandbox.marketplace import forms
from sandbox.marketplace.door import (
    Stopped,
    Visitor,
    administrators,
    locked,
    need_administrator,
    say,
    show,
    signed_in,
)
from sandbox.models import DataField, TemplateType


@signed_in
def listed(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Every type of the account, and a form for one more."""
    form = forms.NewTemplateType(request.POST or None)
    if request.method == "POST":
        need_administrator(visitor)
        if form.is_valid():
            now = timezone.now()
            made = TemplateType.objects.create(
                account=visitor.account, created_time=now, updated_time=now, **form.cleaned_data
            )
            say(request, f"The template type {made.name} is there. Now give it fields.")
            return redirect("template_type", made.pk)
    rows = visitor.account.template_types.living().select_related("extension").order_by("name", "pk")
    # Distinct, since two joins in one query multiply each other's rows.
    fields = Count("data_fields", filter=Q(data_fields__removed=False), distinct=True)
    context = {
        "template_types": rows.annotate(living_fields=fields, used_by=Count("templates", distinct=True)),
        "form": form,
    }
    return show(request, visitor, "template_types", context, status=400 if form.errors else 200)


@signed_in
def one(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """Its fields and its templates; a type made by hand can be renamed and switched off here."""
    row = of_account(visitor, pk)
    form = _changing(request, row)
    if request.method == "POST":
        need_administrator(visitor)
        if form is None:
            reason = f"{row.name} was made by the extension {_owner(row)}, and only that changes it."
            raise Stopped(403, "This template type is locked", reason, back="template_types")
        if form.is_valid():
            TemplateType.objects.filter(pk=pk).update(updated_time=timezone.now(), **form.cleaned_data)
            say(request, f"{form.cleaned_data['name']} is changed.")
            return redirect("template_type", pk)
    status = 400 if form is not None and form.errors else 200
    return show(request, visitor, "template_type", _context(row, form=form), status=status)


@administrators
def add_field(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """A user's own field, in a type made by hand or beside those of an extension."""
    row = of_account(visitor, pk)
    form = forms.NewField(row, request.POST)
    if not form.is_valid():
        return show(request, visitor, "template_type", _context(row, new_field=form), status=400)
    _touch(row)
    say(request, f"The field {form.save().name} is there.")
    return redirect("template_type", pk)


@administrators
def switch_field(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """The `active` flag, which is all that people may change of an extension's field."""
    field = _field(visitor, pk)
    wanted = request.POST.get("active")
    if wanted not in ("on", "off"):
        raise Stopped(400, "Nothing was changed", "The form did not say whether to switch the field on or off.")
    DataField.objects.filter(pk=pk).update(active=wanted == "on")
    _touch(field.template_type)
    say(request, f"The field {field.name} is {wanted}.")
    return redirect("template_type", field.template_type_id)


@signed_in
def change_field(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """A user's own field; one of an extension is refused with the reason."""
    field = _field(visitor, pk)
    need_administrator(visitor)
    _need_own(request, field)
    known = {name: getattr(field, name) for name in forms.ChangedField.base_fields}
    form = forms.ChangedField(request.POST if request.method == "POST" else None, initial=known)
    if form.is_valid():
        DataField.objects.filter(pk=pk).update(**form.cleaned_data)
        _touch(field.template_type)
        say(
            request,
            f"The field {form.cleaned_data['name']} is changed. Templates keep the default value that they have.",
        )
        return redirect("template_type", field.template_type_id)
    return show(request, visitor, "field", {"field": field, "form": form}, status=400 if form.errors else 200)


@signed_in
def delete_field(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """Asks first, since the field goes from every template of the type too."""
    field = _field(visitor, pk)
    need_administrator(visitor)
    _need_own(request, field)
    if request.method == "POST":
        field.delete()
        _touch(field.template_type)
        say(request, f"The field {field.name} is deleted.")
        return redirect("template_type", field.template_type_id)
    return show(request, visitor, "delete_field", {"field": field})


@administrators
def connect(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """Let a template inherit the fields of this type."""
    row = of_account(visitor, pk)
    if not row.active:
        reason = f"{row.name} is inactive, and so not offered for templates. Switch it on first."
        raise Stopped(409, "Nothing was connected", reason, back="template_types")
    form = forms.Connect(row, request.POST)
    if not form.is_valid():
        return show(request, visitor, "template_type", _context(row, connect=form), status=400)
    template = form.cleaned_data["template"]
    template.template_type, template.updated_time = row, timezone.now()
    template.save()
    say(request, f"The template {template.name} has the fields of {row.name} now.")
    return redirect("template_type", pk)


def of_account(visitor: Visitor, pk: int) -> TemplateType:
    """A template type of the account; whatever is another's, or gone, is not there."""
    row = visitor.account.template_types.living().select_related("extension", "account").filter(pk=pk).first()
    if row is None:
        reason = f"{visitor.account.name} has no template type {pk}."
        raise Stopped(404, "There is no such template type", reason, back="template_types")
    found: TemplateType = row
    return found


def _context(row: TemplateType, **forms_shown: Any) -> dict[str, Any]:
    fields = row.data_fields.living().order_by("pk")
    shown = {
        "form": forms.ChangedTemplateType(initial=_known(row)) if row.extension_id is None else None,
        "new_field": forms.NewField(row),
        "connect": forms.Connect(row),
        **forms_shown,
    }
    templates = row.templates.order_by("name", "pk").prefetch_related("workspaces")
    return {"template_type": row, "fields": fields, "templates": templates, **shown}


def _changing(request: HttpRequest, row: TemplateType) -> forms.ChangedTemplateType | None:
    """The form of a type that people may change; None for an extension's."""
    if row.extension_id is not None:
        return None
    return forms.ChangedTemplateType(request.POST if request.method == "POST" else None, initial=_known(row))


def _known(row: TemplateType) -> dict[str, Any]:
    return {"name": row.name, "description": row.description, "active": row.active}


def _field(visitor: Visitor, pk: int) -> DataField:
    rows = DataField.objects.living().filter(template_type__account=visitor.account, template_type__removed=False)
    row = rows.select_related("template_type__extension").filter(pk=pk).first()
    if row is None:
        reason = f"{visitor.account.name} has no data field {pk}."
        raise Stopped(404, "There is no such field", reason, back="template_types")
    found: DataField = row
    return found


def _need_own(request: HttpRequest, field: DataField) -> None:
    if field.source == DataField.Source.SYSTEM:
        owner = _owner(field.template_type)
        reason = f"{field.name} was made by the extension {owner}. People can switch it off and on, and nothing else."
        raise locked(request, "This field is locked", reason, back="template_types")


def _owner(row: TemplateType) -> str:
    return str(row.extension.name) if row.extension else "that made it"


def _touch(row: TemplateType) -> None:
    TemplateType.objects.filter(pk=row.pk).update(updated_time=timezone.now())
