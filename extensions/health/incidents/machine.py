"""Failures of Oneflow and of this console: `oneflow.down`, `console.offline`, `console.stalled`. No customer is blamed.

What the latest refreshes found tells of the first two: nearly all that were tried lately failed, and alike. Whether
any address of Oneflow answers at all is asked by whoever calls, outside any transaction.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from extensions.health.codes import INCIDENTS
from extensions.health.incidents import following
from extensions.health.incidents.asking import ask_early
from extensions.health.incidents.suspecting import suspect
from extensions.health.models import Finding, Flip, Incident, Issue, Member
from extensions.health.models.incidents import open_key
from extensions.health.signals import incidents_changed
from extensions.installations.models import Installation, Verdict

DOWN, OFFLINE, STALLED = "oneflow.down", "console.offline", "console.stalled"
TRIED = timedelta(minutes=5)
# What already failed so long before is something of its own.
RECENT = timedelta(minutes=30)
FEW = 2
# While it lasts a few members are tried so often, to notice its end; that is told by what was tried since.
PROBE = timedelta(minutes=2)
MOST_PROBES = 5
FAILING_AFTER = 0.2  # of those tried just now: fewer fail once it is over
MOST_ROWS = 5000
# What an installation shows while Oneflow fails; that our own vault cannot open a token is never Oneflow's doing.
EXPLAINED = ("api.failing", "api.limited", "token.rejected", "token.foreign")

Reach = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Tried:
    """How many installations of one address of Oneflow were tried lately, and how many failed in the same way."""

    base_url: str
    number: int
    unanswered: int
    refused: int

    @property
    def alike(self) -> int:
        return max(self.unanswered, self.refused)

    @property
    def half(self) -> bool:
        return self.alike * 2 >= self.number


def watch(now: datetime, reach: Reach) -> None:
    """Open, follow and end what concerns Oneflow itself. `reach` says whether any address of Oneflow answers."""
    known = list(Incident.objects.open().filter(code__in=[DOWN, OFFLINE]))
    tried = lately(now, now - TRIED, known)
    suspected = [each for each in tried if each.alike >= FEW and each.half]
    silent = [each for each in tried if each.number and each.unanswered == each.number]
    offline = next((each for each in known if each.code == OFFLINE), None)
    # Asked only when it would tell something: nobody answers, or nobody did before.
    doubtful = not known and bool((silent and len(silent) == len(tried)) or any(map(_is_large, suspected)))
    reachable = reach() if offline is not None or doubtful else True
    with transaction.atomic():
        opened = _opened(tried, suspected, known, now, reachable=reachable)
        incidents = [*known, *opened]
        for each in incidents:
            _join(each, now)
        cover(now)
        ended = _ended(incidents, now, reachable=reachable)
        if opened or ended:
            incidents_changed.send(sender=Incident, opened=opened, ended=ended, now=now)
    _ask(suspected, [each for each in incidents if each.is_open], now)


def lately(now: datetime, since: datetime, known: Sequence[Incident]) -> list[Tried]:
    """What was tried since then, by address of Oneflow: one statement over those installations only."""
    horizon = min([now - RECENT, *(each.began_at - RECENT for each in known)])
    # Looked up for each of those tried; joined, the findings of the whole fleet would be read.
    recent = Finding.objects.filter(installation=OuterRef("pk"), since__gt=horizon)
    rows = (
        Installation.objects.connected()
        .filter(refreshed_at__gt=since)
        .order_by()
        .values("extension__base_url")
        .annotate(
            number=Count("pk"),
            unanswered=Count("pk", filter=Exists(recent.filter(code="api.failing"))),
            refused=Count("pk", filter=Exists(recent.filter(code="token.rejected"))),
        )
        .order_by("extension__base_url")
    )
    return [Tried(row["extension__base_url"], row["number"], row["unanswered"], row["refused"]) for row in rows]


def note_stalled(silent: Iterable[str], since: datetime | None, now: datetime) -> Incident | None:
    """Open `console.stalled` while worker or beat are silent, and end it when they are not; the incident that is open.

    Safe to call from anywhere and as often as anybody likes: it writes when something has changed, and only then.
    """
    names = " and ".join(silent)
    known = Incident.objects.open().filter(code=STALLED).first()
    if bool(names) == (known is not None):
        return known
    with transaction.atomic():
        if known is not None:
            ended = [known] if following.end(known, now) else []
            if ended:
                incidents_changed.send(sender=Incident, opened=[], ended=ended, now=now)
            return None
        made = make(STALLED, "", since or now, now, everyone=True, name=names)
        if made is not None:
            incidents_changed.send(sender=Incident, opened=[made], ended=[], now=now)
        return made


def make(
    code: str, address: str, began_at: datetime, now: datetime, *, everyone: bool = False, name: str = ""
) -> Incident | None:
    """The incident, stored; None when another process was sooner."""
    party, _ = suspect(code, None, ())
    incident, made = Incident.objects.get_or_create(
        open_key=open_key(code, address, None),
        defaults={
            "code": code,
            "subject": address,
            "subject_name": (name or address)[:255],
            "verdict": INCIDENTS[code].verdict,
            "suspect": party,
            "began_at": min(began_at, now),
            "opened_at": now,
            "last_joined_at": now,
            "everyone": everyone,
        },
    )
    return incident if made else None


def _opened(
    tried: Sequence[Tried], suspected: Sequence[Tried], known: Sequence[Incident], now: datetime, *, reachable: bool
) -> list[Incident]:
    if any(each.code == OFFLINE for each in known):
        return []
    if not reachable and tried:
        made = make(OFFLINE, "", _first_failure(None, now), now)
        return [made] if made else []
    places = {each.subject for each in known if each.code == DOWN}
    opened = []
    for each in suspected:
        if _is_large(each) and each.base_url not in places:
            made = make(DOWN, each.base_url, _first_failure(each.base_url, now), now)
            if made is not None:
                opened.append(made)
    return opened


def _is_large(tried: Tried) -> bool:
    return tried.alike >= settings.INCIDENT_SIZE


def _failing(incident_code: str, since: datetime) -> QuerySet[Finding]:
    """Findings that such an incident explains and that came up since."""
    return Finding.objects.filter(
        code__in=EXPLAINED,
        since__gt=since,
        explained_by__in=["", incident_code],
    )


def _first_failure(base_url: str | None, now: datetime) -> datetime:
    of_address = Q(installation__extension__base_url=base_url) if base_url else Q()
    rows = Finding.objects.filter(
        of_address,
        code__in=["api.failing", "token.rejected"],
        since__gt=now - RECENT,
        installation__refreshed_at__gt=now - TRIED,
    )
    first = rows.order_by("since").values_list("since", flat=True).first()
    return first or now


def _join(incident: Incident, now: datetime) -> None:
    """Those that were tried lately and show what the incident explains."""
    of_address = Q(extension__base_url=incident.subject) if incident.subject else Q()
    inside = Member.objects.filter(incident=incident.pk, installation=OuterRef("pk"), left_at=None)
    joining = (
        Installation.objects.connected()
        .filter(of_address, ~Exists(inside), refreshed_at__gt=now - TRIED)
        .filter(Exists(_failing(incident.code, incident.began_at - RECENT).filter(installation=OuterRef("pk"))))
        .values_list("pk", flat=True)
    )
    following.add(Member(incident=incident, installation_id=pk, joined_at=now) for pk in joining[:MOST_ROWS])


def cover(now: datetime) -> int:
    """Have members shown as unknown because of their incident, who were judged before it was known; how many."""
    rows = (
        Member.objects.holding()
        .filter(incident__code__in=[DOWN, OFFLINE], installation__state=Installation.State.LIVE)
        .exclude(installation__verdict=Verdict.UNKNOWN, installation__cause=F("incident__code"))
        .filter(Exists(Finding.objects.filter(installation=OuterRef("installation"), code__in=EXPLAINED)))
        .filter(installation__cause__in=["", *EXPLAINED])
        .values_list("installation", "incident__code", "installation__verdict")
    )
    waiting = {pk: (code, before) for pk, code, before in rows[:MOST_ROWS]}
    for code in {code for code, _ in waiting.values()}:
        _cover([pk for pk, (of, _) in waiting.items() if of == code], code, waiting, now)
    return len(waiting)


def _cover(pks: list[int], code: str, before: dict[int, tuple[str, str]], now: datetime) -> None:
    explained = Q(code__in=EXPLAINED)
    held = Installation.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk")
    pks = list(held.values_list("pk", flat=True))
    Finding.objects.filter(explained, installation__in=pks, explained_by="").update(
        explained_by=code, verdict=Verdict.UNKNOWN, rank=Verdict.UNKNOWN.rank
    )
    issues = Issue.objects.unresolved().filter(explained, installation__in=pks, explained_by="")
    issues.hold()
    issues.update(explained_by=code)
    Installation.objects.filter(pk__in=pks).update(verdict=Verdict.UNKNOWN, cause=code, causes=0, verdict_since=now)
    Flip.objects.bulk_create(
        Flip(installation_id=pk, at=now, before=before[pk][1], after=Verdict.UNKNOWN, cause=code)
        for pk in pks
        if before[pk][1] != Verdict.UNKNOWN
    )


def _ended(incidents: Sequence[Incident], now: datetime, *, reachable: bool) -> list[Incident]:
    """Let members leave that were read well since, and end what is over; those still wrong are read at once."""
    open_ones = [each for each in incidents if each.is_open]
    if not open_ones:
        return []
    for each in open_ones:
        still = _failing(each.code, each.began_at - RECENT).filter(installation=OuterRef("installation"))
        read = Q(installation__refreshed_at__gt=F("joined_at"))
        ended = Q(installation__state=Installation.State.DISCONNECTED)
        well = read & ~Q(Exists(still))
        Member.objects.filter(well | ended, incident=each.pk, left_at=None).update(left_at=now)
    recent = {each.base_url: each for each in lately(now, now - PROBE - timedelta(seconds=30), open_ones)}

    def over(incident: Incident, last_left: datetime | None, moment: datetime) -> bool:
        if incident.code == OFFLINE:
            return reachable
        if not incident.holding:
            return True
        one = recent.get(incident.subject)
        return one is not None and last_left is not None and one.alike <= FAILING_AFTER * one.number

    ended = following.count(open_ones, now, ends=over)
    for each in ended:
        # What is still wrong there is known once they are read again; their alerts wait for that.
        left = Member.objects.filter(incident=each.pk, left_at=None).values("installation")
        waiting = Installation.objects.connected().filter(pk__in=left, refresh_at__gt=now)
        waiting.hold()  # in the order of whoever else holds several; an UPDATE has none
        waiting.update(refresh_at=now)
    return ended


def _ask(suspected: Sequence[Tried], incidents: Sequence[Incident], now: datetime) -> None:
    """Read a few early: others, while it is only suspected; members, to notice the end."""
    places = {each.subject for each in incidents}
    with transaction.atomic():
        for each in suspected:
            if each.base_url not in places and "" not in places:
                others = Installation.objects.filter(extension__base_url=each.base_url)
                ask_early(others, most=settings.INCIDENT_ASK, now=now, why=f"suspected: {DOWN} {each.base_url}")
        for incident in incidents:
            if incident.asked_at is not None and now - incident.asked_at < PROBE:
                continue
            members = Installation.objects.filter(memberships__incident=incident, memberships__left_at=None)
            ask_early(members, most=MOST_PROBES, now=now, why=f"is it over: {incident.code}")
            Incident.objects.filter(pk=incident.pk).update(asked_at=now)
