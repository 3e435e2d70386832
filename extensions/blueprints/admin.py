"""Extensions in the admin: administrators edit, every role reads. Their blueprints have pages of their own."""

from typing import Any

from django.contrib import admin
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils import timezone

from extensions.blueprints.forms import ExtensionForm
from extensions.blueprints.loading import set_sign_key
from extensions.blueprints.models import Extension


@admin.register(Extension)
class ExtensionAdmin(admin.ModelAdmin):
    """Deleted only while nobody is connected; the database refuses the rest."""

    form = ExtensionForm
    list_display = ["name", "integration_key", "environment", "receiver", "base_url"]
    list_filter = ["environment"]
    search_fields = ["name", "integration_key"]
    fieldsets = [
        (None, {"fields": ["name", "integration_key", "base_url", "environment", "authentication", "dependencies"]}),
        ("Webhooks", {"fields": ["receiver", "callback_urls", "secrets_set", "sign_key"]}),
        ("Writing", {"fields": ["writes_allowed"]}),
    ]
    readonly_fields = ["secrets_set"]

    def get_fieldsets(self, request: HttpRequest, obj: Extension | None = None) -> Any:
        """Without the field for a new sign key, where nobody could fill it in."""
        if obj is None or self.has_change_permission(request, obj):
            return self.fieldsets
        shown = [(name, {"fields": [*options["fields"]]}) for name, options in self.fieldsets]
        for _, options in shown:
            options["fields"] = [each for each in options["fields"] if each != "sign_key"]
        return shown

    @admin.display(description="secrets that are set")
    def secrets_set(self, extension: Extension) -> str:
        """Which secrets there are and since when; never what they are."""
        if extension.pk is None:
            return "none"
        rows = extension.secrets.order_by("kind")
        set_at = (f"{row.get_kind_display()}, set {timezone.localtime(row.set_at):%Y-%m-%d %H:%M}" for row in rows)
        return "; ".join(set_at) or "none"

    def save_model(self, request: HttpRequest, obj: Extension, form: BaseForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if secret := form.cleaned_data.get("sign_key"):
            set_sign_key(obj, secret)

    def has_delete_permission(self, request: HttpRequest, obj: Extension | None = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not obj.installations.exists())  # type: ignore[attr-defined]
