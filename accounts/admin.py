"""How staff see accounts and tokens. What Oneflow owns is read-only; a token's secret is never shown."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import Account, ApiToken, Tag


@admin.register(Account)
class AccountAdmin(admin.ModelAdmin):
    """What the partner itself knows of a customer can be edited; accounts come by connecting and are never deleted."""

    list_display = ["name", "oneflow_id", "registration_number", "country_code", "customer_reference", "owner"]
    list_filter = ["country_code", "tags"]
    list_select_related = ["owner"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["name", "=oneflow_id", "registration_number", "customer_reference"]
    search_help_text = "Name, Oneflow id, registration number or customer reference"
    fields = [
        "name",
        "oneflow_id",
        "registration_number",
        "country_code",
        "customer_reference",
        "owner",
        "tags",
        "notes",
        "created_at",
    ]
    readonly_fields = ["name", "oneflow_id", "registration_number", "country_code", "created_at"]
    autocomplete_fields = ["tags"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Account | None = None) -> bool:
        return False


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):
    """The history of tokens: whose, how and from when until when we held them; never the token."""

    list_display = ["account", "ending", "integration_key", "state", "obtained", "held_from", "held_until"]
    list_filter = ["state", "obtained", "integration_key"]
    list_select_related = ["account"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["=last_four", "account__name", "=account__oneflow_id"]
    search_help_text = "Last four of the token, account name or Oneflow id"
    fields = [
        "account",
        "integration_key",
        "ending",
        "state",
        "obtained",
        "held_from",
        "held_until",
        "rejected_since",
    ]
    readonly_fields = fields

    @admin.display(description="token", ordering="last_four")
    def ending(self, token: ApiToken) -> str:
        return f"…{token.last_four}" if token.last_four else "–"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    """Words by which accounts are grouped."""

    list_display = ["name"]
    search_fields = ["name"]
