"""The forms of the marketplace: what people may type, and the words for what cannot be taken."""

from typing import Any

from django import forms

from sandbox.api.checking import Checked
from sandbox.api.data_fields import LONGEST_VALUE, MOST_FIELDS
from sandbox.api.webhooks import read_callback_url
from sandbox.bodies import whole_number
from sandbox.models import Account, DataField, Template, TemplateType, Workspace


class Find(forms.Form):
    """Looking for an account to sign in to."""

    q = forms.CharField(max_length=200, required=False, strip=True)


class SignIn(forms.Form):
    email = forms.EmailField(max_length=254)


class NewTemplateType(forms.Form):
    name = forms.CharField(max_length=100)
    description = forms.CharField(max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class ChangedTemplateType(NewTemplateType):
    active = forms.BooleanField(required=False, help_text="An inactive type is not offered for new templates.")


class ChangedField(forms.Form):
    """A user's own field; its `custom_id` stays, since integrations know it by that."""

    name = forms.CharField(max_length=200)
    description = forms.CharField(max_length=1000, required=False)
    placeholder = forms.CharField(max_length=1000, required=False, help_text="Shown while the field is empty.")
    value = forms.CharField(
        max_length=LONGEST_VALUE, required=False, label="Default value", help_text="For a checkbox 0 or 1."
    )


class NewField(ChangedField):
    custom_id = forms.CharField(
        max_length=200, label="custom_id", help_text="The key by which integrations know the field."
    )
    field_order = ["custom_id"]

    def __init__(self, template_type: TemplateType, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="field_%s", **kwargs)
        self.template_type = template_type

    def clean_custom_id(self) -> str:
        custom_id: str = self.cleaned_data["custom_id"]
        if self.template_type.data_fields.living().filter(custom_id=custom_id).exists():
            raise forms.ValidationError("This template type has a field of that custom_id already. Choose another.")
        return custom_id

    def clean(self) -> dict[str, Any]:
        if self.template_type.data_fields.living().count() >= MOST_FIELDS:
            raise forms.ValidationError(f"A template type holds at most {MOST_FIELDS} fields. Delete one first.")
        return super().clean() or {}

    def save(self) -> DataField:
        return DataField.objects.create(template_type=self.template_type, **self.cleaned_data)


class Workspaces(forms.ModelMultipleChoiceField):
    """Any number of the account's workspaces."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> Any:
        """As Django does it, but what no id can be so large as never reaches the database."""
        for pk in value or ():
            if whole_number(str(pk)) is None:
                raise forms.ValidationError(self.error_messages["invalid_choice"], params={"value": str(pk)[:60]})
        return super().clean(value)


class TemplateForm(forms.Form):
    """A template: where it can be used, and which template type's fields it inherits."""

    name = forms.CharField(max_length=200)
    template_type = forms.ModelChoiceField(
        TemplateType.objects.none(),
        required=False,
        empty_label="None",
        help_text="Its data fields become the template's.",
    )
    workspaces = Workspaces(
        Workspace.objects.none(),
        error_messages={"required": "Choose at least one workspace: the template could be used nowhere."},
    )
    active = forms.BooleanField(required=False, initial=True)

    def __init__(self, account: Account, *args: Any, now: TemplateType | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usable = offered(account)
        self.fields["template_type"].queryset = usable | TemplateType.objects.filter(pk=now.pk if now else None)
        self.fields["template_type"].label_from_instance = named
        self.fields["workspaces"].queryset = account.workspaces.order_by("pk")
        self.fields["workspaces"].label_from_instance = lambda place: place.name


class Connect(forms.Form):
    """Choosing a template that shall inherit a type's fields."""

    template = forms.ModelChoiceField(Template.objects.none(), empty_label="Choose a template")

    def __init__(self, template_type: TemplateType, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="connect_%s", **kwargs)
        rows = template_type.account.templates.exclude(template_type=template_type)
        # Beside those of other types, those without any: `exclude` on a null passes them by.
        rows = rows | template_type.account.templates.filter(template_type=None)
        self.fields["template"].queryset = rows.order_by("name", "pk")
        self.fields["template"].label_from_instance = lambda row: row.name if row.active else f"{row.name} (inactive)"


class NewWebhook(forms.Form):
    """As the app asks it: the address and an optional sign key (section 10.3)."""

    callback_url = forms.CharField(max_length=1000, label="Address (URL)")
    sign_key = forms.CharField(
        max_length=1000, required=False, strip=False, help_text="Optional: what the calls are signed with."
    )

    def clean_callback_url(self) -> str:
        url: str = self.cleaned_data["callback_url"]
        checked = Checked({"callback_url": url})
        read_callback_url(checked)
        if problems := checked.problems.get("callback_url"):
            raise forms.ValidationError(problems)
        return url


class NewToken(forms.Form):
    name = forms.CharField(max_length=100, help_text="So that you recognise it later.")


def offered(account: Account) -> "Any":
    """The template types that a template can be connected to: none of a disabled extension (section 12.6, ASSUMED)."""
    return account.template_types.living().filter(active=True).order_by("name", "pk")


def named(template_type: TemplateType) -> str:
    """The type's name, and what tells it from another of the same name."""
    return f"{template_type.name} ({template_type.extension_type or 'made by hand'})"
