"""The filters of the installation list, each choice with its count, all counts from one statement."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Concat
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Account
from extensions.blueprints.models import Extension
from extensions.health.codes import sentence
from extensions.health.models import Finding
from extensions.installations.models import Installation, Verdict
from extensions.installations.models.installation import STALE

EMPTY = Value("", CharField())
# The facets of which an installation has one value each.
SPLIT = ("verdict", "state", "blueprint", "match", "country", "refreshed")
AGES = {
    "1h": ("over 1 hour ago", timedelta(hours=1)),
    "1d": ("over 1 day ago", timedelta(days=1)),
    "7d": ("over 7 days ago", timedelta(days=7)),
}
# Of how many percent and more.
MATCHES = {"whole": ("100 %", 100), "most": ("90 to 99 %", 90), "less": ("under 90 %", 0)}
UNMATCHED = UNKNOWN = "none"
CONNECTED = "connected"
Counts = list[tuple[str, int]]
Tally = QuerySet[Installation, Any]


def moment(request: HttpRequest) -> datetime:
    """The one time by which everything in this answer is judged."""
    if not hasattr(request, "_moment"):
        request._moment = timezone.now()  # type: ignore[attr-defined]
    return request._moment  # type: ignore[attr-defined,no-any-return]


class Facet(SimpleListFilter):
    """A filter whose choices are the values that occur, with how many installations each would leave."""

    template = "console/facet.html"
    value_of: Any = None

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        self.now = moment(request)
        super().__init__(request, *args)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return []  # the choices come with their counts, from the list itself

    def has_output(self) -> bool:
        return True

    def value(self) -> str | None:
        """What was chosen; without NUL, which no value holds and PostgreSQL refuses."""
        return (super().value() or "").replace("\0", "") or None

    def value_in(self) -> Any:
        """The expression of an installation's one value; None where it may have several."""
        return self.value_of

    def counting(self, installations: QuerySet[Installation]) -> list[Tally]:
        """Queries for (parameter, value, number) of every value that occurs in these installations."""
        return [tally(installations, self.parameter_name or "", self.value_in())]

    def label(self, value: str) -> str:
        return value

    def chosen_label(self) -> str:
        return self.label(str(self.value()))

    def ordered(self, counts: Counts) -> Counts:
        return sorted(counts, key=lambda pair: (-pair[1], pair[0]))

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        counts = self.ordered([pair for pair in changelist.counts.get(self.parameter_name, []) if pair[0]])
        chosen = self.value()
        if chosen and chosen not in dict(counts):
            counts.append((chosen, 0))
        for value, number in counts:
            selected = value == chosen
            params = {self.parameter_name: None if selected else value, "p": None}
            yield {
                "value": value,
                "label": self.label(value),
                "count": number,
                "selected": selected,
                "query_string": changelist.get_query_string(params),
            }


def tally(
    installations: QuerySet[Installation],
    facet: str,
    value: Any = EMPTY,
    *,
    each: str = "*",
    split: dict[str, Any] | None = None,
) -> Tally:
    """How many of the installations have each value: rows of facet, value, one column for each of SPLIT, number.

    `each="pk"` where a join may show an installation several times. `split` counts by several facets in one pass
    over the table; its columns are empty in other tallies, so that all can be joined by UNION.
    """
    columns = {f"by_{name}": Cast((split or {}).get(name, EMPTY), CharField()) for name in SPLIT}
    return (
        installations.order_by()
        .annotate(facet=Value(facet), facet_value=Cast(value, CharField()), **columns)
        .values("facet", "facet_value", *columns)
        .annotate(number=Count(each, distinct=each != "*"))
        .values_list("facet", "facet_value", *columns, "number")
    )


class ByVerdict(Facet):
    title = "verdict"
    parameter_name = "verdict"
    value_of = F("shown_verdict")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(shown_verdict=self.value()) if self.value() else queryset

    def ordered(self, counts: Counts) -> Counts:
        return sorted(counts, key=lambda pair: Verdict.values.index(pair[0]))


class ByCause(Facet):
    """Any cause, not only the worst: whoever repairs webhooks wants all accounts that need it.

    A code may be followed by "@" and a subject, as the front page links to one cause that several accounts share.
    """

    title = "cause"
    parameter_name = "cause"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        code, _, subject = str(self.value()).partition("@")
        if code == STALE:
            return queryset.filter(shown_cause=STALE)
        causes = Finding.objects.filter(installation=OuterRef("pk"), code=code, explained_by="")
        if subject:
            causes = causes.filter(subject=subject)
        return judged(queryset).filter(Exists(causes))

    def counting(self, installations: QuerySet[Installation]) -> list[Tally]:
        found = judged(installations).filter(findings__explained_by="")
        stale = installations.filter(shown_cause=STALE)
        return [tally(found, "cause", F("findings__code"), each="pk"), tally(stale, "cause", F("shown_cause"))]

    def label(self, value: str) -> str:
        code, _, subject = value.partition("@")
        return f"{sentence(code)}: {subject}" if subject else sentence(code)


def judged(installations: QuerySet[Any]) -> QuerySet[Any]:
    """Those whose stored findings are shown as causes: neither ended nor past their use-by."""
    return installations.exclude(shown_verdict=Verdict.DISCONNECTED).exclude(shown_cause=STALE)


