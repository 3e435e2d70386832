"""Webhooks made by hand (section 10.3), beside those of extensions, which people cannot delete (10.4)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sandbox.marketplace import forms
from sandbox.marketplace.door import Stopped, Visitor, locked, need_administrator, say, show, signed_in
from sandbox.models import TemplateType, Webhook


@signed_in
def listed(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Every webhook of the account, and a form for one more."""
    form = forms.NewWebhook(request.POST or None)
    if request.method == "POST":
        need_administrator(visitor)
        if form.is_valid():
            address, key = form.cleaned_data["callback_url"], form.cleaned_data["sign_key"]
            Webhook.objects.create(account=visitor.account, callback_url=address, sign_key=key or None)
            say(request, f"Oneflow calls {address} from now on, whatever happens to a contract.")
            return redirect("webhooks")
    rows = visitor.account.webhooks.living().select_related("extension").order_by("pk")
    kinds = {row.pk: row for row in visitor.account.template_types.living()}
    hooks = [
        {"row": row, "events": _events(row), "template_type": kinds.get(row.template_group_id or 0)} for row in rows
    ]
    return show(request, visitor, "webhooks", {"hooks": hooks, "form": form}, status=400 if form.errors else 200)


@signed_in
def delete(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponse:
    """Asks first; what an extension made is refused with the reason."""
    row = visitor.account.webhooks.living().select_related("extension").filter(pk=pk).first()
    if row is None:
        reason = f"{visitor.account.name} has no webhook {pk}. Somebody may have deleted it already."
        raise Stopped(404, "There is no such webhook", reason, back="webhooks")
    need_administrator(visitor)
    if row.extension is not None:
        name = row.extension.name
        reason = (
            f"The extension {name} made this webhook, and what an extension made is protected from being deleted by "
            f"hand. It goes when {name} is disabled."
        )
        raise locked(request, "This webhook cannot be deleted", reason, back="webhooks")
    if request.method == "POST":
        row.delete()
        say(request, f"Oneflow calls {row.callback_url} no more.")
        return redirect("webhooks")
    kind = TemplateType.objects.filter(pk=row.template_group_id).first()
    context = {"hook": row, "events": _events(row), "template_type": kind}
    return show(request, visitor, "delete_webhook", context)


def _events(row: Webhook) -> list[str]:
    """The event types that its filters name; none when it hears everything."""
    rules: list[dict[str, Any]] = [rule for item in row.filters or [] for rule in item["filter_rules"]]
    return [value for rule in rules if rule["type"] == "EVENT_TYPE" for value in rule["values"]]
