"""The forms of extension and blueprint: lists are written one entry a line, sign keys only go in."""

import json
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from extensions.blueprints.comparing import Attribute, attributes_that_differ
from extensions.blueprints.content import columns_of, digest_of
from extensions.blueprints.document import problems_of
from extensions.blueprints.editing import place_of
from extensions.blueprints.models import BlueprintField, BlueprintTemplateType, Extension
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


class Place(forms.IntegerField):
    """A number among others. Emptied it changes nothing."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return data not in self.empty_values and super().has_changed(initial, data)


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


class OfDraft(forms.ModelForm):
    """A row of a draft, held to the rules of a blueprint file, with the number at which it stands among the others.

    `seen` is the digest of the row that the form was made for, and comes back with it.
    """

    place = Place(
        label="Number",
        required=False,
        min_value=1,
        max_value=1000,
        help_text="Where it stands; left empty, a new one comes last.",
        show_hidden_initial=True,  # so that a form left open does not undo a colleague's move
    )
    differs: tuple[Attribute, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen = self.data.get("seen", "")
        if self.instance.pk:
            self.initial["place"] = place_of(self.instance)
            if not self.is_bound:
                self.seen = digest_of(self.instance)

    def overtaken(self, theirs: BlueprintTemplateType | BlueprintField) -> None:
        """Show in what a colleague's row differs from what is written here; sent again, it replaces theirs."""
        self.differs = attributes_that_differ(theirs, self.instance, columns_of(theirs))
        self.seen = digest_of(theirs)

    @property
    def new_place(self) -> int | None:
        """The number that it is to have, None where it stays."""
        return self.cleaned_data["place"] if "place" in self.changed_data else None

    def as_type(self, values: dict[str, Any]) -> dict[str, Any]:
        """The template type of a blueprint file that these values would stand in."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        values = {name: data[name] for name in self._meta.fields if name in data}  # type: ignore[attr-defined]
        if not self.errors:
            for problem in problems_of([self.as_type(values)]):
                name = re.findall(r"\.(\w+)", problem.path)[-1]
                self.add_error(
                    name if name in self.fields else None, f"{problem.expected} {problem.remedy}".capitalize()
                )
        return data


class TemplateTypeForm(OfDraft):
    """A template type of a draft with its event types as lines."""

    event_types = Lines(
        label="Wanted event types",
        required=False,
        help_text="What its webhook must send, one a line, such as contract:sign.",
    )

    class Meta:
        model = BlueprintTemplateType
        fields = ["name", "extension_type", "description", "event_types"]
        help_texts = {"extension_type": "The alias by which Oneflow marks it in every account."}

    def as_type(self, values: dict[str, Any]) -> dict[str, Any]:
        return {**values, "fields": []}


class FieldForm(OfDraft):
    """A data field of a draft."""

    class Meta:
        model = BlueprintField
        fields = ["custom_id", "name", "description", "placeholder", "kind", "required"]
        help_texts = {
            "custom_id": "The key that matches it to the field in an account, whatever its name there.",
            "placeholder": "Shown in the account while it is empty.",
            "kind": "A checkbox takes 0 or 1.",
            "required": "Whether a contract is wrong without it: decides between failing and warning.",
        }

    def as_type(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"name": "x", "extension_type": "x", "event_types": [], "fields": [values]}
