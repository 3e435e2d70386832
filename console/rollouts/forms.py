"""The form that plans a rollout."""

import re
from datetime import datetime

from django import forms

from accounts.acting import Actor
from extensions.blueprints.models import Blueprint
from extensions.installations import rollouts
from extensions.installations.models import Rollout

MOST_PICKED = 5000  # characters


class VersionField(forms.ModelChoiceField):
    """A released version, named with its extension."""

    def label_from_instance(self, obj: Blueprint) -> str:
        return f"{obj.extension}, version {obj.version}"


class Plan(forms.Form):
    """What is rolled out, and in which steps."""

    blueprint = VersionField(
        Blueprint.objects.none(),
        label="Version",
        empty_label=None,
        error_messages={"invalid_choice": "Only a released version can be rolled out. Choose one from the list."},
    )
    canary = forms.IntegerField(
        initial=rollouts.CANARY,
        label="Canary",
        help_text="So many accounts go first: one of each way of being set up, healthy ones before others. Then it "
        "pauses for you to look.",
    )
    picked = forms.CharField(
        required=False,
        max_length=MOST_PICKED,
        label="Or these accounts",
        help_text="By Oneflow id, one to a line, to choose the canary yourself.",
        widget=forms.Textarea({"rows": 2}),
    )
    wave_size = forms.IntegerField(
        initial=rollouts.WAVE,
        label="Wave",
        help_text="So many are moved at a time; the next wave begins when all of one are judged.",
    )
    stop_percent = forms.IntegerField(
        initial=rollouts.STOP_PERCENT,
        label="Stop above",
        help_text="Percent of a wave that are newly failing. It then stops by itself.",
    )

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        released = Blueprint.objects.released().select_related("extension")
        self.fields["blueprint"].queryset = released.order_by("extension__name", "-version")

    def clean_picked(self) -> list[int]:
        words = list(filter(None, re.split(r"[\s,;]+", self.cleaned_data["picked"])))
        strangers = [each for each in words if not (each.isascii() and each.isdigit() and len(each) < 19)]
        if strangers:
            raise forms.ValidationError(
                f"“{strangers[0][:40]}” is no Oneflow id. Copy the numbers from the accounts' pages, one to a line."
            )
        return [int(each) for each in words]

    def apply(self, *, actor: Actor, now: datetime) -> Rollout:
        """Plan it. Raises `Refused`."""
        data = self.cleaned_data
        return rollouts.plan(
            data["blueprint"],
            actor=actor,
            now=now,
            canary=data["canary"],
            wave=data["wave_size"],
            stop_percent=data["stop_percent"],
            picked=data["picked"],
        )
