"""The fleet at a past instant beside what it is now: who was in which verdict then, and in which now."""

from collections import Counter
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from accounts.acting import Deed
from console.audit import actor_of
from console.exporting import csv_of
from console.fleet_list import address_of
from console.history.asking import Moment, asked_moment
from console.installation.opening import SEE
from console.installation.paging import rest_of_address
from console.pages import context, page
from extensions.health.as_of import ABSENT, with_verdict_at
from extensions.health.codes import sentence
from extensions.health.models import Flip
from extensions.installations.models import Installation, Verdict

PER_PAGE = 100
THEN = [*Verdict.values, ABSENT]
# How an address names what the rows call `ABSENT`.
NOT_YET = "absent"
Counts = Counter[tuple[str, str]]
EXPORTED = {
    "account_id": "account__oneflow_id",
    "account_name": "account__name",
    "extension": "extension__integration_key",
    "then_verdict": "then_verdict",
    "then_cause": "then_cause",
    "then_since": "then_since",
    "now_verdict": "shown_verdict",
    "now_cause": "shown_cause",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Which installations are asked for: by their verdict then, now, or both; without either those that differ."""

    then: str | None = None
    now: str | None = None
    everything: bool = False

    @classmethod
    def of(cls, query: QueryDict) -> Self:
        """The choice of an address; what names no verdict chooses nothing."""
        then, now = query.get("then", ""), query.get("now", "")
        return cls(
            then=ABSENT if then == NOT_YET else then if then in Verdict.values else None,
            now=now if now in Verdict.values else None,
            everything=query.get("all") == "1",
        )

    @property
    def by_difference(self) -> bool:
        return self.then is None and self.now is None and not self.everything

    def narrow(self, rows: QuerySet[Installation]) -> QuerySet[Installation]:
        if self.by_difference:
            return rows.exclude(then_verdict=F("shown_verdict"))
        if self.then is not None:
            rows = rows.filter(then_verdict=self.then)
        return rows if self.now is None else rows.filter(shown_verdict=self.now)

    def number(self, counted: Counts) -> int:
        """How many those are."""
        return sum(number for pair, number in counted.items() if self._has(*pair))

    def _has(self, then: str, now: str) -> bool:
        if self.by_difference:
            return then != now
        return self.then in (None, then) and self.now in (None, now)


@dataclass(frozen=True, slots=True)
class Cell:
    """How many installations went from one verdict to another."""

    number: int
    url: str
    chosen: bool
    differs: bool


@page(SEE, unaudited="shows verdicts and causes of a past moment; no personal data")
def fleet(request: HttpRequest) -> HttpResponse:
    """A table of verdicts then and now, and the installations of the chosen cell: those that differ by default."""
    moment, choice = asked_moment(request), Choice.of(request.GET)
    rows = compared(moment)
    counted = _counted(rows)
    paginator = Paginator(choice.narrow(rows), PER_PAGE)
    paginator.count = choice.number(counted)  # type: ignore[misc]  # what a count of its own would find
    shown = paginator.get_page(request.GET.get("page"))
    first = Flip.objects.order_by("at").values_list("at", flat=True).first()
    return render(
        request,
        "history/fleet.html",
        context(
            request,
            title="The fleet as it was",
            moment=moment,
            recorded_since=first if first and first > moment.at else None,
            table=_table(counted, moment, choice),
            verdicts=Verdict.values,
            rows=shown,
            lines=[(each, address_of(each), sentence(each.then_cause), sentence(each.shown_cause)) for each in shown],
            rest=rest_of_address(request),
            choice=choice,
            not_yet=NOT_YET,
            total=counted.total(),
            differing=Choice().number(counted),
        ),
    )


@page("installations.export_installation", audited="health.export_as_of")
def export(request: HttpRequest) -> HttpResponse:
    """The chosen installations as CSV, then and now, streamed."""
    moment, choice = asked_moment(request), Choice.of(request.GET)
    details = {"at": moment.at.isoformat(), "then": choice.then, "now": choice.now}
    Deed(actor_of(request), "health.export_as_of", "the fleet as it was", details=details).tell()
    rows = choice.narrow(compared(moment)).order_by("account__oneflow_id", "pk")
    return csv_of(rows, EXPORTED, f"fleet-{moment.at:%Y-%m-%dT%H%M}.csv")


def compared(moment: Moment) -> QuerySet[Installation]:
    """Every installation with its verdict then (`then_…`) and now (`shown_…`), the worst now first."""
    rows = with_verdict_at(Installation.objects.with_shown_verdict(moment.now), moment.at)
    return rows.select_related("account", "extension").order_by("shown_rank", "account__name", "pk")


def _counted(rows: QuerySet[Installation]) -> Counts:
    """How many installations there are of each verdict then and now, in one statement."""
    pairs = rows.order_by().values("then_verdict", "shown_verdict").annotate(number=Count("pk"))
    return Counter({(each["then_verdict"], each["shown_verdict"]): each["number"] for each in pairs})


def _table(counted: Counts, moment: Moment, choice: Choice) -> list[tuple[str, list[Cell]]]:
    """A row for each verdict that somebody had then, with a cell for each verdict now."""
    seen = {then for then, _ in counted}
    return [
        (then, [_cell(then, now, counted, moment, choice) for now in Verdict.values]) for then in THEN if then in seen
    ]


def _cell(then: str, now: str, counted: Counts, moment: Moment, choice: Choice) -> Cell:
    query = urlencode({"at": moment.field, "then": then or NOT_YET, "now": now})
    return Cell(
        number=counted[then, now],
        url=f"?{query}",
        chosen=(choice.then, choice.now) == (then, now),
        differs=then != now,
    )
