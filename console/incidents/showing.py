"""An incident in words: what is wrong, for whom, and what follows."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from extensions.health.codes import CODES, INCIDENTS, sentence
from extensions.health.models import Incident, Member
from extensions.installations.models import Installation

# What staff do about each incident of the machine; one of many accounts has the remedy of its code.
TO_DO = {
    "oneflow.down": "Wait, and look at Oneflow's status page. Nothing is to be done in the accounts; the console tries "
    "some of them every two minutes and reads all when Oneflow answers again.",
    "console.offline": "Look at this machine's network, proxy and DNS: manage.py doctor says which address does not "
    "answer. Where all is well here, Oneflow as a whole does not answer.",
    "console.stalled": "Start what is silent again: manage.py doctor says how. Until then verdicts turn unknown by "
    "themselves as they pass their use-by.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """An incident as a line of a list."""

    incident: Incident

    @property
    def sentence(self) -> str:
        return sentence(self.incident.code)

    @property
    def subject(self) -> str:
        """What it is about, and how many further things of the same accounts."""
        name = self.incident.subject_name or self.incident.subject
        more = len(self.incident.keys) - 1
        return f"{name} and {more} more" if more > 0 else name

    @property
    def who(self) -> str:
        if self.incident.everyone:
            return "every account"
        number = self.incident.holding if self.incident.is_open else self.incident.affected
        return "1 account" if number == 1 else f"{number} accounts"

    @property
    def address(self) -> str:
        return reverse("incident", args=[self.incident.pk])

    @property
    def code_page(self) -> bool:
        """Whether its code has a page of its own."""
        return self.incident.code in CODES

    @property
    def lasted(self) -> timedelta | None:
        return self.incident.ended_at - self.incident.began_at if self.incident.ended_at else None

    @property
    def to_do(self) -> str:
        return TO_DO.get(self.incident.code, "")


def open_now(most: int) -> list[Shown]:
    """The open incidents for the front page, in one statement: the machine's first, then the worst and oldest."""
    rows = Incident.objects.open().order_by("began_at", "pk")[:most]
    return sorted(map(Shown, rows), key=lambda each: (each.incident.code not in INCIDENTS, each.incident.began_at))


def of_installation(installation: Installation) -> list[Shown]:
    """The open incidents that affect an installation, in one statement."""
    mine = Member.objects.filter(installation=installation, left_at=None).values("incident")
    rows = Incident.objects.open().filter(Q(pk__in=mine) | Q(everyone=True)).order_by("began_at")
    return [Shown(row) for row in rows]


def members_of(incident: Incident, *, only: str = "") -> QuerySet[Member]:
    """Those affected, still affected ones first; narrowed to `holding` or `left`."""
    rows = Member.objects.filter(incident=incident).select_related("installation__account", "installation__extension")
    if only == "holding":
        rows = rows.filter(left_at=None)
    elif only == "left":
        rows = rows.exclude(left_at=None)
    return rows.order_by(F("left_at").desc(nulls_first=True), "installation__account__name", "pk")
