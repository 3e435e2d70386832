"""Extension and blueprint in the admin: administrators edit, every role reads. The record is kept by the site."""

from typing import Any

from django.contrib import admin
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils import timezone

from extensions.blueprints.forms import ExtensionForm, TemplateTypeForm
from extensions.blueprints.loading import set_sign_key, uses
from extensions.blueprints.models import Blueprint, BlueprintField, BlueprintTemplateType, Extension


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


class KeptWhenUsed:
    """A version by which installations are judged never changes: they would be judged by what they never had."""

    def blueprint_of(self, obj: Any) -> Blueprint | None:
        raise NotImplementedError

    def _may(self, allowed: bool, obj: Any) -> bool:
        blueprint = self.blueprint_of(obj) if obj is not None else None
        return allowed and not (blueprint is not None and blueprint.pk and uses(blueprint))


class TemplateTypesInline(KeptWhenUsed, admin.TabularInline):
    """The template types of a version; each has a page of its own with its fields."""

    model = BlueprintTemplateType
    form = TemplateTypeForm
    extra = 0
    show_change_link = True

    def blueprint_of(self, obj: Any) -> Blueprint | None:
        return obj if isinstance(obj, Blueprint) else None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(super().has_add_permission(request, obj), obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(super().has_change_permission(request, obj), obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(super().has_delete_permission(request, obj), obj)


@admin.register(Blueprint)
class BlueprintAdmin(KeptWhenUsed, admin.ModelAdmin):
    """Versions of what an extension creates. Of one in use only the notes can be changed."""

    list_display = ["extension", "version", "state", "released_at", "notes"]
    list_filter = ["extension", "state"]
    list_select_related = ["extension"]
    fields = ["extension", "version", "state", "released_at", "notes"]
    inlines = [TemplateTypesInline]

    def blueprint_of(self, obj: Any) -> Blueprint | None:
        return obj if isinstance(obj, Blueprint) else None

    def get_readonly_fields(self, request: HttpRequest, obj: Blueprint | None = None) -> list[str]:
        if obj is None:
            return ["released_at"]
        if uses(obj):
            return ["extension", "version", "state", "released_at"]
        return ["extension", "version", "released_at"]

    def save_model(self, request: HttpRequest, obj: Blueprint, form: BaseForm, change: bool) -> None:
        """Date the release; what becomes a draft again is released no more."""
        if obj.state == Blueprint.State.RELEASED:
            obj.released_at = obj.released_at or timezone.now()
        else:
            obj.released_at = None
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(super().has_delete_permission(request, obj), obj)


class FieldsInline(KeptWhenUsed, admin.TabularInline):
    """The data fields of a template type."""

    model = BlueprintField
    extra = 0
    fields = ["custom_id", "name", "description", "placeholder", "kind", "required", "position"]

    def blueprint_of(self, obj: Any) -> Blueprint | None:
        return obj.blueprint if isinstance(obj, BlueprintTemplateType) and obj.blueprint_id else None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(super().has_add_permission(request, obj), obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(super().has_change_permission(request, obj), obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(super().has_delete_permission(request, obj), obj)


@admin.register(BlueprintTemplateType)
class TemplateTypeAdmin(KeptWhenUsed, admin.ModelAdmin):
    """A template type of a version, with its fields. It is added on its version's page."""

    form = TemplateTypeForm
    list_display = ["name", "extension_type", "blueprint"]
    list_filter = ["blueprint__extension"]
    list_select_related = ["blueprint__extension"]
    search_fields = ["name", "extension_type"]
    readonly_fields = ["blueprint"]
    fields = ["blueprint", "name", "extension_type", "description", "event_types", "position"]
    inlines = [FieldsInline]

    def blueprint_of(self, obj: Any) -> Blueprint | None:
        return obj.blueprint if isinstance(obj, BlueprintTemplateType) else None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(super().has_change_permission(request, obj), obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(super().has_delete_permission(request, obj), obj)
