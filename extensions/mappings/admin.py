"""Mappings in the admin: administrators edit, every role reads."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError

from extensions.blueprints.models import BlueprintField
from extensions.mappings.models import Mapping

# The same as in the extension file's schema.
PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*")


class MappingForm(forms.ModelForm):
    """A mapping names a field of some version of its extension's blueprint."""

    class Meta:
        model = Mapping
        fields = ["extension", "extension_type", "custom_id", "path", "label"]

    def clean_path(self) -> str:
        path = str(self.cleaned_data["path"])
        if not PATH.fullmatch(path):
            raise ValidationError("Write a path of names with dots between them, such as deal.amount.")
        return path

    def clean(self) -> dict[str, Any] | None:
        values = super().clean() or self.cleaned_data
        extension, kind, custom_id = (values.get(name) for name in ("extension", "extension_type", "custom_id"))
        if extension and kind and custom_id:
            fields = BlueprintField.objects.filter(
                template_type__blueprint__extension=extension,
                template_type__extension_type=kind,
                custom_id=custom_id,
            )
            if not fields.exists():
                self.add_error("custom_id", f"No version of {extension}'s blueprint has this field in {kind}.")
        return values


@admin.register(Mapping)
class MappingAdmin(admin.ModelAdmin):
    """Which value of the product fills which data field."""

    form = MappingForm
    list_display = ["custom_id", "extension_type", "path", "label", "extension"]
    list_filter = ["extension", "extension_type"]
    list_select_related = ["extension"]
    search_fields = ["custom_id", "path", "label"]
    search_help_text = "custom_id, path or label"
