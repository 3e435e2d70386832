"""The front page: how the fleet is, who needs someone, what changed, who is being connected, how the machine runs.

Seven statements of its own, whatever the size of the fleet.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Min, Q, Subquery, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from console.facets import moment
from console.incidents.showing import open_now
from console.needs import list_url, needing, with_sparks, with_stale
from console.pages import context
from console.repairs.waiting import for_approval_of
from extensions.blueprints.models import Extension
from extensions.health.models import Issue, MaintenanceWindow
from extensions.installations.models import Change, Installation, Verdict

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
    silent: int  # open issues that are snoozed
    maintenance: bool  # whether a window is open somewhere
    extensions: int
    repairs: int  # that wait for the approval of whoever looks, and jobs
    jobs: int


def page(request: HttpRequest) -> HttpResponse:
    """The page for whoever may see installations; others are told how to get a role."""
    if not request.user.has_perm("installations.view_installation"):
        return render(request, "console/roleless.html", context(request, title="Fleet"))
    now = moment(request)
    fleet = count(now, request.user)
    incidents = open_now(MOST_CAUSES)
    # One more than the page shows, so that it can say that there are more.
    needs = needing(now, MOST_CAUSES + 1, [each.incident for each in incidents], several=fleet.extensions > 1)
    needs = with_stale(needs, fleet.stale, fleet.stale_since, MOST_CAUSES)[: MOST_CAUSES + 1]
    extra = {
        "fleet": fleet,
        "boxes": [(verdict, fleet.verdicts.get(verdict, 0), list_url(verdict=verdict)) for verdict in Verdict.values],
        "needs": with_sparks(needs[:MOST_CAUSES], now),
        "incidents": incidents,
        "silent_url": f"{reverse('admin:health_issue_changelist')}?state=snoozed",
        "more_needs": len(needs) > MOST_CAUSES,
        "list_url": list_url(),
        "changes": changed(now),
        "connecting": connecting(),
        "may_connect": request.user.has_perm("accounts.connect_account"),
    }
    return render(request, "console/front.html", context(request, title="Fleet", **extra))


def count(now: datetime, user: Any) -> Fleet:
    """The fleet as it is shown now to this person, from one statement."""
    connected = ~Q(state=Installation.State.DISCONNECTED)
    stale = connected & (Q(fresh_until=None) | Q(fresh_until__lte=now))
    resting = Issue.objects.judged(now).open(now).snoozed(now).order_by()
    silent = resting.annotate(all=Value(1)).values("all").annotate(number=Count("pk"))
    extensions = Extension.objects.order_by().annotate(all=Value(1)).values("all").annotate(number=Count("pk"))
    # Of columns that one index holds, so that no row of the table itself is read.
    rows = list(
        Installation.objects.with_shown_verdict(now)
        .order_by()
        .values("shown_verdict")
        .annotate(
            number=Count("state"),
            stale=Count("state", filter=stale),
            stalest=Min("fresh_until", filter=stale),
            lately=Count("state", filter=connected & Q(refreshed_at__gt=now - HOUR)),
            waiting=Count("state", filter=connected & Q(refresh_at__lte=now)),
            silent=Subquery(silent.values("number")),
            maintenance=Exists(MaintenanceWindow.objects.active(now)),
            extensions=Subquery(extensions.values("number")),
            **for_approval_of(user),
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
        maintenance=any(row["maintenance"] for row in rows),
        extensions=next((row["extensions"] for row in rows), 0),
        repairs=next((row.get("repairs") or 0 for row in rows), 0),
        jobs=next((row.get("jobs") or 0 for row in rows), 0),
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
