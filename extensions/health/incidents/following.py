"""What happens to an open incident: installations join late, leave as they are mended, and in the end it is over."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from extensions.health.codes import INCIDENTS
from extensions.health.models import Incident, Issue, Member
from extensions.installations.models import Installation

MOST_ROWS = 5000
# Once so few of them are left and nobody has left for a while, what is left there is their own affair.
REST = 10

Ends = Callable[[Incident, datetime | None, datetime], bool]


def join(incidents: Sequence[Incident], now: datetime) -> None:
    """Let those join that share the cause and came to it within a window of the last that joined."""
    if not incidents:
        return
    wanted, window = Q(), settings.INCIDENT_WINDOW
    for each in incidents:
        inside = Member.objects.filter(incident=each.pk, installation=OuterRef("installation"), left_at=None)
        began = Q(holds_since__gte=each.began_at - window, holds_since__lte=each.last_joined_at + window)
        wanted |= _of_keys(each) & began & Q(installation__extension=each.extension_id) & ~Q(Exists(inside))
    rows = (
        Issue.objects.unresolved()
        .filter(wanted, explained_by="", gone_at=None, installation__state=Installation.State.LIVE)
        .order_by("holds_since", "pk")
        .values_list("installation", "installation__extension", "code", "subject", "holds_since")
    )
    joining: dict[tuple[int, int], Member] = {}
    for installation, extension, code, subject, since in rows[:MOST_ROWS]:
        for each in incidents:
            if each.extension_id == extension and each.covers(code, subject):
                member = Member(incident=each, installation_id=installation, joined_at=now)
                joining[each.pk, installation] = member
                each.began_at = min(each.began_at, since)
                each.last_joined_at = now
    add(joining.values())
    changed = {member.incident_id for member in joining.values()}
    Incident.objects.bulk_update([each for each in incidents if each.pk in changed], ["began_at", "last_joined_at"])


def add(members: Iterable[Member]) -> None:
    """Store members; one that had left is in again."""
    Member.objects.bulk_create(
        members,
        update_conflicts=True,
        unique_fields=["incident", "installation"],
        update_fields=["left_at"],
        batch_size=1000,
    )


def leave(incidents: Sequence[Incident], now: datetime) -> list[Incident]:
    """Let those leave in which the cause holds no longer, and end the incidents that are over; which ones ended."""
    if not incidents:
        return []
    over = Q()
    for each in incidents:
        still = Issue.objects.unresolved().filter(_of_keys(each), installation=OuterRef("installation"), gone_at=None)
        over |= Q(incident=each.pk) & ~Q(Exists(still))
    Member.objects.filter(over, left_at=None).update(left_at=now)
    return count(incidents, now, ends=_is_over)


def count(incidents: Sequence[Incident], now: datetime, *, ends: Ends) -> list[Incident]:
    """Bring the numbers of members up to date, and end those incidents of which `ends` says so; which ones ended."""
    rows = (
        Member.objects.filter(incident__in=[each.pk for each in incidents])
        .order_by()
        .values("incident")
        .annotate(affected=Count("pk"), holding=Count("pk", filter=Q(left_at=None)), left=Max("left_at"))
    )
    found = {row["incident"]: row for row in rows}
    changed, ended = [], []
    for each in incidents:
        row = found.get(each.pk, {"affected": 0, "holding": 0, "left": None})
        before = (each.affected, each.holding)
        each.affected, each.holding = row["affected"], row["holding"]
        if ends(each, row["left"], now) and end(each, now):
            ended.append(each)
        elif before != (each.affected, each.holding):
            changed.append(each)
    Incident.objects.bulk_update(changed, ["affected", "holding"])
    return ended


def end(incident: Incident, now: datetime) -> bool:
    """End the incident, once: False when another process has."""
    incident.ended_at, incident.open_key = max(now, incident.began_at), None
    return bool(
        Incident.objects.filter(pk=incident.pk, ended_at=None).update(
            ended_at=incident.ended_at, open_key=None, affected=incident.affected, holding=incident.holding
        )
    )


def _is_over(incident: Incident, last_left: datetime | None, now: datetime) -> bool:
    if not incident.holding:
        return True
    rested = last_left is not None and now - last_left >= settings.INCIDENT_WINDOW
    return rested and incident.holding * REST <= incident.affected


def said_by(incidents: Iterable[Incident]) -> Q:
    """Findings of members that their incident stands for; needs no more statements than none at all."""
    said = Q(pk__in=[])
    for each in incidents:
        if each.keys:
            inside = Member.objects.filter(incident=each.pk, installation=OuterRef("installation"), left_at=None)
            said |= _of_keys(each) & Q(Exists(inside))
    return said


def having(incidents: Iterable[Incident], issues: QuerySet[Issue]) -> Q:
    """Those of the incidents for which a member has one of these issues; what ails Oneflow or the console always."""
    found = Q(code__in=INCIDENTS)
    for each in incidents:
        if each.keys:
            inside = Member.objects.filter(incident=each.pk, left_at=None).values("installation")
            found |= Q(pk=each.pk) & Exists(issues.filter(_of_keys(each), installation__in=inside))
    return found


def _of_keys(incident: Incident) -> Q:
    """The issues that are this incident's, in any installation."""
    wanted = Q()
    for code, where in incident.keys:
        wanted |= Q(code=code, subject=where) if where else Q(code=code)
    return wanted
