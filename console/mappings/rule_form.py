"""The form of a rule: path, transform with the options of each, label, and the reason of the change."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.text import capfirst

from console.mappings import texts
from extensions.mappings.changing import LONGEST_REASON
from extensions.mappings.checking import LONGEST
from extensions.mappings.effective import Rule
from extensions.mappings.transforms import DEFAULT_OPTION, TRANSFORMS, Option
from extensions.mappings.wording import SPACES

QUOTES = 'Write "" for nothing, and quotation marks around a text that begins or ends with a space.'


class TextField(forms.CharField):
    """A text that may be empty, or nothing at all (None)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, strip=False, **options)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return _read(texts.read, text) if text.strip() else None


class TableField(forms.CharField):
    """What each value becomes, a line for each."""

    widget = forms.Textarea(attrs={"rows": 6, "class": "mono"})

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, strip=False, **options)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return _read(texts.read_table, text) if text.strip() else None


class RuleForm(forms.Form):
    """What fills a field. `rule()` is what was written, whether or not it may be stored."""

    path = forms.CharField(
        required=False,
        label="Path in the product’s record",
        help_text="Names with dots between them, such as deal.amount.",
        widget=forms.TextInput(attrs={"class": "mono", "autocapitalize": "off", "spellcheck": "false"}),
    )
    label = forms.CharField(
        required=False, max_length=LONGEST, label="Label", help_text="What the product calls this value. May be empty."
    )
    transform = forms.ChoiceField(
        label="Written as",
        choices=[(each.name, each.label) for each in TRANSFORMS.values()],
        widget=forms.RadioSelect,
    )
    default = TextField(label=DEFAULT_OPTION.label, help_text=f"Empty: the field stays empty. {QUOTES}")
    reason = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        label="Reason of the change",
        help_text="For example: the product calls it total since May. It stands in the history.",
    )
    sample = forms.CharField(
        required=False,
        strip=False,
        label="A value of the product, to try it with",
        help_text='As it stands in the record: 12500.5, true, ["a", "b"], or plain text. It is not kept.',
        widget=forms.Textarea(attrs={"rows": 2, "class": "mono"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for transform in TRANSFORMS.values():
            for option in transform.options:
                self.fields[_name(transform.name, option)] = _field(option)

    @classmethod
    def of(cls, rule: Rule | None) -> "RuleForm":
        """The form as it shows a stored rule, or none."""
        rule = rule or Rule("")
        known = rule.transform if rule.transform in TRANSFORMS else "text"
        values = {"path": rule.path, "label": rule.label, "transform": known}
        for option in (*TRANSFORMS[known].options, DEFAULT_OPTION):
            if option.name in rule.options:
                values[_name(known, option)] = _shown(option, rule.options[option.name])
        return cls(initial=values)

    def clean(self) -> None:
        """What stands in the options of a transform that is not chosen is not shown, so it is no mistake either."""
        for transform in TRANSFORMS.values():
            if transform.name != self.cleaned_data.get("transform"):
                for option in transform.options:
                    self.errors.pop(_name(transform.name, option), None)

    def rule(self) -> Rule:
        """The rule as it was written."""
        data = self.cleaned_data
        transform = TRANSFORMS[data["transform"]]
        options = {
            option.name: value
            for option in (*transform.options, DEFAULT_OPTION)
            if _is_said(option, value := data[_name(transform.name, option)])
        }
        return Rule(data["path"].strip(), transform.name, options, data["label"].strip())

    def transforms(self) -> Iterator[tuple[Any, list[BoundField]]]:
        """Each transform with the fields of its own options."""
        for transform in TRANSFORMS.values():
            yield transform, [self[_name(transform.name, option)] for option in transform.options]


def _name(transform: str, option: Option) -> str:
    return option.name if option is DEFAULT_OPTION else f"{transform}-{option.name}"


def _is_said(option: Option, value: Any) -> bool:
    """Whether the form says anything; of texts an empty one may be meant."""
    return value is not None and value is not False and (value != "" or option.kind == "text")


def _field(option: Option) -> forms.Field:
    label = option.label
    match option.kind:
        case "flag":
            return forms.BooleanField(required=False, label=label)
        case "choice":
            choices = [("", "–"), *((each, SPACES.get(each, each)) for each in option.choices)]
            return forms.ChoiceField(required=False, label=label, choices=choices)
        case "whole":
            return forms.IntegerField(required=False, label=label)
        case "table":
            help_text = f"A line for each: net30 = 30 days. {QUOTES}"
            return TableField(label=label, help_text=help_text)
    return TextField(label=label, help_text=QUOTES)


def _shown(option: Option, value: Any) -> Any:
    if option.kind == "table" and isinstance(value, dict):
        return texts.written_table(value)
    return texts.written(value) if option.kind == "text" and isinstance(value, str) else value


def _read(reader: Any, text: str) -> Any:
    try:
        return reader(text)
    except texts.Unreadable as exc:
        raise forms.ValidationError(capfirst(str(exc))) from None
