"""Health at a past instant, from what was written down since: verdicts from flips, causes from what issues underwent.

A stretch in which nobody looked counts as unknown, as it was shown then.
"""

from datetime import datetime

from django.db.models import Case, CharField, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from extensions.health.models import Flip, Issue, IssueEvent
from extensions.installations.models import Installation, Verdict
from extensions.installations.models.installation import STALE

# What `then_verdict` reads for an installation that was connected only later.
ABSENT = ""
OPENS = (IssueEvent.Kind.OPENED, IssueEvent.Kind.REOPENED)


def with_verdict_at(installations: QuerySet[Installation], moment: datetime) -> QuerySet[Installation]:
    """Annotate `then_verdict`, `then_cause` and `then_since`: what was shown at that moment, and since when.

    `then_verdict` is `ABSENT` where the installation was not there yet. Before its first flip an installation was what
    that flip ended; without any it is what it was first judged to be.
    """
    flips = Flip.objects.filter(installation=OuterRef("pk"))
    last = flips.filter(at__lte=moment).order_by("-at", "-pk")
    following = flips.filter(at__gt=moment).order_by("at", "pk")
    # One that was connected again bears the later date, and a flip from before it.
    again = Exists(flips.filter(at__gt=moment, at__lte=OuterRef("connected_at")))
    absent = Q(then_flip=None, connected_at__gt=moment) & ~again
    # Whoever was disconnected before flips were kept has none of it.
    disconnected = Q(state=Installation.State.DISCONNECTED, disconnected_at__lte=moment)
    # A use-by that has passed unseen stands in no flip yet.
    stale = Q(fresh_until__lte=moment)
    text, time = CharField(), DateTimeField()
    return installations.annotate(then_flip=Subquery(last.values("pk")[:1])).annotate(
        then_verdict=Case(
            When(absent, then=Value(ABSENT)),
            When(disconnected, then=Value(Verdict.DISCONNECTED.value)),
            When(stale, then=Value(Verdict.UNKNOWN.value)),
            default=Coalesce(
                Subquery(last.values("after")[:1]), Subquery(following.values("before")[:1]), F("verdict")
            ),
            output_field=text,
        ),
        then_cause=Case(
            When(absent | disconnected, then=Value("")),
            When(stale, then=Value(STALE)),
            default=Coalesce(Subquery(last.values("cause")[:1]), Value("")),
            output_field=text,
        ),
        then_since=Case(
            When(absent, then=None),
            When(disconnected, then=F("disconnected_at")),
            When(stale, then=F("fresh_until")),
            default=Coalesce(Subquery(last.values("at")[:1]), F("connected_at")),
            output_field=time,
        ),
    )


def open_at(issues: QuerySet[Issue], moment: datetime) -> QuerySet[Issue]:
    """Those of the issues that were open at that moment."""
    kinds = (*OPENS, IssueEvent.Kind.RESOLVED)
    last = IssueEvent.objects.filter(issue=OuterRef("pk"), at__lte=moment, kind__in=kinds).order_by("-at", "-pk")
    return issues.annotate(then_kind=Subquery(last.values("kind")[:1])).filter(then_kind__in=OPENS)
