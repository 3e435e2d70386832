"""What one page of the installation list shows: counts from one statement, rows from one, their causes from one."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Case, F, QuerySet, When
from django.http import HttpRequest
from django.urls import reverse

from console.facets import FACETS, SPLIT, tally
from extensions.health.codes import sentence
from extensions.health.models import Finding
from extensions.installations.models import Installation, Verdict
from extensions.installations.models.installation import STALE

Counts = dict[str, list[tuple[str, int]]]


def with_shown_since(installations: QuerySet[Installation]) -> QuerySet[Installation]:
    """Annotate `shown_since`: since when the shown verdict holds; a stale one is unknown since its use-by."""
    return installations.annotate(
        shown_since=Case(
            When(shown_verdict=Verdict.DISCONNECTED, then=F("disconnected_at")),
            When(shown_cause=STALE, then=F("fresh_until")),
            default=F("verdict_since"),
        )
    )


def address_of(installation: Installation) -> str:
    """Where its page is."""
    return reverse("installation", args=[installation.account.oneflow_id, installation.extension.integration_key])


class FleetList(ChangeList):
    """Django's change list with the number of rows, and of each filter's choices, from one statement."""

    counts: Counts

    def _get_default_ordering(self) -> list[Any]:
        """Worst first, then longest. Not the admin's `get_ordering`: forms that choose an installation use that too."""
        return ["shown_rank", F("shown_since").asc(nulls_last=True), "pk"]

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """What the filters are asked; anything else in the address is nobody's question and is left aside."""
        known = {facet.parameter_name for facet in FACETS}
        return {name: value for name, value in super().get_filters_params(params).items() if name in known}

    def get_results(self, request: HttpRequest) -> None:
        self.counts, total = self._count(request)
        paginator = Paginator(self.queryset, self.list_per_page)
        paginator.count = total  # type: ignore[misc]  # what a count of its own would find
        pages = paginator.num_pages
        if not 1 <= self.page_num <= pages:
            raise IncorrectLookupParameters
        self.result_count = total
        self.full_result_count = None
        self.show_full_result_count = False
        self.show_admin_actions = total > 0
        self.can_show_all = False
        self.multi_page = pages > 1
        self.paginator = paginator
        self.result_list = list(self._rows()) if total else []
        self.several_extensions = len({row.extension_id for row in self.result_list}) > 1
        _explain(self.result_list)

    def _rows(self) -> QuerySet[Any]:
        """The page's rows. They are chosen first and joined after: sorting all is cheap, joining all is not."""
        start = (self.page_num - 1) * self.list_per_page
        chosen = self.queryset.select_related(None).values("pk")[start : start + self.list_per_page]
        rows = self.root_queryset.filter(pk__in=chosen).select_related(*self.list_select_related)
        return rows.order_by(*self.queryset.query.order_by)

    def _without(self, facet: Any, request: HttpRequest) -> QuerySet[Any]:
        """The view without this facet's own filter: what else could be chosen in place of what is."""
        if not facet.value():
            return self.queryset
        return self.get_queryset(request, exclude_parameters=facet.expected_parameters())

    def _count(self, request: HttpRequest) -> tuple[Counts, int]:
        """For each filter what its choices would leave, the other filters and the search applied; and the total."""
        together = [facet for facet in self.filter_specs if facet.parameter_name in SPLIT and not facet.value()]
        alone = [facet for facet in self.filter_specs if facet not in together]
        split = {facet.parameter_name: facet.value_in() for facet in together}
        others = [query for facet in alone for query in facet.counting(self._without(facet, request))]
        return _summed(tally(self.queryset, "", split=split).union(*others, all=True), list(split))


def _summed(rows: Iterable[tuple[Any, ...]], together: list[str]) -> tuple[Counts, int]:
    """The numbers of each facet's values, and how many installations there are in all."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    total = 0
    for facet, value, *columns, number in rows:
        if facet:
            sums[facet][value] += number
            continue
        total += number
        for name, each in zip(SPLIT, columns, strict=True):
            if name in together:
                sums[name][each] += number
    return {facet: list(counter.items()) for facet, counter in sums.items()}, total


def _explain(rows: list[Any]) -> None:
    """Give each row `worst`: the sentence, code and subject of its worst cause, and `more`: how many others."""
    judged = [row.pk for row in rows if row.shown_cause and row.shown_cause != STALE]
    causes = Finding.objects.filter(installation__in=judged).causes()  # type: ignore[attr-defined]
    worst: dict[int, tuple[str, str]] = {}
    for pk, code, subject in causes.values_list("installation", "code", "subject_name"):
        worst.setdefault(pk, (code, subject))
    for row in rows:
        code, subject = worst.get(row.pk, (row.shown_cause, ""))
        row.worst = {"sentence": sentence(code), "code": code, "subject": subject} if code else None
        row.more = max(row.causes - 1, 0) if code and code != STALE else 0
        row.address = address_of(row)
