"""The front page: how the fleet is, who needs someone, what changed, who is being connected, how the machine runs.

Five statements of its own, whatever the size of the fleet.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, Min, OuterRef, Q, Subquery, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from console.facets import moment
from console.incidents.showing import open_now
from console.pages import context
from console.timeline.sparks import Spark, sparks
from console.timeline.stretches import Now
from extensions.health.codes import sentence
from extensions.health.incidents.following import said_by
from extensions.health.models import Finding, Incident, Issue, MaintenanceWindow
from extensions.health.places import place
from extensions.installations.models import Change, Installation, Verdict
from extensions.installations.models.installation import STALE

LIST = "admin:installations_installation_changelist"
MOST_CAUSES = 12
MOST_CONNECTING = 6
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Fleet:
    """How many installations there are, by shown verdict, and how far refreshing is behind."""

    total: int
    verdicts: dict[str, int]
    stale: int
    stale_since: datetime | None
    connected: int
    refreshed_lately: int
    waiting: int
    silent: int  # open issues that are snoozed or under maintenance


@dataclass(frozen=True, slots=True)
class Need:
    """One cause that somebody should look at, in one installation or in several at once."""

    verdict: str
    who: str
    sentence: str
    code: str
    subject: str
    since: datetime | None
    address: str
    alone: int | None = None  # the installation, where it is one
    stands: Now | None = None
    spark: Spark | None = None


def page(request: HttpRequest) -> HttpResponse:
    """The page for whoever may see installations; others are told how to get a role."""
    if not request.user.has_perm("installations.view_installation"):
        return render(request, "console/roleless.html", context(request, title="Fleet"))
    now = moment(request)
    fleet = count(now)
    incidents = open_now(MOST_CAUSES)
    needs = _with_stale(list(needing(now, [each.incident for each in incidents])), fleet)[: MOST_CAUSES + 1]
    extra = {
        "fleet": fleet,
        "boxes": [(verdict, fleet.verdicts.get(verdict, 0), _list(verdict=verdict)) for verdict in Verdict.values],
        "needs": _with_sparks(needs[:MOST_CAUSES], now),
        "incidents": incidents,
        "silent_url": f"{reverse('admin:health_issue_changelist')}?state=snoozed",
        "more_needs": len(needs) > MOST_CAUSES,
        "list_url": _list(),
        "changes": changed(now),
        "connecting": connecting(),
        "may_connect": request.user.has_perm("accounts.connect_account"),
    }
    return render(request, "console/front.html", context(request, title="Fleet", **extra))


def count(now: datetime) -> Fleet:
    """The fleet as it is shown now, from one statement."""
    connected = ~Q(state=Installation.State.DISCONNECTED)
    resting = Issue.objects.judged(now).open(now).silent(now).order_by()
    silent = resting.annotate(all=Value(1)).values("all").annotate(number=Count("pk"))
    rows = list(
        Installation.objects.with_shown_verdict(now)
        .order_by()
        .values("shown_verdict")
        .annotate(
            number=Count("pk"),
            stale=Count("pk", filter=Q(shown_cause=STALE)),
            stalest=Min("fresh_until", filter=Q(shown_cause=STALE)),
            lately=Count("pk", filter=connected & Q(refreshed_at__gt=now - HOUR)),
            waiting=Count("pk", filter=connected & Q(refresh_at__lte=now)),
            silent=Subquery(silent.values("number")),
        )
    )
    verdicts = {row["shown_verdict"]: row["number"] for row in rows}
    total = sum(verdicts.values())
    return Fleet(
        total=total,
        verdicts=verdicts,
        stale=sum(row["stale"] for row in rows),
        stale_since=min((row["stalest"] for row in rows if row["stalest"]), default=None),
        connected=total - verdicts.get(Verdict.DISCONNECTED, 0),
        refreshed_lately=sum(row["lately"] for row in rows),
        waiting=sum(row["waiting"] for row in rows),
        silent=next((row["silent"] or 0 for row in rows), 0),
    )


def needing(now: datetime, incidents: Iterable[Incident] = ()) -> Iterator[Need]:
    """Causes in installations whose verdict still holds, those that several share as one; worst first, then oldest.
    What one of these incidents stands for is left out.

    What is snoozed or under maintenance needs nobody until that ends. At most one more than the page shows, so that
    it can say that there are more.
    """
    judged = Q(installation__fresh_until__gt=now) & ~Q(installation__state=Installation.State.DISCONNECTED)
    grouped = (
        Finding.objects.filter(judged, explained_by="")
        .exclude(_silent(now))
        .exclude(said_by(incidents))
        .order_by()
        .annotate(place=place())
        .values("code", "place")
        .annotate(
            number=Count("installation", distinct=True),
            accounts=Count("installation__account", distinct=True),
            worst=Min("rank"),
            first=Min("since"),
            name=Min("subject_name"),
            account=Min("installation__account__name"),
            oneflow_id=Min("installation__account__oneflow_id"),
            key=Min("installation__extension__integration_key"),
            alone=Min("installation"),
            stands=Min("installation__verdict"),
            connected_at=Min("installation__connected_at"),
            fresh_until=Min("installation__fresh_until"),
        )
        .order_by("worst", "first", "code", "place")
    )
    for row in grouped[: MOST_CAUSES + 1]:
        yield _need(row)


def _silent(now: datetime) -> Q:
    """Of a cause: that its issue rests, or that its account is under maintenance."""
    snoozed = Issue.objects.snoozed(now).filter(
        installation=OuterRef("installation"), code=OuterRef("code"), subject=OuterRef("subject")
    )
    return Q(Exists(snoozed)) | Q(Exists(MaintenanceWindow.objects.covering("installation", now)))


def _with_sparks(needs: list[Need], now: datetime) -> list[Need]:
    """The needs, those of one installation with its verdict over 30 days."""
    drawn = sparks({need.alone: need.stands for need in needs if need.alone and need.stands}, now)
    return [replace(need, spark=drawn[need.alone]) if need.alone else need for need in needs]


def _with_stale(needs: list[Need], fleet: Fleet) -> list[Need]:
    """The needs, and in their rank those that were not read for too long: below failing, above a warning."""
    if not fleet.stale:
        return needs
    failing = sum(need.verdict == Verdict.FAILING for need in needs)
    who = "1 account" if fleet.stale == 1 else f"{fleet.stale} accounts"
    stale = Need(Verdict.UNKNOWN.value, who, sentence(STALE), STALE, "", fleet.stale_since, _list(cause=STALE))
    # However many are failing, it stays on the page: a worker that stands still hides what is wrong.
    place = min(failing, MOST_CAUSES - 1)
    return [*needs[:place], stale, *needs[place:]]


def _need(row: dict[str, Any]) -> Need:
    alone = row["number"] == 1
    name = row["account"].strip() or f"account {row['oneflow_id']}"
    cause = f"{row['code']}@{row['place']}" if row["place"] else row["code"]
    return Need(
        verdict=list(Verdict)[row["worst"]].value,
        who=name if row["accounts"] == 1 else f"{row['accounts']} accounts",
        sentence=sentence(row["code"]),
        code=row["code"],
        subject=row["name"] if alone or row["place"] else "",
        since=row["first"],
        address=reverse("installation", args=[row["oneflow_id"], row["key"]]) if alone else _list(cause=cause),
        alone=row["alone"] if alone else None,
        stands=Now(row["stands"], row["code"], row["connected_at"], row["fresh_until"]) if alone else None,
    )


def changed(now: datetime) -> list[tuple[int, str, int]]:
    """What refreshes found different in the last day: number, kind of thing, and in how many installations."""
    rows = (
        Change.objects.filter(at__gt=now - DAY)
        .order_by()
        .values("subject_kind")
        .annotate(number=Count("pk"), installations=Count("installation", distinct=True))
        .order_by("-number", "subject_kind")
    )
    return [(row["number"], row["subject_kind"], row["installations"]) for row in rows]


def connecting() -> list[Installation]:
    """Installations that are being connected, the longest waiting first; one more than the page shows."""
    rows = Installation.objects.filter(state=Installation.State.CONNECTING)
    return list(rows.select_related("account", "extension").order_by(F("connected_at"))[: MOST_CONNECTING + 1])


def _list(**filters: str) -> str:
    return reverse(LIST) + (f"?{urlencode(filters)}" if filters else "")
