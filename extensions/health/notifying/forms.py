"""The admin's forms of channels and rules: secrets only go in, lists are written one entry a line."""

import re
import secrets
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from extensions.blueprints.forms import Lines
from extensions.health.models import Channel, ChannelSecret, Rule
from extensions.health.notifying.guarding import Refused, check

PATTERN = re.compile(r"\*|[a-z_]+\.(\*|[a-z_]+)")
MOST_RECIPIENTS, SHORTEST_SECRET = 50, 16
WRITE_ONLY = {"autocomplete": "new-password"}


class ChannelForm(forms.ModelForm):
    """A channel, with fields that never show what they hold."""

    recipients = Lines(label="Recipients", required=False, help_text="Of an email channel: one address a line.")
    address = forms.CharField(
        label="New address",
        required=False,
        max_length=2000,
        widget=forms.PasswordInput(attrs=WRITE_ONLY, render_value=False),
        help_text="Of a webhook, Slack or Teams: the https address to post to. Kept sealed; left empty it stays.",
    )
    signing = forms.CharField(
        label="New signing secret",
        required=False,
        max_length=500,
        widget=forms.PasswordInput(attrs=WRITE_ONLY, render_value=False),
        help_text="Of a webhook: at least 16 characters, by which the receiver knows that we sent it. "
        "Kept sealed; left empty it stays.",
    )

    class Meta:
        model = Channel
        fields = ["name", "kind", "enabled", "recipients"]

    def clean_recipients(self) -> str:
        found: list[str] = self.cleaned_data["recipients"]
        if len(found) > MOST_RECIPIENTS:
            raise ValidationError(f"At most {MOST_RECIPIENTS} recipients are taken. Use a mailing list.")
        for each in found:
            validate_email(each)
        return "\n".join(found)

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"]).strip()
        if address:
            try:
                check(address)
            except Refused as exc:
                raise ValidationError(str(exc)) from None
        return address

    def clean_signing(self) -> str:
        secret = str(self.cleaned_data["signing"])
        if secret and len(secret) < SHORTEST_SECRET:
            raise ValidationError(
                f"The secret needs at least {SHORTEST_SECRET} characters, such as {secrets.token_urlsafe(24)}."
            )
        return secret

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        kind = data.get("kind")
        if kind == Channel.Kind.EMAIL and "recipients" in data and not data["recipients"]:
            self.add_error("recipients", "An email channel needs at least one recipient.")
        if (
            kind
            and kind != Channel.Kind.EMAIL
            and "address" in data
            and not data["address"]
            and not self._has("address")
        ):
            self.add_error("address", "This kind of channel needs the address to post to.")
        if kind == Channel.Kind.WEBHOOK and "signing" in data and not data["signing"] and not self._has("signing"):
            self.add_error("signing", f"A webhook is signed. Enter a secret, such as {secrets.token_urlsafe(24)}.")
        return data

    def _has(self, kind: str) -> bool:
        return bool(self.instance.pk) and self.instance.secrets.filter(kind=kind).exclude(ciphertext="").exists()


def keep_secrets(channel: Channel, data: dict[str, Any]) -> None:
    """Seal the secrets that were entered; what was left empty stays."""
    for kind in ChannelSecret.Kind:
        if secret := data.get(kind.value):
            row = ChannelSecret.objects.filter(channel=channel, kind=kind).first()
            row = row or ChannelSecret(channel=channel, kind=kind)
            row.seal(secret)
            row.save()
    if address := data.get("address"):
        channel.host = (urlsplit(address).hostname or "")[:255]
        channel.save(update_fields=["host"])


class RuleForm(forms.ModelForm):
    """A rule with its codes as lines."""

    codes = Lines(
        label="Codes",
        required=False,
        help_text="One a line: a code such as token.rejected, all of a kind such as field.*, or * for all. Empty: all.",
    )

    class Meta:
        model = Rule
        fields = [
            "name",
            "enabled",
            "channel",
            "codes",
            "severity",
            "tag",
            "owner",
            "extension",
            "digest",
            "daily_at",
            "repeat_hours",
            "all_clear",
        ]

    def clean_codes(self) -> list[str]:
        codes: list[str] = self.cleaned_data["codes"]
        wrong = [each for each in codes if not PATTERN.fullmatch(each)]
        if wrong:
            raise ValidationError(f"{wrong[0]!r} is no code. Write token.rejected, field.*, or *.")
        return codes

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("digest") == Rule.Digest.DAILY and "daily_at" in data and data["daily_at"] is None:
            self.add_error("daily_at", "A daily digest needs the time of day at which it is sent.")
        return data
