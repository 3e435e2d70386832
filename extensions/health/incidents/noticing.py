"""Causes that many installations share: noticed, joined late, left, and ended. A constant number of statements.

A cause that is new in one installation has a few others read early, unless it is of the kind that each customer has by
itself; in two it is a suspicion, and more are read. At `INCIDENT_SIZE`, and
well above what is usual for that cause, it is an incident. What is still being connected counts for nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from extensions.health.codes import CODES, HOUR, INCIDENTS
from extensions.health.incidents import following
from extensions.health.incidents.asking import ask_early
from extensions.health.incidents.suspecting import suspect
from extensions.health.models import Incident, Issue, Member, Suspicion
from extensions.health.models.incidents import open_key
from extensions.health.places import place, place_of
from extensions.health.signals import incidents_changed
from extensions.installations.models import Installation, Verdict

ALONE = 4  # others that are read early when a cause is new in one
OF_ONE = ("token.", "user.", "workspace.", "api.")  # kinds that a customer comes to alone
MOST_KEYS = 50  # causes looked at in one run, those of the most installations first
MOST_ROWS = 5000  # issues read in one run; the rest join at the next
USUAL_DAYS = timedelta(days=7)
TIMES_USUAL = 3.0
ALIKE = 0.9  # of the smaller of two sets of members, that must be in the other to be one incident
ASK_AGAIN = timedelta(minutes=2)
MOST_ROUNDS = 5

Key = tuple[int, str, str]  # extension, code, place


@dataclass(frozen=True, slots=True)
class Candidate:
    """A cause that several installations came to share within the window."""

    key: Key
    number: int
    opened: int
    began_at: datetime
    name: str
    rank: int

    @property
    def open_key(self) -> str:
        extension, code, where = self.key
        return open_key(code, where, extension)

    def weighs(self) -> int:
        """How many count: those open; all of them where an issue alone would wait for longer than an hour."""
        code = CODES.get(self.key[1])
        return self.number if code is not None and code.opens_after > HOUR else self.opened


def notice(now: datetime) -> None:
    """Open, follow and end the incidents of many installations; read others early where one is suspected."""
    candidates = _candidates(now)
    with transaction.atomic():
        known = list(Incident.objects.open().exclude(code__in=INCIDENTS))
        opened = _open(candidates, known, now) if candidates else []
        incidents = [*known, *opened]
        following.join(incidents, now)
        ended = following.leave(incidents, now)
        opened = [each for each in opened if each.is_open]
        if opened or ended:
            incidents_changed.send(sender=Incident, opened=opened, ended=ended, now=now)
    _suspect(candidates, now)


def standing() -> QuerySet[Issue]:
    """Issues that may be one cause with others: causes that hold, of installations past their connecting."""
    return (
        Issue.objects.unresolved()
        .filter(explained_by="", gone_at=None, installation__state=Installation.State.LIVE)
        .order_by()
    )


def _candidates(now: datetime) -> list[Candidate]:
    """What installations came to within the window, those first that most came to, and more than is usual."""
    lately = standing().filter(holds_since__gt=now - settings.INCIDENT_WINDOW)
    rows = (
        lately.annotate(place=place())
        .values("installation__extension", "code", "place")
        .annotate(
            number=Count("installation", distinct=True),
            opened=Count("installation", distinct=True, filter=Q(state=Issue.State.OPEN)),
            began=Min("holds_since"),
            name=Min("subject_name"),
            worst=Min("rank"),
        )
        .order_by("-number", "code", "place")[:MOST_KEYS]
    )
    found = [
        Candidate(
            (row["installation__extension"], row["code"], row["place"]),
            row["number"],
            row["opened"],
            row["began"],
            row["name"],
            row["worst"],
        )
        for row in rows
    ]
    usual = _usual({each.key[1] for each in found}, now) if found else {}
    return [each for each in found if each.number >= TIMES_USUAL * usual.get(each.key, 0.0)]


def _usual(codes: set[str], now: datetime) -> dict[Key, float]:
    """How many installations come to a cause within one window, by the week before it."""
    window = settings.INCIDENT_WINDOW
    rows = (
        Issue.objects.filter(code__in=codes, holds_since__gt=now - USUAL_DAYS, holds_since__lte=now - window)
        .order_by()
        .annotate(place=place())
        .values("installation__extension", "code", "place")
        .annotate(number=Count("installation", distinct=True))
    )
    return {
        (row["installation__extension"], row["code"], row["place"]): row["number"] * (window / (USUAL_DAYS - window))
        for row in rows
    }


def _open(candidates: Iterable[Candidate], known: Sequence[Incident], now: datetime) -> list[Incident]:
    """New incidents; a cause whose installations are those of another one is laid to that one."""
    taken = {open_key(code, where, each.extension_id) for each in known for code, where in each.keys}
    large = [each for each in candidates if each.weighs() >= settings.INCIDENT_SIZE and each.open_key not in taken]
    if not large:
        return []
    members = _members_of(large, now)
    sets = _sets(known)
    opened: list[Incident] = []
    for each in large:
        mine = members[each.key]
        target = next((one for one in [*known, *opened] if _same_cause(one, each, mine, sets)), None)
        if target is not None:
            target.keys.append([each.key[1], each.key[2]])
            target.save(update_fields=["keys"])
            continue
        incident = _make(each, mine, now)
        if incident is not None:
            sets[incident.pk] = mine
            opened.append(incident)
    return opened


def _members_of(candidates: Iterable[Candidate], now: datetime) -> dict[Key, set[int]]:
    wanted = Q()
    for each in candidates:
        extension, code, _ = each.key
        wanted |= Q(installation__extension=extension, code=code)
    rows = standing().filter(wanted, holds_since__gt=now - settings.INCIDENT_WINDOW)
    found: dict[Key, set[int]] = defaultdict(set)
    columns = ("installation__extension", "code", "subject", "installation")
    for extension, code, subject, installation in rows.values_list(*columns)[:MOST_ROWS]:
        found[extension, code, place_of(code, subject)].add(installation)
    return found


def _sets(known: Sequence[Incident]) -> dict[int, set[int]]:
    """The installations of each open incident, as far as a run looks."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = Member.objects.filter(incident__in=[each.pk for each in known]).order_by("-pk")
    for incident, installation in rows.values_list("incident", "installation")[:MOST_ROWS] if known else ():
        found[incident].add(installation)
    return found


