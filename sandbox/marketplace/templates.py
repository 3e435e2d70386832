"""Templates: making one, connecting it to a template type, switching it on and off. Oneflow has no API for it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from sandbox.marketplace import forms
from sandbox.marketplace.door import Stopped, Visitor, need_administrator, say, show, signed_in
from sandbox.models import Template


@signed_in
def listed(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Every template of the account, and a form for one more."""
    form = forms.TemplateForm(visitor.account, request.POST or None)
    if request.method == "POST":
        need_administrator(visitor)
        if form.is_valid():
            now = timezone.now()
            made = _kept(Template(account=visitor.account, created_time=now), form)
            say(request, f"The template {made.name} is there.")
            return redirect("templates")
    rows = visitor.account.templates.select_related("template_type").order_by("name", "pk")
    context = {"templates": rows.prefetch_related("workspaces"), "form": form}
    return show(request, visitor, "templates", context, status=400 if form.errors else 200)


@signed_in
def one(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """Changing a template: the type that it is connected to, where it can be used, whether it is active."""
    row = visitor.account.templates.select_related("template_type").filter(pk=pk).first()
    if row is None:
        reason = f"{visitor.account.name} has no template {pk}."
        raise Stopped(404, "There is no such template", reason, back="templates")
    need_administrator(visitor)
    known = {
        "name": row.name,
        "template_type": row.template_type,
        "workspaces": row.workspaces.all(),
        "active": row.active,
    }
    sent = request.POST if request.method == "POST" else None
    form = forms.TemplateForm(visitor.account, sent, now=row.template_type, initial=known)
    if form.is_valid():
        say(request, f"The template {_kept(row, form).name} is changed.")
        return redirect("templates")
    return show(request, visitor, "template", {"template": row, "form": form}, status=400 if form.errors else 200)


def _kept(row: Template, form: forms.TemplateForm) -> Template:
    row.name, row.active = form.cleaned_data["name"], form.cleaned_data["active"]
    row.template_type, row.updated_time = form.cleaned_data["template_type"], timezone.now()
    row.save()
    row.workspaces.set(form.cleaned_data["workspaces"])
    return row
