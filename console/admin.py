"""The record, and the colleagues who may sign in with their roles."""

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import AbstractUser, Group, Permission, User
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.timezone import localtime

from accounts.acting import Deed, audited
from console.audit import actor_of
from console.exporting import Echo, cell
from console.models import AuditEvent
from console.roles import ROLES

COLUMNS = (
    "at",
    "actor",
    "role",
    "verb",
    "outcome",
    "subject_kind",
    "subject_id",
    "subject_name",
    "account_oneflow_id",
    "reason",
    "address",
    "details",
)


def lines(events: QuerySet[AuditEvent]) -> Iterator[str]:
    """The record as lines of CSV, the heading first."""
    writer = csv.writer(Echo())
    yield writer.writerow(COLUMNS)
    for event in events.iterator(chunk_size=2000):
        values = [localtime(event.at).isoformat(), *(getattr(event, name) for name in COLUMNS[1:])]
        yield writer.writerow([cell(value) for value in values])


class RoleFilter(admin.SimpleListFilter):
    """By one of the roles held then; somebody with two roles is found under both."""

    title = "role held then"
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(role, role) for role in (*ROLES, "superuser", "system", "command line", "none")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        return queryset.filter(role__contains=self.value()) if self.value() else queryset


class VerbFilter(admin.SimpleListFilter):
    """By what was done, of the verbs that stand in the record."""

    title = "verb"
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        verbs = AuditEvent.objects.order_by("verb").values_list("verb", flat=True).distinct()
        return [(verb, verb) for verb in verbs[:100]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        return queryset.filter(verb=self.value()) if self.value() else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(admin.ModelAdmin):
    """The record: read, searched, exported; never changed."""

    list_display = ["moment", "actor", "role", "verb", "outcome", "subject_name", "account_oneflow_id", "reason"]
    list_filter = ["outcome", RoleFilter, VerbFilter]
    search_fields = ["actor", "verb", "subject_name", "reason"]
    search_help_text = "Search by actor, verb, subject, reason, or an account's Oneflow id."
    date_hierarchy = "at"
    actions = ["export"]
    list_per_page = 100
    show_full_result_count = False
    list_max_show_all = 0

    @admin.display(description="When", ordering="at")
    def moment(self, event: AuditEvent) -> str:
        return f"{localtime(event.at):%Y-%m-%d %H:%M:%S %Z}"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEvent], search_term: str
    ) -> tuple[QuerySet[AuditEvent], bool]:
        found, duplicates = super().get_search_results(request, queryset, search_term)
        term = search_term.strip()
        if term.isascii() and term.isdigit() and len(term) < 19:
            found |= queryset.filter(account_oneflow_id=term)
        return found, duplicates

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False

    @admin.action(description="Export as CSV", permissions=["view"])
    @audited("record.export")
    def export(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> HttpResponseBase:
        """The selected rows, or with "select all" everything that the filters and the search leave."""
        # Counted and bounded first, so that the export does not hold the row that tells of it.
        chosen = queryset.filter(at__lte=timezone.now()).order_by("-at", "-pk")
        Deed(actor_of(request), "record.export", "the record", details={"rows": chosen.count()}).tell()
        return StreamingHttpResponse(
            lines(chosen),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="record.csv"'},
        )


def may_touch(request: HttpRequest, user: AbstractUser | None) -> bool:
    """Whether the one who asks may change this user: superusers only by superusers."""
    return user is None or request.user.is_superuser or not user.is_superuser


class ColleagueAdmin(UserAdmin):
    """Those who may sign in. Rights come from roles; only a superuser can make or change a superuser."""

    list_display = ["username", "first_name", "last_name", "roles", "is_active", "is_superuser", "last_login"]
    list_filter = ["groups", "is_active", "is_superuser"]
    readonly_fields = ["last_login", "date_joined"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="Roles")
    def roles(self, user: User) -> str:
        return ", ".join(sorted(group.name for group in user.groups.all())) or "none"

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return super().get_fieldsets(request, obj)
        rights = ["is_active", "is_staff", "groups"]
        return [
            (None, {"fields": ["username", "password"]}),
            ("Person", {"fields": ["first_name", "last_name", "email"]}),
            ("Role", {"fields": [*rights, "is_superuser"] if request.user.is_superuser else rights}),
            ("Dates", {"fields": ["last_login", "date_joined"]}),
        ]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # Nobody locks themselves out by mistake.
        return super().has_delete_permission(request, obj) and may_touch(request, obj) and obj != request.user

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    @audited("user.password")
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponseBase:
        """Set another's password; told in the record by `log_change`, as Django logs it."""
        return super().user_change_password(request, id, form_url)

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        """Save; whoever can sign in here is staff, and a new superuser needs one to make it."""
        if not change:
            obj.is_staff = True
        if obj.is_superuser and not request.user.is_superuser:
            raise PermissionDenied("auth.change_user")
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        before = _roles(form.instance) if change else []
        super().save_related(request, form, formsets, change)
        after = _roles(form.instance)
        if before != after:
            details = {"before": before, "after": after}
            Deed(actor_of(request), "user.roles", form.instance, details=details).tell()


def _roles(user: User) -> list[str]:
    return sorted(user.groups.values_list("name", flat=True))


class RoleAdmin(GroupAdmin):
    """The four roles, which the code keeps, and further groups; nobody gives what they do not have."""

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.name not in ROLES)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.name not in ROLES)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if field is not None and db_field.name == "permissions" and not request.user.is_superuser:
            field.queryset = field.queryset.filter(pk__in=permissions_of(request.user))
        return field


def permissions_of(user: Any) -> QuerySet[Permission]:
    """The permissions that a user holds, by roles or in person."""
    return Permission.objects.filter(Q(group__user=user) | Q(user=user)).distinct()


admin.site.unregister(User)
admin.site.unregister(Group)
admin.site.register(User, ColleagueAdmin)
admin.site.register(Group, RoleAdmin)
