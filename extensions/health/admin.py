"""Findings for whoever reviews them all: mirrored judgement, hence read-only."""

from django.contrib import admin
from django.http import HttpRequest

from extensions.health.codes import sentence
from extensions.health.models import Finding
from extensions.health.notifying.admin import ChannelAdmin, RuleAdmin

__all__ = ["ChannelAdmin", "FindingAdmin", "RuleAdmin"]


@admin.register(Finding)
class FindingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["installation", "verdict", "cause", "code", "subject_name", "since", "explained_by", "last_known"]
    list_filter = ["verdict", "code", "assumed"]
    search_fields = ["installation__account__name", "=installation__account__oneflow_id", "subject", "subject_name"]
    list_select_related = ["installation__account", "installation__extension"]
    ordering = ["rank", "since", "pk"]
    show_full_result_count = False

    @admin.display(description="Cause")
    def cause(self, finding: Finding) -> str:
        return sentence(finding.code)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Finding | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Finding | None = None) -> bool:
        return False
