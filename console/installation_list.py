"""The installation list: Django's change list in the columns, filters and actions that staff work with."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

from accounts.acting import Deed, audited
from accounts.models import Account
from console import assigning, exporting, refreshing
from console.audit import actor_of
from console.facets import FACETS, moment
from console.fleet_list import FleetList, address_of, with_shown_since
from console.issues.asking import ask
from console.issues.forms import Snooze
from console.repairs.jobs import making
from extensions.health.models import Issue
from extensions.installations.models import Installation
from extensions.installations.searching import SEARCHES, search
from oneflow.tokens import clean_token

PERMISSIONS = {
    "refresh": "installations.refresh_installation",
    "snooze": "health.handle_issue",
    "assign": "accounts.change_account",
    "tag": "accounts.change_account",
    "repair": "mappings.plan_repair",
    "export_csv": "installations.export_installation",
    "export_json": "installations.export_installation",
}


@admin.register(Installation)
class InstallationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = [
        "verdict_column",
        "account_column",
        "cause",
        "since_column",
        "blueprint_column",
        "refreshed_column",
        "owner_column",
    ]
    list_select_related = ["account__owner", "extension", "blueprint"]
    list_display_links = None
    list_filter = FACETS
    search_fields = ["account__name"]
    search_help_text = f"Searches {SEARCHES}."
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = ["refresh", "snooze", "assign", "tag", "repair", "export_csv", "export_json"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Installation]:
        return with_shown_since(Installation.objects.with_shown_verdict(moment(request)))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return FleetList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        people = request.user.has_perm("accounts.read_people")  # type: ignore[union-attr]
        return search(queryset, search_term, people=people), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only the filters on the page: no other column can be asked for by address."""
        return lookup in {facet.parameter_name for facet in FACETS}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_refresh_permission(self, request: HttpRequest) -> bool:
        return _may(request, "refresh")

    def has_snooze_permission(self, request: HttpRequest) -> bool:
        return _may(request, "snooze")

    def has_accounts_permission(self, request: HttpRequest) -> bool:
        return _may(request, "assign")

    def has_repair_permission(self, request: HttpRequest) -> bool:
        return _may(request, "repair")

    def has_export_permission(self, request: HttpRequest) -> bool:
        return _may(request, "export_csv")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        for name in request.POST.getlist("action"):
            if name in PERMISSIONS and not _may(request, name):
                raise PermissionDenied(PERMISSIONS[name])
        if last_four := last_four_of_token(request.GET.get("q", "")):
            told = "That looked like a token, so only its last four were searched for. "
            told += "A token is pasted under Connect or Relink only."
            self.message_user(request, told, messages.WARNING)
            return HttpResponseRedirect(f"{request.path}?{urlencode({'q': last_four})}")
        return super().changelist_view(request, extra_context)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Nothing is edited here: the address leads to the installation's own page."""
        installation = self.get_object(request, object_id)
        if not self.has_view_permission(request) or installation is None:
            return super().change_view(request, object_id, *args, **kwargs)
        return HttpResponseRedirect(address_of(installation))

    @admin.display(description="Verdict", ordering="shown_rank")
    def verdict_column(self, installation: Any) -> str:
        return str(installation.shown_verdict)

    @admin.display(description="Account", ordering="account__name")
    def account_column(self, installation: Installation) -> str:
        return installation.account.name

    @admin.display(description="Since", ordering="shown_since")
    def since_column(self, installation: Any) -> Any:
        return installation.shown_since

    @admin.display(description="Blueprint", ordering="blueprint__version")
    def blueprint_column(self, installation: Installation) -> str:
        return str(installation.blueprint or "")

    @admin.display(description="Refreshed", ordering="refreshed_at")
    def refreshed_column(self, installation: Installation) -> Any:
        return installation.refreshed_at

    @admin.display(description="Owner", ordering="account__owner__username")
    def owner_column(self, installation: Installation) -> str:
        return str(installation.account.owner or "")

    @admin.action(description="Refresh", permissions=["refresh"])
    @audited("installation.refresh")
    def refresh(self, request: HttpRequest, queryset: QuerySet[Installation]) -> None:
        count = refreshing.want(queryset, moment(request), actor_of(request))
        if count:
            self.message_user(request, f"{_installations(count)} will be refreshed as soon as a worker is free.")
        else:
            self.message_user(request, "Choose connected installations first.", messages.WARNING)

    @admin.action(description="Snooze…", permissions=["snooze"])
    @audited("issue.snooze")
    def snooze(self, request: HttpRequest, queryset: QuerySet[Installation]) -> HttpResponseBase | None:
        """Let every issue of the chosen installations rest until a time."""
        issues = Issue.objects.filter(installation__in=queryset.order_by().values("pk"))
        return ask(self, request, issues, Snooze, "Installations")

    @admin.action(description="Assign…", permissions=["accounts"])
    @audited("account.assign")
    def assign(self, request: HttpRequest, queryset: QuerySet[Installation]) -> HttpResponseBase | None:
        return assigning.page(self, request, queryset, assigning.Assign)

    @admin.action(description="Tag…", permissions=["accounts"])
    @audited("account.tag")
    def tag(self, request: HttpRequest, queryset: QuerySet[Installation]) -> HttpResponseBase | None:
        return assigning.page(self, request, queryset, assigning.TagThem)

    @admin.action(description="Repair…", permissions=["repair"])
    @audited("repair_job.make")
    def repair(self, request: HttpRequest, queryset: QuerySet[Installation]) -> HttpResponseBase | None:
        """One kind of repair in all of the chosen installations."""
        return making.from_list(self, request, queryset)

    @admin.action(description="Export CSV", permissions=["export"])
    @audited("installation.export")
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Installation]) -> HttpResponseBase | None:
        return self._export(request, queryset, exporting.as_csv)

    @admin.action(description="Export JSON", permissions=["export"])
    @audited("installation.export")
    def export_json(self, request: HttpRequest, queryset: QuerySet[Installation]) -> HttpResponseBase | None:
        return self._export(request, queryset, exporting.as_json)

    def _export(self, request: HttpRequest, queryset: QuerySet[Installation], write: Any) -> HttpResponseBase | None:
        count = queryset.count()
        if not count:
            self.message_user(request, "Choose installations to export first.", messages.WARNING)
            return None
        format_name = write.__name__.removeprefix("as_")
        Deed(
            actor_of(request),
            "installation.export",
            _installations(count),
            details={"installations": count, "format": format_name},
        ).tell()
        return write(queryset)  # type: ignore[no-any-return]


def last_four_of_token(text: str) -> str:
    """What may be searched for where somebody pasted a whole token; else "". No page repeats a token."""
    try:
        token = clean_token(text)
    except ValueError:
        return ""
    return "" if Account.objects.filter(customer_reference__iexact=token).exists() else token[-4:]


def _may(request: HttpRequest, action: str) -> bool:
    return request.user.has_perm(PERMISSIONS[action])  # type: ignore[union-attr]


def _installations(count: int) -> str:
    return "1 installation" if count == 1 else f"{count} installations"