class ByBlueprint(Facet):
    title = "blueprint"
    parameter_name = "blueprint"
    # Counted by id and named afterwards: joining and composing the name of every row takes a third of the count's time.
    value_of = Coalesce(Cast("blueprint", CharField()), Concat(Value(f"{UNKNOWN} "), Cast("extension", CharField())))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        key, _, version = str(self.value()).rpartition(" ")
        if version == UNKNOWN:
            unknown = queryset.filter(blueprint=None)  # of every extension by an address that names none: once they did
            return unknown.filter(extension__integration_key=key) if key else unknown
        if not (version.isascii() and version.isdigit() and len(version) < 10):
            return queryset.none()
        return queryset.filter(blueprint__extension__integration_key=key, blueprint__version=int(version))

    def ordered(self, counts: Counts) -> Counts:
        names: dict[str, str] = {}
        of = Q(blueprints__in=[value for value, _ in counts if value.isdigit()])
        of |= Q(pk__in=[value.removeprefix(f"{UNKNOWN} ") for value, _ in counts if not value.isdigit()])
        rows = Extension.objects.filter(of).order_by()
        for pk, key, blueprint, version in rows.values_list(
            "pk", "integration_key", "blueprints", "blueprints__version"
        ):
            names |= {str(blueprint): f"{key} {version}", f"{UNKNOWN} {pk}": f"{key} {UNKNOWN}"}
        named = [(names.get(value, value), number) for value, number in counts]
        if self.value() == UNKNOWN:
            named.append((UNKNOWN, sum(number for value, number in named if value.endswith(f" {UNKNOWN}"))))
        return super().ordered(named)

    def label(self, value: str) -> str:
        key, _, version = value.rpartition(" ")
        if version != UNKNOWN:
            return value
        return f"{key}, not known" if key else "not known"


def match_of(percent: int) -> str:
    """The choice of the filter `match` that finds it."""
    return next(value for value, (_, least) in MATCHES.items() if percent >= least)


class ByMatch(Facet):
    """How much of its blueprint version an installation has."""

    title = "blueprint match"
    parameter_name = "match"
    value_of = Case(
        *(When(blueprint_match__gte=least, then=Value(value)) for value, (_, least) in MATCHES.items()),
        default=Value(UNMATCHED),
    )

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if not value:
            return queryset
        return queryset.alias(of_match=self.value_of).filter(of_match=value)

    def ordered(self, counts: Counts) -> Counts:
        return sorted(counts, key=lambda pair: [*MATCHES, UNMATCHED].index(pair[0]))

    def label(self, value: str) -> str:
        return MATCHES[value][0] if value in MATCHES else "not known" if value == UNMATCHED else value


class ByState(Facet):
    title = "state"
    parameter_name = "state"
    value_of = F("state")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == CONNECTED:
            return queryset.exclude(state=Installation.State.DISCONNECTED)
        return queryset.filter(state=self.value()) if self.value() else queryset

    def ordered(self, counts: Counts) -> Counts:
        """All that are not disconnected come first, as one choice, unless they are all in one state."""
        here = [number for value, number in counts if value != Installation.State.DISCONNECTED]
        together = [(CONNECTED, sum(here))] if len(here) > 1 or self.value() == CONNECTED else []
        return [*together, *super().ordered(counts)]


class ByCountry(Facet):
    title = "country"
    parameter_name = "country"
    value_of = F("account__country_code")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(account__country_code=self.value()) if self.value() else queryset


class ByTag(Facet):
    title = "tag"
    parameter_name = "tag"
    value_of = F("account__tags__name")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        tagged = Account.objects.filter(tags__name=self.value())
        return queryset.filter(account__in=tagged.values("pk"))

    def counting(self, installations: QuerySet[Installation]) -> list[Tally]:
        return super().counting(installations.filter(account__tags__isnull=False))


class ByRefreshed(Facet):
    title = "last refreshed"
    parameter_name = "refreshed"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if not value:
            return queryset
        if value == "never":
            return queryset.filter(refreshed_at=None)
        if value not in AGES:
            return queryset.none()
        return queryset.filter(refreshed_at__lt=self.now - AGES[value][1])

    def value_in(self) -> Any:
        """The oldest age that it has passed; `ordered` adds them up, as one that is old is also older."""
        oldest_first = sorted(AGES.items(), key=lambda item: item[1][1], reverse=True)
        return Case(
            When(refreshed_at=None, then=Value("never")),
            *(When(refreshed_at__lt=self.now - age, then=Value(value)) for value, (_, age) in oldest_first),
            default=Value(""),
            output_field=CharField(),
        )

    def ordered(self, counts: Counts) -> Counts:
        found = dict(counts)
        total, summed = 0, []
        for value in reversed(AGES):
            total += found.get(value, 0)
            summed.append((value, total))
        shown = [pair for pair in reversed(summed) if pair[1]]
        return [*shown, ("never", found["never"])] if "never" in found else shown

    def label(self, value: str) -> str:
        return AGES[value][0] if value in AGES else value


FACETS = (ByVerdict, ByCause, ByState, ByBlueprint, ByMatch, ByCountry, ByTag, ByRefreshed)
