"""What staff do with issues: take note of them, assign them, let them rest until a time; and take each of it back.

Each verb takes any number of issues, acts on the unresolved ones in one transaction with its record, and returns how
many these were. Judging writes other columns, so neither undoes what the other did.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.acting import Actor, Deed
from extensions.health.models import Issue, IssueEvent

Kind = IssueEvent.Kind
# As the record calls what was done.
VERBS = {
    Kind.ACKNOWLEDGED: "issue.acknowledge",
    Kind.UNACKNOWLEDGED: "issue.unacknowledge",
    Kind.ASSIGNED: "issue.assign",
    Kind.UNASSIGNED: "issue.unassign",
    Kind.SNOOZED: "issue.snooze",
    Kind.WOKEN: "issue.wake",
}
# What rests longer than that is not snoozed but forgotten.
LONGEST_SNOOZE = timedelta(days=90)
LONGEST_REASON = 500


class Refused(Exception):
    """Something that cannot be done; the text says why and what to do instead."""


def acknowledge(issues: QuerySet[Issue], *, actor: Actor, reason: str, now: datetime) -> int:
    """Take note of them: somebody knows. A reopened issue asks for it anew. Raises `Refused`."""
    reason = reason_of(reason)
    written = {"acknowledged_at": now, "acknowledged_by": actor.name, "acknowledge_reason": reason}
    return _act(issues, Kind.ACKNOWLEDGED, written, actor=actor, now=now, reason=reason)


def take_back_acknowledgement(issues: QuerySet[Issue], *, actor: Actor, now: datetime) -> int:
    """As if nobody had taken note of them."""
    written = {"acknowledged_at": None, "acknowledged_by": "", "acknowledge_reason": ""}
    return _act(issues.exclude(acknowledged_at=None), Kind.UNACKNOWLEDGED, written, actor=actor, now=now)


def assign(issues: QuerySet[Issue], owner: Any, *, actor: Actor, reason: str, now: datetime) -> int:
    """Give them to a colleague, who can sign in and is on staff. Raises `Refused`."""
    if owner is None or not (owner.is_active and owner.is_staff):
        raise Refused("Choose a colleague who can sign in here.")
    reason = reason_of(reason)
    who = owner.get_username()
    return _act(issues, Kind.ASSIGNED, {"owner": owner}, actor=actor, now=now, reason=reason, who=who)


def take_back_assignment(issues: QuerySet[Issue], *, actor: Actor, now: datetime) -> int:
    """Give them to nobody."""
    return _act(issues.exclude(owner=None), Kind.UNASSIGNED, {"owner": None}, actor=actor, now=now)


def snooze(issues: QuerySet[Issue], until: datetime | None, *, actor: Actor, reason: str, now: datetime) -> int:
    """Let them rest until a time; they come back by themselves. Raises `Refused`."""
    if until is None:
        raise Refused("Say until when: a snooze without an end would be a way to forget.")
    if until <= now:
        raise Refused("The end of the snooze has passed already. Choose a later one.")
    if until > now + LONGEST_SNOOZE:
        raise Refused(f"A snooze lasts at most {LONGEST_SNOOZE.days} days. Choose an earlier end.")
    reason = reason_of(reason)
    written = {"snoozed_until": until, "snoozed_by": actor.name, "snooze_reason": reason}
    return _act(issues, Kind.SNOOZED, written, actor=actor, now=now, reason=reason, until=until)


def wake(issues: QuerySet[Issue], *, actor: Actor, now: datetime) -> int:
    """End their snooze now."""
    written = {"snoozed_until": None, "snoozed_by": "", "snooze_reason": ""}
    return _act(issues.filter(snoozed_until__gt=now), Kind.WOKEN, written, actor=actor, now=now)


def _act(
    issues: QuerySet[Issue],
    kind: IssueEvent.Kind,
    written: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    **about: Any,
) -> int:
    with transaction.atomic():
        chosen = Issue.objects.unresolved().filter(pk__in=issues.order_by().values("pk"))
        rows = list(chosen.select_related("installation__account").select_for_update(of=("self",)).order_by("pk"))
        if rows:
            Issue.objects.filter(pk__in=[row.pk for row in rows]).update(**written)
            told = {"kind": kind, "at": now, "actor": actor.name[:150], "reason": reason, **about}
            IssueEvent.objects.bulk_create(IssueEvent(issue=row, **told) for row in rows)
        Deed(
            actor,
            VERBS[kind],
            _subject(rows),
            outcome="done" if rows else "refused",
            reason=reason if rows else "There was nothing to do it to.",
            details={"issues": len(rows), **_told(about)},
        ).tell()
    return len(rows)


def _told(about: dict[str, Any]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value.isoformat() for name, value in about.items()}


def _subject(rows: list[Issue]) -> Issue | str:
    return rows[0] if len(rows) == 1 else f"{len(rows)} issues"


def reason_of(text: str) -> str:
    """The reason, with white space in order. Raises `Refused` without one."""
    reason = " ".join(text.replace("\0", "").split())
    if not reason:
        raise Refused("Say why, so that colleagues need not ask. It goes into the record.")
    if len(reason) > LONGEST_REASON:
        raise Refused(f"The reason has {len(reason)} characters; {LONGEST_REASON} are kept. Shorten it.")
    return reason
