"""Whether a notification whose time has come is told now, waits, or is pointless by now. A constant number of reads."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q

from extensions.health.incidents.following import having
from extensions.health.models import Incident, Issue, MaintenanceWindow, Member, Notification, Suspicion, Transition
from extensions.health.models.incidents import open_key
from extensions.health.places import place_of
from extensions.installations.models import Installation

# A member that was still wrong when its incident ended is read at once; its alert waits for that, but not for ever.
READ_AGAIN = timedelta(minutes=30)
# While others are being asked whether they share it, an alert waits so many times as long as usual.
TIMES_SUSPECTED = 3
SPOKEN_FOR = "An open incident speaks for it."


@dataclass(slots=True)
class Decided:
    """What becomes of notifications; reasons stand beside those that are not told."""

    told: list[Notification] = field(default_factory=list)
    waiting: dict[int, str] = field(default_factory=dict)
    dropped: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a decision looks at beside the notification itself."""

    audible: frozenset[int]
    audible_incidents: frozenset[int]
    memberships: dict[int, list[Incident]]
    everyone: tuple[Incident, ...]
    suspicions: dict[str, datetime]
    told_before: frozenset[tuple[int, str]]


def decide(notifications: Sequence[Notification], now: datetime) -> Decided:
    """For each what becomes of it; loaded with its transition and what that is about."""
    decided = Decided()
    around = _look(notifications, now)
    for each in notifications:
        dropped, waits = _of(each, around, now)
        if dropped:
            decided.dropped[each.pk] = dropped
        elif waits:
            decided.waiting[each.pk] = waits
        else:
            decided.told.append(each)
    return decided


def _of(each: Notification, around: Surroundings, now: datetime) -> tuple[str, str]:
    """Why it is dropped, or why it waits; neither when it is told."""
    row = each.transition
    if row.kind == Transition.Kind.OVER:
        told = (each.channel_id, row.begun_key) in around.told_before
        return ("" if told else "Nobody was told that it had begun."), ""
    if each.rule is None:
        return "No rule of the channel is about it any more.", ""
    if row.incident is not None:
        if not row.incident.is_open:
            return "It was over before it was told.", ""
        silent = row.incident.pk not in around.audible_incidents
        return "", "All that it affects is under maintenance or snoozed." if silent else ""
    assert row.issue is not None
    if not still_holds(row):
        return "It was over before it was told.", ""
    return "", _waits(row, row.issue, around, now)


def still_holds(row: Transition) -> bool:
    """Whether what began goes on, in the same opening."""
    if row.incident is not None:
        return row.incident.is_open
    issue = row.issue
    return (
        issue is not None and issue.state == Issue.State.OPEN and row.key == f"issue/{issue.pk}/{issue.reopened}/begun"
    )


def _waits(row: Transition, issue: Issue, around: Surroundings, now: datetime) -> str:
    installation = issue.installation
    if issue.pk not in around.audible:
        return "Snoozed, or under maintenance."
    if installation.state == Installation.State.CONNECTING:
        return "The account is still being connected."
    if issue.explained_by:
        return "It follows from something else for now."
    for incident in (*around.memberships.get(installation.pk, ()), *around.everyone):
        if not incident.covers(issue.code, issue.subject):
            continue
        if incident.is_open:
            return SPOKEN_FOR
        unread = installation.refreshed_at is None or installation.refreshed_at < (incident.ended_at or now)
        if unread and now - (incident.ended_at or now) < READ_AGAIN:
            return "The account is read again after an incident."
    key = open_key(issue.code, place_of(issue.code, issue.subject), installation.extension_id)
    suspected = around.suspicions.get(key)
    if suspected is not None and now < row.at + TIMES_SUSPECTED * settings.NOTIFY_HOLD:
        return "Others are being asked whether they share it."
    return ""


def _look(notifications: Sequence[Notification], now: datetime) -> Surroundings:
    issues = [each.transition.issue for each in notifications if each.transition.issue is not None]
    incidents = [each.transition.incident for each in notifications if each.transition.incident is not None]
    over = [each for each in notifications if each.transition.kind == Transition.Kind.OVER]
    lately = Q(incident__ended_at=None, left_at=None) | Q(incident__ended_at__gt=now - READ_AGAIN)
    members = Member.objects.filter(lately, installation__in=[each.installation_id for each in issues])
    memberships: dict[int, list[Incident]] = defaultdict(list)
    for member in members.select_related("incident") if issues else ():
        memberships[member.installation_id].append(member.incident)
    recent = Q(ended_at=None) | Q(ended_at__gt=now - READ_AGAIN)
    told = Notification.objects.filter(
        state=Notification.State.TOLD, number=0, transition__key__in=[each.transition.begun_key for each in over]
    )
    return Surroundings(
        audible=frozenset(_audible(issues, now)),
        audible_incidents=frozenset(_audible_incidents(incidents, now)),
        memberships=memberships,
        everyone=tuple(Incident.objects.filter(recent, everyone=True)) if issues else (),
        suspicions=dict(Suspicion.objects.filter(sharing__gt=1).values_list("key", "since")) if issues else {},
        told_before=frozenset(told.values_list("channel", "transition__key")) if over else frozenset(),
    )


def _audible(issues: Sequence[Issue], now: datetime) -> Iterable[int]:
    if not issues:
        return ()
    rows = Issue.objects.filter(pk__in=[each.pk for each in issues])
    return rows.audible(now).values_list("pk", flat=True)


def _audible_incidents(incidents: Sequence[Incident], now: datetime) -> Iterable[int]:
    """Those with a member that is neither under maintenance nor snoozed."""
    if not incidents:
        return ()
    covered = MaintenanceWindow.objects.covered("installation__account", now)
    heard = Member.objects.filter(~covered, incident=OuterRef("pk"))
    of_all = MaintenanceWindow.objects.active(now).of_all()
    rows = Incident.objects.filter(pk__in=[each.pk for each in incidents])
    loud = having(incidents, Issue.objects.unresolved().audible(now))
    return rows.filter(loud, Exists(heard) | (Q(everyone=True) & ~Exists(of_all))).values_list("pk", flat=True)


def unacknowledged(incidents: Sequence[Incident]) -> frozenset[int]:
    """Those that nobody has taken note of: that is done with the issues of the members, one by one or all at once."""
    if not incidents:
        return frozenset()
    noted = Q(acknowledged_at__gte=F("opened_at")) | Q(opened_at=None, acknowledged_at__isnull=False)
    rows = Incident.objects.filter(having(incidents, Issue.objects.unresolved().exclude(noted)))
    return frozenset(rows.filter(pk__in=[each.pk for each in incidents]).values_list("pk", flat=True))