def _same_cause(incident: Incident, candidate: Candidate, mine: set[int], sets: dict[int, set[int]]) -> bool:
    """Whether the same installations lost several things of one kind within the window."""
    extension, code, _ = candidate.key
    theirs = sets.get(incident.pk, set())
    near = abs(incident.began_at - candidate.began_at) <= settings.INCIDENT_WINDOW
    same_kind = incident.extension_id == extension and incident.code.partition(".")[0] == code.partition(".")[0]
    return near and same_kind and bool(theirs) and len(mine & theirs) >= ALIKE * min(len(mine), len(theirs))


def _make(candidate: Candidate, members: set[int], now: datetime) -> Incident | None:
    """The incident, stored with its first members; None when another process was sooner."""
    extension, code, where = candidate.key
    party, name = suspect(code, extension, members)
    incident, made = Incident.objects.get_or_create(
        open_key=candidate.open_key,
        defaults={
            "code": code,
            "extension_id": extension,
            "subject": where,
            "subject_name": candidate.name if where else "",
            "keys": [[code, where]],
            "verdict": list(Verdict)[candidate.rank],
            "suspect": party,
            "suspect_name": name[:255],
            "began_at": min(candidate.began_at, now),
            "opened_at": now,
            "last_joined_at": now,
        },
    )
    return incident if made else None


def _suspect(candidates: Sequence[Candidate], now: datetime) -> None:
    """Keep what is suspected, forget what is not any more, and read others early: a few, and again while it grows."""
    known = {each.key: each for each in Suspicion.objects.all()}
    current = {each.open_key: each for each in candidates}
    gone = [row.pk for key, row in known.items() if key not in current]
    if gone:
        Suspicion.objects.filter(pk__in=gone).delete()
    for key, candidate in current.items():
        if candidate.number == 1 and candidate.key[1].startswith(OF_ONE):
            continue
        row = known.get(key) or Suspicion(key=key, since=now)
        shared, row.sharing = row.sharing != candidate.number, candidate.number
        grown = candidate.number > row.number
        rested = row.asked_at is None or now - row.asked_at >= ASK_AGAIN
        if grown and rested and row.rounds < MOST_ROUNDS:
            with transaction.atomic():
                others = _others(candidate)
                most = settings.INCIDENT_ASK if candidate.number > 1 else min(ALONE, settings.INCIDENT_ASK)
                row.asked += ask_early(others, most=most, now=now, why=f"suspected: {key}")
                row.asked_at, row.number, row.rounds = now, candidate.number, row.rounds + 1
                row.save() if row.pk else _keep(row)
        elif row.pk is None:
            _keep(row)
        elif shared:
            row.save(update_fields=["sharing"])


def _keep(row: Suspicion) -> None:
    Suspicion.objects.bulk_create([row], ignore_conflicts=True)


def _others(candidate: Candidate) -> QuerySet[Installation]:
    """Live installations of the extension that do not show it, of the versions that those have which do."""
    extension, code, where = candidate.key
    subject = Q(subject=where) if where else Q()
    showing = Issue.objects.unresolved().filter(subject, code=code)
    versions = Installation.objects.filter(
        Exists(showing.filter(installation=OuterRef("pk"))), extension=extension
    ).values("blueprint")
    return Installation.objects.filter(
        ~Exists(showing.filter(installation=OuterRef("pk"))),
        extension=extension,
        state=Installation.State.LIVE,
        blueprint__in=versions,
    )
