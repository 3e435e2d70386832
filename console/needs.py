"""Who needs someone: the causes that hold now, those that several installations share as one, the worst first.

One statement gathers the causes from an index of their own and names only the few that the page shows; one more draws
the verdict over 30 days of those that are one installation's.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from accounts.models import Account
from console.timeline.sparks import Spark, sparks
from console.timeline.stretches import Now
from extensions.blueprints.models import Extension
from extensions.health.codes import sentence
from extensions.health.incidents.following import said_by
from extensions.health.models import Finding, Incident, Issue, MaintenanceWindow
from extensions.health.places import place
from extensions.installations.models import Installation, Verdict
from extensions.installations.models.installation import STALE

LIST = "admin:installations_installation_changelist"
GATHERED = ("code", "place", "number", "worst", "first", "name", "alone", "accounts")
NAMED = ("account", "oneflow_id", "key", "stands", "connected_at", "fresh_until")
TIMES = ("first", "connected_at", "fresh_until")
TABLES = {
    model.__name__: connection.ops.quote_name(model._meta.db_table) for model in (Account, Extension, Installation)
}


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


def needing(now: datetime, most: int, incidents: Iterable[Incident] = (), *, several: bool = True) -> list[Need]:
    """Causes in installations whose verdict still holds; the worst first, then the oldest, and at most so many.

    What one of these incidents stands for is left out, and what is snoozed or under maintenance until that ends.
    `several`: whether there are several extensions, so that an account may have several installations.
    """
    return [_need(row) for row in _named(_causes(now, incidents, several=several)[:most])]


def with_stale(needs: list[Need], stale: int, since: datetime | None, most: int) -> list[Need]:
    """The needs, and in their rank those that were not read for too long: below failing, above a warning."""
    if not stale:
        return needs
    failing = sum(need.verdict == Verdict.FAILING for need in needs)
    who = "1 account" if stale == 1 else f"{stale} accounts"
    need = Need(Verdict.UNKNOWN.value, who, sentence(STALE), STALE, "", since, list_url(cause=STALE))
    # However many are failing, it stays on the page: a worker that stands still hides what is wrong.
    position = min(failing, most - 1)
    return [*needs[:position], need, *needs[position:]]


def with_sparks(needs: list[Need], now: datetime) -> list[Need]:
    """The needs, those of one installation with its verdict over 30 days."""
    drawn = sparks({need.alone: need.stands for need in needs if need.alone and need.stands}, now)
    return [replace(need, spark=drawn[need.alone]) if need.alone else need for need in needs]


def list_url(**filters: str) -> str:
    """Where the installation list is, narrowed by these filters."""
    return reverse(LIST) + (f"?{urlencode(filters)}" if filters else "")


def _causes(now: datetime, incidents: Iterable[Incident], *, several: bool) -> QuerySet[Finding, dict[str, Any]]:
    # Asked the other way round, each by itself: few were not judged in time or are under maintenance, and an index
    # finds those.
    unjudged = Installation.objects.filter(Q(fresh_until=None) | Q(fresh_until__lte=now))
    windows = MaintenanceWindow.objects.active(now)
    named = Installation.objects.filter(account__in=windows.accounts())
    tagged = Installation.objects.filter(account__in=windows.tagged_accounts())
    snoozed = Issue.objects.snoozed(now).filter(
        installation=OuterRef("installation"), code=OuterRef("code"), subject=OuterRef("subject")
    )
    return (
        Finding.objects.filter(~Exists(windows.of_all()), ~Exists(snoozed), explained_by="")
        .exclude(installation__in=unjudged.values("pk"))
        .exclude(installation__in=named.values("pk"))
        .exclude(installation__in=tagged.values("pk"))
        .exclude(said_by(incidents))
        .order_by()
        .annotate(place=place())
        .values("code", "place")
        .annotate(
            number=Count("installation", distinct=True),
            worst=Min("rank"),
            first=Min("since"),
            name=Min("subject_name"),
            alone=Min("installation"),
            accounts=Count("installation__account", distinct=True) if several else Count("installation", distinct=True),
        )
        .order_by("worst", "first", "code", "place")
    )


def _named(causes: QuerySet[Finding, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rows of `causes`, each with the names of its installation, or of one of them; in one statement.

    The ORM would join every finding with its account before it counts them.
    """
    inner, values = causes.query.sql_with_params()
    statement = """
        WITH causes AS ({inner})
        SELECT {gathered}, a.name, a.oneflow_id, e.integration_key, i.verdict, i.connected_at, i.fresh_until
        FROM causes c
        JOIN {Installation} i ON i.id = c.alone
        JOIN {Account} a ON a.id = i.account_id
        JOIN {Extension} e ON e.id = i.extension_id
        ORDER BY c.worst, c.first, c.code, c.place
    """.format(inner=inner, gathered=", ".join(f"c.{name}" for name in GATHERED), **TABLES)  # noqa: S608  (our own tables)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        for row in cursor.fetchall():
            found = dict(zip((*GATHERED, *NAMED), row, strict=True))
            yield found | {name: _moment(found[name]) for name in TIMES}


def _moment(value: Any) -> datetime | None:
    """A time as the ORM would give it: SQLite hands it back as a text in UTC."""
    parsed = parse_datetime(value) if isinstance(value, str) else value
    return parsed.replace(tzinfo=UTC) if parsed and parsed.tzinfo is None else parsed


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
        address=reverse("installation", args=[row["oneflow_id"], row["key"]]) if alone else list_url(cause=cause),
        alone=row["alone"] if alone else None,
        stands=Now(row["stands"], row["code"], row["connected_at"], row["fresh_until"]) if alone else None,
    )
