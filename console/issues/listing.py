"""The list of issues: Django's change list in the columns, filters and actions that staff work with."""

from collections import defaultdict
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from accounts.acting import Deed, audited
from console.audit import actor_of
from console.facets import moment, tally
from console.issues import exporting
from console.issues.asking import ask
from console.issues.facets import FACETS
from console.issues.forms import Acknowledge, Assign, Snooze
from extensions.health.codes import sentence
from extensions.health.models import Issue

LIST = "Issues"
HANDLE, EXPORT = "health.handle_issue", "installations.export_installation"
PERMISSIONS = {"acknowledge": HANDLE, "assign": HANDLE, "snooze": HANDLE, "export_csv": EXPORT, "export_json": EXPORT}


class IssueList(ChangeList):
    """Django's change list with all counts from one statement."""

    counts: dict[str, list[tuple[str, int]]]

    def _get_default_ordering(self) -> list[Any]:
        """Worst first, then longest."""
        return ["rank", F("opened_at").asc(nulls_last=True), "pk"]

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """What the filters are asked; anything else in the address is left aside."""
        known = {facet.parameter_name for facet in FACETS}
        return {name: value for name, value in super().get_filters_params(params).items() if name in known}

    def get_results(self, request: HttpRequest) -> None:
        self.counts, total = self._count(request)
        paginator = Paginator(self.queryset, self.list_per_page)
        paginator.count = total  # type: ignore[misc]  # what a count of its own would find
        if not 1 <= self.page_num <= paginator.num_pages:
            raise IncorrectLookupParameters
        self.result_count, self.full_result_count, self.show_full_result_count = total, None, False
        self.show_admin_actions, self.can_show_all = total > 0, False
        self.multi_page, self.paginator = paginator.num_pages > 1, paginator
        start = (self.page_num - 1) * self.list_per_page
        self.result_list = list(self.queryset[start : start + self.list_per_page]) if total else []
        for row in self.result_list:
            row.sentence, row.address = sentence(row.code), reverse("issue", args=[row.pk])

    def _count(self, request: HttpRequest) -> tuple[dict[str, list[tuple[str, int]]], int]:
        """For each filter what its choices would leave, the other filters and the search applied; and the total."""
        queries = [
            query
            for facet in self.filter_specs
            for query in facet.counting(self.get_queryset(request, exclude_parameters=facet.expected_parameters()))
        ]
        counts: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for facet, value, *_, number in tally(self.queryset, "").union(*queries, all=True):
            counts[facet].append((value, number))
        return counts, sum(number for _, number in counts.pop("", []))


@admin.register(Issue)
class IssueAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["severity", "account", "cause", "state_column", "since", "owner_column"]
    list_select_related = ["installation__account", "installation__extension", "owner"]
    list_display_links = None
    list_filter = FACETS
    search_fields = ["installation__account__name"]
    search_help_text = "Searches account name, Oneflow id, code, and what it concerns."
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = ["acknowledge", "assign", "snooze", "export_csv", "export_json"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Issue]:
        return Issue.objects.told().with_shown(moment(request))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return IssueList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.replace("\0", "").strip()
        if not term:
            return queryset, False
        found = Q(installation__account__name__icontains=term) | Q(subject_name__icontains=term)
        found |= Q(code__icontains=term) | Q(subject__icontains=term)
        if term.isascii() and term.isdigit() and len(term) < 19:
            found |= Q(installation__account__oneflow_id=term)
        return queryset.filter(found), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only the filters on the page: no other column can be asked for by address."""
        return lookup in {facet.parameter_name for facet in FACETS}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_handle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(HANDLE)  # type: ignore[union-attr]

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(EXPORT)  # type: ignore[union-attr]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        for name in request.POST.getlist("action"):
            if name in PERMISSIONS and not request.user.has_perm(PERMISSIONS[name]):  # type: ignore[union-attr]
                raise PermissionDenied(PERMISSIONS[name])
        return super().changelist_view(request, extra_context)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Nothing is edited here: the address leads to the issue's own page."""
        issue = self.get_object(request, object_id)
        if not self.has_view_permission(request) or issue is None:
            return super().change_view(request, object_id, *args, **kwargs)
        return HttpResponseRedirect(reverse("issue", args=[issue.pk]))

    @admin.display(description="Severity", ordering="rank")
    def severity(self, issue: Issue) -> str:
        return str(issue.verdict)

    @admin.display(description="Account", ordering="installation__account__name")
    def account(self, issue: Issue) -> str:
        return str(issue.account)

    @admin.display(description="Cause", ordering="code")
    def cause(self, issue: Issue) -> str:
        return sentence(issue.code)

    @admin.display(description="State")
    def state_column(self, issue: Any) -> str:
        return str(issue.shown_state)

    @admin.display(description="Since", ordering="opened_at")
    def since(self, issue: Issue) -> Any:
        return issue.opened_at

    @admin.display(description="Owner", ordering="owner__username")
    def owner_column(self, issue: Issue) -> str:
        return str(issue.owner or "")

    @admin.action(description="Acknowledge…", permissions=["handle"])
    @audited("issue.acknowledge")
    def acknowledge(self, request: HttpRequest, queryset: QuerySet[Issue]) -> HttpResponseBase | None:
        return ask(self, request, queryset, Acknowledge, LIST)

    @admin.action(description="Assign…", permissions=["handle"])
    @audited("issue.assign")
    def assign(self, request: HttpRequest, queryset: QuerySet[Issue]) -> HttpResponseBase | None:
        return ask(self, request, queryset, Assign, LIST)

    @admin.action(description="Snooze…", permissions=["handle"])
    @audited("issue.snooze")
    def snooze(self, request: HttpRequest, queryset: QuerySet[Issue]) -> HttpResponseBase | None:
        return ask(self, request, queryset, Snooze, LIST)

    @admin.action(description="Export CSV", permissions=["export"])
    @audited("issue.export")
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Issue]) -> HttpResponseBase | None:
        return self._export(request, queryset, exporting.as_csv)

    @admin.action(description="Export JSON", permissions=["export"])
    @audited("issue.export")
    def export_json(self, request: HttpRequest, queryset: QuerySet[Issue]) -> HttpResponseBase | None:
        return self._export(request, queryset, exporting.as_json)

    def _export(self, request: HttpRequest, queryset: QuerySet[Issue], write: Any) -> HttpResponseBase | None:
        count = queryset.count()
        if not count:
            self.message_user(request, "Choose issues to export first.", messages.WARNING)
            return None
        details = {"issues": count, "format": write.__name__.removeprefix("as_")}
        Deed(actor_of(request), "issue.export", _issues(count), details=details).tell()
        return write(queryset)  # type: ignore[no-any-return]


def _issues(count: int) -> str:
    return "1 issue" if count == 1 else f"{count} issues"
