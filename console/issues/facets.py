"""The filters of the list of issues, each choice with its count."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Case, CharField, F, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce

from console.facets import Counts, Facet
from extensions.health.codes import sentence
from extensions.health.models import Issue
from extensions.installations.models import Verdict

STATES = {
    "open": "open",
    "acknowledged": "acknowledged",
    "snoozed": "snoozed",
    "maintenance": "under maintenance",
    "pending": "not yet open",
    "resolved": "resolved",
}
NOBODY = "nobody"


class ByState(Facet):
    """What is resolved is left out until it is asked for."""

    title = "state"
    parameter_name = "state"
    value_of = Case(
        When(shown_state="open", acknowledged_at__gte=F("opened_at"), then=Value("acknowledged")),
        default=F("shown_state"),
        output_field=CharField(),
    )

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset.exclude(state=Issue.State.RESOLVED)
        return queryset.annotate(listed_state=self.value_of).filter(listed_state=self.value())

    def ordered(self, counts: Counts) -> Counts:
        return sorted(counts, key=lambda pair: list(STATES).index(pair[0]))

    def label(self, value: str) -> str:
        return STATES.get(value, value)


class BySeverity(Facet):
    title = "severity"
    parameter_name = "severity"
    value_of = F("verdict")

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(verdict=self.value()) if self.value() else queryset

    def ordered(self, counts: Counts) -> Counts:
        return sorted(counts, key=lambda pair: Verdict.values.index(pair[0]))


class ByCode(Facet):
    title = "cause"
    parameter_name = "code"
    value_of = F("code")

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(code=self.value()) if self.value() else queryset

    def label(self, value: str) -> str:
        return sentence(value)


class ByOwner(Facet):
    title = "owner"
    parameter_name = "owner"
    # By id, and named afterwards.
    value_of = Coalesce(Cast("owner", CharField()), Value(NOBODY))

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        if self.value() == NOBODY:
            return queryset.filter(owner=None)
        return queryset.filter(owner__username=self.value())

    def ordered(self, counts: Counts) -> Counts:
        ids = [int(value) for value, _ in counts if value != NOBODY]
        names = dict(get_user_model().objects.filter(pk__in=ids).values_list("pk", "username")) if ids else {}
        named = [(names.get(int(value), value) if value != NOBODY else value, number) for value, number in counts]
        return super().ordered(named)


class ByTag(Facet):
    title = "tag"
    parameter_name = "tag"
    value_of = F("installation__account__tags__name")

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        return queryset.filter(installation__account__tags__name=self.value())

    def counting(self, installations: QuerySet[Any]) -> list[Any]:
        return super().counting(installations.filter(installation__account__tags__isnull=False))


FACETS = (ByState, BySeverity, ByCode, ByOwner, ByTag)
