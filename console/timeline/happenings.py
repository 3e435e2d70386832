"""What is laid on the axis beside the verdict: changes, refreshes, and what staff did, each from one statement."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from console.models import AuditEvent
from extensions.installations.models import Change, Installation, Refresh

# Of each kind at most so many are read, the latest.
MOST = 500
# Readings are no deeds, and what was denied or refused changed nothing.
NOT_SHOWN = ("people.read", "page.open")


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened: its lane, when, and a sentence for the table."""

    lane: str
    at: datetime
    words: str


# The lanes under the verdict, from top to bottom; that of deliveries will stand last.
CHANGES, REFRESHES, STAFF = "Changes", "Refreshes", "Staff"
LANES = (CHANGES, REFRESHES, STAFF)


def happenings(installation: Installation, since: datetime, now: datetime) -> list[Happening]:
    """Everything between `since` and `now`, the latest first."""
    found = [*_changes(installation, since), *_refreshes(installation, since), *_staff(installation, since)]
    return sorted((each for each in found if each.at <= now), key=lambda each: each.at, reverse=True)


def _changes(installation: Installation, since: datetime) -> Iterator[Happening]:
    rows = Change.objects.filter(installation=installation, at__gt=since).order_by("-at", "-pk")
    for row in rows.only("at", "kind", "subject_kind", "subject_name", "attribute")[:MOST]:
        what = f"{row.subject_kind} {row.subject_name}".strip()
        about = f" ({row.attribute})" if row.attribute else ""
        yield Happening(CHANGES, row.at, f"{what} {row.get_kind_display().lower()}{about}")


def _refreshes(installation: Installation, since: datetime) -> Iterator[Happening]:
    rows = Refresh.objects.filter(installation=installation, started_at__gt=since).order_by("-started_at")
    for row in rows.only("started_at", "outcome", "wanted")[:MOST]:
        asked = ", asked for by staff" if row.wanted else ""
        yield Happening(REFRESHES, row.started_at, f"{row.get_outcome_display()}{asked}")


def _staff(installation: Installation, since: datetime) -> Iterator[Happening]:
    """Who did what: no reason, no address and no details, which are for those who may read the record."""
    done = AuditEvent.objects.filter(
        account_oneflow_id=installation.account.oneflow_id, at__gt=since, outcome=AuditEvent.Outcome.DONE
    )
    rows = done.exclude(verb__in=NOT_SHOWN).order_by("-at", "-pk")
    for at, actor, verb in rows.values_list("at", "actor", "verb")[:MOST]:
        yield Happening(STAFF, at, f"{actor}: {verb.replace('.', ' ').replace('_', ' ')}")
