"""Channels and rules in the admin: administrators change them, every role reads. The record is kept by the site."""

from typing import Any

from django.contrib import admin
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils import timezone

from extensions.health.models import Channel, Rule
from extensions.health.notifying.forms import ChannelForm, RuleForm, keep_secrets


@admin.register(Channel)
class ChannelAdmin(admin.ModelAdmin):
    """A channel goes only when no rule leads to it: switch it off meanwhile."""

    form = ChannelForm
    list_display = ["name", "kind", "enabled", "goes_to", "failing_since", "last_sent_at"]
    list_filter = ["kind", "enabled"]
    search_fields = ["name"]
    readonly_fields = ["secrets_set", "failing_since", "last_error", "last_sent_at"]
    fieldsets = [
        (None, {"fields": ["name", "kind", "enabled"]}),
        ("Email", {"fields": ["recipients"]}),
        ("Webhook, Slack, Teams", {"fields": ["secrets_set", "address", "signing"]}),
        ("State", {"fields": ["failing_since", "last_error", "last_sent_at"]}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Channel | None = None) -> Any:
        """Without the fields for new secrets, where nobody could fill them in."""
        if obj is None or self.has_change_permission(request, obj):
            return self.fieldsets
        secret = {"address", "signing"}
        return [
            (name, {"fields": [each for each in options["fields"] if each not in secret]})
            for name, options in self.fieldsets
        ]

    @admin.display(description="secrets that are set")
    def secrets_set(self, channel: Channel) -> str:
        """Which secrets there are and since when; never what they are."""
        if channel.pk is None:
            return "none"
        rows = channel.secrets.order_by("kind")
        said = (f"{row.get_kind_display()}, set {timezone.localtime(row.set_at):%Y-%m-%d %H:%M}" for row in rows)
        return "; ".join(said) or "none"

    def save_model(self, request: HttpRequest, obj: Channel, form: BaseForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        keep_secrets(obj, form.cleaned_data)

    def has_delete_permission(self, request: HttpRequest, obj: Channel | None = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not obj.rules.exists())


@admin.register(Rule)
class RuleAdmin(admin.ModelAdmin):
    form = RuleForm
    list_display = ["name", "enabled", "channel", "severity", "digest", "repeat_hours", "all_clear"]
    list_filter = ["enabled", "channel", "digest"]
    list_select_related = ["channel"]
    search_fields = ["name"]
    raw_id_fields = ["owner"]
    fieldsets = [
        (None, {"fields": ["name", "enabled", "channel"]}),
        ("About", {"fields": ["codes", "severity", "tag", "owner", "extension"]}),
        ("When", {"fields": ["digest", "daily_at", "repeat_hours", "all_clear"]}),
    ]
