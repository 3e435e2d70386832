"""What a rule would have sent of the last days, had it been there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from extensions.health.models import Incident, Member, Notification, Rule, Transition
from extensions.health.notifying.routing import due, subjects_of, with_subject
from extensions.health.notifying.wording import event_of, line_of

DAYS = 7
MOST = 2000  # transitions looked at, the latest first


@dataclass(frozen=True, slots=True)
class Line:
    """One transition that the rule is about: when it would have been sent, or why it would not."""

    at: datetime
    sent_at: datetime | None
    text: str
    why_not: str = ""


def preview(rule: Rule, now: datetime) -> tuple[list[Line], bool]:
    """The lines, the latest first, and whether there were more than are looked at. Snoozes of then are not known."""
    recent = Transition.objects.filter(at__gt=now - timedelta(days=DAYS)).order_by("-at", "-pk")
    rows = with_subject(recent[: MOST + 1])
    subjects = subjects_of(rows[:MOST])
    chosen = [each for each in rows[:MOST] if subjects[each.pk].is_taken_by(rule)]
    over = {each.begun_key: each.at for each in chosen if each.kind == Transition.Kind.OVER}
    memberships = _memberships(chosen)
    not_begun: set[str] = set()
    lines = []
    for each in reversed(chosen):
        line = _line(rule, each, over, memberships, not_begun)
        if line is not None:
            lines.append(line)
    return lines[::-1], len(rows) > MOST


def _line(
    rule: Rule,
    row: Transition,
    over: dict[str, datetime],
    memberships: dict[int, list[Member]],
    not_begun: set[str],
) -> Line | None:
    text = line_of(event_of(Notification(transition=row, rule=rule, number=0)))
    if row.kind == Transition.Kind.OVER:
        if not rule.all_clear or row.begun_key in not_begun:
            return None
        return Line(row.at, due(rule, row), text)
    at = due(rule, row)
    why_not = _why_not(row, at, over, memberships)
    if why_not:
        not_begun.add(row.key)
    return Line(row.at, None if why_not else at, text, why_not)


def _why_not(row: Transition, at: datetime, over: dict[str, datetime], memberships: dict[int, list[Member]]) -> str:
    ended = over.get(row.key)
    if ended is not None and ended <= at and row.issue_id is not None:
        return "It was over before it was told."
    issue = row.issue
    for member in memberships.get(issue.installation_id, ()) if issue is not None else ():
        incident: Incident = member.incident
        during = member.joined_at <= at and (incident.ended_at is None or incident.ended_at > at)
        if issue is not None and during and incident.covers(issue.code, issue.subject):
            return f"Incident {incident.pk} spoke for it."
    return ""


def _memberships(rows: Iterable[Transition]) -> dict[int, list[Member]]:
    found: dict[int, list[Member]] = {}
    ids = {each.issue.installation_id for each in rows if each.issue is not None}
    for member in Member.objects.filter(installation__in=ids).select_related("incident") if ids else ():
        found.setdefault(member.installation_id, []).append(member)
    return found
