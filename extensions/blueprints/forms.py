"""The admin's forms of extension and blueprint: lists are written one entry a line, sign keys only go in."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from extensions.blueprints.models import BlueprintTemplateType, Extension
from extensions.blueprints.rules import callback_url_problem, host_change_problem

LONGEST_ENTRY = 500


class Lines(forms.CharField):
    """A list of texts, one a line."""

    widget = forms.Textarea(attrs={"rows": 4, "cols": 80, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "\n".join(each if isinstance(each, str) else json.dumps(each) for each in value)
        return value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        """The entries in order, blank lines and repetitions left out."""
        lines = (line.replace("\0", "").strip() for line in str(value or "").splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def validate(self, value: Any) -> None:
        super().validate(value)
        for entry in value:
            if len(entry) > LONGEST_ENTRY:
                raise ValidationError(f"An entry has {len(entry)} characters; at most {LONGEST_ENTRY} are taken.")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(self.prepare_value(initial)) != self.to_python(data)


class ExtensionForm(forms.ModelForm):
    """Extension with its lists as lines, and its sign key as a field that never shows what it holds."""

    callback_urls = Lines(
        label="Right callback URLs",
        required=False,
        help_text="Where webhooks should point, one address a line; {account_id} stands for the account's id, "
        "* for anything after the host.",
    )
    dependencies = Lines(
        required=False, help_text="Extension types that ours depends on, one a line, such as api_tokens."
    )
    sign_key = forms.CharField(
        label="New sign key",
        required=False,
        max_length=500,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False),
        help_text="Left empty, the sign key stays as it is. The one before is kept as the previous one.",
    )

    class Meta:
        model = Extension
        fields = [
            "name",
            "integration_key",
            "base_url",
            "environment",
            "authentication",
            "receiver",
            "callback_urls",
            "dependencies",
            "writes_allowed",
        ]

    def clean_integration_key(self) -> str:
        key = str(self.cleaned_data["integration_key"])
        if key == "custom":
            raise ValidationError("custom marks tokens made by hand. Enter the key that Oneflow gave the extension.")
        if self.instance.pk and key != self.instance.integration_key and self.instance.installations.exists():
            raise ValidationError("Accounts are connected under this key. Add the other key as another extension.")
        return key

    def clean_base_url(self) -> str:
        url = str(self.cleaned_data["base_url"]).strip().rstrip("/")
        if self.instance.pk and (sentence := host_change_problem(self.instance, url)):
            raise ValidationError(sentence)
        return url

    def clean_callback_urls(self) -> list[str]:
        urls: list[str] = self.cleaned_data["callback_urls"]
        problems = [f"{url}: {sentence}" for url in urls if (sentence := callback_url_problem(url))]
        if problems:
            raise ValidationError(problems)
        return urls


class TemplateTypeForm(forms.ModelForm):
    """A template type of a blueprint with its event types as lines."""

    event_types = Lines(label="Wanted event types", required=False, help_text="One a line, such as contract:sign.")

    class Meta:
        model = BlueprintTemplateType
        fields = ["name", "extension_type", "description", "event_types", "position"]
